import type { Queryable } from '../database/database.ts'
import type { OrderId, ServiceId, SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** attemptOutcomes say what came of sending an item: as SupplierCalls counts them. */
export const attemptOutcomes = ['succeeded', 'refused', 'unavailable', 'waited', 'settled'] as const

export type AttemptOutcome = (typeof attemptOutcomes)[number]

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

/** AttemptPlace is where a page begins: behind this attempt. */
export interface AttemptPlace {
  endedMicros: number
  orderId: number
  position: number
}

/** LOOKED_AT bounds what is looked at of a route where only some outcomes are wanted: the newest, as the figures do. */
const LOOKED_AT = 5_000

/** `selectAttempts` gives what was sent to a supplier by the routes that there are and has ended, the newest first. */
export async function selectAttempts(
  sql: Queryable,
  supplier: SupplierId,
  {
    outcome,
    service,
    q,
    from,
    to,
    before,
    limit,
  }: {
    outcome?: AttemptOutcome | undefined
    service?: ServiceId | undefined
    /** `q` is the whole input, number of the order or number at the supplier. */
    q?: string | undefined
    /** `from` is the first instant of the end, `to` the first one behind. */
    from?: Date | undefined
    to?: Date | undefined
    before?: AttemptPlace | undefined
    limit: number
  },
): Promise<EndedAttempt[]> {
  const { endedMicros = null, orderId = null, position = null } = before ?? {}
  const at = sql`to_timestamp(${endedMicros}::bigint / 1000000) + (${endedMicros}::bigint % 1000000) * interval '1 microsecond'`
  return await sql<EndedAttempt[]>`
    with ended as (
      select a.* from supplier_routes r
       cross join lateral (
         select * from attempts a
          where a.route_id = r.id
            and a.finished_at <= coalesce(${at}, 'infinity')
            and a.finished_at >= coalesce(${from ?? null}::timestamptz, '-infinity')
            and a.finished_at < coalesce(${to ?? null}::timestamptz, 'infinity')
            and (${endedMicros}::bigint is null
                 or (a.finished_at, a.order_id, a.position) < (${at}, ${orderId}::bigint, ${position}::int))
          order by a.finished_at desc, a.order_id desc, a.position desc limit ${outcome === undefined && q === undefined ? limit : LOOKED_AT}) a
       where r.supplier_id = ${supplier} and (${service ?? null}::int is null or r.service_id = ${service ?? null}::int)
    ), named as (
      select *, (extract(epoch from finished_at) * 1000000)::bigint as ended_micros,
             case when state = 'succeeded' then 'succeeded'
                  when state = 'refused' and fault = 'item' then 'refused'
                  when state = 'refused' and fault = 'supplier' then 'unavailable'
                  when state = 'refused' and fault = 'wait' then 'waited'
                  else 'settled' end as outcome
        from ended
    ), page as (
      select n.* from named n
       where (${outcome ?? null}::text is null or outcome = ${outcome ?? null})
         and (${q ?? null}::text is null or reference = ${q ?? null} or order_id::text = ${q ?? null}
              or exists (select from items i
                          where i.account_id = n.account_id and i.order_id = n.order_id and i.position = n.position
                            and i.input = ${q ?? null}))
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
