import { amountFields } from './operations.ts'

const names: ReadonlySet<string> = new Set(amountFields)

/** JSON as values; `exact`: amounts stay the decimal texts that they are on the wire. */
export const readAnswer = (text: string, exact: boolean): unknown =>
  exact ? JSON.parse(text, asText) : JSON.parse(text)

/** Where the platform does not tell what stood in the text, what a number is good for: 15 digits. */
const asText = (name: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && names.has(name) ? (context?.source ?? String(value)) : value

const DECIMALS = 6

/**
 * An amount as whole millionths of its currency's unit, to reckon with: `microsOf(0.1) + microsOf('0.2')` is 300000n.
 * Exact for texts, and for numbers of up to 15 digits. Throws a RangeError for what is no amount.
 */
export function microsOf(amount: number | string): bigint {
  const text = typeof amount === 'number' ? plain(amount) : amount
  const [, sign, units = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? []
  if (units === '') throw new RangeError(`${JSON.stringify(amount)} is no amount with at most 6 decimals`)
  const size = BigInt(units + decimals.padEnd(DECIMALS, '0'))
  return sign === '-' ? -size : size
}

/** Millionths as the decimal that the API takes and gives: 12500000n is "12.5". */
export function amountOf(micros: bigint): string {
  const digits = String(micros < 0n ? -micros : micros).padStart(DECIMALS + 1, '0')
  const text = `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`.replace(/\.?0+$/, '')
  return micros < 0n ? `-${text}` : text
}

/** A number of 7 digits behind the point or more is written with an exponent when it is small. */
const plain = (amount: number): string => {
  const text = String(amount)
  return text.includes('e') ? amount.toFixed(DECIMALS + 1).replace(/0$/, '') : text
}
