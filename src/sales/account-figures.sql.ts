import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** AccountFigures is what an account bought since a day, in its currency. */
export interface AccountFigures {
  accountId: AccountId
  orders: number
  charged: number
  failed: number
  rejected: number
  turnover: Micros
  refunded: Micros
}

/** `selectAccountFigures` gives it of some accounts, or of all (null). An account that has bought nothing has none. */
export async function selectAccountFigures(
  sql: Queryable,
  since: Date,
  accounts: readonly AccountId[] | null,
): Promise<AccountFigures[]> {
  return await sql<AccountFigures[]>`
    select account_id, sum(orders)::int as orders, sum(charged)::int as charged, sum(failed)::int as failed,
           sum(rejected)::int as rejected, sum(turnover)::bigint as turnover, sum(refunded)::bigint as refunded
      from sales
     where cut = 'account' and unit = 'day' and day >= ${since}::timestamptz::date
       and account_id > 0 and (${accounts}::int[] is null or account_id = any(${accounts}::int[]))
     group by 1`.records()
}
