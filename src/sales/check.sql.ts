import type { Queryable } from '../database/database.ts'
import type { LedgerCheck } from '../ledger/check.ts'
import { cellsOf, changesOf, timesOf } from './fold.sql.ts'

type Finding = LedgerCheck['rows'][number]

/** `selectWrongFigures` gives the figures that differ from what the ledger says, as far as they have taken it. */
export async function selectWrongFigures(
  sql: Queryable,
  timeZone: string,
  limit: number,
): Promise<Finding[]> {
  return await sql<Finding[]>`
    with ${changesOf(sql, null, timeZone)}, ${cellsOf(sql)}
    select coalesce(s.cut, c.cut)::text as cut, coalesce(s.day, c.day)::text as day, coalesce(s.account_id, c.account_id) as account_id,
           coalesce(s.service_id, c.service_id) as service_id, coalesce(s.supplier_id, c.supplier_id) as supplier_id,
           coalesce(s.currency, c.currency) as currency, s.charged, c.charged as charged_by_ledger, s.failed, c.failed as failed_by_ledger,
           s.turnover, c.turnover as turnover_by_ledger, s.refunded, c.refunded as refunded_by_ledger,
           s.cost, c.cost as cost_by_ledger
      from sales s
      full join cells c on c.cut = s.cut and c.whole_month = s.whole_month and c.day = s.day and c.account_id = s.account_id and c.service_id = s.service_id
                       and c.supplier_id = s.supplier_id and c.currency = s.currency and c.cost_currency = s.cost_currency
     where s is distinct from c
     order by 1, 2, 3, 4, 5, 6 limit ${limit}`
}

/** `selectWrongTimes` does so of the times. */
export async function selectWrongTimes(sql: Queryable, timeZone: string, limit: number): Promise<Finding[]> {
  return await sql<Finding[]>`
    with ${changesOf(sql, null, timeZone)}, ${timesOf(sql)}
    select coalesce(s.cut, t.cut)::text as cut, coalesce(s.first_day, t.first_day)::text as day,
           case when coalesce(s.whole_month, t.whole_month) then 'month' else 'day' end as of, coalesce(s.account_id, t.account_id) as account_id,
           coalesce(s.service_id, t.service_id) as service_id, coalesce(s.supplier_id, t.supplier_id) as supplier_id
      from sale_times s
      full join times t on t.cut = s.cut and t.whole_month = s.whole_month and t.first_day = s.first_day
                       and t.account_id = s.account_id and t.service_id = s.service_id and t.supplier_id = s.supplier_id
                       and t.currency = s.currency
     where s is distinct from t
     order by 1, 2, 3, 4, 5, 6 limit ${limit}`
}
