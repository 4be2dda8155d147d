import type { Fault } from '../errors.ts'
import { upwards } from '../ledger/rates.ts'
import { fault, type Result, resultOf } from '../lib/fault.ts'
import {
  formatMicros,
  isCurrency,
  type Micros,
  micros,
  minorUnit,
  parseMicros,
  thousandsFault,
  ZERO,
} from '../lib/money.ts'

/** MarkupRuleInput says how a sale price follows from a cost, as an operator writes it: decimals such as "25" or "0.05". */
export interface MarkupRuleInput {
  /** `percent` of the cost is added to it. */
  percent?: string | undefined
  /** `fixed` is added after that, in the sale currency. */
  fixed?: string | undefined
  /** `round` is what the price is rounded up to a multiple of. */
  round?: string | undefined
  minPrice?: string | undefined
  /** `currency` is that of the sale. */
  currency: string
}

/** StoredMarkupRule is a rule as it is kept, beside its currency. */
export interface StoredMarkupRule {
  percent: string
  fixed: string
  round: string
  min: string
}

/** HUNDRED_PERCENT is in millionths of a percent. */
const HUNDRED_PERCENT = 100_000_000n

/**
 * MarkupRule makes sale prices of costs. What is sold by it never earns less than the rule says: every step rounds up, and the least
 * price and the rounding only add.
 */
export class MarkupRule {
  readonly currency: string
  /** `#percent` is in millionths of a percent. */
  readonly #percent: bigint
  readonly #fixed: bigint
  readonly #round: bigint
  readonly #min: bigint

  constructor({ percent, fixed, round, min }: StoredMarkupRule, currency: string) {
    this.currency = currency
    this.#percent = parseMicros(percent) ?? ZERO
    this.#fixed = parseMicros(fixed) ?? ZERO
    this.#round = parseMicros(round) ?? ZERO
    this.#min = parseMicros(min) ?? ZERO
  }

  /** `read` refuses a rule without `percent` and `fixed`, because it would sell at cost by mistake. */
  static read({ percent, fixed, round, minPrice, currency }: MarkupRuleInput): Result<MarkupRule> {
    const isEmpty = percent === undefined && fixed === undefined
    const rule = { percent: percent ?? '0', fixed: fixed ?? '0', round: round ?? '0', min: minPrice ?? '0' }
    return resultOf(new MarkupRule(rule, currency), [
      isEmpty
        ? fault('percent', 'say what is added to the cost, in percent or as a fixed amount (0: nothing)')
        : undefined,
      isCurrency(currency)
        ? undefined
        : fault('currency', `${JSON.stringify(currency)} is no currency code such as USD`),
      decimalFault('percent', rule.percent),
      amountFault('fixed', rule.fixed, currency),
      amountFault('round', rule.round, currency),
      amountFault('minPrice', rule.min, currency),
    ])
  }

  /** `priceOf` gives the sale price of a cost in the sale currency. */
  priceOf(cost: Micros): Micros {
    let price = upwards(cost * (HUNDRED_PERCENT + this.#percent), HUNDRED_PERCENT) + this.#fixed
    if (price < this.#min) price = this.#min
    const round = this.#round === 0n ? minorUnit(this.currency) : this.#round
    return micros(upwards(price, round) * round)
  }

  toJSON(): StoredMarkupRule {
    return {
      percent: formatMicros(this.#percent),
      fixed: formatMicros(this.#fixed),
      round: formatMicros(this.#round),
      min: formatMicros(this.#min),
    }
  }
}

function decimalFault(path: string, text: string): Fault | undefined {
  const value = parseMicros(text)
  if (value !== undefined && value >= 0n) return undefined
  return fault(path, `${JSON.stringify(text)} is no number from 0 on, with at most 6 decimals`)
}

function amountFault(path: string, text: string, currency: string): Fault | undefined {
  const doubt = thousandsFault(text, currency)
  return doubt === undefined ? decimalFault(path, text) : fault(path, doubt)
}
