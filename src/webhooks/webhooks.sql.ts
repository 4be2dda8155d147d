import { build, literal } from '../database/build.ts'
import type { Queryable, Sql } from '../database/database.ts'
import type { AccountId, KeyId, WebhookId } from '../lib/ids.ts'
import type { Webhook } from './attributes.ts'

/** MAX_COUNTED is how many events that wait for a webhook are counted: it says what a list of webhooks may cost. */
const MAX_COUNTED = 10_000

const webhooks = () =>
  build
    .selectFrom('webhooks as w')
    .innerJoin('accounts as a', 'a.id', 'w.accountId')
    .innerJoin('apiKeys as k', 'k.id', 'w.keyId')
    .select([
      'w.id',
      'w.accountId',
      'a.username',
      'w.keyId',
      'k.securityId',
      'w.url',
      'w.status',
      'w.failures',
    ])
    .select(['w.failingSince', 'w.pausedAt', 'w.previousUntil', 'w.createdAt', 'w.updatedAt'])
    .select(
      literal<number>`(select count(*)::int
                         from (select from order_events e where e.webhook_id = w.id and e.due_at is not null
                                limit ${MAX_COUNTED}) due)`.as('waiting'),
    )
    .$narrowType<Pick<Webhook, 'status'>>()

/** WebhookFilter chooses webhooks: of an account, and those behind the id `after`. */
export interface WebhookFilter {
  accountId?: AccountId | undefined
  after?: WebhookId | undefined
  status?: Webhook['status'] | undefined
}

/** `listWebhooks` gives webhooks by id. */
export async function listWebhooks(
  sql: Queryable,
  { accountId, after, status }: WebhookFilter,
  limit: number | null,
): Promise<Webhook[]> {
  let chosen = webhooks().orderBy('w.id').limit(limit)
  if (accountId !== undefined) chosen = chosen.where('w.accountId', '=', accountId)
  if (after !== undefined) chosen = chosen.where('w.id', '>', after)
  if (status !== undefined) chosen = chosen.where('w.status', '=', status)
  return await sql.run(chosen)
}

/** `selectWebhookOfKey` gives the webhook that a key has. */
export async function selectWebhookOfKey(sql: Queryable, keyId: KeyId): Promise<Webhook | undefined> {
  const [webhook] = await sql.run(webhooks().where('w.keyId', '=', keyId))
  return webhook
}

/** `listIllWebhooks` gives those that fail, or that nothing is sent to. */
export const listIllWebhooks = async (sql: Queryable, limit: number): Promise<Webhook[]> =>
  await sql.run(
    webhooks()
      .where((eb) => eb.or([eb('w.status', '<>', 'active'), eb('w.failingSince', 'is not', null)]))
      .orderBy('w.id')
      .limit(limit),
  )

export async function selectWebhook(sql: Queryable, id: WebhookId): Promise<Webhook | undefined> {
  const [webhook] = await sql.run(webhooks().where('w.id', '=', id))
  return webhook
}

/** `nextWebhookId` gives the id before the row is written, because the secrets are sealed for it. */
export async function nextWebhookId(sql: Queryable): Promise<WebhookId> {
  const [row] = await sql<{ id: WebhookId }[]>`
    select nextval(pg_get_serial_sequence('webhooks', 'id'))::int as id`
  return (row as { id: WebhookId }).id
}

export async function insertWebhook(
  sql: Queryable,
  webhook: { id: WebhookId; accountId: AccountId; keyId: KeyId; url: string; secrets: Buffer; now: Date },
): Promise<void> {
  const { id, accountId, keyId, url, secrets, now } = webhook
  await sql`
    insert into webhooks (id, account_id, key_id, url, secrets, created_at, updated_at) overriding system value
    values (${id}, ${accountId}, ${keyId}, ${url}, ${secrets}, ${now}, ${now})`
}

/** `updateUrl` also forgets the failures, because those of the old place say nothing about the new one. */
export async function updateUrl(sql: Queryable, id: WebhookId, url: string, now: Date): Promise<void> {
  await sql.run(
    build
      .updateTable('webhooks')
      .set({ url, failures: 0, failingSince: null, restUntil: null, updatedAt: now })
      .where('id', '=', id),
  )
}

/** `lockSecrets` gives undefined when there is no such webhook. */
export async function lockSecrets(sql: Queryable, id: WebhookId): Promise<Buffer | undefined> {
  const [row] = await sql.run(build.selectFrom('webhooks').select('secrets').where('id', '=', id).forUpdate())
  return row?.secrets
}

export async function selectNewestSecrets(
  sql: Queryable,
): Promise<{ id: WebhookId; secrets: Buffer } | undefined> {
  const [row] = await sql.run(
    build
      .selectFrom('webhooks as w')
      .innerJoin('apiKeys as k', 'k.id', 'w.keyId')
      .select(['w.id', 'w.secrets'])
      .where('k.revokedAt', 'is', null)
      .orderBy('w.id', 'desc')
      .limit(1),
  )
  return row
}

export async function updateSecrets(
  sql: Queryable,
  id: WebhookId,
  { secrets, previousUntil, now }: { secrets: Buffer; previousUntil: Date | null; now: Date },
): Promise<void> {
  await sql.run(
    build.updateTable('webhooks').set({ secrets, previousUntil, updatedAt: now }).where('id', '=', id),
  )
}

/** `updatePaused` leaves a webhook alone that is stopped already. What waits for it is held. */
export async function updatePaused(sql: Queryable, id: WebhookId, now: Date): Promise<void> {
  await sql`
    with paused as (
      update webhooks set status = 'paused', paused_at = ${now}, updated_at = ${now}
       where id = ${id} and status = 'active'
    )
    update order_events set due_at = null where webhook_id = ${id} and due_at is not null`
}

/** `updateResumed` also makes due what waits for a retry. */
export async function updateResumed(sql: Queryable, id: WebhookId, now: Date): Promise<void> {
  await sql`
    with resumed as (
      update webhooks
         set status = 'active', failures = 0, failing_since = null, rest_until = null, paused_at = null,
             updated_at = ${now}
       where id = ${id}
    )
    update order_events set due_at = ${now} where webhook_id = ${id} and due_at > ${now}`
}

/** Target is what it takes to send to a webhook. */
export interface Target {
  id: WebhookId
  url: string
  secrets: Buffer
  previousUntil: Date | null
  failures: number
  active: boolean
  /** `orphaned` says that its key was revoked, or its account is closed. */
  orphaned: boolean
}

export async function selectTarget(sql: Sql, id: WebhookId): Promise<Target | undefined> {
  const [row] = await sql<Target[]>`
    select w.id, w.url, w.secrets, w.previous_until, w.failures, w.status = 'active' as active,
           k.revoked_at is not null or a.status = 'closed' as orphaned
      from webhooks w join api_keys k on k.id = w.key_id join accounts a on a.id = w.account_id
     where w.id = ${id}`.records()
  return row
}
