import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

/** WaitingList is an enabled supplier's list of which a person must say what is right. */
export interface WaitingList {
  supplierId: SupplierId
  name: string
  /** `error` says why the last list was not applied; null: it was. */
  error: string | null
  /** `jumps` counts the costs that wait, of what routes lead to. */
  jumps: number
  /** `edited` counts the details in which edited services no longer follow the list, by its last reading, if nobody watched that. */
  edited: number
  /** `newestJump` is when the last of them began to wait; null: none does. */
  newestJump: Date | null
  /** `since` is when the last list was read, or the first of its jumps began to wait. */
  since: Date
}

export const findWaitingLists = (sql: Queryable): Promise<WaitingList[]> =>
  sql<WaitingList[]>`
    select s.id as supplier_id, s.name, case when r.outcome = 'suspicious' then r.error end as error,
           coalesce(k.jumps, 0) as jumps, k.newest_jump,
           date_trunc('milliseconds', coalesce(k.oldest_jump, r.finished_at)) as since,
           coalesce(r.edited, 0) as edited
      from suppliers s
      left join lateral (select outcome, error, finished_at, case when trigger = 'scheduled' then (counts ->> 'edited')::int end as edited from sync_runs r
                          where r.supplier_id = s.id and r.finished_at is not null order by r.id desc limit 1) r on true
      left join (select supplier_id, count(*)::int as jumps, max(waiting_since) as newest_jump,
                         min(waiting_since) as oldest_jump from supplier_services k
                  where waiting_cost is not null
                    and exists (select from supplier_routes r
                                 where r.supplier_id = k.supplier_id and r.remote_service = k.remote_id)
                  group by supplier_id) k on k.supplier_id = s.id
     where s.enabled and (r.outcome = 'suspicious' or k.jumps > 0 or r.edited > 0) order by s.id`.records()
