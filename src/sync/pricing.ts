import type { Transaction } from '../database/database.ts'
import type { ExchangeRates } from '../ledger/rates.ts'
import { micros } from '../lib/money.ts'
import { MarkupRule } from './markup-rule.ts'
import { type NewPrice, selectFollowers, writePrices } from './pricing.sql.ts'
import type { ListedSupplier } from './remote-list.ts'

const BATCH_SIZE = 1000

export interface Repriced {
  /** `repriced` counts the sale prices that were changed. */
  repriced: number
  /** `kept` counts those that the rule would change, and that were set by hand since, so that they stay. */
  kept: number
  /** `unpriced` counts those that stay because there is no exchange rate from the cost's currency. */
  unpriced: number
}

/**
 * `reprice` has sale prices follow costs and exchange rates, by each rule of the services that were imported. A price that is no longer
 * the one that its rule made was set by a person, and stays.
 */
export async function reprice(
  transaction: Transaction,
  supplier: ListedSupplier,
  rates: ExchangeRates,
): Promise<Repriced> {
  const result = { repriced: 0, kept: 0, unpriced: 0 }
  const prices: NewPrice[] = []
  const rules = new Map<string, MarkupRule>()
  for (const row of await selectFollowers(transaction, supplier.id)) {
    const { service_id, price_group_id, currency } = row
    const text = JSON.stringify([row.rule, currency])
    const rule = rules.get(text) ?? new MarkupRule(row.rule, currency)
    rules.set(text, rule)
    const cost = rates.convert(micros(row.cost), supplier.currency, currency)
    if (cost === undefined) {
      result.unpriced++
      continue
    }
    const price = rule.priceOf(cost)
    if (price === row.price) continue
    if (row.price === row.written) prices.push({ service_id, price_group_id, currency, price })
    else result.kept++
  }
  for (let start = 0; start < prices.length; start += BATCH_SIZE) {
    await writePrices(transaction, prices.slice(start, start + BATCH_SIZE))
  }
  return { ...result, repriced: prices.length }
}
