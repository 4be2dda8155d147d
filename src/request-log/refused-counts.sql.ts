import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'

/** MAX_COUNTED is how many refused requests of an account are counted. */
const MAX_COUNTED = 1000

/** `selectRefusedCounts` counts the requests of some accounts that were refused since a time, up to 1,000 each. Those without any are not in it. */
export async function selectRefusedCounts(
  sql: Queryable,
  accounts: readonly AccountId[],
  since: Date,
): Promise<{ accountId: AccountId; refused: number }[]> {
  return await sql<{ accountId: AccountId; refused: number }[]>`
    select a.account_id, r.refused
      from unnest(${accounts}::int[]) a (account_id)
     cross join lateral (
       select count(*)::int as refused
         from (select at from requests
                where account_id = a.account_id and outcome <> 'ok'
                order by account_id desc, id desc limit ${MAX_COUNTED}) newest
        where at >= ${since}) r
     where r.refused > 0`.records()
}
