import type { Queryable, Transaction } from '../../database/database.ts'
import type { Micros } from '../../lib/money.ts'
import type { ItemState } from '../../lib/states.ts'
import type { OrderOfAccount } from '../after/refunds.sql.ts'
import type { ItemName } from '../claimed-item.ts'
import { readTries, type WrittenTries } from '../dispatch/dispatch.sql.ts'
import type { EarlierAttempt } from '../dispatch/routing.ts'

/** ResentItem is an item as far as it needs to be known before it is sent by a route that a person has chosen. */
export interface ResentItem extends ItemName {
  state: ItemState
  price: Micros
  quantity: number
  anyMargin: boolean
  currency: string
  /** `restored`: it was open in a backup that was restored. */
  restored: boolean
  /** `isDoubted`: a person is asked about a former supplier that says it has it. */
  isDoubted: boolean
  /** `isAsked`: a former supplier is being asked about it. */
  isAsked: boolean
  /** `supplier` is the one that has it; null: none. */
  supplier: string | null
  tries: EarlierAttempt[]
}

/**
 * `selectResent` reads the items of an order, in the order of their positions; with `waiting` only so many of those that wait. Who changes them must
 * have locked them: no dispatcher takes them meanwhile.
 */
export async function selectResent(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
  now: Date,
  waiting?: number,
): Promise<ResentItem[]> {
  const which = waiting === undefined ? sql`` : sql`and i.state = 'pending'`
  const most = waiting === undefined ? sql`` : sql`limit ${waiting}`
  const rows = await sql<(Omit<ResentItem, 'tries'> & { tries: WrittenTries })[]>`
    select i.account_id, i.order_id, i.position, i.state, i.price, i.quantity, i.any_margin, i.restored, a.tries,
           coalesce(a.is_asked, false) as is_asked,
           (select currency from wallets w where w.account_id = i.account_id) as currency,
           (select s.name from suppliers s where s.id = i.supplier_id and i.state in ('processing', 'unknown')) as supplier,
           exists (select from reviews v
                    where v.account_id = i.account_id and v.order_id = i.order_id and v.position = i.position
                      and v.kind = 'changed' and v.resolved_at is null) as is_doubted
      from items i
      left join lateral (
        select bool_or(recheck_lease > ${now}) as is_asked,
               jsonb_agg(jsonb_build_object('number', number, 'key', coalesce(key_number, number), 'route', route_id,
                                            'supplier', supplier_id, 'service', remote_service,
                                            'reference', reference, 'fault', fault, 'detail', detail,
                                            'ended', finished_at) order by number) as tries
          from attempts t
         where t.account_id = i.account_id and t.order_id = i.order_id and t.position = i.position) a on true
     where i.account_id = ${accountId} and i.order_id = ${orderId} ${which}
     order by i.position ${most}`.records()
  return rows.map(({ tries, ...item }) => ({ ...item, tries: readTries(tries) }))
}

/** ChosenAttempt is the next attempt of an item, whose route a person has chosen. */
export interface ChosenAttempt {
  item: ItemName
  number: number
  keyNumber: number
}

/**
 * `insertChosen` has items sent next, and at once, by a route: each gets its attempt, which is not made yet. One that was chosen before and not made
 * is replaced.
 */
export async function insertChosen(
  sql: Transaction,
  chosen: ChosenAttempt[],
  route: { routeId: number; supplierId: number; remoteService: string },
  { said, now }: { said: string; now: Date },
): Promise<void> {
  const column = <T>(of: (one: ChosenAttempt) => T): T[] => chosen.map(of)
  await sql`
    with given as materialized (
      select * from unnest(
        ${column(({ item }) => item.accountId)}::int[], ${column(({ item }) => item.orderId)}::bigint[],
        ${column(({ item }) => item.position)}::smallint[], ${column(({ number }) => number)}::smallint[],
        ${column(({ number, keyNumber }) => (keyNumber === number ? null : keyNumber))}::smallint[])
        as g (account_id, order_id, position, number, key_number)
    ), hurried as (
      update items i set due_at = ${now}
        from given g
       where i.account_id = g.account_id and i.order_id = g.order_id and i.position = g.position and i.state = 'pending'
    ), answered as (
      -- What a person was asked about an item that waits is answered.
      update reviews v set resolution = 'resent', resolved_by = 'imeigate', why = ${said}, resolved_at = ${now}
        from given g
       where v.account_id = g.account_id and v.order_id = g.order_id and v.position = g.position
         and v.resolved_at is null and v.kind in ('margin', 'supplier')
    ), traced as (
      insert into trail (actor, role, sign_in_id, address, trace_id, plan_id, why, what, subject, account_id, before, after)
      select acting(), came ->> 'role', (came ->> 'sign_in_id')::bigint, came ->> 'address', came ->> 'trace_id',
             (came ->> 'plan_id')::integer, acting_because(),
             'items', order_id || '/' || position, account_id, '{"route": null}', jsonb_build_object('route', ${route.routeId}::int)
        from given
       cross join (select acting_by() as came) b
    )
    insert into attempts (account_id, order_id, position, number, key_number, supplier_id, route_id, remote_service,
                          state, fault, detail, created_at)
    select account_id, order_id, position, number, key_number, ${route.supplierId}, ${route.routeId}, ${route.remoteService},
           'given_up', 'chosen', ${said}, ${now}
      from given
    on conflict (account_id, order_id, position, number) do update
       set key_number = excluded.key_number, supplier_id = excluded.supplier_id, route_id = excluded.route_id,
           remote_service = excluded.remote_service, state = 'given_up', fault = 'chosen', detail = excluded.detail,
           created_at = excluded.created_at, finished_at = null
     where attempts.fault = 'chosen'`
}
