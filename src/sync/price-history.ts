import { showService } from '../catalogue/services.ts'
import type { Queryable } from '../database/database.ts'
import { type PriceChange, selectPriceHistory } from './price-history.sql.ts'

export type { PriceChange } from './price-history.sql.ts'

/**
 * `priceHistory` gives every change to a service's prices, and to the costs where its routes lead; the newest first. Throws
 * service_not_found.
 */
export async function priceHistory(
  sql: Queryable,
  idOrCode: string,
  { limit = 100 }: { limit?: number } = {},
): Promise<PriceChange[]> {
  const { service } = await showService(sql, idOrCode)
  return await selectPriceHistory(sql, service.id, limit)
}
