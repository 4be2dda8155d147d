import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import { wouldBeBelow } from './below.sql.ts'
import type { Jump } from './jumps.sql.ts'

/** HeldJump is a cost that waits, with how many prices of services that it is of would be below it. */
export interface HeldJump extends Jump {
  belowCost: number
}

/** `selectHeldJumps` gives the staged services whose costs wait, in the order of the list. Of prices those count that do not follow costs. */
export const selectHeldJumps = (
  sql: Queryable,
  { id, currency }: { id: SupplierId; currency: string },
): Promise<HeldJump[]> =>
  sql<HeldJump[]>`
    select s.remote_id, s.name, s.cost, s.waiting_cost as new_cost, coalesce(b.count, 0) as below_cost
      from staged_services s
      left join (select remote_id, count(*)::int as count from (${wouldBeBelow(sql, id, currency)}) w group by remote_id) b using (remote_id)
     where s.supplier_id = ${id} and s.waiting_cost is not null order by s.position`.records()
