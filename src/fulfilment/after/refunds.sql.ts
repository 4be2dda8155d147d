import type { Queryable, Transaction } from '../../database/database.ts'
import type { EntryKind } from '../../ledger/entry.ts'
import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { ItemState } from '../../lib/states.ts'
import { sanitize } from '../../lib/text.ts'

/** OrderOfAccount names an order, never without its account (promise 6, own data only). */
export interface OrderOfAccount {
  accountId: AccountId
  orderId: OrderId
}

/** LockedItem is an item as far as what people do to it after its end needs to know. */
export interface LockedItem {
  position: number
  price: Micros
  refunded: Micros
  state: ItemState
  result: string | null
  finishedAt: Date | null
  serviceId: ServiceId
  /** `earlier` is what was given back under the same reference; null: nothing was. */
  earlier: Micros | null
}

/** `lockItems` locks an order's items and reads them, in the order of their positions. Wallets must be locked before, as everywhere. */
export async function lockItems(
  sql: Transaction,
  { accountId, orderId }: OrderOfAccount,
  reference: string | null,
): Promise<LockedItem[]> {
  return await sql<LockedItem[]>`
    select i.position, i.price, i.refunded, i.state, i.result, i.finished_at, i.service_id,
           (select r.amount from ledger_entries r
             where r.account_id = i.account_id and r.order_id = i.order_id and r.position = i.position
               and r.kind = 'refund' and r.reference = ${reference}) as earlier
      from items i
     where i.account_id = ${accountId} and i.order_id = ${orderId}
     order by i.position for update of i`.records()
}

/** ItemEntries are ledger entries about items of one order that have ended. */
export interface ItemEntries {
  kind: Extract<EntryKind, 'refund' | 'correction' | 'charge'>
  /** `amount` is never negative: a charge takes it from the balance. */
  rows: readonly { position: number; amount: bigint }[]
  actor: string
  note: string
  reference: string | null
  at: Date
}

/**
 * `insertItemEntries` writes the entries under the account's next numbers, and the balance that follows. The wallet must be locked. What a
 * refund and a charge do to their items is done by the schema: see refund_item and charge_item.
 */
export async function insertItemEntries(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
  { kind, rows, actor, note, reference, at }: ItemEntries,
): Promise<void> {
  const sign = kind === 'charge' ? -1 : 1
  await sql`
    with given as materialized (
      select *, ${sign}::int * amount as change
        from unnest(${rows.map(({ position }) => position)}::smallint[], ${rows.map(({ amount }) => amount)}::bigint[])
             with ordinality as g (position, amount, ord)
    ), balanced as (
      update wallets w
         set available = w.available + t.change, last_entry = w.last_entry + t.entries
        from (select coalesce(sum(change), 0)::bigint as change, count(*) as entries from given) t
       where w.account_id = ${accountId}
      returning w.account_id, w.last_entry - t.entries as last_entry, w.available - t.change as available
    ), noted as (
      insert into unchained_ledgers (accounts) select array[account_id] from balanced
    )
    insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, actor, note, reference,
                                created_at)
    select b.account_id, b.last_entry + g.ord, ${kind}::entry_kind, g.amount,
           b.available + sum(g.change) over (order by g.ord), ${orderId}, g.position, ${actor}, ${sanitize(note)},
           ${reference === null ? null : sanitize(reference)}, ${at}
      from given g cross join balanced b
     order by g.ord`
}

/** `settleRefunded` ends what was still asked about items that were given back in whole: of suppliers, and of people. */
export async function settleRefunded(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
  positions: readonly number[],
  { actor, why, at }: { actor: string; why: string; at: Date },
): Promise<void> {
  await sql`
    with asked as (
      update attempts set recheck_at = null, recheck_lease = null
       where account_id = ${accountId} and order_id = ${orderId} and position = any(${positions}::smallint[])
         and recheck_at is not null)
    update reviews
       set resolution = 'refunded', resolved_by = ${actor}, why = ${sanitize(why)}, resolved_at = ${at}
     where account_id = ${accountId} and order_id = ${orderId} and position = any(${positions}::smallint[])
       and resolved_at is null`
}

/** `attemptOfResult` is the number of the attempt that gave an item its result; null: none did. */
const attemptOfResult = (sql: Queryable, { accountId, orderId }: OrderOfAccount, position: number) => sql`
  (select a.number from attempts a
    where a.account_id = ${accountId} and a.order_id = ${orderId} and a.position = ${position} and a.state = 'succeeded'
    order by a.finished_at desc, a.number desc limit 1)`

/**
 * `settleCorrected` ends what people were asked about the result of an item that has another one now. What another supplier says, which was asked
 * before, stays open: it may have charged, too.
 */
export async function settleCorrected(
  sql: Queryable,
  order: OrderOfAccount,
  position: number,
  { actor, why, at }: { actor: string; why: string; at: Date },
): Promise<void> {
  const { accountId, orderId } = order
  await sql`
    update reviews
       set resolution = 'corrected', resolved_by = ${actor}, why = ${sanitize(why)}, resolved_at = ${at}
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position}
       and (kind = 'verify' or (kind = 'changed' and attempt = ${attemptOfResult(sql, order, position)})) and resolved_at is null`
}

/** `rejectAttempts` says of the attempts that gave these items their results that a person does not believe them. */
export async function rejectAttempts(
  sql: Queryable,
  { accountId, orderId }: OrderOfAccount,
  positions: readonly number[],
  said: string,
): Promise<void> {
  await sql`
    update attempts set state = 'given_up', detail = ${sanitize(said)}
     where account_id = ${accountId} and order_id = ${orderId} and position = any(${positions}::smallint[])
       and state = 'succeeded'`
}

/** `writeResult` replaces the result of an item that was charged. The supplier that gave it is not asked about it again by itself: it would say the former one. */
export async function writeResult(
  sql: Queryable,
  order: OrderOfAccount,
  position: number,
  result: string,
): Promise<void> {
  const { accountId, orderId } = order
  await sql`
    with asked as (
      update attempts set recheck_at = null, recheck_lease = null
       where account_id = ${accountId} and order_id = ${orderId} and position = ${position}
         and number = ${attemptOfResult(sql, order, position)} and recheck_at is not null)
    update items set result = ${sanitize(result)}
     where account_id = ${accountId} and order_id = ${orderId} and position = ${position} and state = 'success'`
}
