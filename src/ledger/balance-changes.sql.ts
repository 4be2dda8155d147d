import type { Queryable } from '../database/database.ts'
import type { AccountId, EntryId, OrderId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Period } from '../lib/period.ts'
import type { OrderState } from '../lib/states.ts'
import { type BalanceChange, balanceChangeKinds, debitNotes } from './balance-change.ts'
import { ofKinds, ofPeriod } from './entries.sql.ts'

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
  id?: EntryId | undefined
  /** `before`: newest first, and only smaller ids. `after`: oldest first, and only larger ids, up to `last`. */
  before?: EntryId | undefined
  after?: EntryId | undefined
  last?: EntryId | undefined
  limit: number
}

/** `selectBalanceChanges` reads an account's own (promise 6, own data only). */
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
  return note
}
