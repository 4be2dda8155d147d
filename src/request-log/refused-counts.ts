import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import { DAY_MS } from '../lib/time.ts'
import { selectRefusedCounts } from './refused-counts.sql.ts'

/** MAX_COUNTED is how many refused requests of an account are counted. */
const MAX_COUNTED = 1000

/** `refusedCounts` counts the requests of some accounts that were refused in the last 24 hours, up to `most` each. */
export async function refusedCounts(
  sql: Queryable,
  accounts: readonly AccountId[],
  now: Date,
  most = MAX_COUNTED,
): Promise<ReadonlyMap<AccountId, number>> {
  const found = await selectRefusedCounts(sql, accounts, new Date(now.getTime() - DAY_MS), most)
  return new Map(found.map(({ accountId, refused }) => [accountId, refused]))
}
