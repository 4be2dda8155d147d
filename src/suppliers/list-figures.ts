import type { Queryable } from '../database/database.ts'
import { Rates } from '../ledger/rates.ts'
import { type Micros, micros } from '../lib/money.ts'
import { DAY_MS } from '../lib/time.ts'
import {
  type SupplierFared,
  type SupplierStanding,
  selectFared,
  selectStandings,
} from './list-figures.sql.ts'
import { selectSupplierViews } from './suppliers.sql.ts'

/** KEPT_MS is how long what was found of attempts is answered again: it looks at some hundreds of every route. */
const KEPT_MS = 60_000
/** USUAL_DAYS is how long before the last day what a supplier usually does is looked at. */
const USUAL_DAYS = 30

/** ListFigures is how a supplier stands, and how it fares lately beside how it usually does; null: nothing has ended. */
export interface ListFigures extends SupplierStanding {
  successRate: number | null
  medianSeconds: number | null
  usualSuccessRate: number | null
  usualMedianSeconds: number | null
}

/** SupplierBalances are our balances at all suppliers in one currency. */
export interface SupplierBalances {
  currency: string
  /** `total` is of those that are known and have a rate. */
  total: Micros
  /** `each` is by the supplier's id; null: it is not known, or there is no rate. */
  each: ReadonlyMap<number, Micros | null>
  /** `withoutRate` are the currencies that have no rate to this one. */
  withoutRate: string[]
}

/** ListFiguresReader says how every supplier has fared in the last 24 hours, beside the 30 days before; what was found is kept for a minute. */
export class ListFiguresReader {
  #kept: { at: number; fared: readonly SupplierFared[] } | undefined

  async read(sql: Queryable, now: Date): Promise<ListFigures[]> {
    const fared = await this.#fared(sql, now)
    return (await selectStandings(sql)).map((standing) => {
      const [lately, usually] = [true, false].map((isLate) =>
        fared.find((one) => one.supplierId === standing.id && one.lately === isLate),
      )
      return {
        ...standing,
        ...{ successRate: lately?.successRate ?? null, medianSeconds: lately?.medianSeconds ?? null },
        usualSuccessRate: usually?.successRate ?? null,
        usualMedianSeconds: usually?.medianSeconds ?? null,
      }
    })
  }

  async #fared(sql: Queryable, now: Date): Promise<readonly SupplierFared[]> {
    const [at, kept] = [now.getTime(), this.#kept]
    if (kept && at >= kept.at && at - kept.at < KEPT_MS) return kept.fared
    const fared = await selectFared(sql, {
      since: new Date(at - DAY_MS),
      usualSince: new Date(at - (1 + USUAL_DAYS) * DAY_MS),
    })
    this.#kept = { at, fared }
    return fared
  }
}

/** `supplierBalances` adds our balances up in a currency; undefined: in the one that most of the suppliers have. */
export async function supplierBalances(
  sql: Queryable,
  now: Date,
  into: string | undefined,
): Promise<SupplierBalances> {
  const views = await selectSupplierViews(sql)
  const rates = await new Rates(sql).load(now)
  const currency = into ?? commonest(views.map((one) => one.currency)) ?? 'USD'
  const each = new Map<number, Micros | null>()
  const withoutRate = new Set<string>()
  let total = 0n
  for (const { id, balance, currency: own } of views) {
    const converted = balance === null ? null : (rates.convert(micros(balance), own, currency) ?? null)
    if (balance !== null && converted === null) withoutRate.add(own)
    each.set(id, converted)
    total += converted ?? 0n
  }
  return { currency, total: micros(total), each, withoutRate: [...withoutRate].sort() }
}

/** `commonest` gives what comes most often, of several the first by name. */
function commonest(all: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1)
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0]?.[0]
}
