import { readAmount } from '../../../client/index.ts'
import { type Micros, micros, parseMicros } from '../../../lib/money.ts'

/** `costOf` gives a cost in micros: what is finer than a micro is rounded up, so that no margin is counted that is not there. */
export const costOf = (decimal: string): Micros | undefined => rounded(decimal, 1n)

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
