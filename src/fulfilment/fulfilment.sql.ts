import type { AccountId } from '../accounts/account.ts'
import type { Sql, Transaction } from '../database/database.ts'
import type { ItemState, OrderId } from '../orders/order.ts'

type AttemptState = 'sent' | 'accepted' | 'unknown' | 'succeeded' | 'refused'

/** An item that a worker has taken, with the attempt it is to send or to ask about. */
export interface Taken {
  accountId: AccountId
  orderId: OrderId
  position: number
  /** The fence: what is reported for the item counts only while this is its claim. */
  claim: number
  supplierId: number
  supplierKind: string
  attempt: number
  attemptState: AttemptState
  /** How often the supplier has been asked about the attempt without a clear answer. */
  asked: number
  reference: string | null
  sentAt: Date
  subject: string
  fields: Record<string, string> | null
  quantity: number
}

interface TakenRow {
  account_id: AccountId
  order_id: bigint
  position: number
  claim: number
  supplier_id: number
  supplier_kind: string
  number: number
  state: AttemptState
  asked: number
  reference: string | null
  created_at: Date
  subject: string
  fields: Record<string, string> | null
  quantity: number
}

const taken = (row: TakenRow): Taken => ({
  accountId: row.account_id,
  orderId: Number(row.order_id) as OrderId,
  position: row.position,
  claim: row.claim,
  supplierId: row.supplier_id,
  supplierKind: row.supplier_kind,
  attempt: row.number,
  attemptState: row.state,
  asked: row.asked,
  reference: row.reference,
  sentAt: row.created_at,
  subject: row.subject,
  fields: row.fields,
  quantity: row.quantity,
})

/**
 * Takes up to `limit` due pending items under a lease, and writes the attempt of each (promise 4): when this
 * returns, the intent is committed. Items of services that no supplier fulfils by itself stay pending and are
 * looked at again at `idleUntil`.
 */
export async function takePending(
  sql: Sql,
  { limit, now, leaseUntil, idleUntil }: { limit: number; now: Date; leaseUntil: Date; idleUntil: Date },
): Promise<{ taken: Taken[]; looked: number }> {
  const rows = await sql<(TakenRow & { routed: boolean })[]>`
    with due as materialized (
      select account_id, order_id, position, service_id from items
       where state = 'pending' and due_at <= ${now}
       order by due_at limit ${limit} for update skip locked
    ), routed as materialized (
      select due.*, route.supplier_id, route.kind
        from due left join lateral (
          select r.supplier_id, s.kind from routes r
            join suppliers s on s.id = r.supplier_id
            join services on services.id = r.service_id and services.processing = 'automatic'
           where r.service_id = due.service_id
           order by r.position, r.supplier_id limit 1) route on true
    ), moved as (
      update items i
         set claim = i.claim + (r.supplier_id is not null)::int,
             state = case when r.supplier_id is null then i.state else 'processing' end,
             due_at = case when r.supplier_id is null then ${idleUntil} else ${leaseUntil}::timestamptz end
        from routed r
       where i.account_id = r.account_id and i.order_id = r.order_id and i.position = r.position
      returning i.account_id, i.order_id, i.position, i.claim, i.subject, i.fields, i.quantity,
                r.supplier_id, r.kind as supplier_kind
    ), intents as (
      insert into attempts (account_id, order_id, position, number, supplier_id, created_at)
      select account_id, order_id, position, 1 + (
               select count(*) from attempts a
                where a.account_id = m.account_id and a.order_id = m.order_id and a.position = m.position),
             supplier_id, ${now}
        from moved m where supplier_id is not null
      returning account_id, order_id, position, number
    ), begun as (
      update orders o set state = 'processing'
        from (select distinct account_id, order_id from intents) m
       where o.account_id = m.account_id and o.id = m.order_id and o.state = 'pending'
    )
    select m.*, 'sent' as state, 0 as asked, null as reference, ${now}::timestamptz as created_at,
           coalesce(n.number, 0) as number, n.number is not null as routed
      from moved m
      left join intents n on n.account_id = m.account_id and n.order_id = m.order_id and n.position = m.position`
  return { taken: rows.filter((row) => row.routed).map(taken), looked: rows.length }
}

/** Takes up to `limit` due items whose latest attempt has been sent, under a lease, to ask about it. */
export async function takeSent(
  sql: Sql,
  { limit, now, leaseUntil }: { limit: number; now: Date; leaseUntil: Date },
): Promise<Taken[]> {
  const rows = await sql<TakenRow[]>`
    with due as materialized (
      select account_id, order_id, position from items
       where state in ('processing', 'unknown') and due_at <= ${now}
       order by due_at limit ${limit} for update skip locked
    ), moved as (
      update items i set claim = i.claim + 1, due_at = ${leaseUntil}
        from due
       where i.account_id = due.account_id and i.order_id = due.order_id and i.position = due.position
      returning i.account_id, i.order_id, i.position, i.claim, i.subject, i.fields, i.quantity
    )
    select m.*, a.number, a.state, a.asked, a.reference, a.created_at, a.supplier_id, s.kind as supplier_kind
      from moved m
      join lateral (
        select * from attempts a
         where a.account_id = m.account_id and a.order_id = m.order_id and a.position = m.position
         order by a.number desc limit 1) a on true
      join suppliers s on s.id = a.supplier_id`
  return rows.map(taken)
}

/**
 * Moves the leases of items that this worker still works on; leaves those that another worker has taken, and never
 * brings a next look forward: an outcome may have been recorded a moment ago.
 */
export async function extendLeases(sql: Sql, items: Taken[], leaseUntil: Date): Promise<void> {
  await sql`
    update items i set due_at = greatest(i.due_at, ${leaseUntil})
      from unnest(${items.map((item) => item.accountId)}::int[], ${items.map((item) => item.orderId)}::bigint[],
                  ${items.map((item) => item.position)}::smallint[], ${items.map((item) => item.claim)}::int[])
        as held (account_id, order_id, position, claim)
     where i.account_id = held.account_id and i.order_id = held.order_id and i.position = held.position
       and i.claim = held.claim and i.state in ('processing', 'unknown')`
}

/** What became of a taken item, as it is to be written. */
export interface Report {
  item: Pick<Taken, 'accountId' | 'orderId' | 'position' | 'claim'>
  itemState: ItemState
  /** null: there is no attempt (a pending item was cancelled). */
  attempt: {
    number: number
    state: AttemptState
    reference: string | null
    detail: string | null
    asked: number
  } | null
  result: string | null
  reason: string | null
  /** When to look again; null exactly when `itemState` is final. */
  dueAt: Date | null
}

/** Serialises everything that moves money of these accounts, as placement does. */
export const lockWallets = (sql: Transaction, accounts: AccountId[]): Promise<unknown> =>
  sql`
    select 1 from wallets where account_id = any(${accounts}::int[]) order by account_id for no key update
  `.execute()

/**
 * Writes reports in one statement: items, attempts, and for each item that ended its capture or release and the
 * wallet's balances. A report whose claim is no longer the item's, or whose item has ended, changes nothing.
 * Gives the numbers of the reports that were written, from 1.
 */
export function writeReports(sql: Transaction, reports: Report[], now: Date): Promise<{ ord: bigint }[]> {
  const column = <T>(of: (report: Report) => T): T[] => reports.map(of)
  // A supplier's words may hold the one character that PostgreSQL does not take.
  const words = (of: (report: Report) => string | null | undefined): (string | null)[] =>
    reports.map((report) => of(report)?.replaceAll('\0', '\u{fffd}') ?? null)
  return sql<{ ord: bigint }[]>`
    with moved as (
      update items i
         set state = r.item_state, result = r.result, reason = r.reason, due_at = r.due_at,
             finished_at = case when r.due_at is null then ${now}::timestamptz end
        from unnest(
          ${column((r) => r.item.accountId)}::int[], ${column((r) => r.item.orderId)}::bigint[],
          ${column((r) => r.item.position)}::smallint[], ${column((r) => r.item.claim)}::int[],
          ${column((r) => r.itemState)}::text[]::item_state[], ${words((r) => r.result)}::text[],
          ${words((r) => r.reason)}::text[], ${column((r) => r.dueAt?.toISOString() ?? null)}::text[]::timestamptz[],
          ${column((r) => r.attempt?.number ?? null)}::smallint[],
          ${column((r) => r.attempt?.state ?? null)}::text[]::attempt_state[],
          ${words((r) => r.attempt?.reference)}::text[], ${words((r) => r.attempt?.detail)}::text[],
          ${column((r) => r.attempt?.asked ?? null)}::int[]
        ) with ordinality as r (account_id, order_id, position, claim, item_state, result, reason, due_at,
                                number, attempt_state, reference, detail, asked, ord)
       where i.account_id = r.account_id and i.order_id = r.order_id and i.position = r.position
         and i.claim = r.claim and i.finished_at is null
      returning i.account_id, i.order_id, i.position, i.price, i.state, i.finished_at,
                r.number, r.attempt_state, r.reference, r.detail, r.asked, r.ord
    ), tried as (
      update attempts a
         set state = m.attempt_state, reference = coalesce(m.reference, a.reference), detail = m.detail,
             asked = m.asked, finished_at = m.finished_at
        from moved m
       where a.account_id = m.account_id and a.order_id = m.order_id and a.position = m.position
         and a.number = m.number
    ), ended as materialized (
      select m.*, sum(case when state = 'success' then 0 else price end)
                    over (partition by account_id order by ord) as freed
        from moved m where finished_at is not null
    ), settled as (
      insert into transfers (account_id, kind, amount, available_after, order_id, position, created_at)
      select e.account_id, case when e.state = 'success' then 'capture' else 'release' end::transfer_kind,
             e.price, w.available + e.freed, e.order_id, e.position, ${now}
        from ended e join wallets w on w.account_id = e.account_id
       order by e.ord
    ), balanced as (
      update wallets w set available = w.available + e.freed, held = w.held - e.price
        from (select account_id, sum(price) as price,
                     sum(case when state = 'success' then 0 else price end) as freed
                from ended group by account_id) e
       where w.account_id = e.account_id
    )
    select ord from moved`.execute()
}

/** Lets each order's state follow from its items. */
export const followItems = (
  sql: Transaction,
  orders: { accountId: AccountId; orderId: OrderId }[],
  now: Date,
): Promise<unknown> =>
  sql`
    update orders o
       set state = f.state, finished_at = case when f.state not in ('pending', 'processing') then ${now}::timestamptz end
      from (
        select i.account_id, i.order_id,
               case when bool_and(i.state = 'pending') then 'pending'
                    when bool_or(i.finished_at is null) then 'processing'
                    when bool_and(i.state = 'success') then 'success'
                    when bool_or(i.state = 'success') then 'partial'
                    when bool_or(i.state = 'failed') then 'failed'
                    else 'cancelled' end::order_state as state
          from (select distinct account_id, order_id
                  from unnest(${orders.map((order) => order.accountId)}::int[],
                              ${orders.map((order) => order.orderId)}::bigint[]) as d (account_id, order_id)) d
          join items i on i.account_id = d.account_id and i.order_id = d.order_id
         group by i.account_id, i.order_id) f
     where o.account_id = f.account_id and o.id = f.order_id and o.state <> f.state`.execute()

export async function pendingItems(
  sql: Sql,
  accountId: AccountId,
  orderId: OrderId,
): Promise<Report['item'][]> {
  const rows = await sql<{ position: number; claim: number }[]>`
    select position, claim from items
     where account_id = ${accountId} and order_id = ${orderId} and state = 'pending'`
  return rows.map(({ position, claim }) => ({ accountId, orderId, position, claim }))
}
