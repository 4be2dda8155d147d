import { showService } from '../catalogue/services.ts'
import type { Queryable } from '../database/database.ts'
import { type PriceChange, selectPriceHistory } from './price-history.sql.ts'

export type { PriceChange } from './price-history.sql.ts'

/**
 * `priceHistory` gives the changes to a service's prices, and to the costs where its routes lead; the newest first. `isPart`: older ones are left
 * out. Throws service_not_found.
 */
export async function priceHistory(
  sql: Queryable,
  idOrCode: string,
  { limit = 100 }: { limit?: number } = {},
): Promise<{ changes: PriceChange[]; isPart: boolean }> {
  const { service } = await showService(sql, idOrCode)
  const found = await selectPriceHistory(sql, service.id, limit + 1)
  return { changes: found.slice(0, limit), isPart: found.length > limit }
}
