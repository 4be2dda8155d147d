import { findUnrouted } from '../catalogue/services.ts'
import type { Sql } from '../database/database.ts'
import { findOpenStrays } from '../deposits/incoming.ts'
import { countInbox } from '../inbox/inbox.ts'
import type { Message } from '../integrations/channels/channel.ts'
import { formatCoins, formatMoney } from '../lib/money.ts'
import { quoteLine } from '../lib/text.ts'
import { type Clock, DAY_MS, HOUR_MS } from '../lib/time.ts'
import { timeZoneOfFigures } from '../sales/folder.ts'
import { readSales } from '../sales/report.ts'
import { findWaitingLists } from '../sync/waiting.ts'
import {
  selectLowBalances,
  selectOpenBreakers,
  selectUnknownItems,
  selectWaitingDeposits,
  selectWaitingReviews,
} from './conditions.sql.ts'
import { utc } from './conditions.ts'
import { insertDigest } from './notices.sql.ts'
import { tell } from './raise-notices.ts'
import { lines } from './words/words.ts'

/** LATE_MS is how late a digest may be told, where nobody worked at its time. */
const LATE_MS = 6 * HOUR_MS
/** NONE is of a kind of which nothing waits. */
const NONE = { count: 0, oldest: null }
/** NAMED is how many suppliers or accounts a line names. */
const NAMED = 5

/** `tellDigest` tells operators once for each of the times, such as 08:00, that have come in the time zone of the figures. */
export async function tellDigest(sql: Sql, clock: Clock, times: readonly string[]): Promise<void> {
  const now = clock.now()
  const due = dueDigest(now, times, await timeZoneOfFigures(sql))
  if (due === undefined) return
  // The figures are read apart, because they want a moment of their own.
  const message = await digestAt(sql, clock)
  await sql.begin(async (transaction) => {
    const notice = await insertDigest(transaction, due, now)
    if (notice === undefined) return
    await tell(transaction, { event: 'digest', notice, accountId: null, message: () => message })
  })
}

/** `dueDigest` gives the latest of the times that has come, as "2026-11-29 08:00" on the wall of the time zone; undefined: it is too long ago. */
export function dueDigest(now: Date, times: readonly string[], timeZone: string): string | undefined {
  const wall = wallTime(now, timeZone)
  const days = [wall, wallTime(new Date(now.getTime() - DAY_MS), timeZone)].map((time) => time.slice(0, 10))
  const latest = days
    .flatMap((day) => times.map((time) => `${day} ${time}`))
    .filter((time) => time <= wall)
    .sort()
    .at(-1)
  const ago = (time: string): number => Date.parse(`${wall}Z`) - Date.parse(`${time}Z`)
  return latest !== undefined && ago(latest) < LATE_MS ? latest : undefined
}

const wallTime = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(at)

/** `digestAt` says what waits for people, and what was sold yesterday. */
export async function digestAt(sql: Sql, clock: Clock): Promise<Message> {
  const reviews = await selectWaitingReviews(sql)
  const unknown = await selectUnknownItems(sql)
  const paused = [
    ...(await selectOpenBreakers(sql, { credit: true })),
    ...(await selectOpenBreakers(sql, { credit: false })),
  ]
  const deposits = await selectWaitingDeposits(sql)
  const strays = await findOpenStrays(sql)
  const low = await selectLowBalances(sql)
  const unrouted = await findUnrouted(sql)
  const lists = await findWaitingLists(sql)
  const [byHand = NONE, applications = NONE] = (await countInbox(sql, ['manual', 'application'], '', clock))
    .kinds
  const open = reviews.reduce((sum, { count }) => sum + count, 0)
  const oldest = new Date(Math.min(...reviews.map((one) => one.oldest.getTime())))
  // An item about which a person is asked already is one thing with its review.
  const reviewedUnknown = reviews.find(({ kind }) => kind === 'unknown')?.count ?? 0
  const unasked = Math.max(unknown - reviewedUnknown, 0)
  const waiting: [count: number, line: string | false | null | undefined][] = [
    [
      open,
      open > 0 &&
        `Reviews: ${open} (${reviews.map(({ kind, count }) => `${count} ${kind}`).join(', ')}), the oldest of ${utc(oldest)}`,
    ],
    [unasked, unknown > 0 && `Items whose outcome nobody knows: ${unknown}; their price is held`],
    [
      byHand.count,
      byHand.oldest &&
        `Work by hand: ${byHand.count} ${byHand.count === 1 ? 'item' : 'items'}, the oldest of ${utc(byHand.oldest)}`,
    ],
    [
      deposits.length,
      deposits.length > 0 && `Deposits that wait for confirmation: ${deposits.length}, ${totals(deposits)}`,
    ],
    [strays?.count ?? 0, strays && `Payments that fit no deposit: ${strays.count}, ${strays.amounts}`],
    [
      applications.count,
      applications.oldest &&
        `Applications for an account: ${applications.count}, the oldest of ${utc(applications.oldest)}`,
    ],
    [
      paused.length,
      paused.length > 0 &&
        `Suppliers to which nothing is sent: ${named(paused.map(({ name, why }) => `${name} (${why})`))}`,
    ],
    [lists.length, lists.length > 0 && `Suppliers' lists that wait: ${named(lists.map(({ name }) => name))}`],
    [unrouted.length, unrouted.length > 0 && `Services without a working route: ${unrouted.length}`],
  ]
  const things = waiting.reduce((sum, [count]) => sum + count, 0)
  const lowBalances =
    low.length > 0 &&
    `Accounts below their mark: ${named(low.map(({ name, available, currency }) => `${name} ${formatMoney(available, currency)}`))}`
  const { from, totals: sums, asOf } = await readSales(sql, { period: 'yesterday', by: [], limit: 1 }, clock)
  const sales = sums.map(
    ({ currency, turnover, profit, charged, failed }) =>
      `${formatCoins(turnover, currency)} turnover, ${formatCoins(profit, currency)} profit, ${charged} items charged, ${failed} failed`,
  )
  return {
    title:
      things === 0
        ? 'Digest: nothing waits'
        : `Digest: ${things} ${things === 1 ? 'thing waits' : 'things wait'} for you`,
    text: lines(
      ...waiting.map(([, line]) => line),
      things === 0 && 'Nothing waits for a person.',
      lowBalances,
      asOf && `Sold on ${from}: ${sales.length === 0 ? 'nothing' : sales.join('; ')}`,
    ),
  }
}

/** `named` names some, and says how many more there are. */
const named = (names: string[]): string =>
  [
    ...names.slice(0, NAMED).map((name) => quoteLine(name, 80)),
    ...(names.length > NAMED ? [`and ${names.length - NAMED} more`] : []),
  ].join(', ')

/** `totals` adds amounts up by currency. */
const totals = (of: { currency: string; amount: bigint }[]): string =>
  [...Map.groupBy(of, ({ currency }) => currency)]
    .map(([currency, same]) =>
      formatMoney(
        same.reduce((sum, { amount }) => sum + amount, 0n),
        currency,
      ),
    )
    .join(', ')
