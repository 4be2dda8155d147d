import type { ExchangeRates } from '../../ledger/rates.ts'
import { type Micros, micros } from '../../lib/money.ts'
import type { AttemptState } from '../../lib/states.ts'
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

/** COSTING_STATES are those of attempts that cost something: a supplier has the item, or has done it. */
export const COSTING_STATES: readonly string[] = [
  'sent',
  'accepted',
  'unknown',
  'succeeded',
] satisfies AttemptState[]

/** `isCosting` tells whether an attempt costs something, as `costingAttempts` of order-costs.sql.ts does. */
export function isCosting(
  { state, fault }: Pick<AttemptView, 'state' | 'fault'>,
  item: { state: string; refunded: bigint },
): boolean {
  if (item.state === 'pending') return false
  return COSTING_STATES.includes(state) || (state === 'given_up' && fault !== 'chosen' && item.refunded > 0n)
}
