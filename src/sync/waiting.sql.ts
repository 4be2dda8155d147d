import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import { UNSCHEDULED } from './runs.sql.ts'

/** WaitingList is an enabled supplier's list of which a person must say what is right. */
export interface WaitingList {
  supplierId: SupplierId
  name: string
  /** `error` says why the last list was not applied; null: it was. */
  error: string | null
  /** `jumps` counts the costs that wait because they have changed by more than the supplier's bound, of what routes lead to. */
  jumps: number
  /** `abovePrices` counts the costs that wait only because a fixed price would be below them, of what routes lead to. */
  abovePrices: number
  /** `edited` counts the details in which edited services no longer follow the list, by its last reading, if nobody watched that. */
  edited: number
  /** `newestJump` is when the last of the costs began to wait; null: none does. */
  newestJump: Date | null
  /** `since` is when the last list was read, or the first of its costs began to wait. */
  since: Date
}

export const findWaitingLists = (sql: Queryable): Promise<WaitingList[]> =>
  sql<WaitingList[]>`
    select s.id as supplier_id, s.name, case when r.outcome = 'suspicious' then r.error end as error,
           coalesce(k.jumps, 0) as jumps, coalesce(k.waiting - k.jumps, 0) as above_prices, k.newest_jump,
           date_trunc('milliseconds', coalesce(k.oldest_jump, r.finished_at)) as since,
           coalesce(r.edited, 0) as edited
      from suppliers s
      left join lateral (select outcome, error, finished_at, case when trigger = 'scheduled' then (counts ->> 'edited')::int end as edited from sync_runs r
                          where r.supplier_id = s.id and r.finished_at is not null order by r.id desc limit 1) r on true
      left join (select k.supplier_id, count(*)::int as waiting, max(waiting_since) as newest_jump, min(waiting_since) as oldest_jump,
                        count(*) filter (where abs(waiting_cost - cost) * 100::numeric
                                               > cost * coalesce(max_jump, ${UNSCHEDULED.maxJump}::int)::numeric)::int as jumps
                   from supplier_services k left join supplier_syncs y on y.supplier_id = k.supplier_id
                  where waiting_cost is not null
                    and exists (select from supplier_routes r
                                 where r.supplier_id = k.supplier_id and r.remote_service = k.remote_id)
                  group by k.supplier_id) k on k.supplier_id = s.id
     where s.enabled and (r.outcome = 'suspicious' or k.waiting > 0 or r.edited > 0) order by s.id`.records()
