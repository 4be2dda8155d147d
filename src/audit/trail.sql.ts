import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { Stop } from '../database/walk.ts'
import type { Change, ChangeFilter } from './change.ts'

/** LineFilter is a ChangeFilter whose `what` is the table. */
type LineFilter = Omit<ChangeFilter, 'what' | 'limit'> & { what?: string | undefined }

/** `walked` is a part of the trail by all columns of one index: that of one thing, of an account, or of all lines. */
function walked({ what, subject, accountId, before }: LineFilter, downTo: number | undefined) {
  const [first, below] = [downTo ?? 0, before ?? Number.MAX_SAFE_INTEGER]
  if (what !== undefined && subject !== undefined) {
    return {
      part: literal<boolean>`(what, subject, id) >= (${what}, ${subject}, ${first}::bigint)
                             and (what, subject, id) < (${what}, ${subject}, ${below}::bigint)`,
      newestFirst: literal`what desc, subject desc, id desc`,
    }
  }
  if (accountId !== undefined) {
    return {
      part: literal<boolean>`account_id is not null and (account_id, id) >= (${accountId}::int, ${first}::bigint)
                             and (account_id, id) < (${accountId}::int, ${below}::bigint)`,
      newestFirst: literal`account_id desc, id desc`,
    }
  }
  return {
    part: literal<boolean>`id >= ${first}::bigint and id < ${below}::bigint`,
    newestFirst: literal`id desc`,
  }
}

/** `selectStop` gives the line at which `maxRows` have been looked at, newest first. */
export async function selectStop(
  sql: Queryable,
  filter: LineFilter,
  maxRows: number,
): Promise<Required<Stop<number>> | undefined> {
  const { part, newestFirst } = walked(filter, undefined)
  const lines = build.selectFrom('trail').select(['id', 'at']).where(part)
  const [stop] = await sql.run(
    lines
      .orderBy(newestFirst)
      .offset(maxRows - 1)
      .limit(1),
  )
  return stop
}

/** `selectTrail` gives lines of the trail as they are kept, the newest first. */
export async function selectTrail(
  sql: Queryable,
  { downTo, limit, ...filter }: LineFilter & { downTo: number | undefined; limit: number },
): Promise<Change[]> {
  const { what, subject, accountId, actor, from, to } = filter
  const { part, newestFirst } = walked(filter, downTo)
  let lines = build.selectFrom('trail').selectAll().where(part).orderBy(newestFirst).limit(limit)
  if (what !== undefined) lines = lines.where('what', '=', what)
  if (subject !== undefined) lines = lines.where('subject', '=', subject)
  if (accountId !== undefined) lines = lines.where('accountId', '=', accountId)
  if (actor !== undefined) lines = lines.where('actor', '=', actor)
  if (from !== undefined) lines = lines.where('at', '>=', from)
  if (to !== undefined) lines = lines.where('at', '<', to)
  return (await sql.run(lines)) as Change[]
}

/** `hasChangesByOthers` tells whether anybody but an actor stands in the trail. */
export async function hasChangesByOthers(sql: Queryable, actor: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from trail where actor <> ${actor}) as found`
  return row?.found === true
}
