import type { Queryable, Transaction } from '../database/database.ts'
import type { EntryKind } from '../ledger/entry.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import { type Micros, micros } from '../lib/money.ts'
import type { Month } from './month.ts'
import type { StatementAccount } from './statement.ts'

/** Lets this transaction read the ledger by the index that has its rows in order, whatever the statistics say. */
export const readInOrder = (sql: Transaction): Promise<unknown> =>
  sql`set local enable_bitmapscan = off`.execute()

export async function selectStatementAccount(
  sql: Queryable,
  id: AccountId,
): Promise<StatementAccount | undefined> {
  const [row] = await sql<StatementAccount[]>`
    select id, name, username, email, currency from accounts where id = ${id}`
  return row
}

/** Where a month stands in the ledger: the last transfers before it and in it, and the balances that they left. */
export async function selectBounds(
  sql: Queryable,
  accountId: AccountId,
  { from, to }: Month,
): Promise<{ after: EntryId; last: EntryId; opening: Micros; closing: Micros }> {
  const [row] = await sql<
    { after: bigint | null; last: bigint | null; opening: bigint | null; closing: bigint | null }[]
  >`
    with bounds as materialized (
      select coalesce(first_entry_since(${accountId}, ${from}), 9223372036854775807) as first,
             coalesce(first_entry_since(${accountId}, ${to}), 9223372036854775807) as next
    )
    select b.id as after, b.available_after as opening, l.id as last, l.available_after as closing
      from bounds
      left join lateral (select id, available_after from ledger_entries
                          where account_id = ${accountId} and id < bounds.first order by id desc limit 1) b on true
      left join lateral (select id, available_after from ledger_entries
                          where account_id = ${accountId} and id < bounds.next order by id desc limit 1) l on true`
  return {
    after: Number(row?.after ?? 0) as EntryId,
    last: Number(row?.last ?? 0) as EntryId,
    opening: micros(row?.opening ?? 0n),
    closing: micros(row?.closing ?? 0n),
  }
}

/** What the transfers after one id and up to another come to, by kind. */
export async function selectTotals(
  sql: Queryable,
  accountId: AccountId,
  { after, last }: { after: EntryId; last: EntryId },
): Promise<{ kind: EntryKind; count: number; amount: Micros }[]> {
  // A sum of many may be larger than a bigint of PostgreSQL.
  const rows = await sql<{ kind: EntryKind; count: number; amount: string }[]>`
    select kind, count(*)::int as count, sum(amount)::text as amount from ledger_entries
     where account_id = ${accountId} and id > ${after} and id <= ${last}
     group by kind order by kind`
  return rows.map((row) => ({ ...row, amount: micros(BigInt(row.amount)) }))
}

/** Oldest first: some moment of each month in which something moved, and the balances before and after. */
export async function selectMonths(
  sql: Queryable,
  accountId: AccountId,
): Promise<{ moment: Date; opening: Micros; closing: Micros }[]> {
  const rows = await sql<{ moment: Date; opening: bigint; closing: bigint }[]>`
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
  return rows.map((row) => ({
    moment: row.moment,
    opening: micros(row.opening),
    closing: micros(row.closing),
  }))
}
