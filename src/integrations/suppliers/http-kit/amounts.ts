import { readAmount } from '../../../client/index.ts'
import { failure } from '../../../lib/failures.ts'
import { type Micros, micros, parseMicros, ZERO } from '../../../lib/money.ts'
import type { SupplierService } from '../supplier.ts'
import { namesOther } from './currency-signs.ts'

/** `costOf` gives a cost in micros: what is finer than a micro is rounded up, so that no margin is counted that is not there. */
const costOf = (decimal: string): Micros | undefined => rounded(decimal, 1n)

/**
 * `costIn` gives the cost, in the supplier's currency, of a service whose list says `decimal`, or why it cannot be sold: nobody can tell
 * what `said` means.
 */
export function costIn(
  decimal: string | null,
  said: string,
  currency: string,
): Pick<SupplierService, 'cost' | 'leftOut'> {
  const cost = decimal === null || decimal.startsWith('-') ? undefined : costOf(decimal)
  const text = said.slice(0, 50)
  if (said === '') return cost === undefined ? { cost: ZERO, leftOut: failure('no_price', {}) } : { cost }
  if (cost === undefined) return { cost: ZERO, leftOut: failure('price_unread', { text }) }
  if (!namesOther(said, currency)) return { cost }
  return { cost: ZERO, leftOut: failure('price_in_other', { currency, text }) }
}

/** `balanceOf` gives a balance in micros: what is finer than a micro is not counted. */
export const balanceOf = (decimal: string): Micros | undefined => rounded(decimal, 0n)

/** `decimalIn` reads an amount of a supplier by its currency: a JSON number is what it is, a text may have separators. */
export const decimalIn = (value: unknown, currency: string | undefined): string | undefined =>
  readAmount(typeof value === 'object' && value !== null ? Number(String(value)) : value, currency)

/** `rounded` gives undefined for what is no decimal or too large for an amount. */
function rounded(decimal: string, up: bigint): Micros | undefined {
  const [, whole = '', rest = ''] = /^(-?\d+(?:\.\d{1,6})?)(\d*)$/.exec(decimal) ?? []
  const amount = parseMicros(whole)
  if (amount === undefined || /^0*$/.test(rest)) return amount
  return micros(decimal.startsWith('-') ? amount - (1n - up) : amount + up)
}
