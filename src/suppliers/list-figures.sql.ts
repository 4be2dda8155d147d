import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'

/** Fared is how what was sent to a supplier ended in a time. */
interface Fared {
  /** `successRate` is of what it did or refused; null: there is neither. */
  successRate: number | null
  /** `medianSeconds` is from sending to the result, of what it did; null: nothing. */
  medianSeconds: number | null
}

/** SupplierFared is how a supplier fared lately, or before that, where anything was sent to it. */
export interface SupplierFared extends Fared {
  supplierId: SupplierId
  lately: boolean
}

/** SupplierStanding is how a supplier stands now. */
export interface SupplierStanding {
  id: SupplierId
  /** `unknown` are items of which nobody knows if it has them. */
  unknown: number
  /** `listReadAt`, null: its list was never read. */
  listReadAt: Date | null
}

/** LATELY and USUALLY bound what is looked at of each route: the newest of both times. */
const LATELY = 500
const USUALLY = 200

/** `selectFared` looks at every supplier: lately is since `since`, usually before that and since `usualSince`. */
export const selectFared = (
  sql: Queryable,
  { since, usualSince }: { since: Date; usualSince: Date },
): Promise<SupplierFared[]> =>
  sql<SupplierFared[]>`
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
    )
    select supplier_id, lately, count(*) filter (where done)::double precision / count(*) as success_rate,
           percentile_cont(0.5) within group (order by seconds) filter (where done) as median_seconds
      from ended group by 1, 2`.records()

/** `selectStandings` gives them of every supplier, by id. */
export const selectStandings = (sql: Queryable): Promise<SupplierStanding[]> =>
  sql<SupplierStanding[]>`
    with lost as (
      select supplier_id, count(*)::int as unknown from items where state = 'unknown' group by 1
    )
    select s.id, coalesce(n.unknown, 0) as unknown, l.read_at as list_read_at
      from suppliers s
      left join lost n on n.supplier_id = s.id
      left join supplier_lists l on l.supplier_id = s.id
     order by s.id`.records()
