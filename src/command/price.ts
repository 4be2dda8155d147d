import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { priceAttributes } from '../catalogue/price-attributes.ts'
import { type Price, type PriceForm, removePrice, setPrice } from '../catalogue/prices.ts'
import { findService } from '../catalogue/services.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { jsonOf } from '../lib/attributes.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { findBelowCost, type PriceBelowCost } from '../supplier-routes/below-cost.ts'
import type { StoredMarkupRule } from '../sync/markup-rule.ts'
import { type PriceChange, priceHistory } from '../sync/price-history.ts'
import { listRuledPrices, type RuledPrice } from '../sync/price-rules.ts'
import { addOptions, formOf, withAttributeNames } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { configuredLimit, limitOption } from './input.ts'
import { type Answer, answering, cutTo, listed, MAX_CONFIGURED, withRest } from './output.ts'
import { priceTable } from './service-view.ts'

export function register(program: Command): void {
  const price = program.command('price').description('prices: set, list, history, remove')
  addOptions(price.command('set'), priceAttributes, 'create')
    .description(
      'the price of a service for everyone, for a price group, or for an account; the nearest wins',
    )
    .action(answering(set))
  price
    .command('list')
    .description('every price of a service, or those that are below its cost, of all services')
    .option('--service <id or code>', 'needed without --below-cost')
    .option('--below-cost', 'less than what the cheapest working route costs by the exchange rates of today')
    .addOption(configuredLimit())
    .action(answering(list))
  price
    .command('history')
    .description('what a service was sold for and what it cost us, and who changed it; the newest first')
    .argument('<service>', 'id or code')
    .addOption(limitOption())
    .action(answering(history))
  addOptions(price.command('remove'), keyAttributes, 'create')
    .description('take a price away; without one in its currency an account is not offered the service')
    .action(answering(remove))
}

/** `keyAttributes` say which price of a service is meant. */
const { price: _price, minItems: _minItems, maxItems: _maxItems, ...keyAttributes } = priceAttributes

/** `priceForm` gives what the options say; an account may be named by its username. */
async function priceForm(sql: Sql, options: Record<string, unknown>) {
  const form = formOf(priceAttributes, options)
  const account = form.account == null ? undefined : (await findAccount(sql, String(form.account))).id
  return { ...form, account } as PriceForm & { price: string }
}

async function set(options: Record<string, unknown>): Promise<Answer> {
  const { made, cost } = await withAttributeNames(priceAttributes, () =>
    withDatabase(async ({ sql }) => {
      const made = await setPrice(sql, await priceForm(sql, options))
      const { prices } = await findBelowCost(sql, { service: made.serviceId, limit: MAX_CONFIGURED })
      return { made, cost: prices.find((price) => isSame(price, made)) }
    }),
  )
  if (cost) process.stderr.write(`warning: it is below the cost of ${costText(cost)}\n`)
  return { json: jsonOf(priceAttributes, made), text: priceTable([made]) }
}

const isSame = (one: Price, other: Price): boolean =>
  one.currency === other.currency &&
  one.accountId === other.accountId &&
  one.priceGroupId === other.priceGroupId

const costText = ({ cost, currency, supplier }: PriceBelowCost): string =>
  `${formatMoney(cost, currency)} at ${supplier}`

interface ListOptions {
  service?: string
  belowCost?: true
  limit: number
}

async function list({ service, belowCost, limit }: ListOptions): Promise<Answer> {
  if (belowCost) {
    const { prices, count } = await withDatabase(async ({ sql }) => {
      const { id } = service === undefined ? {} : await findService(sql, service)
      return await findBelowCost(sql, { service: id, limit })
    })
    return withRest(belowCostAnswer(prices), count > limit && `${count - limit} more`, MAX_CONFIGURED)
  }
  if (service === undefined) throw new Refusal('invalid_input', 'is needed without --below-cost', '--service')
  const found = await withDatabase(({ sql }) => listRuledPrices(sql, service, limit + 1))
  return cutTo(limit, found, pricesAnswer, MAX_CONFIGURED)
}

const belowCostAnswer = (prices: PriceBelowCost[]): Answer =>
  listed(prices, {
    json: (price) => ({
      ...jsonOf(priceAttributes, price),
      service_code: price.serviceCode,
      cost: formatMicros(price.cost, price.currency),
      supplier: price.supplier,
    }),
    columns: {
      service: ({ serviceCode }) => serviceCode,
      of: ({ accountId, group }) => buyerOf(accountId, group),
      price: ({ unitPrice, currency }) => formatMoney(unitPrice, currency),
      cost: ({ cost, currency }) => formatMoney(cost, currency),
      at: ({ supplier }) => supplier,
    },
    right: ['price', 'cost'],
    none: 'no prices below their cost',
  })

const pricesAnswer = (prices: RuledPrice[]): Answer => ({
  json: prices.map((price) => ({ ...jsonOf(priceAttributes, price), markup_rule: ruleJson(price) })),
  text: priceTable(prices, prices.some(({ markup }) => markup) ? { rule: ruleText } : {}),
})

function ruleJson({ markup }: RuledPrice) {
  if (!markup) return null
  const { percent, fixed, round, min } = rounded(markup.rule)
  const { supplier, follows, setByHand } = markup
  return { supplier, percent, fixed, round, min_price: min, follows, set_by_hand: setByHand }
}

/** `rounded` takes the zeros from the ends of a rule's decimals. */
const rounded = ({ percent, fixed, round, min }: StoredMarkupRule): StoredMarkupRule => {
  const short = (decimal: string): string => decimal.replace(/(?<=\.\d*)0+$/, '').replace(/\.$/, '')
  return { percent: short(percent), fixed: short(fixed), round: short(round), min: short(min) }
}

function ruleText({ markup, currency }: RuledPrice): string {
  if (!markup) return ''
  const { supplier, follows, setByHand } = markup
  const rule = rounded(markup.rule)
  const isSaid = (value: string): boolean => value !== '0'
  return [
    `cost of ${supplier} + ${rule.percent}%${isSaid(rule.fixed) ? ` + ${rule.fixed} ${currency}` : ''}`,
    isSaid(rule.round) && `rounded up to ${rule.round}`,
    isSaid(rule.min) && `at least ${rule.min}`,
    !follows && 'not followed',
    setByHand && 'set by hand since',
  ]
    .filter(Boolean)
    .join(', ')
}

async function history(service: string, { limit }: { limit: number }): Promise<Answer> {
  const { changes, isPart } = await withDatabase(({ sql }) => priceHistory(sql, service, { limit }))
  const decimal = (amount: PriceChange['newAmount'], currency: string) =>
    amount === null ? null : formatMicros(amount, currency)
  const money = (amount: PriceChange['newAmount'], currency: string) =>
    amount === null ? null : formatMoney(amount, currency)
  const answer = listed(changes, {
    json: (change) => ({
      at: change.at,
      what: change.what,
      supplier: change.supplier,
      remote_service: change.remoteId,
      account: change.accountId,
      group: change.group,
      currency: change.currency,
      old: decimal(change.oldAmount, change.currency),
      new: decimal(change.newAmount, change.currency),
      actor: change.actor,
    }),
    columns: {
      at: ({ at }) => at,
      what: ({ what }) => what,
      of: holderOf,
      old: ({ oldAmount, currency }) => money(oldAmount, currency),
      new: ({ newAmount, currency }) => money(newAmount, currency),
      by: ({ actor }) => actor,
    },
    right: ['old', 'new'],
    none: 'no changes',
  })
  return withRest(answer, isPart && 'older changes')
}

function holderOf({ what, supplier, remoteId, accountId, group }: PriceChange): string {
  return what === 'cost' ? `${supplier} ${remoteId}` : buyerOf(accountId, group)
}

function buyerOf(accountId: number | null, group: string | null): string {
  if (accountId !== null) return `account ${accountId}`
  return group === null ? 'everyone' : `group ${group}`
}

async function remove(options: Record<string, unknown>): Promise<Answer> {
  await withAttributeNames(priceAttributes, () =>
    withDatabase(async ({ sql }) => removePrice(sql, await priceForm(sql, options))),
  )
  return { json: { removed: true }, text: 'the price is removed' }
}
