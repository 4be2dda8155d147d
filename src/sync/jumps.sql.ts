import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { wouldBeBelow } from './below.sql.ts'

/** `holdStaged` gives staged services whose costs have jumped their known costs back; the new ones wait. */
export async function holdStaged(
  sql: Queryable,
  supplier: SupplierId,
  { currency, maxJump }: { currency: string; maxJump: number },
): Promise<void> {
  await sql`
    update staged_services s set cost = k.cost, waiting_cost = s.cost
      from supplier_services k
     where s.supplier_id = ${supplier} and k.supplier_id = ${supplier} and k.remote_id = s.remote_id
       and k.currency = ${currency} and abs(s.cost - k.cost) * 100::numeric > k.cost * ${maxJump}::int::numeric
       and s.remote_id in (select remote_service from supplier_routes where supplier_id = ${supplier}
                           union all
                           select remote_id from synced_services where supplier_id = ${supplier})`
  // A cost above a fixed price waits as well, however little it rises.
  await sql`
    update staged_services s set cost = k.cost, waiting_cost = s.cost
      from supplier_services k
     where s.supplier_id = ${supplier} and s.waiting_cost is null and k.supplier_id = ${supplier} and k.remote_id = s.remote_id
       and s.remote_id in (select remote_id from (${wouldBeBelow(sql, supplier, currency)}) w)`
}

/** `acceptStaged` gives these staged services the costs that wait. */
export async function acceptStaged(sql: Queryable, supplier: SupplierId, remoteIds: string[]): Promise<void> {
  await sql`
    update staged_services set cost = waiting_cost, waiting_cost = null
     where supplier_id = ${supplier} and waiting_cost is not null and remote_id = any(${remoteIds}::text[])`
}

/** Jump is a service whose cost has changed by more than it may. Costs are in the supplier's currency. */
export interface Jump {
  remoteId: string
  name: string
  cost: Micros
  newCost: Micros
}

/** `selectJumps` gives the staged services whose new costs wait, in the order of the list. */
export async function selectJumps(sql: Queryable, supplier: SupplierId): Promise<Jump[]> {
  return sql<Jump[]>`
    select remote_id, name, cost, waiting_cost as new_cost from staged_services
     where supplier_id = ${supplier} and waiting_cost is not null order by position`.records()
}
