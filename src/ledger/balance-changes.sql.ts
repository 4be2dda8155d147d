import type { Queryable } from '../database/database.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import { micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { OrderState } from '../lib/states.ts'
import { type BalanceChange, balanceChangeKinds, debitNotes } from './balance-change.ts'
import { ofKinds, ofPeriod } from './ledger-rows.sql.ts'

type Kind = keyof typeof balanceChangeKinds

interface Row {
  id: bigint
  kind: Kind
  amount: bigint
  available_after: bigint
  order_id: bigint | null
  position: number | null
  note: string | null
  created_at: Date
  hold_id: bigint | null
  state: OrderState | null
}

export interface BalanceChangeRows extends Period {
  kinds: Kind[]
  id?: EntryId | undefined
  /** Newest first and only smaller ids, or oldest first and only larger ones up to `last`. */
  before?: EntryId | undefined
  after?: EntryId | undefined
  last?: EntryId | undefined
  limit: number
}

/** An account's own (promise 6). Oldest first where `after` is given. */
export async function selectBalanceChanges(
  sql: Queryable,
  accountId: AccountId,
  { kinds, id, before, after, last, limit, ...period }: BalanceChangeRows,
): Promise<BalanceChange[]> {
  const order = after === undefined ? sql`desc` : sql`asc`
  const rows = await sql<Row[]>`
    select t.id, t.kind, t.amount, t.available_after, t.order_id, t.position, t.note, t.created_at, o.hold_id, o.state
      from (select * from ledger_entries
             where account_id = ${accountId} and ${ofKinds(sql, kinds)} ${ofPeriod(sql, accountId, period)}
               ${id === undefined ? sql`` : sql`and id = ${id}`}
               ${before === undefined ? sql`` : sql`and id < ${before}`}
               ${after === undefined ? sql`` : sql`and id > ${after}`}
               ${last === undefined ? sql`` : sql`and id <= ${last}`}
             order by id ${order} limit ${limit}) t
      -- Looked up one by one: never all of the account's orders for each row.
      left join lateral (select hold_id, state from orders
                          where account_id = ${accountId} and id = t.order_id offset 0) o on true
     order by t.id ${order}`
  return rows.map((row) => ({
    id: Number(row.id) as EntryId,
    transactionId: Number(row.hold_id ?? row.id) as EntryId,
    ...balanceChangeKinds[row.kind],
    amount: micros(row.amount),
    balanceAfter: micros(row.available_after),
    note: noteOf(row),
    orderId: row.order_id === null ? null : Number(row.order_id),
    createdAt: row.created_at,
  }))
}

function noteOf({ kind, state, order_id, position, note }: Row): string | null {
  if (kind === 'hold') return state === null ? null : debitNotes[state]
  if (kind === 'release') return `Released: item ${position} of order ${order_id}`
  return note
}
