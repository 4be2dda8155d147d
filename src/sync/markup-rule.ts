import { Refusal } from '../errors.ts'
import { upwards } from '../ledger/rates.ts'
import { formatMicros, isCurrency, type Micros, micros, parseMicros } from '../lib/money.ts'

/** How a sale price follows from what a service costs, as an operator writes it: decimals such as "25" or "0.05". */
export interface MarkupRuleInput {
  /** Added to the cost, in percent of it. */
  percent?: string | undefined
  /** Added after that, in the sale currency. */
  fixed?: string | undefined
  /** Rounded up to a multiple of this. */
  round?: string | undefined
  /** Never less than this. */
  minPrice?: string | undefined
  /** The sale currency. */
  currency: string
}

/** The same as it is kept. */
export interface StoredMarkupRule {
  percent: string
  fixed: string
  round: string
  min: string
  currency: string
}

/** A hundred percent, in millionths of a percent. */
const WHOLE = 100_000_000n

/**
 * A rule that makes sale prices of costs. What is sold by it never earns less than the rule says: every step rounds
 * up, and the least price and the rounding only add.
 */
export class MarkupRule {
  readonly currency: string
  /** Millionths of a percent. */
  readonly #percent: bigint
  readonly #fixed: bigint
  readonly #round: bigint
  readonly #min: bigint

  constructor({ percent, fixed, round, min, currency }: StoredMarkupRule) {
    this.currency = currency
    this.#percent = decimal(percent, 'percent')
    this.#fixed = decimal(fixed, 'fixed')
    this.#round = decimal(round, 'round')
    this.#min = decimal(min, 'minPrice')
  }

  /** Throws invalid_input naming the value at fault, or when nothing says what is earned. */
  static read({ percent, fixed, round = '0', minPrice = '0', currency }: MarkupRuleInput): MarkupRule {
    if (percent === undefined && fixed === undefined) {
      const words = 'say what is added to the cost, in percent or as a fixed amount (0: nothing)'
      throw new Refusal('invalid_input', words, 'percent')
    }
    if (!isCurrency(currency)) {
      const words = `${JSON.stringify(currency)} is no currency code such as USD`
      throw new Refusal('invalid_input', words, 'currency')
    }
    return new MarkupRule({ percent: percent ?? '0', fixed: fixed ?? '0', round, min: minPrice, currency })
  }

  /** The sale price of a cost in the sale currency. */
  priceOf(cost: Micros): Micros {
    let price = upwards(cost * (WHOLE + this.#percent), WHOLE) + this.#fixed
    if (price < this.#min) price = this.#min
    return micros(this.#round === 0n ? price : upwards(price, this.#round) * this.#round)
  }

  toJSON(): StoredMarkupRule {
    return {
      percent: formatMicros(this.#percent),
      fixed: formatMicros(this.#fixed),
      round: formatMicros(this.#round),
      min: formatMicros(this.#min),
      currency: this.currency,
    }
  }
}

function decimal(text: string, field: string): bigint {
  const value = parseMicros(text)
  if (value !== undefined && value >= 0n) return value
  const words = `${JSON.stringify(text)} is no number from 0 on, with at most 6 decimals`
  throw new Refusal('invalid_input', words, field)
}
