import type { Sql } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'

/** AccountMarks say how things of an account stand that are no ledger entry: another mark, something has changed. */
export interface AccountMarks {
  /** `requests` is the newest of the request log; 0: there is none. */
  requests: number
  /** `money` is a hash of the credit limit, and of how the deposits stand. */
  money: string
}

/** DEPOSITS_LOOKED_AT are those of an account whose state is told: the newest. */
const DEPOSITS_LOOKED_AT = 50

/** `selectMarks` gives the marks of some accounts, in their order. */
export async function selectMarks(sql: Sql, accountIds: readonly AccountId[]): Promise<AccountMarks[]> {
  return await sql<AccountMarks[]>`
    select coalesce((select r.id from requests r where r.account_id = asked.account_id
                      order by r.account_id desc, r.id desc limit 1), 0)::float8 as requests,
           left(md5(concat_ws(' ',
             (select w.credit_limit from wallets w where w.account_id = asked.account_id),
             (select string_agg(concat_ws(' ', d.id, d.state), ',' order by d.id)
                from (select id, state from deposits where account_id = asked.account_id
                       order by account_id desc, id desc limit ${DEPOSITS_LOOKED_AT}::int) d))), 8) as money
      from unnest(${accountIds}::int[]) with ordinality as asked (account_id, nth)
     order by asked.nth`.records()
}
