import { formatCoins, formatMicros, formatMoney } from '../lib/money.ts'
import { percentOfShare } from '../lib/share.ts'
import type { SupplierFigures } from '../suppliers/figures.ts'
import { type Answer, keyValues, table } from './output.ts'

/** `figuresAnswer` shows how a supplier fares. */
export function figuresAnswer(found: SupplierFigures): Answer {
  const { currency, balance, lowBalance, perDay, calls, open, successRate, balances, pauses } = found
  const money = (amount: bigint | null): string | null =>
    amount === null ? null : formatMicros(amount, currency)
  const seconds = (value: number | null): string =>
    value === null ? '-' : `${Number(value.toPrecision(3))} s`
  const percent = successRate === null ? '-' : `${percentOfShare(successRate)} %`
  const head = keyValues([
    ['supplier', found.name],
    ['balance', balance === null ? null : formatMoney(balance, currency)],
    ['balance of', found.balanceAt],
    ['low balance', lowBalance === null ? null : formatMoney(lowBalance, currency)],
    ['spent a day', formatCoins(perDay, currency)],
    ['days left', found.daysLeft],
    ['since', found.since],
    ['success', percent],
    ['succeeded', calls.succeeded],
    ['refused', `${calls.refused} because of the item, ${calls.unavailable} because of the supplier`],
    ['waited', calls.waited],
    ['by people', calls.settled],
    ['median', seconds(calls.medianSeconds)],
    ['p90', seconds(calls.p90Seconds)],
    ['open', `${open.working} working, ${open.unknown} unknown`],
  ])
  const history =
    balances.length === 0
      ? []
      : [
          '',
          table(balances, { at: ({ at }) => at, balance: (one) => formatMoney(one.balance, one.currency) }, [
            'balance',
          ]),
        ]
  const paused =
    pauses.length === 0
      ? ['', 'it was not paused']
      : [
          '',
          table(pauses, {
            paused: ({ openedAt }) => openedAt,
            until: ({ closedAt }) => closedAt,
            why: ({ why }) => why,
            reason: ({ reason }) => reason,
          }),
        ]
  return {
    json: {
      ...{ id: found.id, name: found.name, currency, balance: money(balance), balance_at: found.balanceAt },
      ...{ low_balance: money(lowBalance), spent_a_day: money(perDay), days_left: found.daysLeft },
      balances: balances.map((one) => ({
        at: one.at,
        balance: formatMicros(one.balance, one.currency),
        currency: one.currency,
      })),
      days: found.days.map(({ day, balance: then, spent }) => ({
        ...{ day, balance: money(then), spent: money(spent) },
      })),
      since: found.since,
      calls: {
        ...{ succeeded: calls.succeeded, refused: calls.refused, unavailable: calls.unavailable },
        ...{ waited: calls.waited, settled: calls.settled },
        ...{ median_seconds: calls.medianSeconds, p90_seconds: calls.p90Seconds },
      },
      success_rate: successRate,
      ...open,
      pauses: pauses.map((one) => ({
        opened_at: one.openedAt,
        closed_at: one.closedAt,
        why: one.why,
        reason: one.reason,
      })),
    },
    text: [head, ...history, ...paused].join('\n'),
  }
}
