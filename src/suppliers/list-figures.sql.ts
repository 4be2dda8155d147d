import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

/** Fared is how what was sent to a supplier ended in a time. */
interface Fared {
  /** `successRate` is of what it did or refused; null: there is neither. */
  successRate: number | null
  /** `medianSeconds` is from sending to the result, of what it did; null: nothing. */
  medianSeconds: number | null
}

/** ListFigures is how a supplier fares lately, beside how it usually does. */
export interface ListFigures extends Fared {
  id: SupplierId
  usualSuccessRate: number | null
  usualMedianSeconds: number | null
  /** `unknown` are items of which nobody knows if it has them. */
  unknown: number
  /** `listReadAt`, null: its list was never read. */
  listReadAt: Date | null
}

/** LATELY and USUALLY bound what is looked at of each route: the newest of both times. */
const LATELY = 500
const USUALLY = 200

/** `selectListFigures` gives them of every supplier: lately is since `since`, usually before that and since `usualSince`. */
export const selectListFigures = (
  sql: Queryable,
  { since, usualSince }: { since: Date; usualSince: Date },
): Promise<ListFigures[]> =>
  sql<ListFigures[]>`
    with ended as (
      select r.supplier_id, a.finished_at >= ${since} as lately, a.state = 'succeeded' as done,
             extract(epoch from a.finished_at - a.created_at)::double precision as seconds
        from supplier_routes r
       cross join lateral (
         (select state, fault, created_at, finished_at from attempts
           where route_id = r.id and finished_at >= ${since} order by finished_at desc limit ${LATELY})
         union all
         (select state, fault, created_at, finished_at from attempts
           where route_id = r.id and finished_at < ${since} and finished_at >= ${usualSince}
           order by finished_at desc limit ${USUALLY})) a
       where a.state = 'succeeded' or a.state = 'refused' and a.fault in ('item', 'supplier')
    ), fared as (
      select supplier_id, lately, count(*) filter (where done)::double precision / count(*) as success_rate,
             percentile_cont(0.5) within group (order by seconds) filter (where done) as median_seconds
        from ended group by 1, 2
    ), lost as (
      select supplier_id, count(*)::int as unknown from items where state = 'unknown' group by 1
    )
    select s.id, f.success_rate, f.median_seconds, u.success_rate as usual_success_rate, u.median_seconds as usual_median_seconds,
           coalesce(n.unknown, 0) as unknown, l.read_at as list_read_at
      from suppliers s
      left join fared f on f.supplier_id = s.id and f.lately
      left join fared u on u.supplier_id = s.id and not u.lately
      left join lost n on n.supplier_id = s.id
      left join supplier_lists l on l.supplier_id = s.id
     order by s.id`.records()
