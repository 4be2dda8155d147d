import type { Queryable } from '../../database/database.ts'
import { sanitize } from '../../lib/text.ts'
import type { OrderOfAccount } from './refunds.sql.ts'

/** Deliverable is what is known of an item that may be delivered after all. */
export interface Deliverable {
  /** `wasCharged`: it had been charged before its price was given back; `anew`: it was delivered after all before. */
  wasCharged: 'never' | 'once' | 'anew'
  /** `attempts` in the order of their numbers; `gaveResult` is so of the one whose result was charged. */
  attempts: { number: number; gaveResult: boolean }[]
}

/** `selectDeliverable` reads it of an item that is locked. */
export async function selectDeliverable(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
  position: number,
): Promise<Deliverable> {
  const [row] = await sql<{ captured: boolean; charged: boolean }[]>`
    select exists (select from ledger_entries
                    where account_id = ${accountId} and order_id = ${orderId} and position = ${position}
                      and kind in ('capture', 'release') and kind = 'capture') as captured,
           exists (select from ledger_entries
                    where account_id = ${accountId} and order_id = ${orderId} and position = ${position}
                      and kind = 'charge') as charged`.records()
  const attempts = await sql<{ number: number; latest: boolean }[]>`
    select number, number = first_value(number) over (
             order by state in ('succeeded', 'given_up') desc, finished_at desc nulls last, number desc) as latest
      from attempts
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and fault is distinct from 'chosen'
     order by number`.records()
  return {
    wasCharged: row?.charged ? 'anew' : row?.captured ? 'once' : 'never',
    attempts: attempts.map(({ number, latest }) => ({ number, gaveResult: latest })),
  }
}

/** `selectDeliveredBefore` gives the positions of the items of an order that were charged anew before. */
export async function selectDeliveredBefore(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
): Promise<number[]> {
  const rows = await sql<{ position: number }[]>`
    select position from items
     where account_id = ${accountId} and order_id = ${orderId} and ended_before is not null`.records()
  return rows.map(({ position }) => position)
}

/**
 * `markDelivered` says of an attempt that it has delivered. It comes last of those that a person had given up, so that the figures find it
 * whenever they read it.
 */
export async function markDelivered(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
  position: number,
  number: number,
): Promise<void> {
  await sql`
    update attempts a
       set state = 'succeeded', fault = null, unrecognised = null, recheck_at = null, recheck_lease = null,
           finished_at = greatest(a.finished_at, (
             select max(o.finished_at) + interval '1 microsecond' from attempts o
              where o.account_id = a.account_id and o.order_id = a.order_id and o.position = a.position
                and o.number <> a.number and o.state in ('succeeded', 'given_up')))
     where a.account_id = ${accountId} and a.order_id = ${orderId} and a.position = ${position} and a.number = ${number}`
}

/** `settleDelivered` ends what was still asked about an item that was delivered after all: of suppliers, and of people. */
export async function settleDelivered(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
  position: number,
  { actor, why, at }: { actor: string; why: string; at: Date },
): Promise<void> {
  await sql`
    with asked as (
      update attempts set recheck_at = null, recheck_lease = null
       where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and recheck_at is not null)
    update reviews
       set resolution = 'delivered', resolved_by = ${actor}, why = ${sanitize(why)}, resolved_at = ${at}
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and resolved_at is null`
}
