import { actorNames } from '../../audit/actors.ts'
import type { Sql } from '../../database/database.ts'
import { orThrow, resultOf } from '../../lib/fault.ts'
import type { OrderId } from '../../lib/ids.ts'
import { emptyFault, sanitize } from '../../lib/text.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { insertNote, type OrderNote, selectNotes } from './notes.sql.ts'
import { mustNameOrder } from './order-name.ts'

export { insertNote, type OrderNote } from './notes.sql.ts'

/** MAX_NOTE is how many characters a note may have. */
export const MAX_NOTE = 2000

/** MAX_NOTES is how many notes of an order are shown: the newest. */
const MAX_NOTES = 200

/** `addNote` keeps what somebody writes down of an order. Throws order_not_found or invalid_input. */
export async function addNote(
  sql: Sql,
  id: OrderId,
  text: string,
  actor: string,
  clock: Clock = systemClock,
): Promise<void> {
  const words = sanitize(text.trim())
  orThrow(resultOf(words, [emptyFault('text', words)]))
  const { accountId } = await mustNameOrder(sql, id)
  await insertNote(sql, { accountId, orderId: id }, { at: clock.now(), actor, kind: 'note', text: words })
}

/** `listNotes` gives what was written down of an order, the newest first. Throws order_not_found. */
export async function listNotes(sql: Sql, id: OrderId): Promise<(OrderNote & { name: string | null })[]> {
  const { accountId } = await mustNameOrder(sql, id)
  const notes = await selectNotes(sql, { accountId, orderId: id }, MAX_NOTES)
  const names = await actorNames(
    sql,
    notes.map(({ actor }) => actor),
  )
  return notes.map((note) => ({ ...note, name: names.get(note.actor) ?? null }))
}
