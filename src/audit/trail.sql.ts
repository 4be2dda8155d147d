import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { Change, ChangeFilter } from './trail.ts'

/** `selectTrail` gives lines of the trail as they are kept, the newest first; `what` is the table. */
export async function selectTrail(
  sql: Queryable,
  filter: Omit<ChangeFilter, 'what'> & { what?: string | undefined },
): Promise<Change[]> {
  const { what, subject, accountId, actor, from, to, before, limit } = filter
  let lines = build.selectFrom('trail').selectAll().orderBy('id', 'desc').limit(limit)
  if (what !== undefined) lines = lines.where('what', '=', what)
  if (subject !== undefined) lines = lines.where('subject', '=', subject)
  if (accountId !== undefined) lines = lines.where('accountId', '=', accountId)
  if (actor !== undefined) lines = lines.where('actor', '=', actor)
  if (from !== undefined) lines = lines.where('at', '>=', from)
  if (to !== undefined) lines = lines.where('at', '<', to)
  if (before !== undefined) lines = lines.where('id', '<', before)
  return (await sql.run(lines)) as Change[]
}
