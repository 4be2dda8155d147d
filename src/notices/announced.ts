import { lockUntold, noteTold, selectAddressed } from '../announcements/announcements.ts'
import type { Sql } from '../database/database.ts'
import { insertTold } from './notices.sql.ts'
import { tell } from './raise-notices.ts'

const EVENT = 'news.written'

/** `tellAnnouncements` tells the people of accounts of news that is to be told, once it is shown: each once. */
export async function tellAnnouncements(sql: Sql, now: Date, stopping: AbortSignal): Promise<void> {
  let isMore = true
  while (isMore && !stopping.aborted) {
    isMore = await sql.begin(async (transaction) => {
      const due = await lockUntold(transaction, now)
      if (!due) return false
      await noteTold(transaction, due.id, now)
      for (const accountId of await selectAddressed(transaction, due)) {
        const notice = await insertTold(transaction, EVENT, { subject: String(due.id), accountId }, now)
        await tell(transaction, {
          ...{ event: EVENT, notice, accountId },
          message: (_words, language) => {
            const { title, body: text } = due.translations[language] ?? due
            return { title, text }
          },
        })
      }
      return true
    })
  }
}
