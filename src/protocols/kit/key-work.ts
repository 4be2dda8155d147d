import type { ApiKeyView } from '../../accounts/key-attributes.ts'
import { changeKey, createKey, findKey, rotateKey } from '../../accounts/keys.ts'
import type { AccountId, KeyId } from '../../lib/ids.ts'
import { type Clock, HOUR_MS } from '../../lib/time.ts'
import type { Desk } from '../../people/desk.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import { createWebhook, setWebhookOfKey } from '../../webhooks/webhooks.ts'
import { inFieldsOf } from './fields.ts'
import { type Form, keyFields, keyFormOf, wireKey, wireNewWebhook } from './key-shapes.ts'

/** KeyWork is what the APIs of people do with API keys, and the webhooks of these, for who may. Its methods throw as the functions that they call. */
export class KeyWork {
  readonly #sealer: () => Promise<Sealer>
  readonly #allow: string[]
  readonly #clock: Clock

  constructor(parts: { sealer: () => Promise<Sealer>; config: { outboundAllow: string[] }; clock: Clock }) {
    this.#sealer = parts.sealer
    this.#allow = parts.config.outboundAllow
    this.#clock = parts.clock
  }

  /** `create` makes a key, and with `webhook_url` its webhook. */
  create(change: Desk['change'], accountId: AccountId, { webhook_url: url, ...form }: Form) {
    return inFieldsOf(keyFields, async () => {
      const fresh = await createKey(change, accountId, keyFormOf(form), this.#clock)
      return await this.#made(change, accountId, fresh, url)
    })
  }

  /** `rotate` makes one that is as another, which goes on working for so many hours. */
  async rotate(change: Desk['change'], before: ApiKeyView, hours: number) {
    const fresh = await rotateKey(change, before, hours * HOUR_MS, this.#clock)
    return await this.#made(change, before.accountId, fresh, before.webhookUrl ?? undefined)
  }

  /** `change` changes a key. A first `webhook_url` needs its `secret`. */
  change(
    change: Desk['change'],
    id: KeyId,
    { webhook_url: url, secret, ...form }: Form & { secret?: string },
    seen: string | undefined,
  ) {
    return inFieldsOf(keyFields, async () => {
      await changeKey(change, id, keyFormOf(form), this.#clock, seen)
      const changed = await findKey(change, id, this.#clock)
      const hook =
        url === undefined
          ? undefined
          : await change.begin(async (transaction) =>
              setWebhookOfKey(
                transaction,
                await this.#sealer(),
                { key: changed, secret, url, allow: this.#allow },
                this.#clock,
              ),
            )
      return {
        key: wireKey(await findKey(change, id, this.#clock)),
        webhook: hook ? wireNewWebhook(hook) : null,
      }
    })
  }

  /** `#made` shows a key that was made, this once, with the webhook that it gets where a URL is given. */
  async #made(
    change: Desk['change'],
    accountId: AccountId,
    fresh: { id: KeyId; secret: string },
    url: string | undefined,
  ) {
    const to = { accountId, key: fresh, allow: this.#allow }
    const hook =
      url === undefined
        ? null
        : await change.begin(async (transaction) =>
            createWebhook(transaction, await this.#sealer(), { ...to, url }, this.#clock),
          )
    return {
      key: wireKey(await findKey(change, fresh.id, this.#clock)),
      secret: fresh.secret,
      webhook: hook && wireNewWebhook(hook),
    }
  }
}
