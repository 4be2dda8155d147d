import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'

export interface KeptAnswer {
  body: string
  answer: string
}

/** Keeps an answer's place; waits for another request that has it and is not committed yet. False: it is taken. */
export async function claimKey(
  sql: Queryable,
  { accountId, key, body, at }: { accountId: AccountId; key: string; body: string; at: Date },
): Promise<boolean> {
  const claimed = await sql`
    insert into idempotency_keys (account_id, key, body, answer, created_at)
    values (${accountId}, ${key}::text::uuid, ${body}::text::uuid, '', ${at})
    on conflict do nothing`
  return claimed.count === 1
}

export async function keepAnswer(
  sql: Queryable,
  { accountId, key, answer }: { accountId: AccountId; key: string; answer: string },
): Promise<void> {
  await sql`
    update idempotency_keys set answer = ${answer}
     where account_id = ${accountId} and key = ${key}::text::uuid`
}

export async function selectAnswer(
  sql: Queryable,
  { accountId, key }: { accountId: AccountId; key: string },
): Promise<KeptAnswer | undefined> {
  const [row] = await sql<KeptAnswer[]>`
    select replace(body::text, '-', '') as body, answer from idempotency_keys
     where account_id = ${accountId} and key = ${key}::text::uuid`
  return row
}
