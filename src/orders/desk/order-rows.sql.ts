import type { Queryable } from '../../database/database.ts'
import type { AccountId, KeyId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { ItemState, OrderState, Via } from '../../lib/states.ts'
import { costingAttempts } from '../read/order-costs.sql.ts'
import type { Costs } from '../read/order-costs.ts'
import type { OrderName } from '../read/orders.sql.ts'

/** OrderRow is an order as a list shows it: what of its items is the same however many it has. */
export interface OrderRow extends Costs {
  id: OrderId
  accountId: AccountId
  username: string
  accountName: string
  priceGroup: string | null
  currency: string
  serviceId: ServiceId
  serviceCode: string
  serviceName: string
  serviceGroup: string
  /** `secretResults`: operators do not see its results. */
  secretResults: boolean
  state: OrderState
  itemCount: number
  /** `inputs` are those of the first items. */
  inputs: string[]
  /** `states` counts the items in each state. */
  states: Partial<Record<ItemState, number>>
  /** `suppliers` are those that have items, or had them at last. */
  suppliers: string[]
  /** `sandbox`: one of them does nothing real. */
  sandbox: boolean
  unitPrice: Micros
  total: Micros
  /** `held`, `charged`, `refunded` and `released` are what became of the price so far. */
  held: Micros
  /** `waiting` is what of it is held for items that were not sent yet. */
  waiting: Micros
  charged: Micros
  refunded: Micros
  /** `deliverable` counts items whose price was given back, and that may be delivered after all. */
  deliverable: number
  released: Micros
  reference: string | null
  via: Via
  keyId: KeyId | null
  /** `key` is its name; without one its security id. */
  key: string | null
  createdAt: Date
  finishedAt: Date | null
  /**
   * `reviews` counts the open ones, and the items that wait for one of another item: of an unrecognised answer people are asked once. `withPeople` counts the
   * items that are done by hand and wait.
   */
  reviews: number
  withPeople: number
  /**
   * `cancelItems` are open items of which somebody has asked the cancellation, and has no answer yet; `cancelHeld` are their prices, and `cancelSince`
   * when it was asked first.
   */
  cancelItems: number
  cancelHeld: Micros
  cancelSince: Date | null
}

/** `selectOrderRows` gives the rows of orders, in no order. Everything is looked up order by order. `people` are the kinds of suppliers that are people, `practice` those that do nothing real. */
export async function selectOrderRows(
  sql: Queryable,
  names: readonly OrderName[],
  { people, practice }: { people: readonly string[]; practice: readonly string[] },
): Promise<OrderRow[]> {
  return await sql<OrderRow[]>`
    select o.id, o.account_id, a.username, a.name as account_name, g.name as price_group, a.currency, o.service_id,
           s.code as service_code, s.name as service_name, s.group_name as service_group, s.secret_results, o.state, o.item_count,
           i.inputs, i.states, i.suppliers, i.sandbox, o.unit_price, o.total, i.held, i.waiting, i.charged, i.refunded, i.released, i.deliverable,
           coalesce(c.costs, '{}'::jsonb) as costs, coalesce(c.uncosted, 0)::int as uncosted,
           o.reference, o.via, nullif(coalesce(nullif(k.name, ''), k.security_id), '') as key, o.key_id, o.created_at, o.finished_at,
           (select count(*)::int from reviews v
             where v.account_id = o.account_id and v.order_id = o.id and v.resolved_at is null)
           + (select count(*)::int from attempts x
               where x.account_id = o.account_id and x.order_id = o.id and x.unrecognised is not null and x.state = 'unknown' and x.finished_at is null
                 and not exists (select from reviews v
                                  where v.account_id = x.account_id and v.order_id = x.order_id and v.position = x.position
                                    and v.kind = 'unrecognised answer' and v.resolved_at is null)) as reviews,
           i.with_people, w.*
      from unnest(${names.map(({ accountId }) => accountId)}::int[], ${names.map(({ id }) => id)}::bigint[])
             as asked (account_id, id)
     cross join lateral (select * from orders where account_id = asked.account_id and id = asked.id offset 0) o
      join accounts a on a.id = o.account_id
      left join price_groups g on g.id = a.price_group_id
      join services s on s.id = o.service_id
      left join api_keys k on k.id = o.key_id
     cross join lateral (
       select coalesce(array_agg(n.input order by n.position) filter (where n.position <= 3), '{}') as inputs,
              jsonb_strip_nulls(jsonb_build_object(
                'pending', nullif(count(*) filter (where n.state = 'pending'), 0),
                'processing', nullif(count(*) filter (where n.state = 'processing'), 0),
                'unknown', nullif(count(*) filter (where n.state = 'unknown'), 0),
                'success', nullif(count(*) filter (where n.state = 'success'), 0),
                'failed', nullif(count(*) filter (where n.state = 'failed'), 0),
                'cancelled', nullif(count(*) filter (where n.state = 'cancelled'), 0))) as states,
              coalesce(array_agg(distinct p.name) filter (where p.name is not null), '{}') as suppliers,
              coalesce(bool_or(p.kind = any(${practice}::text[])), false) as sandbox,
              coalesce(sum(n.price) filter (where n.finished_at is null), 0)::bigint as held,
              coalesce(sum(n.price) filter (where n.state = 'pending'), 0)::bigint as waiting,
              coalesce(sum(n.price - n.refunded) filter (where n.state = 'success'), 0)::bigint as charged,
              coalesce(sum(n.refunded), 0)::bigint as refunded,
              count(*) filter (where n.state in ('failed', 'cancelled') and n.ended_before is null)::int as deliverable,
              coalesce(sum(n.price - n.refunded) filter (where n.state in ('failed', 'cancelled')), 0)::bigint as released,
              (count(*) filter (where n.state in ('processing', 'unknown') and p.kind = any(${people}::text[])))::int as with_people
         from items n left join suppliers p on p.id = n.supplier_id
        where n.account_id = o.account_id and n.order_id = o.id) i
     cross join lateral (
       select count(*)::int as cancel_items, coalesce(sum(n.price), 0)::bigint as cancel_held, min(v.opened_at) as cancel_since
         from reviews v
         join items n on n.account_id = v.account_id and n.order_id = v.order_id and n.position = v.position and n.finished_at is null
        where v.account_id = o.account_id and v.order_id = o.id and v.kind = 'cancel' and v.resolved_at is null) w
     cross join lateral (
       select jsonb_object_agg(t.currency, t.cost::text) filter (where t.currency is not null) as costs, sum(t.uncosted) as uncosted
         from (select case when t.cost is not null then p.currency end as currency, sum(t.cost) as cost,
                      count(*) filter (where t.cost is null) as uncosted
                 from ${costingAttempts(sql)}
                group by 1) t) c`.records()
}

/** `selectNames` gives whose orders are, by their numbers, in the order in which they are asked for. */
export async function selectNames(sql: Queryable, ids: readonly OrderId[]): Promise<OrderName[]> {
  return await sql<OrderName[]>`
    select o.account_id, o.id
      from unnest(${ids}::bigint[]) with ordinality as asked (id, place)
     cross join lateral (select account_id, id from orders where id = asked.id offset 0) o
     order by asked.place`.records()
}

interface Traced {
  id: OrderId
  traceId: string
}

/**
 * `selectTraces` gives the trace ids of the requests that placed orders, as far as these are kept. A request comes in shortly before its order is
 * written; both times are looked at from the order on, so that few other requests of that moment are read. The log has no requests of the portal:
 * for its orders every request of that moment would be read for nothing.
 */
export async function selectTraces(
  sql: Queryable,
  orders: readonly Pick<OrderRow, 'accountId' | 'id' | 'createdAt' | 'via'>[],
): Promise<Traced[]> {
  const logged = orders.filter(({ via }) => via !== 'portal')
  if (logged.length === 0) return []
  return await sql<Traced[]>`
    select asked.id, r.trace_id
      from unnest(${logged.map(({ accountId }) => accountId)}::int[], ${logged.map(({ id }) => id)}::bigint[],
                  ${logged.map(({ createdAt }) => createdAt.toISOString())}::text[]::timestamptz[]) as asked (account_id, id, placed_at)
     cross join lateral (
       (select request_id::text as trace_id from requests
         where at > asked.placed_at - interval '15 seconds' and at <= asked.placed_at
           and account_id = asked.account_id and order_id = asked.id order by at desc limit 1)
       union all
       (select request_id::text from requests
         where at > asked.placed_at and at <= asked.placed_at + interval '2 seconds'
           and account_id = asked.account_id and order_id = asked.id order by at limit 1)
       limit 1) r`.records()
}
