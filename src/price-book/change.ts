import { writePrices } from '../catalogue/prices.ts'
import type { Transaction } from '../database/database.ts'
import type { Fault } from '../errors.ts'
import { fault, type Refused, type Result, refusalFor, resultOf } from '../lib/fault.ts'
import { formatMoney, type Micros, parseMicros } from '../lib/money.ts'
import { priceKey } from './moves.ts'
import { isPrice, PriceRule } from './price-rule.ts'
import { type BookFilter, type BookPrice, deletePrices, selectBook } from './prices.sql.ts'

/** PriceChangeForm says what becomes of prices, as an operator writes it: one of a rise, a price, or `follow`. */
export interface PriceChangeForm {
  /** `percent` of the price is added to it, or taken: "5", "-5". */
  percent?: string | undefined
  /** `fixed` is added after that, in the price's currency, or taken. */
  fixed?: string | undefined
  /** `round` is what the price is rounded up to a multiple of; the currency's smallest coin when left out. */
  round?: string | undefined
  minPrice?: string | undefined
  /** `price` is what all of them are then. */
  price?: string | undefined
  /** `follow` takes fixed prices away where a rule gives another one in their place. */
  follow?: boolean | undefined
  /** `fix` changes also prices that a rule gives: they are fixed then. */
  fix?: boolean | undefined
}

/** PricesChanged counts the prices that fit a filter. */
export interface PricesChanged {
  /** `changed` counts those that are written or taken away, also where they stay the same. */
  changed: number
  /** `ruled` counts those that stay because a rule gives them. */
  ruled: number
}

/**
 * `changePrices` changes all fixed prices that fit a filter, or none. The result names every price that would be none, and then nothing was
 * written. Prices whose key is in `without` stay. Throws invalid_input naming the value at fault.
 */
export async function changePrices(
  transaction: Transaction,
  filter: BookFilter,
  form: PriceChangeForm,
  without: ReadonlySet<string> = new Set(),
): Promise<Result<PricesChanged>> {
  checkForm(form)
  const found = (await selectBook(transaction, filter)).filter((price) => !without.has(priceKey(price)))
  const chosen = found.filter(({ ruleId }) => ruleId === null || (form.fix && !form.follow))
  const counts = { changed: chosen.length, ruled: found.length - chosen.length }
  if (form.follow) {
    await deletePrices(
      transaction,
      chosen.map(({ id }) => id),
    )
    return resultOf(counts, [])
  }
  const newPriceOf = priceOf(form)
  const faults: Fault[] = []
  const writes = chosen.flatMap((price) => {
    const made = newPriceOf(price)
    if (typeof made === 'string') {
      faults.push({ path: [price.serviceCode, audienceText(price), price.currency], message: made })
      return []
    }
    const { serviceId, accountId, priceGroupId, currency, minItems, maxItems } = price
    return [{ serviceId, accountId, priceGroupId, currency, minItems, maxItems, unitPrice: made }]
  })
  if (faults.length === 0 && writes.length > 0) await writePrices(transaction, writes)
  return resultOf(counts, faults)
}

function checkForm({ percent, fixed, price, follow, round, minPrice }: PriceChangeForm): void {
  const ways = [percent !== undefined || fixed !== undefined, price !== undefined, follow === true]
  const others = price !== undefined || follow === true
  const wrong = [
    ways.filter(Boolean).length === 1
      ? undefined
      : fault('percent', 'say one of: percent and a fixed amount, a price, or that rules give the prices'),
    others && round !== undefined ? fault('round', 'has no place here') : undefined,
    others && minPrice !== undefined ? fault('minPrice', 'has no place here') : undefined,
  ]
  const checked = resultOf(undefined, wrong)
  if (!checked.ok) throw refusalFor(checked)
}

/** `priceOf` gives what makes the new price of one, or says why it is none. */
function priceOf({
  percent,
  fixed,
  round,
  minPrice,
  price,
}: PriceChangeForm): (old: BookPrice) => Micros | string {
  const rules = new Map<string, PriceRule>()
  return ({ unitPrice, currency }) => {
    let rule = rules.get(currency)
    if (rule === undefined) {
      const read =
        price === undefined
          ? PriceRule.read({ basis: 'everyone', percent, fixed, round, minPrice, currency })
          : PriceRule.read({ percent: '0', fixed: price, currency })
      if (!read.ok) throw refusalFor(price === undefined ? read : ofPrice(read))
      rule = read.value
      rules.set(currency, rule)
    }
    // A price that all of them are then is taken as it is written.
    const made = price === undefined ? rule.priceOf(unitPrice) : parseMicros(price)
    if (made !== undefined && isPrice(made)) return made
    return made === undefined
      ? `${formatMoney(unitPrice, currency)} would be less than nothing`
      : `${formatMoney(made, currency)} is more than a price can be`
  }
}

/** `ofPrice` names the price where the rule's fixed amount was meant. */
const ofPrice = ({ faults: [first, ...others], ...refused }: Refused): Refused => {
  const named = (one: Fault): Fault => (one.path[0] === 'fixed' ? { ...one, path: ['price'] } : one)
  return { ...refused, faults: [named(first), ...others.map(named)] }
}

/** `audienceText` names whom a price is for. */
export function audienceText({
  accountId,
  username,
  group,
}: Pick<BookPrice, 'accountId' | 'username' | 'group'>): string {
  if (accountId !== null) return `account ${username ?? accountId}`
  return group === null ? 'everyone' : `group ${group}`
}
