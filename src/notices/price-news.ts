import type { Sql } from '../database/database.ts'
import type { ServiceId } from '../lib/ids.ts'
import { formatMoney, type Micros } from '../lib/money.ts'
import { quoteLine } from '../lib/text.ts'
import { rulesOf } from './events.ts'
import {
  forgetPrices,
  lockPriceReaders,
  NAMED,
  notePrices,
  type PriceOf,
  type PriceReader,
  selectChangedPrices,
  selectOffered,
  selectPricesOf,
  updatePriceReaders,
} from './news.sql.ts'
import { insertTold } from './notices.sql.ts'
import { tell } from './raise-notices.ts'

const EVENT = 'price.changed'
const { againMs = 0 } = rulesOf(EVENT)

/**
 * `tellPriceNews` compares prices with those that were noticed when accounts were last told, whoever has changed them and in however many
 * steps. All readers are told together, because they share what was noticed.
 */
export async function tellPriceNews(sql: Sql, now: Date): Promise<void> {
  await forgetPrices(sql)
  // One moment: a price that changes meanwhile is told the next time.
  await sql.begin('isolation level repeatable read', async (transaction) => {
    const readers = await lockPriceReaders(transaction)
    const times = readers.flatMap(({ nextAt }) => nextAt ?? [])
    const isFirst = times.length === 0
    if (readers.length === 0 || (!isFirst && times.every((time) => time > now))) return
    await updatePriceReaders(transaction, new Date(now.getTime() + againMs))
    if (isFirst) return await notePrices(transaction, null)
    const changed = await selectChangedPrices(transaction)
    if (changed.length === 0) return
    const services = await selectOffered(transaction, changed)
    const before = priceList(await selectPricesOf(transaction, changed, { noticed: true }))
    const after = priceList(await selectPricesOf(transaction, changed, { noticed: false }))
    await notePrices(transaction, changed)
    for (const reader of readers) {
      const { accountId, priceGroupId, currency } = reader
      const prices = services.flatMap(({ id, name, visibleTo }) => {
        const [was, is] = [before(reader, id), after(reader, id)]
        const isSeen = visibleTo === null || (priceGroupId !== null && visibleTo.includes(priceGroupId))
        if (!isSeen || was === undefined || is === undefined || was === is) return []
        return [
          {
            service: quoteLine(name, 120),
            before: formatMoney(was, currency),
            now: formatMoney(is, currency),
          },
        ]
      })
      if (prices.length === 0) continue
      const notice = await insertTold(transaction, EVENT, { subject: 'prices', accountId }, now)
      const news = { count: prices.length, prices: prices.slice(0, NAMED) }
      await tell(transaction, {
        ...{ event: EVENT, notice, accountId },
        message: (words) => words[EVENT](news),
      })
    }
  })
}

/** `priceList` gives what gives the nearest price that an account has, as the catalogue does: its own, its price group's, everyone's. */
function priceList(prices: PriceOf[]): (reader: PriceReader, service: ServiceId) => Micros | undefined {
  const key = (service: ServiceId, currency: string, whose: string): string =>
    `${service} ${currency} ${whose}`
  const list = new Map(
    prices.map(({ serviceId, currency, accountId, priceGroupId, unitPrice }) => [
      key(serviceId, currency, accountId === null ? `group ${priceGroupId}` : `account ${accountId}`),
      unitPrice,
    ]),
  )
  return ({ accountId, priceGroupId, currency }, service) =>
    list.get(key(service, currency, `account ${accountId}`)) ??
    (priceGroupId === null ? undefined : list.get(key(service, currency, `group ${priceGroupId}`))) ??
    list.get(key(service, currency, 'group null'))
}
