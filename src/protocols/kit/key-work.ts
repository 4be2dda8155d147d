import type { ApiKeyView } from '../../accounts/key-attributes.ts'
import { changeKey, createKey, findKey, rotateKey } from '../../accounts/keys.ts'
import type { AccountId, KeyId } from '../../lib/ids.ts'
import { type Clock, HOUR_MS } from '../../lib/time.ts'
import type { Desk } from '../../people/desk.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import { createWebhook, setWebhookOfKey } from '../../webhooks/webhooks.ts'
import { inFieldsOf } from './fields.ts'
import { type Form, keyFields, keyFormOf, wireKey, wireNewWebhook } from './key-shapes.ts'

interface Parts {
  sealer: () => Promise<Sealer>
  config: { outboundAllow: string[] }
  clock: Clock
}

/** KeyWork is what the operator's API and the portal's do alike with API keys and their webhooks; their routes decide who may. Its methods throw as the functions that they call. */
export class KeyWork {
  /** `#parts` are looked into when they are needed: routes are also listed without them. */
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** `create` makes a key, and with `webhook_url` its webhook. */
  create(change: Desk['change'], accountId: AccountId, { webhook_url: url, ...form }: Form) {
    return inFieldsOf(keyFields, async () => {
      const fresh = await createKey(change, accountId, keyFormOf(form), this.#parts.clock)
      return await this.#made(change, accountId, fresh, url)
    })
  }

  /** `rotate` makes one that is as another, which goes on working for so many hours. */
  async rotate(change: Desk['change'], before: ApiKeyView, hours: number) {
    const fresh = await rotateKey(change, before, hours * HOUR_MS, this.#parts.clock)
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
      await changeKey(change, id, keyFormOf(form), this.#parts.clock, seen)
      const changed = await findKey(change, id, this.#parts.clock)
      const hook =
        url === undefined
          ? undefined
          : await change.begin(async (transaction) =>
              setWebhookOfKey(
                transaction,
                await this.#parts.sealer(),
                { key: changed, secret, url, allow: this.#parts.config.outboundAllow },
                this.#parts.clock,
              ),
            )
      return {
        key: wireKey(await findKey(change, id, this.#parts.clock)),
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
    const to = { accountId, key: fresh, allow: this.#parts.config.outboundAllow }
    const hook =
      url === undefined
        ? null
        : await change.begin(async (transaction) =>
            createWebhook(transaction, await this.#parts.sealer(), { ...to, url }, this.#parts.clock),
          )
    return {
      key: wireKey(await findKey(change, fresh.id, this.#parts.clock)),
      secret: fresh.secret,
      webhook: hook && wireNewWebhook(hook),
    }
  }
}
