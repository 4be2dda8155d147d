import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'

/** AccountNote is what somebody of the operator wrote down of a reseller. */
export interface AccountNote {
  id: number
  at: Date
  actor: string
  text: string
  pinned: boolean
}

export async function insertAccountNote(
  sql: Queryable,
  accountId: AccountId,
  { at, actor, text, pinned }: Omit<AccountNote, 'id'>,
): Promise<void> {
  await sql`
    insert into account_notes (account_id, at, actor, text, pinned)
    values (${accountId}::int, ${at}, ${actor}, ${text}, ${pinned})`
}

/** `selectAccountNotes` gives those that are pinned first, then the newest first. */
export async function selectAccountNotes(
  sql: Queryable,
  accountId: AccountId,
  limit: number,
): Promise<AccountNote[]> {
  return await sql<AccountNote[]>`
    select id, at, actor, text, pinned from account_notes
     where account_id = ${accountId}::int
     order by pinned desc, id desc limit ${limit}::int`.records()
}

/** `updatePinned` gives false where the account has no such note. */
export async function updatePinned(
  sql: Queryable,
  accountId: AccountId,
  id: number,
  pinned: boolean,
): Promise<boolean> {
  const found = await sql`
    update account_notes set pinned = ${pinned} where account_id = ${accountId}::int and id = ${id}::bigint returning id`
  return found.length > 0
}
