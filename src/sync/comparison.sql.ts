import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { type ImportSelection, isSelected } from './import.sql.ts'

/** Change is what became of a service between two readings of a list. It is `cost` where the cost is new, whatever else is. */
export type Change = 'new' | 'cost' | 'details' | 'gone' | 'unchanged'

/** `compared` joins the staged list with what is known of the supplier: it has one row for each service that either of them has. */
const compared = (sql: Queryable, supplier: SupplierId, currency: string) => sql`
  select remote_id, s.position, coalesce(s.group_name, k.group_name) as group_name,
         coalesce(s.name, k.name) as name, k.cost as old_cost,
         coalesce(s.waiting_cost, s.cost) as new_cost, k.currency as old_currency, s.waiting_cost is not null as waits,
         case when k.remote_id is null then 'new'
              when s.remote_id is null then 'gone'
              when coalesce(s.waiting_cost, s.cost) <> k.cost or k.currency <> ${currency} then 'cost'
              when s.hash <> k.hash then 'details'
              else 'unchanged' end as change,
         case when k.remote_id is null or s.remote_id is null then '{}'::text[]
              else array_remove(array[
                case when coalesce(s.waiting_cost, s.cost) <> k.cost or k.currency <> ${currency} then 'cost' end,
                case when s.group_name <> k.group_name then 'group' end,
                case when s.name <> k.name then 'name' end,
                case when s.kind <> k.kind then 'kind' end,
                case when s.delivery_time <> k.delivery_time then 'delivery time' end,
                case when s.description <> k.description then 'description' end,
                case when (s.min_quantity, s.max_quantity, s.quantity_options) <> (k.min_quantity, k.max_quantity, k.quantity_options)
                     then 'quantity' end,
                case when s.box is distinct from k.box then 'box' end,
                case when s.fields <> k.fields then 'fields' end], null) end as changed
    from (select * from staged_services where supplier_id = ${supplier}) s
    full join (select * from supplier_services where supplier_id = ${supplier} and available) k using (remote_id)`

interface GroupCount {
  group_name: string
  change: Change
  count: number
}

export async function selectGroupCounts(
  sql: Queryable,
  supplier: SupplierId,
  currency: string,
): Promise<GroupCount[]> {
  return sql<GroupCount[]>`
    select group_name, change, count(*)::int as count from (${compared(sql, supplier, currency)}) c
     group by group_name, change order by min(position) nulls last, group_name, change`
}

/** ListChange is a service whose row in the list has changed, or that an import takes. */
export interface ListChange {
  remoteId: string
  group: string
  name: string
  change: Change
  /** `oldCost` is in `oldCurrency`, `newCost` in the supplier's currency. */
  oldCost: Micros | null
  newCost: Micros | null
  oldCurrency: string | null
  /** `waits` says that the new cost has jumped, and that the old one stands until a person accepts it. */
  waits: boolean
  /** `taken` says that an import makes a service of ours of it, or gives its rule to the one that it was imported as. */
  taken: boolean
  /** `changed` names what has changed: cost, group, name, kind, delivery time, description, quantity, box, fields. */
  changed: string[]
}

/**
 * `selectChanges` gives what an import with a selection would take, and what changed. They are in the order of the list; what an import takes
 * comes first, what is gone last.
 */
export async function selectChanges(
  sql: Queryable,
  supplier: SupplierId,
  currency: string,
  selection: ImportSelection = { all: false, groups: [], ids: [] },
): Promise<ListChange[]> {
  return await sql<ListChange[]>`
    select remote_id, group_name as "group", name, change, old_cost, new_cost, old_currency, waits, taken, changed
      from (select c.*, s.remote_id is not null as taken
              from (${compared(sql, supplier, currency)}) c
              left join (select remote_id from staged_services s
                          where supplier_id = ${supplier} and ${isSelected(sql, selection)}
                            and (s.remote_id in (select remote_id from synced_services where supplier_id = ${supplier})
                                 or s.remote_id not in (select remote_service from supplier_routes
                                                         where supplier_id = ${supplier}))) s using (remote_id)) c
     where change <> 'unchanged' or taken
     order by taken desc, position nulls last, remote_id`.records()
}

/** `selectLoss` counts the services that could be bought before (`known`), and those of them that the list has lost. */
export async function selectLoss(
  sql: Queryable,
  supplier: SupplierId,
): Promise<{ known: number; lost: number }> {
  const [row] = await sql<{ known: number; lost: number }[]>`
    select count(*)::int as known, count(*) filter (where s.remote_id is null)::int as lost
      from (select remote_id from supplier_services where supplier_id = ${supplier} and available
            union
            select remote_service from supplier_routes
             where supplier_id = ${supplier} and available is not false and remote_service <> ''
                and not accept_unlisted) k (remote_id)
      left join staged_services s on s.supplier_id = ${supplier} and s.remote_id = k.remote_id`
  return row ?? { known: 0, lost: 0 }
}
