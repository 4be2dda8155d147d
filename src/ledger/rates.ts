import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import { formatMicros, isCurrency, type Micros, micros } from '../lib/money.ts'
import { whys } from '../lib/whys.ts'
import { because } from '../reasons.ts'
import type { Rate } from './rate.ts'
import { selectRates, selectRatesAt, upsertRate } from './rates.sql.ts'

/** RATE is what the table can hold exactly. */
const RATE = /^\d{1,12}(?:\.\d{1,12})?$/

/** Rates keeps the exchange rates. */
export class Rates {
  readonly #sql: Queryable

  constructor(sql: Queryable) {
    this.#sql = sql
  }

  /**
   * `set` writes a rate; without `validFrom` it holds from now on. Throws invalid_input naming the value at fault. `isFar`, false: a rate that is far
   * from the one that holds is refused, because every price that follows a cost is made anew by it at once.
   */
  async set({
    isFar = true,
    ...given
  }: Omit<Rate, 'validFrom'> & { validFrom?: Date | undefined; isFar?: boolean }): Promise<Rate> {
    for (const field of ['base', 'quote'] as const) {
      if (isCurrency(given[field])) continue
      const message = `${JSON.stringify(given[field])} is no currency code such as USD`
      throw new Refusal('invalid_input', message, field)
    }
    if (given.base === given.quote) {
      throw new Refusal('invalid_input', 'a currency has no rate to itself', 'quote')
    }
    if (!RATE.test(given.rate) || numeratorOf(given.rate) === 0n) {
      throw refusalFor(invalid('rate', whys.noRate(given.rate)))
    }
    if (!isFar) await this.#refuseFar(given)
    return await upsertRate(this.#sql, given)
  }

  async #refuseFar({
    base,
    quote,
    rate,
    validFrom,
  }: Omit<Rate, 'validFrom'> & { validFrom?: Date | undefined }) {
    const held = (await this.load(validFrom ?? new Date())).between(base, quote)
    if (held === undefined) return
    const [now, then] = [held.over * ONE, numeratorOf(rate) * held.under]
    if (then * FAR.under <= now * FAR.over && now * FAR.under <= then * FAR.over) return
    throw because('invalid_input', 'rate_far', { base, quote, rate, held: decimalOf(held) }, 'rate')
  }

  /** `list` gives every rate that was ever set, by currencies, the newest first. */
  async list(limit: number | null = null): Promise<Rate[]> {
    return await selectRates(this.#sql, limit)
  }

  /** `current` gives the rates that hold at a moment and those to come. */
  async current(now: Date): Promise<Rate[]> {
    return (await this.list(MAX_RATES)).filter(unlessReplaced(now))
  }

  /** `load` gives the rates that hold at a moment. */
  async load(at: Date): Promise<ExchangeRates> {
    return new ExchangeRates(await selectRatesAt(this.#sql, at))
  }
}

/** MAX_RATES bounds the rates that are looked through for those that hold. */
const MAX_RATES = 100_000

/** `unlessReplaced` keeps, of rates with the newest first, those to come and of each pair the one that holds. */
function unlessReplaced(now: Date): (rate: Rate) => boolean {
  const holding = new Set<string>()
  return ({ base, quote, validFrom }) => {
    const pair = `${base} ${quote}`
    if (holding.has(pair)) return false
    if (validFrom <= now) holding.add(pair)
    return true
  }
}

/** FAR is how many times a rate may be another one, or this that, before somebody has to say that it is meant so: one and a half. */
const FAR = { over: 3n, under: 2n }

/** `decimalOf` writes a fraction with at most six digits behind the point. */
const decimalOf = ({ over, under }: Fraction): string =>
  formatMicros(upwards(over * 1_000_000n, under)).replace(/\.?0+$/, '')

/** ONE is what the numerators of rates are over. */
const ONE = 1_000_000_000_000n

function numeratorOf(rate: string): bigint {
  const [units = '0', decimals = ''] = rate.split('.')
  return BigInt(units) * ONE + BigInt(decimals.padEnd(12, '0'))
}

/** Fraction is a rate, exactly. */
export interface Fraction {
  over: bigint
  under: bigint
}

/** ExchangeRates gives amounts of one currency in another, by the rates that hold at one moment. */
export class ExchangeRates {
  /** `#numerators` is by "base quote". */
  readonly #numerators: ReadonlyMap<string, bigint>
  readonly #currencies: readonly string[]

  constructor(rates: readonly Pick<Rate, 'base' | 'quote' | 'rate'>[]) {
    this.#numerators = new Map(
      rates.map(({ base, quote, rate }) => [`${base} ${quote}`, numeratorOf(rate)] as const),
    )
    this.#currencies = [...new Set(rates.flatMap(({ base, quote }) => [base, quote]))].sort()
  }

  /**
   * `convert` gives an amount in another currency, rounded up to the next micro, because it is used for costs. It takes the pair's own
   * rate, else that of the other direction, else the two of the first currency (by its code) that has a rate with both. Undefined when there
   * is none.
   */
  convert(amount: Micros, from: string, to: string): Micros | undefined {
    const fraction = this.between(from, to)
    return fraction && micros(upwards(amount * fraction.over, fraction.under))
  }

  /** `between` gives what an amount is multiplied with and divided by, as `convert` does. */
  between(from: string, to: string): Fraction | undefined {
    const near = this.#near(from, to)
    if (near) return near
    for (const common of this.#currencies) {
      const [first, second] = [this.#near(from, common), this.#near(common, to)]
      if (first && second) return { over: first.over * second.over, under: first.under * second.under }
    }
    return undefined
  }

  #near(from: string, to: string): Fraction | undefined {
    if (from === to) return { over: 1n, under: 1n }
    const direct = this.#numerators.get(`${from} ${to}`)
    if (direct !== undefined) return { over: direct, under: ONE }
    const reverse = this.#numerators.get(`${to} ${from}`)
    return reverse === undefined ? undefined : { over: ONE, under: reverse }
  }
}

/** `upwards` divides and rounds up; bigints divide towards zero, which is upwards below zero. */
export const upwards = (amount: bigint, by: bigint): bigint => {
  const down = amount / by
  return amount > 0n && amount % by !== 0n ? down + 1n : down
}
