import type { Queryable, Sql, Transaction } from '../database/database.ts'
import type { AccountId, KeyId, WebhookId } from '../lib/ids.ts'
import type { Webhook } from './webhook.ts'

const columns = (sql: Queryable) => sql`
  select w.id, w.account_id as "accountId", a.username, w.key_id as "keyId", k.security_id as "securityId", w.url,
         w.status, w.failures, w.failing_since as "failingSince", w.paused_at as "pausedAt",
         w.previous_until as "previousUntil", w.created_at as "createdAt", w.updated_at as "updatedAt",
         (select count(*)::int from order_events e where e.webhook_id = w.id and e.due_at is not null) as waiting
    from webhooks w join accounts a on a.id = w.account_id join api_keys k on k.id = w.key_id`

/** By id; one account's, or everybody's. */
export async function selectWebhooks(sql: Queryable, accountId: AccountId | undefined): Promise<Webhook[]> {
  return await sql<Webhook[]>`
    ${columns(sql)} ${accountId === undefined ? sql`` : sql`where w.account_id = ${accountId}`} order by w.id`
}

export async function selectWebhook(sql: Queryable, id: WebhookId): Promise<Webhook | undefined> {
  const [row] = await sql<Webhook[]>`${columns(sql)} where w.id = ${id}`
  return row
}

/** Its id is known before it is written: its secrets are sealed for it. */
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

/** Where it failed before says nothing about the new place. */
export async function updateUrl(sql: Queryable, id: WebhookId, url: string, now: Date): Promise<void> {
  await sql`
    update webhooks set url = ${url}, failures = 0, failing_since = null, rest_until = null, updated_at = ${now}
     where id = ${id}`
}

/** Undefined when there is none. */
export async function lockSecrets(sql: Transaction, id: WebhookId): Promise<Buffer | undefined> {
  const [row] = await sql<{ secrets: Buffer }[]>`select secrets from webhooks where id = ${id} for update`
  return row?.secrets
}

export async function selectNewestSecrets(
  sql: Queryable,
): Promise<{ id: WebhookId; secrets: Buffer } | undefined> {
  const [row] = await sql<{ id: WebhookId; secrets: Buffer }[]>`
    select w.id, w.secrets from webhooks w join api_keys k on k.id = w.key_id
     where k.revoked_at is null order by w.id desc limit 1`
  return row
}

export async function updateSecrets(
  sql: Queryable,
  id: WebhookId,
  { secrets, previousUntil, now }: { secrets: Buffer; previousUntil: Date | null; now: Date },
): Promise<void> {
  await sql`
    update webhooks set secrets = ${secrets}, previous_until = ${previousUntil}, updated_at = ${now} where id = ${id}`
}

/** Whatever still waits is due, also where it was waiting for a retry. */
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

/** What a worker needs to send to it. */
export interface Target {
  id: WebhookId
  url: string
  secrets: Buffer
  previous_until: Date | null
  failures: number
  failing_since: Date | null
  active: boolean
  /** Its key was revoked, or its account is closed. */
  orphaned: boolean
}

export async function selectTarget(sql: Sql, id: WebhookId): Promise<Target | undefined> {
  const [row] = await sql<Target[]>`
    select w.id, w.url, w.secrets, w.previous_until, w.failures, w.failing_since, w.status = 'active' as active,
           k.revoked_at is not null or a.status = 'closed' as orphaned
      from webhooks w join api_keys k on k.id = w.key_id join accounts a on a.id = w.account_id
     where w.id = ${id}`
  return row
}
