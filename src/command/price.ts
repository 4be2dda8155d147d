import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { priceAttributes } from '../catalogue/price-attributes.ts'
import { listPrices, type Price, type PriceForm, removePrice, setPrice } from '../catalogue/prices.ts'
import { findService } from '../catalogue/services.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { jsonOf } from '../lib/attributes.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { type Explained, explainPrice, type Rung } from '../price-book/explain.ts'
import { isBelowCost, moving } from '../price-book/moves.ts'
import { type PriceChange, priceHistory } from '../price-book/price-history.ts'
import { type KeptRule, rulesOfPrices } from '../price-book/rules.ts'
import { findBelowCost, type PriceBelowCost } from '../supplier-routes/below-cost.ts'
import { addOptions, formOf, withAttributeNames } from './attribute-options.ts'
import { withDatabase } from './connection.ts'
import { configuredLimit, limitOption } from './input.ts'
import {
  type Answer,
  answering,
  cutTo,
  keyValues,
  listed,
  MAX_CONFIGURED,
  table,
  withRest,
} from './output.ts'
import { decimal, marginText, money, ruleJson, ruleText, scopeText, warnBelowCost } from './price-answers.ts'
import { registerBook } from './price-book.ts'
import { priceTable } from './service-view.ts'

export function register(program: Command): void {
  const price = program.command('price')
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
  price
    .command('explain')
    .description(
      'why a service costs somebody what it does: which fixed price or rule, which cost, what is earned',
    )
    .argument('<service>', 'id or code')
    .option('--account <id or username>', 'what this account pays')
    .option(
      '--group <price group>',
      'what accounts of this group pay; without both: what everybody else pays',
    )
    .option('--currency <code>', 'in this currency; an account has its own')
    .action(answering(explain))
  addOptions(price.command('remove'), keyAttributes, 'create')
    .description('take a price away; without one in its currency an account is not offered the service')
    .action(answering(remove))
  registerBook(price)
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
  const { moved, cost } = await withAttributeNames(priceAttributes, () =>
    withDatabase(async ({ sql }) => {
      const form = await priceForm(sql, options)
      const moved = await moving(sql, {}, (transaction) => setPrice(transaction, form))
      const { prices } = await findBelowCost(sql, { service: moved.value.serviceId, limit: MAX_CONFIGURED })
      return { moved, cost: prices.find((price) => isSame(price, moved.value)) }
    }),
  )
  const made = moved.value
  if (cost) process.stderr.write(`warning: it is below the cost of ${costText(cost)}\n`)
  const followers = moved.moves.filter((move) => !isSame(move, made))
  warnBelowCost({ moves: followers, belowCost: followers.filter(isBelowCost).length })
  return { json: jsonOf(priceAttributes, made), text: priceTable([made]) }
}

const isSame = (one: PriceOf, other: PriceOf): boolean =>
  one.currency === other.currency &&
  one.accountId === other.accountId &&
  one.priceGroupId === other.priceGroupId

type PriceOf = Pick<Price, 'currency' | 'accountId' | 'priceGroupId'>

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
  const found = await withDatabase(async ({ sql }) => {
    const prices = await listPrices(sql, service, limit + 1)
    const rules = await rulesOfPrices(sql, prices)
    return prices.map((price) => ({ ...price, rule: rules.find(({ id }) => id === price.ruleId) ?? null }))
  })
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

/** RuledPrice is a price with the rule that gives it; null: it is fixed. */
type RuledPrice = Price & { rule: KeptRule | null }

const pricesAnswer = (prices: RuledPrice[]): Answer => ({
  json: prices.map((price) => ({
    ...jsonOf(priceAttributes, price),
    rule: price.rule && ruleJson(price.rule),
  })),
  text: priceTable(
    prices,
    prices.some(({ rule }) => rule)
      ? { rule: ({ rule }) => rule && `${rule.id}: ${ruleText(rule)} (${scopeText(rule)})` }
      : {},
  ),
})

interface ExplainOptions {
  account?: string
  group?: string
  currency?: string
}

async function explain(service: string, { currency, ...options }: ExplainOptions): Promise<Answer> {
  const found = await withAttributeNames(priceAttributes, () =>
    withDatabase(({ sql }) => explainPrice(sql, service, { ...options, currency: currency?.toUpperCase() })),
  )
  return { json: explainedJson(found), text: explainedText(found) }
}

const isChosen = ({ rungs }: Explained, rung: Rung): boolean =>
  rungs.find(({ amount }) => amount !== null) === rung

const explainedJson = (found: Explained) => {
  const { service, buyer, rungs, price, cost, routes, changes } = found
  const { currency } = buyer
  return {
    service: service.id,
    service_code: service.code,
    account: buyer.accountId,
    group: buyer.group,
    currency,
    price: decimal(price, currency),
    cost: decimal(cost, currency),
    margin: marginText(price, cost),
    candidates: rungs.map((rung) => ({
      of: rungAudience(rung, buyer),
      rule: rung.ruleId,
      scope: rung.scope,
      text: rungText(rung, currency),
      base: decimal(rung.base, currency),
      price: decimal(rung.amount, currency),
      chosen: isChosen(found, rung),
    })),
    routes: routes.map(({ supplier, remoteService, works, cost: own, costCurrency, converted }) => ({
      supplier,
      remote_service: remoteService,
      works,
      cost: decimal(own, costCurrency),
      cost_currency: costCurrency,
      converted: decimal(converted, currency),
    })),
    history: changes.map(changeJson),
  }
}

function explainedText(found: Explained): string {
  const { service, buyer, rungs, price, cost, routes, changes } = found
  const { currency } = buyer
  const why = [!service.active && 'inactive', service.unrouted && 'no working route']
    .filter(Boolean)
    .join(', ')
  const head = keyValues([
    ['service', `${service.id} ${service.code} (${service.name})`],
    ['for', buyerOf(buyer.accountId, buyer.group)],
    ['price', price === null ? 'none: it is not offered' : formatMoney(price, currency)],
    ['cost', cost === null ? 'not known' : formatMoney(cost, currency)],
    ['margin', marginText(price, cost)],
    why !== '' && ['not sold at present', why],
  ])
  const asked = table(
    rungs,
    {
      '': (rung) => (isChosen(found, rung) ? '*' : ''),
      of: (rung) => rungAudience(rung, buyer),
      by: (rung) => rungText(rung, currency),
      from: ({ base }) => money(base, currency),
      price: ({ amount }) => money(amount, currency),
    },
    ['from', 'price'],
  )
  const costs = table(
    routes,
    {
      route: ({ supplier, remoteService }) => `${supplier} ${remoteService}`,
      works: ({ works }) => works,
      cost: ({ cost: own, costCurrency }) => money(own, costCurrency),
      [`in ${currency}`]: ({ converted }) => money(converted, currency),
    },
    ['cost', `in ${currency}`],
  )
  return [
    head,
    rungs.length > 0 && asked,
    routes.length > 0 && costs,
    changes.length > 0 && changesTable(changes),
  ]
    .filter(Boolean)
    .join('\n\n')
}

const rungAudience = ({ accountId, priceGroupId }: Rung, buyer: Explained['buyer']): string =>
  buyerOf(accountId, priceGroupId === null ? null : buyer.group)

function rungText({ ruleId, scope, basis, percent, fixed, minPrice, step }: Rung, currency: string): string {
  if (basis === null || percent === null || fixed === null || minPrice === null || step === null)
    return 'fixed price'
  const what = { service: 'this service', group: 'its group', all: 'all services' }[scope]
  return `rule ${ruleId} for ${what}: ${ruleText({ basis, percent, fixed, minPrice, step, currency })}`
}

async function history(service: string, { limit }: { limit: number }): Promise<Answer> {
  const { changes, isPart } = await withDatabase(({ sql }) => priceHistory(sql, service, { limit }))
  const answer: Answer = {
    json: changes.map(changeJson),
    text: changes.length === 0 ? 'no changes' : changesTable(changes),
  }
  return withRest(answer, isPart && 'older changes')
}

const changeJson = (change: PriceChange) => ({
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
})

const changesTable = (changes: PriceChange[]): string =>
  table(
    changes,
    {
      at: ({ at }) => at,
      what: ({ what }) => what,
      of: holderOf,
      old: ({ oldAmount, currency }) => money(oldAmount, currency),
      new: ({ newAmount, currency }) => money(newAmount, currency),
      by: ({ actor }) => actor,
    },
    ['old', 'new'],
  )

function holderOf({ what, supplier, remoteId, accountId, group }: PriceChange): string {
  return what === 'cost' ? `${supplier} ${remoteId}` : buyerOf(accountId, group)
}

function buyerOf(accountId: number | null, group: string | null): string {
  if (accountId !== null) return `account ${accountId}`
  return group === null ? 'everyone' : `group ${group}`
}

async function remove(options: Record<string, unknown>): Promise<Answer> {
  const now = await withAttributeNames(priceAttributes, () =>
    withDatabase(async ({ sql }) => {
      const form = await priceForm(sql, options)
      return await removePrice(sql, form)
    }),
  )
  if (now === undefined) return { json: { removed: true, price: null }, text: 'the price is removed' }
  const price = decimal(now.unitPrice, now.currency)
  const text = `the price is removed; by rule ${now.ruleId} it is ${price} ${now.currency}`
  return { json: { removed: true, price }, text }
}
