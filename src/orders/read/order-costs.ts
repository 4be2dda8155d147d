import type { ExchangeRates } from '../../ledger/rates.ts'
import { type Micros, micros } from '../../lib/money.ts'
import type { AttemptView } from './operator-orders.sql.ts'

/** Costs are what attempts cost, as texts of micros, by currency; `uncosted` counts those whose cost is not known. */
export interface Costs {
  costs: Record<string, string>
  uncosted: number
}

/** `costIn` adds costs up in a currency; undefined: one is not known, or there is no rate. */
export function costIn(
  { costs, uncosted }: Costs,
  currency: string,
  rates: ExchangeRates,
): Micros | undefined {
  if (uncosted > 0) return undefined
  let sum = 0n
  for (const [from, text] of Object.entries(costs)) {
    const amount = rates.convert(micros(BigInt(text)), from, currency)
    if (amount === undefined) return undefined
    sum += amount
  }
  return micros(sum)
}

/** `costs` tells whether an attempt costs something, as `costingAttempts` of order-costs.sql.ts does. */
export function costs(
  { state, fault }: Pick<AttemptView, 'state' | 'fault'>,
  item: { state: string; refunded: bigint },
): boolean {
  if (item.state === 'pending') return false
  if (state === 'given_up') return fault !== 'chosen' && item.refunded > 0n
  return state !== 'refused'
}
