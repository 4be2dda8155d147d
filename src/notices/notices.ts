import type { Queryable } from '../database/database.ts'
import type { NoticeId } from '../lib/ids.ts'
import { countMessages, type MessageCounts, type NoticeMessage, selectMessages } from './messages.sql.ts'
import { type Notice, type NoticesWanted, selectNotices } from './notices.sql.ts'

export { messageStates, type NoticeMessage } from './messages.sql.ts'

/** SHOWN is how many messages of a notice are given with it. */
const SHOWN = 20

/** LoggedNotice is a notice with what was sent of it: all messages counted, and the first of them. */
export interface LoggedNotice extends Notice {
  told: Omit<MessageCounts, 'notice'>
  messages: NoticeMessage[]
}

/** `listNotices` gives what people were told of, the newest first. */
export async function listNotices(
  sql: Queryable,
  wanted: NoticesWanted & { before: NoticeId | undefined; limit: number },
): Promise<LoggedNotice[]> {
  const notices = await selectNotices(sql, wanted)
  const ids = notices.map(({ id }) => id)
  const [counts, messages] = await Promise.all([countMessages(sql, ids), selectMessages(sql, ids, SHOWN)])
  const countOf = new Map(counts.map(({ notice, ...count }) => [notice, count]))
  const of = Map.groupBy(messages, ({ notice }) => notice)
  return notices.map((one) => ({
    ...one,
    told: countOf.get(one.id) ?? { all: 0, sent: 0, waiting: 0, failed: 0 },
    messages: of.get(one.id) ?? [],
  }))
}
