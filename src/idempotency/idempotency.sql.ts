import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'

/** KeyName names a key of one account. `key` is a UUID's 32 digits. */
interface KeyName {
  accountId: AccountId
  key: string
}

/** `claimKey` inserts a key without its answer; false: it exists. It waits for another request under the key that is not committed yet. */
export async function claimKey(
  sql: Queryable,
  { accountId, key, body, at }: KeyName & { body: string; at: Date },
): Promise<boolean> {
  const claimed = await sql.run(
    build
      .insertInto('idempotencyKeys')
      .values({ accountId, key, body, answer: '', createdAt: at })
      .onConflict((conflict) => conflict.doNothing()),
  )
  return claimed.count === 1
}

export async function keepAnswer(
  sql: Queryable,
  { accountId, key, answer }: KeyName & { answer: string },
): Promise<void> {
  await sql.run(
    build
      .updateTable('idempotencyKeys')
      .set({ answer })
      .where('accountId', '=', accountId)
      .where('key', '=', key),
  )
}

/** `selectAnswer` gives a kept answer, with the digest of the body that it was claimed with. */
export async function selectAnswer(
  sql: Queryable,
  { accountId, key }: KeyName,
): Promise<{ body: string; answer: string } | undefined> {
  const [row] = await sql<{ body: string; answer: string }[]>`
    select replace(body::text, '-', '') as body, answer from idempotency_keys
     where account_id = ${accountId} and key = ${key}::text::uuid`
  return row
}
