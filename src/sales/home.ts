import type { Factors } from './report.sql.ts'

/** HomeRate is a rate that sums in the home currency were made by: one of `base` is worth `rate` of `quote`. */
interface HomeRate {
  base: string
  quote: string
  /** `rate` is a decimal of six digits at most, for people. */
  rate: string
}

/** HomeSums says what sums in the home currency are made of. */
export interface HomeSums {
  currency: string
  /** `withoutRate` are the currencies that are not in the sums, because a rate is missing, if only on one of the days. */
  withoutRate: string[]
  /** `rates` are those of the last day, of each currency that is in the sums. */
  rates: HomeRate[]
}

/** `needsHome` tells whether sums in the home currency say more than those by currency. */
export const needsHome = (home: string | null, currencies: readonly string[]): home is string =>
  home !== null && currencies.some((one) => one !== home)

/** `homeSums` tells of the currencies that were sold in which are in the sums, and by which rates. */
export function homeSums(
  home: string,
  {
    currencies,
    withoutRate,
    factors,
  }: { currencies: readonly string[]; withoutRate: readonly string[]; factors: Factors },
): HomeSums {
  const rates = currencies
    .filter((one) => one !== home && !withoutRate.includes(one))
    .flatMap((from) => {
      const last = factors.rows.findLast((row) => row.from === from && row.to === home)
      if (!last) return []
      const [over, under] = [Number(last.over), Number(last.under)]
      // The rate is said so that it is more than one: 1 USD = 16250 IDR.
      return over >= under
        ? [{ base: from, quote: home, rate: decimal(over / under) }]
        : [{ base: home, quote: from, rate: decimal(under / over) }]
    })
  return { currency: home, withoutRate: [...withoutRate].sort(), rates }
}

const decimal = (rate: number): string => String(Number(rate.toPrecision(6)))
