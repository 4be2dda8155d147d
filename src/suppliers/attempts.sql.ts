import type { Queryable } from '../database/database.ts'
import type { AccountId, OrderId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** attemptOutcomes say what came of sending an item: as SupplierCalls counts them. */
export const attemptOutcomes = ['succeeded', 'refused', 'unavailable', 'waited', 'settled'] as const

type AttemptOutcome = (typeof attemptOutcomes)[number]

/** EndedAttempt is an item that was sent to a supplier, and what came of it. */
export interface EndedAttempt {
  orderId: OrderId
  position: number
  number: number
  username: string
  serviceCode: string
  serviceName: string
  remoteService: string
  input: string
  outcome: AttemptOutcome
  /** `detail` are the words of a refusal, or of the person who settled it. */
  detail: string | null
  reference: string | null
  /** `cost` is of the whole item, in the supplier's currency; null: not known. */
  cost: Micros | null
  sentAt: Date
  /** `endedMicros` is its end in microseconds since 1970. */
  endedMicros: number
}

/** AttemptPlace is where an attempt stands in the list. */
export interface AttemptPlace {
  endedMicros: number
  orderId: number
  position: number
}

/** OrderName is an order, with the account that has it. */
interface OrderName {
  accountId: AccountId
  id: OrderId
}

/** AttemptFilter narrows the list. */
export interface AttemptFilter {
  outcome?: AttemptOutcome | undefined
  service?: ServiceId | undefined
  /** `named` are the orders that a text names whole: of these those attempts are meant whose order, input or number at the supplier it is. */
  named?: { text: string; orders: readonly OrderName[] } | undefined
  /** `from` is the first instant of the end, `to` the first one behind. */
  from?: Date | undefined
  to?: Date | undefined
}

/** AttemptPart is a part of the list: behind `before`, and down to `downTo`, which is in it. */
export interface AttemptPart {
  before?: AttemptPlace | undefined
  downTo?: AttemptPlace | undefined
}

const timeAt = (sql: Queryable, place: AttemptPlace | undefined) => sql`
  (to_timestamp(${place?.endedMicros ?? null}::bigint / 1000000) + (${place?.endedMicros ?? null}::bigint % 1000000) * interval '1 microsecond')`

/** `walked` gives so many of the newest attempts of a part that have ended, and by which supplier's routes they went: each route has an index of its own. */
const walked = (
  sql: Queryable,
  supplier: SupplierId,
  { service, from, to, before, downTo }: AttemptFilter & AttemptPart,
  limit: number,
) => sql`
  select a.* from supplier_routes r
   cross join lateral (
     select * from attempts a
      where a.route_id = r.id
        and a.finished_at <= coalesce(${timeAt(sql, before)}, 'infinity')
        and a.finished_at >= coalesce(${timeAt(sql, downTo)}, '-infinity')
        and a.finished_at >= coalesce(${from ?? null}::timestamptz, '-infinity')
        and a.finished_at < coalesce(${to ?? null}::timestamptz, 'infinity')
        and (${before?.endedMicros ?? null}::bigint is null or (a.finished_at, a.order_id, a.position)
             < (${timeAt(sql, before)}, ${before?.orderId ?? null}::bigint, ${before?.position ?? null}::int))
        and (${downTo?.endedMicros ?? null}::bigint is null or (a.finished_at, a.order_id, a.position)
             >= (${timeAt(sql, downTo)}, ${downTo?.orderId ?? null}::bigint, ${downTo?.position ?? null}::int))
      order by a.finished_at desc, a.order_id desc, a.position desc limit ${limit}) a
   where r.supplier_id = ${supplier} and (${service ?? null}::int is null or r.service_id = ${service ?? null}::int)
   order by a.finished_at desc, a.order_id desc, a.position desc limit ${limit}`

/** `ofNamed` gives the attempts of a part that a text names, looked up by their orders. */
const ofNamed = (
  sql: Queryable,
  supplier: SupplierId,
  { service, from, to, before }: AttemptFilter & AttemptPart,
  { text, orders }: { text: string; orders: readonly OrderName[] },
) => sql`
  select t.* from unnest(${orders.map(({ accountId }) => accountId)}::int[], ${orders.map(({ id }) => id)}::bigint[]) n (account_id, id)
   cross join lateral (select * from orders where account_id = n.account_id and id = n.id offset 0) o
   cross join lateral (select * from attempts where account_id = n.account_id and order_id = n.id offset 0) t
   cross join lateral (
     select input from items where account_id = n.account_id and order_id = n.id and position = t.position offset 0) i
    join supplier_routes r on r.id = t.route_id
   where r.supplier_id = ${supplier} and (${service ?? null}::int is null or r.service_id = ${service ?? null}::int)
     and t.finished_at >= coalesce(${from ?? null}::timestamptz, '-infinity')
     and t.finished_at < coalesce(${to ?? null}::timestamptz, 'infinity')
     and (${before?.endedMicros ?? null}::bigint is null or (t.finished_at, t.order_id, t.position)
          < (${timeAt(sql, before)}, ${before?.orderId ?? null}::bigint, ${before?.position ?? null}::int))
     and (o.id::text = ltrim(${text}, '#') or lower(o.reference) = lower(${text}) or lower(i.input) = lower(${text}) or t.reference = ${text})`

/** `selectAttemptStop` gives where so many attempts of a part have been looked at; undefined: there are not so many. */
export async function selectAttemptStop(
  sql: Queryable,
  supplier: SupplierId,
  filter: AttemptFilter & AttemptPart,
  maxRows: number,
): Promise<AttemptPlace | undefined> {
  const [stop] = await sql<AttemptPlace[]>`
    select (extract(epoch from finished_at) * 1000000)::bigint::double precision as ended_micros,
           order_id::double precision as order_id, position::int as position
      from (${walked(sql, supplier, filter, maxRows)}) a
     order by finished_at desc, a.order_id desc, a.position desc offset ${maxRows - 1} limit 1`.records()
  return stop
}

/** `selectAttempts` gives what was sent to a supplier by the routes that there are and has ended, the newest first. */
export async function selectAttempts(
  sql: Queryable,
  supplier: SupplierId,
  { limit, maxRows, ...filter }: AttemptFilter & AttemptPart & { limit: number; maxRows: number },
): Promise<EndedAttempt[]> {
  const { outcome, named } = filter
  return await sql<EndedAttempt[]>`
    with ended as (
      ${named ? ofNamed(sql, supplier, filter, named) : walked(sql, supplier, filter, outcome === undefined ? limit : maxRows)}
    ), told as (
      select *, (extract(epoch from finished_at) * 1000000)::bigint as ended_micros,
             case when state = 'succeeded' then 'succeeded'
                  when state = 'refused' and fault = 'item' then 'refused'
                  when state = 'refused' and fault = 'supplier' then 'unavailable'
                  when state = 'refused' and fault = 'wait' then 'waited'
                  else 'settled' end as outcome
        from ended
    ), page as (
      select * from told where (${outcome ?? null}::text is null or outcome = ${outcome ?? null})
       order by ended_micros desc, order_id desc, position desc limit ${limit}
    )
    select p.order_id, p.position, p.number, c.username, v.code as service_code, v.name as service_name, p.remote_service, i.input,
           p.outcome, case when p.outcome <> 'succeeded' then p.detail end as detail, p.reference, p.cost, p.created_at as sent_at,
           p.ended_micros::double precision as ended_micros
      from page p
      join accounts c on c.id = p.account_id
      join items i on i.account_id = p.account_id and i.order_id = p.order_id and i.position = p.position
      join services v on v.id = i.service_id
     order by p.ended_micros desc, p.order_id desc, p.position desc`.records()
}
