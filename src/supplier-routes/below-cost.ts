import type { Queryable } from '../database/database.ts'
import { Rates } from '../ledger/rates.ts'
import { micros } from '../lib/money.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { type PriceBelowCost, type PriceScope, selectBelowCost, selectPairs } from './below-cost.sql.ts'

export type { PriceBelowCost } from './below-cost.sql.ts'

/** LARGE is converted to learn a rate: what it is worth, over LARGE. */
const LARGE = micros(10n ** 18n)

/**
 * `findBelowCost` gives prices at which a service is sold for less than its cheapest working route costs by today's exchange rates, and how
 * many there are. A cost that is not known, or for which there is no rate, is compared with nothing.
 */
export async function findBelowCost(
  sql: Queryable,
  scope: PriceScope,
  clock: Clock = systemClock,
): Promise<{ prices: PriceBelowCost[]; count: number }> {
  const rates = await new Rates(sql, clock).load(clock.now())
  const pairs = (await selectPairs(sql)).flatMap((pair) => {
    const worth = rates.convert(LARGE, pair.from, pair.to)
    return worth === undefined ? [] : [{ ...pair, rate: `${worth}e-18` }]
  })
  return await selectBelowCost(sql, pairs, scope)
}
