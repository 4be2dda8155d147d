import { durationText } from '../lib/duration.ts'
import { formatCoins, formatMicros, formatMoney } from '../lib/money.ts'
import { quoteLine } from '../lib/text.ts'
import { localTime } from '../lib/time.ts'
import type { CurrencyFigures, DayFigures } from '../sales/today.ts'
import type { Today } from '../today/today.ts'
import { homeSumsJson, homeSumsLines } from './home-sums-text.ts'

/** `textOfToday` says it for people: figures, what waits, what is in trouble. */
export function textOfToday({ figures, waiting, strays, trouble }: Today): string {
  const { paused, low, unrouted, webhooks, late, backup } = trouble
  const waits = [
    ...waiting.filter(({ count }) => count > 0),
    ...(strays && strays.count > 0 ? [{ kind: 'stray payments', ...strays }] : []),
  ].map(
    ({ kind, count, oldest }) =>
      `${kind}: ${count}${oldest === null ? '' : `, the oldest of ${localTime(oldest)}`}`,
  )
  const troubles = [
    ...paused.map(
      ({ name, why, openedAt }) => `${quoteLine(name)} is paused since ${localTime(openedAt)}: ${why}`,
    ),
    ...low.map(
      ({ name, balance, currency }) =>
        `our balance at ${quoteLine(name)} is low: ${formatMoney(balance, currency)}`,
    ),
    ...(unrouted.count > 0 ? [`services that nobody can fulfil: ${unrouted.count}`] : []),
    ...(webhooks.some.length > 0
      ? [`webhooks that fail: ${webhooks.some.length}${webhooks.more ? ' or more' : ''}`]
      : []),
    ...(late.count > 0 ? [`late orders: ${late.count}${late.capped ? ' or more' : ''}`] : []),
    ...(backup ? [`last backup: ${backup.last === null ? 'never' : localTime(backup.last)}`] : []),
  ]
  const sumsOf = (dayBefore: string, { currency, now, before }: CurrencyFigures): string => {
    const line = (of: DayFigures): string =>
      `${formatCoins(of.turnover, currency)} turnover, ${formatCoins(of.profit, currency)} profit, ${of.orders} orders, ` +
      `${of.charged} charged, ${of.failed} failed${of.medianSeconds === null ? '' : `, half within ${durationText(of.medianSeconds)}`}`
    return `${line(now)}\n  on ${dayBefore} by this time: ${line(before)}`
  }
  const sums = figures?.currencies.map((one) => sumsOf(figures.dayBefore, one))
  const all = figures?.home && [
    `all of it: ${sumsOf(figures.dayBefore, figures.home)}`,
    ...homeSumsLines(figures.home).map((line) => `  ${line}`),
  ]
  return [
    figures === null
      ? ''
      : `${figures.day}, ${figures.timeZone}, as of ${figures.asOf === null ? 'never' : localTime(figures.asOf)}`,
    ...(sums?.length ? sums : ['nothing was sold']),
    ...(all ?? []),
    '',
    ...(waits.length > 0 ? waits : ['nothing waits for a person']),
    ...(troubles.length > 0 ? ['', ...troubles] : []),
  ].join('\n')
}

const jsonOfDay = ({ turnover, refunded, cost, profit, ...of }: DayFigures, currency: string) => ({
  ...{
    orders: of.orders,
    charged: of.charged,
    failed: of.failed,
    cancelled: of.cancelled,
    success_rate: of.successRate,
  },
  ...{ turnover: formatMicros(turnover, currency), refunded: formatMicros(refunded, currency) },
  ...{ cost: formatMicros(cost, currency), profit: formatMicros(profit, currency), uncosted: of.uncosted },
  ...{ median_seconds: of.medianSeconds, p95_seconds: of.p95Seconds },
})

export function jsonOfToday({ figures, waiting, strays, trouble }: Today) {
  const { paused, low, unrouted, webhooks, late, backup } = trouble
  return {
    figures: figures && {
      ...{
        day: figures.day,
        day_before: figures.dayBefore,
        time_zone: figures.timeZone,
        as_of: figures.asOf,
      },
      currencies: figures.currencies.map(({ currency, now, before }) => ({
        ...{ currency, now: jsonOfDay(now, currency), before: jsonOfDay(before, currency) },
      })),
      home: figures.home && {
        ...homeSumsJson(figures.home),
        now: jsonOfDay(figures.home.now, figures.home.currency),
        before: jsonOfDay(figures.home.before, figures.home.currency),
      },
      new_accounts: figures.newAccounts,
    },
    waiting: [
      ...waiting.map(({ kind, count, oldest }) => ({ kind: kind as string, count, oldest })),
      ...(strays ? [{ kind: 'stray', ...strays }] : []),
    ],
    trouble: {
      paused: paused.map(({ supplierId, name, why, reason, openedAt }) => ({
        ...{ supplier: supplierId, name, why, reason, since: openedAt },
      })),
      low: low.map(({ supplierId, name, currency, balance, mark }) => ({
        ...{ supplier: supplierId, name, currency },
        ...{ balance: formatMicros(balance, currency), low_balance: formatMicros(mark, currency) },
      })),
      unrouted: { count: unrouted.count, some: unrouted.some },
      webhooks: webhooks.some.map(({ id, username, status, failingSince }) => ({
        ...{ webhook: id, username, status, failing_since: failingSince },
      })),
      ...{ late, backup },
    },
  }
}
