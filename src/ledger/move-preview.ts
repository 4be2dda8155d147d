import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { sanitize } from '../lib/text.ts'
import { type Clock, DAY_MS } from '../lib/time.ts'
import { type SameMove, selectSameMove } from './move-preview.sql.ts'

/** `previewMove` gives the last payment or adjustment by hand of the same amount and note within 24 hours; null: there was none. */
export async function previewMove(
  sql: Queryable,
  accountId: AccountId,
  { amount, note }: { amount: Micros; note: string | null },
  clock: Clock,
): Promise<SameMove | null> {
  const since = new Date(clock.now().getTime() - DAY_MS)
  const words = note === null ? null : sanitize(note.trim())
  return (await selectSameMove(sql, accountId, { amount, note: words, since })) ?? null
}
