import { actorNames } from '../audit/actors.ts'
import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import type { AccountId } from '../lib/ids.ts'
import { emptyFault, sanitize } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { type AccountNote, insertAccountNote, selectAccountNotes, updatePinned } from './notes.sql.ts'

/** MAX_NOTES is how many notes of a reseller are shown: those that are pinned, and the newest. */
const MAX_NOTES = 200

/** `addAccountNote` keeps what somebody writes down of a reseller. Throws invalid_input. */
export async function addAccountNote(
  sql: Queryable,
  accountId: AccountId,
  { text, pinned, actor }: { text: string; pinned: boolean; actor: string },
  clock: Clock,
): Promise<void> {
  const words = sanitize(text.trim())
  orThrow(resultOf(words, [emptyFault('text', words)]))
  await insertAccountNote(sql, accountId, { at: clock.now(), actor, text: words, pinned })
}

/** `listAccountNotes` gives what was written down of a reseller: what is pinned, then the newest first. */
export async function listAccountNotes(
  sql: Queryable,
  accountId: AccountId,
): Promise<(AccountNote & { name: string | null })[]> {
  const notes = await selectAccountNotes(sql, accountId, MAX_NOTES)
  const names = await actorNames(
    sql,
    notes.map(({ actor }) => actor),
  )
  return notes.map((note) => ({ ...note, name: names.get(note.actor) ?? null }))
}

/** `pinAccountNote` puts a note before the others, or back among them. Throws not_found. */
export async function pinAccountNote(
  sql: Queryable,
  accountId: AccountId,
  { id, pinned }: { id: number; pinned: boolean },
): Promise<void> {
  if (!(await updatePinned(sql, accountId, id, pinned)))
    throw new Refusal('not_found', `the reseller has no note ${id}`, 'note')
}
