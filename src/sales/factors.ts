import type { Transaction } from '../database/database.ts'
import { ExchangeRates } from '../ledger/rates.ts'
import type { Period } from './period.ts'
import { type Factors, type Pair, selectDatedRates, selectPairs } from './report.sql.ts'

/** `factorsFor` gives what amounts are multiplied by: those of a day by the rates that hold at its end. */
export async function factorsFor(
  sql: Transaction,
  period: Period,
  into: string | null,
  timeZone: string,
): Promise<Factors> {
  const pairs = pairsOf(await selectPairs(sql, period), into)
  if (pairs.length === 0) return { days: [], rows: [] }
  const rates = await selectDatedRates(sql, period.to, timeZone)
  const needed = new Set(pairs.flatMap(({ from, to }) => [from, to]))
  const days = [
    ...new Set(
      rates.filter(({ base, quote }) => needed.has(base) || needed.has(quote)).map(({ day }) => day),
    ),
  ]
  const current = new Map<string, { base: string; quote: string; rate: string }>()
  const rows: Factors['rows'] = []
  let at = 0
  for (const [index, day] of days.entries()) {
    for (let rate = rates[at]; rate !== undefined && rate.day <= day; rate = rates[++at])
      current.set(`${rate.base} ${rate.quote}`, rate)
    // What comes to an end before the period is not needed.
    const next = days[index + 1]
    if (next !== undefined && next <= period.from) continue
    const known = new ExchangeRates([...current.values()])
    for (const { from, to } of pairs) {
      const fraction = known.between(from, to)
      if (fraction) rows.push({ epoch: index + 1, from, to, ...fraction })
    }
  }
  return { days, rows }
}

function pairsOf(found: readonly { currency: string; costCurrency: string }[], into: string | null): Pair[] {
  const pairs = found.flatMap(({ currency, costCurrency }) => {
    const to = into ?? currency
    return [currency, costCurrency].map((from) => ({ from, to }))
  })
  const needed = pairs.filter(({ from, to }) => from !== '' && from !== to)
  return [...new Map(needed.map((pair) => [`${pair.from} ${pair.to}`, pair])).values()]
}
