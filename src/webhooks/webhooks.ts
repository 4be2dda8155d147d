import type { ApiKeyView } from '../accounts/key-attributes.ts'
import { isSecretOf, type NewKey } from '../accounts/keys.ts'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow } from '../lib/fault.ts'
import type { AccountId, WebhookId } from '../lib/ids.ts'
import { newSigningSecret } from '../lib/standard-webhooks.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { refuseForeignKey, type Sealer } from '../secrets/sealer.ts'
import { type Webhook, webhookAttributes } from './attributes.ts'
import { wakeWebhook } from './events.sql.ts'
import { readWebhookUrl } from './url.ts'
import {
  insertWebhook,
  listIllWebhooks,
  listWebhooks,
  lockSecrets,
  nextWebhookId,
  selectNewestSecrets,
  selectWebhook,
  selectWebhookOfKey,
  type Target,
  updatePaused,
  updateResumed,
  updateSecrets,
  updateUrl,
} from './webhooks.sql.ts'

export { listIllWebhooks, listWebhooks }

/** NewWebhook is a webhook that was just made. */
export interface NewWebhook {
  id: WebhookId
  url: string
  /** `secret` is the signing secret (`whsec_...`), which is shown this once. */
  secret: string
}

/**
 * `createWebhook` makes the webhook of a key, in the transaction that makes the key: X-Signature is made with the key's own secret, which
 * is known only then and is kept sealed. Throws invalid_input (webhook_url), and conflict when the secret key at hand is not the server's.
 */
export async function createWebhook(
  sql: Transaction,
  sealer: Sealer,
  input: { accountId: AccountId; key: Pick<NewKey, 'id' | 'secret'>; url: string; allow: string[] },
  clock: Clock = systemClock,
): Promise<NewWebhook> {
  const { accountId, key, url, allow } = input
  const checked = orThrow(readWebhookUrl(url, allow))
  const newest = await selectNewestSecrets(sql)
  refuseForeignKey(sealer, newest ? [{ sealed: newest.secrets, owner: ownerOf(newest.id) }] : [], {
    what: 'webhooks',
    mend: 'revoke their keys',
  })
  const id = await nextWebhookId(sql)
  const secret = newSigningSecret()
  const secrets = sealer.seal({ key: key.secret, current: secret } satisfies Secrets, ownerOf(id))
  await insertWebhook(sql, { id, accountId, keyId: key.id, url: checked, secrets, now: clock.now() })
  return { id, url: checked, secret }
}

/** `findWebhook` throws not_found. */
export async function findWebhook(sql: Queryable, id: WebhookId): Promise<Webhook> {
  const webhook = await selectWebhook(sql, id)
  if (!webhook) throw new Refusal('not_found', `there is no webhook ${id}`, 'webhook')
  return webhook
}

/** `findWebhookOf` finds a webhook of one account. Throws not_found for those of others. */
export async function findWebhookOf(sql: Queryable, accountId: AccountId, id: WebhookId): Promise<Webhook> {
  const webhook = await findWebhook(sql, id)
  if (webhook.accountId !== accountId) throw new Refusal('not_found', `there is no webhook ${id}`, 'webhook')
  return webhook
}

/** `webhookVersion` names how a webhook stands, but for its secrets. */
export const webhookVersion = (webhook: Webhook): string => versionOfNoun(webhookAttributes, webhook)

/**
 * `changeUrl` sends what waits to the new URL. A webhook that was stopped stays so until it is resumed. With `seen` it wants a transaction. Throws
 * invalid_input, not_found and version_conflict.
 */
export async function changeUrl(
  sql: Queryable,
  id: WebhookId,
  { url, allow, seen }: { url: string; allow: string[]; seen?: string | undefined },
  clock: Clock = systemClock,
): Promise<Webhook> {
  const checked = orThrow(readWebhookUrl(url, allow))
  await lockSecrets(sql, id)
  checkVersion(seen, webhookVersion(await findWebhook(sql, id)))
  await updateUrl(sql, id, checked, clock.now())
  await wakeWebhook(sql, id)
  return await findWebhook(sql, id)
}

/**
 * `setWebhookOfKey` changes the URL of a key's webhook, or gives the key one. A new one needs the key's secret, which X-Signature is made
 * with, and of which only a hash is kept. Gives the new webhook, undefined where there was one.
 * Throws invalid_input (webhook_url, secret), and conflict when the secret key at hand is not the server's.
 */
export async function setWebhookOfKey(
  sql: Transaction,
  sealer: Sealer,
  input: {
    key: Pick<ApiKeyView, 'id' | 'accountId'>
    url: string
    secret: string | undefined
    allow: string[]
  },
  clock: Clock = systemClock,
): Promise<NewWebhook | undefined> {
  const { key, url, secret, allow } = input
  const webhook = await selectWebhookOfKey(sql, key.id)
  if (webhook) {
    await changeUrl(sql, webhook.id, { url, allow }, clock)
    return undefined
  }
  if (secret === undefined) {
    const message =
      "the key has no webhook yet, and a new one needs the key's secret, of which only a hash is kept"
    throw new Refusal('invalid_input', message, 'secret')
  }
  if (!(await isSecretOf(sql, key.id, secret))) {
    throw new Refusal('invalid_input', "it is not the key's secret", 'secret')
  }
  const to = { accountId: key.accountId, key: { id: key.id, secret }, url, allow }
  return await createWebhook(sql, sealer, to, clock)
}

/** MAX_OVERLAP_MS is the longest time for which the signing secret before the last still signs. */
const MAX_OVERLAP_MS = 30 * DAY_MS

/**
 * `rotateSecret` gives a new signing secret. The one before signs, too, until `previousUntil`, so that a receiver can change in between;
 * null: it signs nothing more. The API key's secret stays. Throws not_found, invalid_input (overlap), and an Error when the secret key at
 * hand is not the server's.
 */
export async function rotateSecret(
  sql: Sql,
  sealer: Sealer,
  id: WebhookId,
  previousUntil: Date | null,
  clock: Clock = systemClock,
): Promise<{ secret: string; previousUntil: Date | null }> {
  const now = clock.now()
  const overlap = previousUntil ? previousUntil.getTime() - now.getTime() : 0
  if (overlap < 0 || overlap > MAX_OVERLAP_MS) {
    throw new Refusal('invalid_input', 'both secrets can sign for 30 days at most, from now on', 'overlap')
  }
  const secret = newSigningSecret()
  await sql.begin(async (transaction) => {
    const sealed = await lockSecrets(transaction, id)
    if (!sealed) throw new Refusal('not_found', `there is no webhook ${id}`, 'webhook')
    const { key, current } = sealer.open(sealed, ownerOf(id)) as Secrets
    const secrets: Secrets = { key, current: secret, ...(previousUntil && { previous: current }) }
    await updateSecrets(transaction, id, { secrets: sealer.seal(secrets, ownerOf(id)), previousUntil, now })
  })
  return { secret, previousUntil }
}

/**
 * `pauseWebhook` has a webhook sent nothing more until it is resumed. What waits for it, and what happens meanwhile, is kept and can be replayed
 * then. Throws not_found.
 */
export async function pauseWebhook(
  sql: Queryable,
  id: WebhookId,
  clock: Clock = systemClock,
): Promise<Webhook> {
  await findWebhook(sql, id)
  await updatePaused(sql, id, clock.now())
  return await findWebhook(sql, id)
}

/**
 * `resumeWebhook` has a webhook that was paused, or that answered 410, sent what happens from now on. What happened meanwhile can be
 * replayed. Throws not_found.
 */
export async function resumeWebhook(
  sql: Queryable,
  id: WebhookId,
  clock: Clock = systemClock,
): Promise<Webhook> {
  await findWebhook(sql, id)
  await updateResumed(sql, id, clock.now())
  await wakeWebhook(sql, id)
  return await findWebhook(sql, id)
}

/** Secrets are kept sealed: `key` is the API key's own, `current` and `previous` sign. */
type Secrets = { key: string; current: string; previous?: string }

/** `secretsAt` gives the secrets to sign with at a time. Throws an Error when they were sealed with another key. */
export function secretsAt(target: Target, sealer: Sealer, now: Date): { key: string; signing: string[] } {
  const { key, current, previous } = sealer.open(target.secrets, ownerOf(target.id)) as Secrets
  const overlaps = previous !== undefined && target.previousUntil && target.previousUntil > now
  return { key, signing: overlaps ? [current, previous] : [current] }
}

/** `ownerOf` binds sealed secrets to their row, so that rows cannot be swapped. */
const ownerOf = (id: WebhookId): string => `webhook ${id}`
