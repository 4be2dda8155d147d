import { showService } from '../catalogue/services.ts'
import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import { type Micros, micros } from '../lib/money.ts'
import { selectPriceHistory } from './price-history.sql.ts'

/** One change of what a service costs us, or of what it is sold for. Amounts are in micros; null: there was, or is, none. */
export interface PriceChange {
  at: Date
  what: 'cost' | 'price'
  /** Of a cost: whose, and for which service there. */
  supplier: string | null
  remoteId: string | null
  /** Of a price: whom it is for; both null: everyone. */
  accountId: AccountId | null
  group: string | null
  currency: string
  oldAmount: Micros | null
  newAmount: Micros | null
  /** Who changed it; null: not said. */
  actor: string | null
}

/** Every change to a service's prices, and to the costs where its routes lead; the newest first. Throws service_not_found. */
export async function priceHistory(
  sql: Queryable,
  idOrCode: string,
  { limit = 100 }: { limit?: number } = {},
): Promise<PriceChange[]> {
  const { service } = await showService(sql, idOrCode)
  const rows = await selectPriceHistory(sql, service.id, limit)
  return rows.map((row) => ({
    at: row.at,
    what: row.what,
    supplier: row.supplier,
    remoteId: row.remote_id,
    accountId: row.account_id,
    group: row.price_group,
    currency: row.currency,
    oldAmount: row.old_amount === null ? null : micros(row.old_amount),
    newAmount: row.new_amount === null ? null : micros(row.new_amount),
    actor: row.actor,
  }))
}
