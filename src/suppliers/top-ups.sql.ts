import type { Queryable, Sql } from '../database/database.ts'
import type { PayTo, SupplierDeposit } from '../integrations/suppliers/top-ups.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { sanitize } from '../lib/text.ts'

/** `topUpStates` are those of a top-up: see supplier_top_ups of the schema. */
export const topUpStates = [
  ...(['unknown', 'pending', 'review', 'credited', 'cancelled', 'expired', 'failed'] as const),
  ...(['not_begun', 'given_up', 'noted'] as const),
] as const

export type TopUpState = (typeof topUpStates)[number]

/** TopUp is money paid in to our account at a supplier, or to be paid in. Amounts are in micros of `currency`. */
export interface TopUp {
  id: number
  supplierId: SupplierId
  at: Date
  /** `actor` is who wanted it, as the trail names it. */
  actor: string
  /** `way` is the supplier's way to pay in; null: it was written down. */
  way: string | null
  amount: Micros
  currency: string
  state: TopUpState
  reference: string | null
  note: string | null
  /** `credited` is what the supplier credits; `toPay` what it wants for it; null: it has not said. */
  credited: Micros | null
  toPay: Micros | null
  payTo: PayTo
  expiresAt: Date | null
  reason: string | null
  endedAt: Date | null
  askedAt: Date | null
}

/** TopUpWanted is a top-up that is about to be begun. */
export interface TopUpWanted {
  supplierId: SupplierId
  at: Date
  actor: string
  way: string
  amount: Micros
  currency: string
  checkAt: Date
}

/**
 * `insertTopUp` writes that a deposit is about to be begun. undefined: this `request` has done so before, or nobody knows yet of another one of the
 * supplier.
 */
export async function insertTopUp(
  sql: Queryable,
  { supplierId, at, actor, way, amount, currency, checkAt }: TopUpWanted,
  request: string | null,
): Promise<TopUp | undefined> {
  const [row] = await sql<TopUp[]>`
    insert into supplier_top_ups (supplier_id, at, actor, request, way, amount, currency, state, check_at)
    values (${supplierId}, ${at}, ${actor}, ${request}, ${sanitize(way)}, ${amount}, ${currency}, 'unknown', ${checkAt})
    on conflict do nothing
    returning id, supplier_id, at, actor, way, amount, currency, state, reference, note, credited, to_pay, pay_to, expires_at, reason, ended_at, asked_at`.records()
  return row
}

/** `insertNotedTopUp` keeps what a person has paid elsewhere. */
export async function insertNotedTopUp(
  sql: Queryable,
  top: { supplierId: SupplierId; at: Date; actor: string; amount: Micros; currency: string } & {
    reference: string | null
    note: string | null
  },
): Promise<TopUp> {
  const [row] = await sql<TopUp[]>`
    insert into supplier_top_ups (supplier_id, at, actor, amount, currency, state, reference, note, ended_at)
    values (${top.supplierId}, ${top.at}, ${top.actor}, ${top.amount}, ${top.currency}, 'noted', ${top.reference}, ${top.note}, ${top.at})
    returning id, supplier_id, at, actor, way, amount, currency, state, reference, note, credited, to_pay, pay_to, expires_at, reason, ended_at, asked_at`.records()
  return row as TopUp
}

/** `selectTopUp` gives a top-up of a supplier. */
export async function selectTopUp(
  sql: Queryable,
  supplierId: SupplierId,
  id: number,
): Promise<TopUp | undefined> {
  const [row] = await sql<TopUp[]>`
    select id, supplier_id, at, actor, way, amount, currency, state, reference, note, credited, to_pay, pay_to, expires_at, reason, ended_at, asked_at
      from supplier_top_ups where supplier_id = ${supplierId} and id = ${id}`.records()
  return row
}

/** `selectTopUpOf` gives the top-up that a request has made. */
export async function selectTopUpOf(sql: Queryable, request: string): Promise<TopUp | undefined> {
  const [row] = await sql<TopUp[]>`
    select id, supplier_id, at, actor, way, amount, currency, state, reference, note, credited, to_pay, pay_to, expires_at, reason, ended_at, asked_at
      from supplier_top_ups where request = ${request}`.records()
  return row
}

/** `selectUnknownTopUp` gives the one top-up of a supplier of which nobody knows whether it was begun. */
export async function selectUnknownTopUp(
  sql: Queryable,
  supplierId: SupplierId,
): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    select id from supplier_top_ups where supplier_id = ${supplierId} and state = 'unknown'`.records()
  return row?.id
}

/** `selectTopUps` lists a supplier's top-ups, the newest first, below an id. */
export async function selectTopUps(
  sql: Queryable,
  supplierId: SupplierId,
  { before, limit }: { before: number; limit: number },
): Promise<TopUp[]> {
  return await sql<TopUp[]>`
    select id, supplier_id, at, actor, way, amount, currency, state, reference, note, credited, to_pay, pay_to, expires_at, reason, ended_at, asked_at
      from supplier_top_ups where supplier_id = ${supplierId} and id < ${before}
     order by id desc limit ${limit}`.records()
}

/** `selectOtherReferences` gives the numbers of other deposits that were begun at the same place about when this one was. */
export async function selectOtherReferences(
  sql: Queryable,
  { id, supplierId, at }: Pick<TopUp, 'id' | 'supplierId' | 'at'>,
): Promise<Set<string>> {
  const rows = await sql<{ reference: string }[]>`
    select t.reference
      from supplier_top_ups t
      join suppliers s on s.id = t.supplier_id
      join suppliers o on o.url = s.url
     where o.id = ${supplierId} and t.id <> ${id} and t.way is not null and t.reference is not null
       and t.at between ${at}::timestamptz - interval '2 days' and ${at}::timestamptz + interval '2 days'`.records()
  return new Set(rows.map(({ reference }) => reference))
}

/** TopUpKnown is what has become of a top-up; what is left out of `deposit` stays as it was. */
export interface TopUpKnown {
  state: TopUpState
  reason: string | null
  deposit: SupplierDeposit | undefined
  /** `askedAt` is when the supplier has answered about it; null: it has not, now. */
  askedAt: Date | null
  endedAt: Date | null
  checkAt: Date | null
}

/**
 * `updateTopUp` writes it, unless it has ended by now; one that a person has given up is taken up again by a deposit that is there. Gives the state
 * before; undefined: nothing was written.
 */
export async function updateTopUp(
  sql: Queryable,
  id: number,
  { state, reason, deposit, askedAt, endedAt, checkAt }: TopUpKnown,
): Promise<TopUpState | undefined> {
  const [row] = await sql<{ before: TopUpState }[]>`
    update supplier_top_ups t
       set state = ${state}, reason = ${reason === null ? null : sanitize(reason)}, asked_at = coalesce(${askedAt}::timestamptz, t.asked_at), ended_at = ${endedAt}, check_at = ${checkAt},
           reference = coalesce(${deposit === undefined ? null : sanitize(deposit.reference)}, t.reference),
           credited = coalesce(${deposit?.credited ?? null}::bigint, t.credited),
           to_pay = coalesce(${deposit?.toPay ?? null}::bigint, t.to_pay),
           pay_to = coalesce(${deposit === undefined ? null : sanitize(JSON.stringify(deposit.payTo))}::text::jsonb, t.pay_to),
           expires_at = coalesce(${deposit?.expiresAt ?? null}::timestamptz, t.expires_at)
      from (select id, state from supplier_top_ups where id = ${id} for update) o
     where t.id = o.id
       and (o.state in ('unknown', 'pending', 'review') or (o.state = 'given_up' and ${deposit !== undefined}))
    returning o.state as before`.records()
  return row?.before
}

/** `giveUpTopUp` ends a top-up that is open; false: it is not, or the supplier has never answered about one of which nobody knows. */
export async function giveUpTopUp(sql: Queryable, id: number, at: Date): Promise<boolean> {
  const { count } = await sql`
    update supplier_top_ups set state = 'given_up', ended_at = ${at}, check_at = null
     where id = ${id} and (state in ('pending', 'review') or (state = 'unknown' and asked_at is not null))`
  return count > 0
}

/** `claimTopUps` gives open top-ups that are due; nobody else asks about them before `next`. */
export async function claimTopUps(
  sql: Sql,
  { now, next, limit }: { now: Date; next: Date; limit: number },
): Promise<Pick<TopUp, 'id' | 'supplierId'>[]> {
  return await sql<Pick<TopUp, 'id' | 'supplierId'>[]>`
    update supplier_top_ups set check_at = ${next}
     where id in (select id from supplier_top_ups where check_at <= ${now} order by check_at limit ${limit} for update skip locked)
    returning id, supplier_id`.records()
}
