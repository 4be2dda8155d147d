import { amountFault } from '../catalogue/price-attributes.ts'
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
import { whys } from '../lib/whys.ts'

/** `priceBases` are what a rule begins with: the cost of the cheapest working route, or everyone's price. */
export const priceBases = ['cost', 'everyone'] as const

export type PriceBasis = (typeof priceBases)[number]

/** PriceRuleInput says how a price follows, as an operator writes it: decimals such as "25", "-5" or "0.05". */
export interface PriceRuleInput {
  /** `basis` is the cost when left out. */
  basis?: PriceBasis | undefined
  /** `percent` of the cost or price is added to it. */
  percent?: string | undefined
  /** `fixed` is added after that, in the rule's currency. */
  fixed?: string | undefined
  /** `round` is what the price is rounded up to a multiple of; the currency's smallest coin when left out. */
  round?: string | undefined
  minPrice?: string | undefined
  currency: string
}

/** PriceRuleValues are those of a rule as it is kept. */
export interface PriceRuleValues {
  basis: PriceBasis
  /** `percent` is a decimal. */
  percent: string
  fixed: Micros
  minPrice: Micros
  step: Micros
}

/** HUNDRED_PERCENT is in millionths of a percent. */
const HUNDRED_PERCENT = 100_000_000n

/** MAX_PERCENT is in millionths of a percent: a hundred times as much. */
const MAX_PERCENT = 100n * HUNDRED_PERCENT

/**
 * PriceRule makes prices of costs, or of everyone's prices. Nobody pays less than the rule says: every step rounds up, and the least price and
 * the rounding only add. `rule_price` of the schema does the same for many.
 */
export class PriceRule {
  readonly currency: string
  readonly values: PriceRuleValues

  constructor(values: PriceRuleValues, currency: string) {
    this.values = values
    this.currency = currency
  }

  /** `read` refuses a rule without `percent` and `fixed`, because it would sell at cost by mistake. */
  static read({
    basis = 'cost',
    percent,
    fixed,
    round,
    minPrice,
    currency,
  }: PriceRuleInput): Result<PriceRule> {
    const isEmpty = percent === undefined && fixed === undefined
    const of = basis === 'cost' ? 'the cost' : "everyone's price"
    const isKnown = isCurrency(currency)
    const read = (text: string | undefined): Micros =>
      text === undefined ? ZERO : (parseMicros(text) ?? ZERO)
    const step = read(round)
    const values = {
      basis,
      percent: formatMicros(read(percent)),
      fixed: read(fixed),
      minPrice: read(minPrice),
      step: step === 0n && isKnown ? micros(minorUnit(currency)) : step,
    }
    return resultOf(new PriceRule(values, currency), [
      isEmpty
        ? fault('percent', `say what is added to ${of}, in percent or as a fixed amount (0: nothing)`)
        : undefined,
      isKnown ? undefined : fault('currency', `${JSON.stringify(currency)} is no currency code such as USD`),
      percentFault(percent, basis),
      amountOfRule('fixed', fixed, { currency, mayTake: basis === 'everyone' }),
      amountOfRule('round', round, { currency }),
      amountOfRule('minPrice', minPrice, { currency }),
    ])
  }

  /** `priceOf` gives the price that follows from a cost, or from everyone's price, in the rule's currency; undefined: it would be less than nothing. */
  priceOf(base: Micros): Micros | undefined {
    const { percent, fixed, minPrice, step } = this.values
    const share = HUNDRED_PERCENT + (parseMicros(percent) ?? ZERO)
    let price = upwards(base * share, HUNDRED_PERCENT) + fixed
    if (minPrice > 0n && price < minPrice) price = minPrice
    return price < 0n ? undefined : micros(upwards(price, step) * step)
  }
}

/** `isPrice` tells whether an amount can be what one item is sold for. */
export const isPrice = (amount: Micros): boolean => amountFault(amount) === undefined

function percentFault(text: string | undefined, basis: PriceBasis): Fault | undefined {
  if (text === undefined) return undefined
  const value = parseMicros(text)
  const least = basis === 'cost' ? 0n : 1n - HUNDRED_PERCENT
  if (value !== undefined && value >= least && value <= MAX_PERCENT) return undefined
  const bounds = basis === 'cost' ? { from: 0, to: 10_000 } : { above: -100, to: 10_000 }
  return fault('percent', whys.noNumber(text, bounds))
}

/** `amountOfRule` says what is wrong with an amount of a rule. `mayTake`: it may be below zero, and is taken from the price then. */
function amountOfRule(
  path: string,
  text: string | undefined,
  { currency, mayTake = false }: { currency: string; mayTake?: boolean },
): Fault | undefined {
  if (text === undefined) return undefined
  const doubt = thousandsFault(text, currency)
  if (doubt !== undefined) return fault(path, doubt)
  const value = parseMicros(text)
  if (value !== undefined && value < 0n && mayTake && amountFault(micros(-value)) === undefined)
    return undefined
  if (value !== undefined && value >= 0n && amountFault(value) === undefined) return undefined
  return fault(path, whys.noNumber(text, mayTake ? {} : { from: 0 }))
}
