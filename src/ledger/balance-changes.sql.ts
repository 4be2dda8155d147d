import type { Queryable } from '../database/database.ts'
import type { AccountId, EntryId, OrderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { OrderState } from '../lib/states.ts'
import { type BalanceChange, balanceChangeKinds, type Debit, debitNotes } from './balance-change.ts'
import { type EntryRange, ofKinds, ofPeriod } from './entries.sql.ts'

type Kind = keyof typeof balanceChangeKinds

interface Row {
  id: EntryId
  kind: Kind
  amount: Micros
  availableAfter: Micros
  orderId: OrderId | null
  position: number | null
  note: string | null
  createdAt: Date
  holdId: EntryId | null
  state: OrderState | null
  /** `settled` tells whether something of the hold was charged, and whether something was given back; null: the state of the order says it. */
  settled: [wasCharged: boolean, wasGivenBack: boolean] | null
}

export interface BalanceChangeRows extends Period {
  kinds: Kind[]
  range: EntryRange
  /** `oldestFirst`; else the newest come first. */
  oldestFirst?: boolean
  limit: number
}

/** `selectBalanceChanges` reads an account's own (promise 6, own data only). */
export async function selectBalanceChanges(
  sql: Queryable,
  accountId: AccountId,
  { kinds, range: { first, below }, oldestFirst = false, limit, ...period }: BalanceChangeRows,
): Promise<BalanceChange[]> {
  const order = oldestFirst ? sql`asc` : sql`desc`
  const rows = await sql<Row[]>`
    select t.id, t.kind, t.amount, t.available_after, t.order_id, t.position, t.note, t.created_at, o.hold_id, o.state, s.settled
      from (select * from ledger_entries
             where account_id = ${accountId} and ${ofKinds(sql, kinds)} ${ofPeriod(sql, period)}
               and id >= ${first} and id < ${below}
             order by id ${order} limit ${limit}) t
      -- Looked up one by one: never all of the account's orders for each row.
      left join lateral (select hold_id, state from orders
                          where account_id = ${accountId} and id = t.order_id offset 0) o on true
      -- Where money went back, or was taken again, after an item had ended, its state no longer says what became of the hold.
      left join lateral (
        select case when t.kind = 'hold' and o.state not in ('pending', 'processing')
                     and (exists (select from ledger_entries e
                                   where e.account_id = ${accountId} and e.order_id = t.order_id and e.kind = 'refund')
                          or exists (select from ledger_entries e
                                      where e.account_id = ${accountId} and e.order_id = t.order_id and e.kind = 'charge'))
                    then array[exists (select from ledger_entries e
                                        where e.account_id = ${accountId} and e.order_id = t.order_id
                                          and e.kind in ('capture', 'release') and e.kind = 'capture'),
                               exists (select from ledger_entries e
                                        where e.account_id = ${accountId} and e.order_id = t.order_id
                                          and e.kind in ('capture', 'release') and e.kind = 'release')] end as settled
      ) s on true
     order by t.id ${order}`.records()
  return rows.map(({ id, kind, amount, availableAfter, orderId, holdId, createdAt, ...row }) => ({
    id,
    transactionId: holdId ?? id,
    ...balanceChangeKinds[kind],
    ...(kind === 'hold' && { happening: debitOf(row) }),
    amount,
    balanceAfter: availableAfter,
    note: noteOf({ kind, orderId, ...row }),
    orderId,
    position: row.position,
    words: kind === 'hold' || kind === 'release' || kind === 'charge' || isOpening(kind) ? null : row.note,
    createdAt,
  }))
}

const isOpening = (kind: Kind): boolean => kind === 'opening_up' || kind === 'opening_down'

/** `debitOf` says what has become of what an order held. */
function debitOf({ state, settled }: Pick<Row, 'state' | 'settled'>): Debit {
  if (state === null || state === 'pending' || state === 'processing') return 'held'
  const [wasCharged, wasGivenBack] = settled ?? [
    state === 'success' || state === 'partial',
    state !== 'success',
  ]
  if (!wasCharged) return 'hold_given_back'
  return wasGivenBack ? 'charged_in_part' : 'charged'
}

function noteOf({
  kind,
  state,
  settled,
  orderId,
  position,
  note,
}: Pick<Row, 'kind' | 'state' | 'settled' | 'orderId' | 'position' | 'note'>): string | null {
  if (kind === 'hold') return state === null ? null : debitNotes[debitOf({ state, settled })]
  if (kind === 'release') return `Released: item ${position} of order ${orderId}`
  if (kind === 'charge') return `Delivered after all: item ${position} of order ${orderId}`
  if (kind === 'refund') return `Refunded: item ${position} of order ${orderId}: ${note}`
  return note
}
