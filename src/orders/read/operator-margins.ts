import type { Sql } from '../../database/database.ts'
import { type ExchangeRates, Rates } from '../../ledger/rates.ts'
import type { OrderId } from '../../lib/ids.ts'
import { systemClock } from '../../lib/time.ts'
import { type OrderMargin, selectMargins } from './operator-margins.sql.ts'
import { costIn } from './order-costs.ts'
import type { OrderName } from './orders.sql.ts'

/** `wantedMargins` are what a list of orders may be narrowed to by what is left of their prices. */
export const wantedMargins = ['negative', 'below_floor', 'unknown_cost'] as const

export type WantedMargin = (typeof wantedMargins)[number]

/** `marginFinder` gives what finds, among some orders, those with such a margin, by the exchange rates of now. */
export async function marginFinder(
  sql: Sql,
  wanted: WantedMargin,
): Promise<(names: readonly OrderName[]) => Promise<ReadonlySet<OrderId>>> {
  const rates = await new Rates(sql).load(systemClock.now())
  return async (names) => {
    if (names.length === 0) return new Set()
    const found = await selectMargins(sql, names)
    return new Set(found.filter((one) => isSo(one, wanted, rates)).map(({ id }) => id))
  }
}

function isSo(order: OrderMargin, wanted: WantedMargin, rates: ExchangeRates): boolean {
  const cost = costIn(order, order.currency, rates)
  if (cost === undefined) return wanted === 'unknown_cost'
  const left = order.worth - cost
  if (wanted === 'negative') return left < 0n
  if (wanted === 'unknown_cost' || order.floor === null || order.worth === 0n) return false
  return left * 10_000n < BigInt(order.floor) * order.worth
}
