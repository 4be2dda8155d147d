import { build, literal } from '../database/build.ts'
import type { RowOf } from '../database/column-types.ts'
import type { Queryable } from '../database/database.ts'
import type { NoticeChannels } from '../database/types.ts'
import type { NoticeChannelId } from '../lib/ids.ts'
import { isStorable } from '../lib/text.ts'

/** ChannelRow is a way to send notices as its table has it. `secrets` are sealed for the owner `notice channel <id>`. */
export interface ChannelRow extends Omit<RowOf<NoticeChannels>, 'settings'> {
  /** `settings` are what an operator has set; the rest are the kind's defaults. */
  settings: Record<string, unknown>
}

const channels = () =>
  build.selectFrom('noticeChannels').selectAll().$narrowType<Pick<ChannelRow, 'settings'>>()

/** `selectChannels` lists channels by id. */
export const selectChannels = (sql: Queryable): Promise<ChannelRow[]> => sql.run(channels().orderBy('id'))

export async function selectChannel(sql: Queryable, id: NoticeChannelId): Promise<ChannelRow | undefined> {
  const [row] = await sql.run(channels().where('id', '=', id))
  return row
}

/** `selectChannelNamed` finds by name, in any case. */
export async function selectChannelNamed(sql: Queryable, name: string): Promise<ChannelRow | undefined> {
  if (!isStorable(name)) return undefined
  const [row] = await sql.run(channels().where(literal<boolean>`lower(name) = lower(${name})`))
  return row
}

/** `lockChannel` keeps other transactions from changing the channel until this one ends. */
export async function lockChannel(sql: Queryable, id: NoticeChannelId): Promise<ChannelRow | undefined> {
  const [row] = await sql.run(channels().where('id', '=', id).forUpdate())
  return row
}

/** `insertChannel` gives undefined when the name is taken, in any case. */
export async function insertChannel(
  sql: Queryable,
  { settings, ...row }: Omit<ChannelRow, 'id' | 'secrets'>,
): Promise<NoticeChannelId | undefined> {
  const [made] = await sql.run(
    build
      .insertInto('noticeChannels')
      .values({ ...row, settings: JSON.stringify(settings) })
      .onConflict((taken) => taken.expression(literal`lower(name)`).doNothing())
      .returning('id'),
  )
  return made?.id
}

/** `updateChannelRow` writes what is given. */
export async function updateChannelRow(
  sql: Queryable,
  id: NoticeChannelId,
  { settings, ...row }: Partial<Pick<ChannelRow, 'settings' | 'secrets' | 'updatedAt'>>,
): Promise<void> {
  await sql.run(
    build
      .updateTable('noticeChannels')
      .set({ ...row, ...(settings && { settings: JSON.stringify(settings) }) })
      .where('id', '=', id),
  )
}

/** `deleteChannel` gives false when somebody is told by the channel. */
export async function deleteChannel(sql: Queryable, id: NoticeChannelId): Promise<boolean> {
  const deleted = await sql.run(
    build
      .deleteFrom('noticeChannels as c')
      .where('c.id', '=', id)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(selectFrom('noticeSubscriptions as s').select('s.id').whereRef('s.channelId', '=', 'c.id')),
        ),
      ),
  )
  return deleted.count > 0
}
