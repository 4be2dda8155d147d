import type { Queryable } from '../database/database.ts'
import type { SupplierId } from '../lib/ids.ts'
import { selectSpending } from './balances.sql.ts'

/** SpendingRate is at what rate a balance is spent. */
export interface SpendingRate {
  /** `perDay` is in micros of the supplier's currency. */
  perDay: bigint
  /** `daysLeft` is how long the balance lasts; null: it is not known. */
  daysLeft: number | null
}

/** `spendingRates` gives at what rate each supplier's balance is spent, by what it has cost in the last seven days. */
export async function spendingRates(
  sql: Queryable,
  now: Date,
): Promise<(id: SupplierId, balance: bigint | null) => SpendingRate> {
  const spending = await selectSpending(sql, now)
  return (id, balance) => {
    const { spent, days } = spending.get(id) ?? { spent: 0n, days: 1 }
    const perDay = spent / BigInt(days)
    if (perDay === 0n || balance === null) return { perDay, daysLeft: null }
    return { perDay, daysLeft: balance <= 0n ? 0 : Math.floor((Number(balance) / Number(perDay)) * 10) / 10 }
  }
}
