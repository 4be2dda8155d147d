import { amountFields } from './operations.ts'

const names: ReadonlySet<string> = new Set(amountFields)

/** `readAnswer` parses JSON; with `exact`, amounts stay the decimal texts that they are on the wire. */
export const readAnswer = (text: string, exact: boolean): unknown =>
  exact ? JSON.parse(text, asText) : JSON.parse(text)

/** `asText` gives an amount as it stands in the text; where the platform does not show that, as the number, exact to 15 digits. */
const asText = (name: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && names.has(name) ? (context?.source ?? String(value)) : value

const DECIMALS = 6

/**
 * `microsOf` gives an amount as whole millionths of its currency's unit, to calculate with: `microsOf(0.1) + microsOf('0.2')` is
 * 300000n. Exact for texts, and for numbers of up to 15 digits. Throws a RangeError for what is no amount.
 */
export function microsOf(amount: number | string): bigint {
  const text = typeof amount === 'number' ? plain(amount) : amount
  const [, sign, units = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? []
  if (units === '') throw new RangeError(`${JSON.stringify(amount)} is no amount with at most 6 decimals`)
  const size = BigInt(units + decimals.padEnd(DECIMALS, '0'))
  return sign === '-' ? -size : size
}

/** `amountOf` writes millionths as the decimal that the API takes and gives: 12500000n is "12.5". */
export function amountOf(micros: bigint): string {
  const digits = String(micros < 0n ? -micros : micros).padStart(DECIMALS + 1, '0')
  const text = `${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`.replace(/\.?0+$/, '')
  return micros < 0n ? `-${text}` : text
}

/** `plain` avoids the exponent that JavaScript writes small numbers with. */
const plain = (amount: number): string => {
  const text = String(amount)
  return text.includes('e') ? amount.toFixed(DECIMALS + 1).replace(/0$/, '') : text
}
