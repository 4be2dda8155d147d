import type { Queryable } from '../database/database.ts'
import type { LedgerCheck } from '../ledger/check.ts'
import { cellsOf, changesOf, quartersOf } from './fold.sql.ts'

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
      full join cells c on c.cut = s.cut and c.unit = s.unit and c.day = s.day and c.account_id = s.account_id and c.service_id = s.service_id
                       and c.supplier_id = s.supplier_id and c.currency = s.currency and c.cost_currency = s.cost_currency
     where s is distinct from c
     order by 1, 2, 3, 4, 5, 6 limit ${limit}`
}

/** `selectWrongQuarters` does so of those by quarters of an hour. */
export async function selectWrongQuarters(
  sql: Queryable,
  timeZone: string,
  limit: number,
): Promise<Finding[]> {
  return await sql<Finding[]>`
    with ${changesOf(sql, null, timeZone)}, ${quartersOf(sql)}
    select coalesce(s.at, q.at)::text as at, coalesce(s.currency, q.currency) as currency, s.charged, q.charged as charged_by_ledger,
           s.failed, q.failed as failed_by_ledger, s.turnover, q.turnover as turnover_by_ledger
      from sale_quarters s
      full join quarters q on q.at = s.at and q.currency = s.currency and q.cost_currency = s.cost_currency
     where s is distinct from q
     order by 1, 2 limit ${limit}`
}
