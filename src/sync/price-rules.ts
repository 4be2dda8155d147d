import { listPrices, type Price } from '../catalogue/prices.ts'
import { findService } from '../catalogue/services.ts'
import type { Queryable } from '../database/database.ts'
import { type RuleOfPrice, selectRulesOfService } from './price-rules.sql.ts'

/** RuledPrice is a price with the markup rule that it was made by; null: it has none. */
export interface RuledPrice extends Price {
  markup: (RuleOfPrice & { setByHand: boolean }) | null
}

/** `listRuledPrices` gives a service's prices as `listPrices` does. Throws service_not_found. */
export async function listRuledPrices(
  sql: Queryable,
  idOrCode: string,
  limit: number,
): Promise<RuledPrice[]> {
  const prices = await listPrices(sql, idOrCode, limit)
  const rules = await selectRulesOfService(sql, (await findService(sql, idOrCode)).id)
  return prices.map((price) => {
    const rule = rules.find(
      ({ priceGroupId, currency }) =>
        price.accountId === null && priceGroupId === price.priceGroupId && currency === price.currency,
    )
    return { ...price, markup: rule ? { ...rule, setByHand: rule.written !== price.unitPrice } : null }
  })
}
