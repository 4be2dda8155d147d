import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'

/** SameMove is an earlier payment or adjustment by hand. */
export interface SameMove {
  at: Date
  actor: string | null
  note: string | null
}

/** `selectSameMove` gives the newest one of an account since a time that has the same amount and note; an amount below 0 was taken. */
export async function selectSameMove(
  sql: Queryable,
  accountId: AccountId,
  { amount, note, since }: { amount: Micros; note: string | null; since: Date },
): Promise<SameMove | undefined> {
  const [row] = await sql<SameMove[]>`
    select created_at as at, actor, note from ledger_entries
     where account_id = ${accountId}::int and created_at >= ${since}
       and deposit_id is null and kind in ('deposit', 'adjust_up', 'adjust_down', 'refund', 'opening_up', 'opening_down')
       and kind = any(${amount < 0n ? ['adjust_down'] : ['deposit', 'adjust_up']}::entry_kind[])
       and amount = ${amount < 0n ? -amount : amount}::bigint and coalesce(note, '') = coalesce(${note}::text, '')
     order by account_id desc, created_at desc, id desc limit 1`.records()
  return row
}
