import type { Queryable } from '../database/database.ts'
import type { Micros } from '../lib/money.ts'
import { DAY_MS } from '../lib/time.ts'
import {
  countOpen,
  measureCalls,
  type SupplierBalance,
  type SupplierCalls,
  type SupplierDay,
  type SupplierPause,
  selectBalances,
  selectDays,
  selectPauses,
} from './figures.sql.ts'
import { type SpendingRate, spendingRates } from './spending.ts'
import { selectSupplierViews } from './suppliers.sql.ts'
import { findSupplier } from './suppliers.ts'

const MAX_PAUSES = 50

/** SupplierFigures is how a supplier fares. Amounts are micros of its currency. */
export interface SupplierFigures extends SpendingRate {
  id: number
  name: string
  currency: string
  balance: Micros | null
  balanceAt: Date | null
  lowBalance: Micros | null
  /** `balances` are those of the period, at most one an hour, the oldest first. */
  balances: SupplierBalance[]
  /** `days` are those of the sales figures, as many as were asked for, today among them, the oldest first. */
  days: SupplierDay[]
  since: Date
  calls: SupplierCalls
  /** `successRate` is of what it did or refused; null: there is neither. */
  successRate: number | null
  open: { working: number; unknown: number }
  /** `pauses` are those of the period, the newest first. */
  pauses: SupplierPause[]
}

/** `readSupplierFigures` says how a supplier has fared in the last days. Throws not_found. */
export async function readSupplierFigures(
  sql: Queryable,
  idOrName: string,
  { now, days }: { now: Date; days: number },
): Promise<SupplierFigures> {
  const { id, name, currency, lowBalance } = await findSupplier(sql, idOrName)
  const since = new Date(now.getTime() - days * DAY_MS)
  const [view] = await selectSupplierViews(sql, id)
  const balance = view?.balance ?? null
  const calls = await measureCalls(sql, id, since)
  const tried = calls.succeeded + calls.refused + calls.unavailable
  return {
    ...{ id, name, currency, balance, balanceAt: view?.balanceAt ?? null, lowBalance },
    ...(await spendingRates(sql, now))(id, balance),
    balances: await selectBalances(sql, id, since),
    days: await selectDays(sql, { id, currency, days, now }),
    since,
    calls,
    successRate: tried === 0 ? null : calls.succeeded / tried,
    open: await countOpen(sql, id),
    pauses: await selectPauses(sql, id, since, MAX_PAUSES),
  }
}
