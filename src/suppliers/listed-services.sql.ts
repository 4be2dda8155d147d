import type { Queryable } from '../database/database.ts'
import type { ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** ListedThere is a service of a supplier's list as it was taken over last. Costs are in `currency`. */
export interface ListedThere {
  remoteId: string
  group: string
  name: string
  kind: string
  cost: Micros
  /** `waitingCost` waits for a person since then; null: none does. */
  waitingCost: Micros | null
  waitingSince: Date | null
  currency: string
  deliveryTime: string
  available: boolean
  lastSeenAt: Date
  /** `ours` are services of ours that go there. */
  ours: { id: ServiceId; code: string; name: string }[]
}

export interface ListedFilter {
  /** `q` is a part of the name or of the group, or the id. */
  q?: string | undefined
  state?: 'there' | 'gone' | 'waiting' | 'ours' | undefined
  /** `after` is how many of them were shown already. */
  after: number
  limit: number
}

/** `selectListedThere` gives services of a supplier's list, by group and name. */
export const selectListedThere = (
  sql: Queryable,
  supplier: SupplierId,
  { q, state, after, limit }: ListedFilter,
): Promise<ListedThere[]> => {
  const part = q === undefined ? null : `%${q.replace(/[\\%_]/g, '\\$&')}%`
  return sql<ListedThere[]>`
    select k.remote_id, k.group_name as "group", k.name, k.kind::text as kind, k.cost, k.waiting_cost, k.waiting_since, k.currency, k.delivery_time,
           k.available, k.last_seen_at,
           coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'code', v.code, 'name', v.name) order by v.id)
                       from supplier_routes r join services v on v.id = r.service_id
                      where r.supplier_id = k.supplier_id and r.remote_service = k.remote_id), '[]'::jsonb) as ours
      from supplier_services k
     where k.supplier_id = ${supplier}
       and (${part}::text is null or k.name ilike ${part} or k.group_name ilike ${part} or k.remote_id = ${q ?? null})
       and case ${state ?? null}::text
             when 'there' then k.available
             when 'gone' then not k.available
             when 'waiting' then k.waiting_cost is not null
             when 'ours' then exists (select from supplier_routes r
                                       where r.supplier_id = k.supplier_id and r.remote_service = k.remote_id)
             else true end
     order by k.group_name, k.name, k.remote_id offset ${after} limit ${limit}`.records()
}
