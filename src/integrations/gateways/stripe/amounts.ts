import { minorUnit } from '../../../lib/money.ts'

/** WHOLE and THOUSANDTHS are the currencies that Stripe counts in whole units and in thousandths; all others it counts in hundredths. */
const WHOLE = new Set('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '))
const THOUSANDTHS = new Set('BHD JOD KWD OMR TND'.split(' '))

/** `unitOf` gives the unit that Stripe counts a currency in, in micros. */
function unitOf(currency: string): bigint {
  if (WHOLE.has(currency)) return 1_000_000n
  return THOUSANDTHS.has(currency) ? 1_000n : 10_000n
}

/**
 * `smallestStep` gives the smallest amount that Stripe takes, in micros: ten thousandths, and whole units of currencies that have no
 * decimals any more but that it counts in hundredths (ISK, UGX).
 */
export function smallestStep(currency: string): bigint {
  const counted = THOUSANDTHS.has(currency) ? 10_000n : unitOf(currency)
  const minor = minorUnit(currency)
  return counted > minor ? counted : minor
}

/** `toStripe` gives 1250n for 12.50 USD, and 1250n for 1250 JPY. The amount is a multiple of `smallestStep`. */
export const toStripe = (amount: bigint, currency: string): bigint => amount / unitOf(currency)

export const fromStripe = (units: number, currency: string): bigint => BigInt(units) * unitOf(currency)
