import type { Queryable, Transaction } from '../database/database.ts'
import type { EntryKind } from '../ledger/entry.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import { type Micros, micros, ZERO } from '../lib/money.ts'
import type { Month } from './month.ts'
import type { StatementAccount } from './statement.ts'

/** `readInOrder` lets this transaction read the ledger by the index that has its rows in order, whatever the statistics say. */
export const readInOrder = (sql: Transaction): Promise<unknown> =>
  sql`set local enable_bitmapscan = off`.execute()

export async function selectStatementAccount(
  sql: Queryable,
  id: AccountId,
): Promise<StatementAccount | undefined> {
  const [row] = await sql<StatementAccount[]>`
    select id, name, username, email, currency, address, tax_id from accounts where id = ${id}`.records()
  return row
}

/** `selectBounds` gives the last entries before a month and in it, and the balances that they left. */
export async function selectBounds(
  sql: Queryable,
  accountId: AccountId,
  { from, to }: Month,
): Promise<{ after: EntryId; last: EntryId; opening: Micros; closing: Micros }> {
  const [row] = await sql<
    {
      afterId: EntryId | null
      lastId: EntryId | null
      opening: Micros | null
      closing: Micros | null
    }[]
  >`
    with bounds as materialized (
      select coalesce(first_entry_since(${accountId}, ${from}), 9223372036854775807) as first,
             coalesce(first_entry_since(${accountId}, ${to}), 9223372036854775807) as next
    )
    select b.id as after_id, b.available_after as opening, l.id as last_id, l.available_after as closing
      from bounds
      left join lateral (select id, available_after from ledger_entries
                          where account_id = ${accountId} and id < bounds.first order by id desc limit 1) b on true
      left join lateral (select id, available_after from ledger_entries
                          where account_id = ${accountId} and id < bounds.next order by id desc limit 1) l on true`.records()
  return {
    after: row?.afterId ?? (0 as EntryId),
    last: row?.lastId ?? (0 as EntryId),
    opening: row?.opening ?? ZERO,
    closing: row?.closing ?? ZERO,
  }
}

/** KINDS is the order in which totals are shown. */
const KINDS: EntryKind[] = [
  'opening_up',
  'opening_down',
  'deposit',
  'adjust_up',
  'adjust_down',
  'hold',
  'capture',
  'release',
  'refund',
  'charge',
  'correction',
  'send',
  'receive',
]
/** TOTALED_PER_READ bounds the entries that one statement adds up. */
const TOTALED_PER_READ = 50_000

/** `selectTotals` adds up the entries after one id and up to another, by kind, some at a time. */
export async function selectTotals(
  sql: Queryable,
  accountId: AccountId,
  { after, last }: { after: EntryId; last: EntryId },
): Promise<{ kind: EntryKind; count: number; amount: Micros }[]> {
  const totals = new Map<EntryKind, { kind: EntryKind; count: number; amount: Micros }>()
  for (let from = after; from < last; from = (from + TOTALED_PER_READ) as EntryId) {
    const upTo = Math.min(from + TOTALED_PER_READ, last) as EntryId
    for (const { kind, count, amount } of await selectTotalsOf(sql, accountId, { after: from, last: upTo })) {
      const sum = totals.get(kind) ?? { kind, count: 0, amount: ZERO }
      totals.set(kind, { kind, count: sum.count + count, amount: micros(sum.amount + amount) })
    }
  }
  return [...totals.values()].sort((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
}

async function selectTotalsOf(
  sql: Queryable,
  accountId: AccountId,
  { after, last }: { after: EntryId; last: EntryId },
): Promise<{ kind: EntryKind; count: number; amount: Micros }[]> {
  // A sum of many may be larger than a bigint of PostgreSQL.
  const rows = await sql<{ kind: EntryKind; count: number; amount: string }[]>`
    select kind, count(*)::int as count, sum(amount)::text as amount from ledger_entries
     where account_id = ${accountId} and id > ${after} and id <= ${last}
     group by kind`
  return rows.map((row) => ({ ...row, amount: micros(BigInt(row.amount)) }))
}

/** `selectMonths` gives a moment of each month in which something moved, oldest first, and the balances before and after. */
export async function selectMonths(
  sql: Queryable,
  accountId: AccountId,
): Promise<{ moment: Date; opening: Micros; closing: Micros }[]> {
  return await sql<{ moment: Date; opening: Micros; closing: Micros }[]>`
    with recursive months (id, moment) as (
      (select id, created_at from ledger_entries where account_id = ${accountId} order by id limit 1)
      union all
      select t.id, t.created_at
        from months m
        join ledger_entries t on t.account_id = ${accountId}
         and t.id = first_entry_since(${accountId}, date_trunc('month', m.moment, 'UTC') + interval '1 month')
    ), opened as (
      select m.id, m.moment,
             coalesce((select available_after from ledger_entries
                        where account_id = ${accountId} and id < m.id order by id desc limit 1), 0) as opening
        from months m
    )
    select moment, opening,
           coalesce(lead(opening) over (order by id),
                    (select available_after from ledger_entries
                      where account_id = ${accountId} order by id desc limit 1)) as closing
      from opened order by id`
}
