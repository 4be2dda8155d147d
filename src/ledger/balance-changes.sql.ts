import type { Queryable } from '../database/database.ts'
import type { AccountId, EntryId, OrderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { OrderState } from '../lib/states.ts'
import { type BalanceChange, balanceChangeKinds, debitNotes } from './balance-change.ts'
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
    select t.id, t.kind, t.amount, t.available_after, t.order_id, t.position, t.note, t.created_at, o.hold_id, o.state
      from (select * from ledger_entries
             where account_id = ${accountId} and ${ofKinds(sql, kinds)} ${ofPeriod(sql, period)}
               and id >= ${first} and id < ${below}
             order by id ${order} limit ${limit}) t
      -- Looked up one by one: never all of the account's orders for each row.
      left join lateral (select hold_id, state from orders
                          where account_id = ${accountId} and id = t.order_id offset 0) o on true
     order by t.id ${order}`.records()
  return rows.map(({ id, kind, amount, availableAfter, orderId, holdId, createdAt, ...row }) => ({
    id,
    transactionId: holdId ?? id,
    ...balanceChangeKinds[kind],
    amount,
    balanceAfter: availableAfter,
    note: noteOf({ kind, orderId, ...row }),
    orderId,
    createdAt,
  }))
}

function noteOf({
  kind,
  state,
  orderId,
  position,
  note,
}: Pick<Row, 'kind' | 'state' | 'orderId' | 'position' | 'note'>): string | null {
  if (kind === 'hold') return state === null ? null : debitNotes[state]
  if (kind === 'release') return `Released: item ${position} of order ${orderId}`
  if (kind === 'charge') return `Delivered after all: item ${position} of order ${orderId}`
  if (kind === 'refund') return `Refunded: item ${position} of order ${orderId}: ${note}`
  return note
}
