import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'

/**
 * `selectRefusedCounts` counts the requests of some accounts that were refused since a time, up to `most` each. Those without any are not in it. What
 * is older is not read, but for an hour: no row is written so long after its request.
 */
export async function selectRefusedCounts(
  sql: Queryable,
  accounts: readonly AccountId[],
  since: Date,
  most: number,
): Promise<{ accountId: AccountId; refused: number }[]> {
  return await sql<{ accountId: AccountId; refused: number }[]>`
    with first as materialized (
      select id from requests where at >= ${since}::timestamptz - interval '1 hour' order by at limit 1)
    select a.account_id, r.refused
      from unnest(${accounts}::int[]) a (account_id)
     cross join lateral (
       select count(*)::int as refused
         from (select at from requests
                where (account_id, id) >= (a.account_id, (select id from first))
                  and (account_id, id) < (a.account_id, ${Number.MAX_SAFE_INTEGER}::bigint) and outcome <> 'ok'
                order by account_id desc, id desc limit ${most}) newest
        where at >= ${since}) r
     where r.refused > 0`.records()
}
