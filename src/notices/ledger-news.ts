import type { Sql, Transaction } from '../database/database.ts'
import type { Message } from '../integrations/channels/channel.ts'
import { formatMoney } from '../lib/money.ts'
import { quoteLine } from '../lib/text.ts'
import { type NewsName, rulesOf } from './events.ts'
import {
  keepReads,
  lockUnread,
  selectCredited,
  selectEndedOrders,
  selectRefundedOrders,
  selectUnread,
  type Unread,
  updateRead,
} from './news.sql.ts'
import { insertTold } from './notices.sql.ts'
import { tell } from './raise-notices.ts'
import type { Words } from './words/words.ts'

/** Finder gives the message of what some ledger entries have of one kind of news; undefined: nothing. */
type Finder = (sql: Transaction, unread: Unread) => Promise<((words: Words) => Message) | undefined>

const finders: Record<Exclude<NewsName, 'price.changed' | 'deposit.refused'>, Finder> = {
  'order.done': async (sql, unread) => {
    const orders = await selectEndedOrders(sql, unread)
    const [first] = orders
    if (!first) return undefined
    const told = orders.map(({ id, service, input, items, done, charged }) => ({
      id,
      what: whatOf(service, input),
      done,
      all: items,
      amount: formatMoney(charged, unread.currency),
    }))
    return (words) => words['order.done']({ count: first.count, orders: told })
  },
  'order.refunded': async (sql, unread) => {
    const orders = await selectRefundedOrders(sql, unread)
    const [first] = orders
    if (!first) return undefined
    const told = orders.map(({ id, service, input, amount, reason }) => ({
      id,
      what: whatOf(service, input),
      amount: formatMoney(amount, unread.currency),
      reason: quoteLine(reason ?? ''),
    }))
    const total = formatMoney(BigInt(first.total), unread.currency)
    return (words) => words['order.refunded']({ count: first.count, total, orders: told })
  },
  'deposit.credited': async (sql, unread) => {
    const found = await selectCredited(sql, unread)
    if (!found) return undefined
    const { currency } = unread
    const total = formatMoney(BigInt(found.total), currency)
    const available = formatMoney(found.available, currency)
    return (words) => words['deposit.credited']({ count: found.count, total, available })
  },
}

const whatOf = (service: string, input: string | null): string =>
  quoteLine(input === null || input === '' ? service : `${service} ${input}`, 120)

/**
 * `tellLedgerNews` tells accounts what their ledgers have that was not told: each thing once, because how far a ledger was read is written
 * with the messages. Entries of an account are committed in the order of their numbers, so none comes in behind.
 */
export async function tellLedgerNews(sql: Sql, now: Date, stopping: AbortSignal): Promise<void> {
  await keepReads(sql)
  for (const one of await selectUnread(sql, now)) {
    if (stopping.aborted) return
    await sql.begin(async (transaction) => {
      const unread = await lockUnread(transaction, one, now)
      if (!unread) return
      const message = await finders[unread.event as keyof typeof finders](transaction, unread)
      const { againMs = 0 } = rulesOf(unread.event)
      await updateRead(transaction, unread, message && new Date(now.getTime() + againMs))
      if (!message) return
      const { accountId, event, after, upTo } = unread
      const entries: [bigint, bigint] = [after + 1n, upTo]
      const told = { subject: `entries to ${upTo}`, accountId, entries }
      const notice = await insertTold(transaction, event, told, now)
      await tell(transaction, { event, notice, accountId, message })
    })
  }
}
