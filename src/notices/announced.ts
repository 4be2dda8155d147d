import { lockUntold, noteTold, selectAddressed } from '../announcements/announcements.ts'
import type { Sql, Transaction } from '../database/database.ts'
import { insertTold, selectLastToldOfNews } from './notices.sql.ts'
import { tell } from './raise-notices.ts'
import { wordsOf } from './said.ts'

const EVENT = 'news.written'
/** ACCOUNTS_PER_TURN are told in one transaction. */
const ACCOUNTS_PER_TURN = 200

/** `tellAnnouncements` tells the people of accounts of news that is to be told, once it is shown: each once, some accounts at a time. */
export async function tellAnnouncements(sql: Sql, now: Date, stopping: AbortSignal): Promise<void> {
  let isMore = true
  while (isMore && !stopping.aborted) isMore = await sql.begin((transaction) => tellSome(transaction, now))
}

/** `tellSome` goes on with the oldest news behind the account that was told of it last, and tells whether there was any. */
async function tellSome(transaction: Transaction, now: Date): Promise<boolean> {
  const due = await lockUntold(transaction, now)
  if (!due) return false
  const subject = String(due.id)
  const accounts = await selectAddressed(transaction, due, {
    after: await selectLastToldOfNews(transaction, subject),
    limit: ACCOUNTS_PER_TURN,
  })
  if (accounts.length < ACCOUNTS_PER_TURN) await noteTold(transaction, due.id, now)
  const said = await wordsOf(transaction)
  for (const accountId of accounts) {
    const notice = await insertTold(transaction, EVENT, { subject, accountId }, now)
    await tell(transaction, {
      ...{ event: EVENT, notice, accountId, said },
      message: (_words, language) => {
        const { title, body: text } = due.translations[language] ?? due
        return { title, text }
      },
    })
  }
  return true
}
