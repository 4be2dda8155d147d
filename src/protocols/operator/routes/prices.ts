import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { removePrice, setPrice } from '../../../catalogue/prices.ts'
import { orThrow } from '../../../lib/fault.ts'
import { MAX_ID, type PriceRuleId } from '../../../lib/ids.ts'
import { decimalsOf, formatMicros } from '../../../lib/money.ts'
import { changePrices } from '../../../price-book/change.ts'
import { type Explained, explainPrice } from '../../../price-book/explain.ts'
import { percentText } from '../../../price-book/export.ts'
import { type BookPrice, findFilter, readBook } from '../../../price-book/filter.ts'
import { importPrices, readPriceFile } from '../../../price-book/import.ts'
import { isBelowCost, type Moved, type MoveOptions, marginOf, moving } from '../../../price-book/moves.ts'
import { priceBases } from '../../../price-book/price-rule.ts'
import { type KeptRule, listRules, removeRule, setRule } from '../../../price-book/rules.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import {
  amount,
  bodyOf,
  currencyCode,
  id,
  idParams,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import { route } from '../route.ts'

const section = 'Prices'
const reading = 'prices.read'
const access = 'prices.edit'

const decimal = (value: bigint | null, currency: string): string | null =>
  value === null ? null : formatMicros(value, currency)

const costs = {
  cost: Type.Optional(
    orNull(amount(), 'Of the cheapest working route, only for who has `costs.read`; null: it is not known'),
  ),
  margin: Type.Optional(orNull(Type.String(), 'What is earned, in percent of the price: `12.5%`')),
}

/** `wireCosts` are for those who may read costs. */
function wireCosts(price: bigint | null, cost: bigint | null, currency: string, { permissions }: Caller) {
  if (!permissions.has('costs.read')) return {}
  const margin = marginOf(price, cost)
  return { cost: decimal(cost, currency), margin: margin === null ? null : percentText(margin) }
}

const holder = {
  account: orNull(id, 'Whose own it is'),
  username: orNull(Type.String()),
  group: orNull(Type.String(), 'The price group that it is for; null, as the account: it is for everyone'),
}

const price = Type.Object({
  id,
  service: id,
  service_code: Type.String(),
  service_name: Type.String(),
  service_group: Type.String(),
  ...holder,
  currency: Type.String(),
  price: amount(),
  min_items: Type.Integer(),
  max_items: Type.Integer(),
  rule: orNull(id, 'The price rule that gives it; null: it is fixed'),
  below_cost: Type.Boolean(),
  ...costs,
  updated_at: time(),
})

const wirePrice = (one: BookPrice, caller: Caller): Static<typeof price> => ({
  ...{ id: one.id, service: one.serviceId, service_code: one.serviceCode, service_name: one.serviceName },
  ...{ service_group: one.serviceGroup, account: one.accountId, username: one.username, group: one.group },
  ...{ currency: one.currency, price: formatMicros(one.unitPrice, one.currency) },
  ...{ min_items: one.minItems, max_items: one.maxItems, rule: one.ruleId, updated_at: one.updatedAt },
  below_cost: isBelowCost({ new: one.unitPrice, cost: one.cost }),
  ...wireCosts(one.unitPrice, one.cost, one.currency, caller),
})

const rule = Type.Object({
  id,
  account: orNull(id),
  username: orNull(Type.String()),
  group: orNull(Type.String()),
  service: orNull(id, 'null, as the group of services: it is for all'),
  service_code: orNull(Type.String()),
  service_group: orNull(Type.String()),
  currency: Type.String(),
  decimals: Type.Integer({ description: 'That the currency has in use: amounts are read by them' }),
  of: oneOf(priceBases, { description: 'What it begins with' }),
  percent: Type.String(),
  fixed: amount(),
  round: amount(),
  min_price: orNull(amount()),
  prices: Type.Integer({ description: 'How many it gives at present' }),
})

const wireRule = (one: KeptRule): Static<typeof rule> => ({
  ...{ id: one.id, account: one.accountId, username: one.username, group: one.group },
  ...{ service: one.serviceId, service_code: one.serviceCode, service_group: one.serviceGroup },
  ...{ currency: one.currency, decimals: decimalsOf(one.currency), of: one.basis, percent: one.percent },
  prices: one.prices,
  ...{ fixed: formatMicros(one.fixed, one.currency), round: formatMicros(one.step, one.currency) },
  min_price: one.minPrice === 0n ? null : formatMicros(one.minPrice, one.currency),
})

/** MAX_MOVES bounds the prices of an answer: those below their cost come first. */
const MAX_MOVES = 1000

const planned = {
  dry_run: Type.Optional(
    Type.Boolean({ default: false, description: 'Say what would become of every price, and change nothing' }),
  ),
  plan: Type.Optional(
    text(64, { description: 'That of a dry run: refused if anything else would become of prices by now' }),
  ),
}

const moved = {
  dry_run: Type.Boolean(),
  plan: Type.String({ description: 'Stands for exactly these changes' }),
  changed: Type.Integer({ description: 'How many prices are others, also of those that follow' }),
  below_cost: Type.Integer({ description: 'How many of them are below the cost then' }),
  moves: Type.Array(
    Type.Object({
      service: id,
      service_code: Type.String(),
      ...holder,
      currency: Type.String(),
      old: orNull(amount()),
      new: orNull(amount(), 'null: it is sold no more'),
      rule: orNull(id),
      below_cost: Type.Boolean(),
      ...costs,
    }),
    { description: `The first ${MAX_MOVES}; those below the cost before the others` },
  ),
}

const wireMoved = ({ moves, belowCost, plan }: Moved<unknown>, dryRun: boolean, caller: Caller) => ({
  ...{ dry_run: dryRun, plan, changed: moves.length, below_cost: belowCost },
  moves: moves
    .toSorted((a, b) => Number(isBelowCost(b)) - Number(isBelowCost(a)))
    .slice(0, MAX_MOVES)
    .map((move) => ({
      ...{ service: move.serviceId, service_code: move.serviceCode, account: move.accountId },
      ...{ username: move.username, group: move.group, currency: move.currency },
      ...{ old: decimal(move.old, move.currency), new: decimal(move.new, move.currency), rule: move.ruleId },
      below_cost: isBelowCost(move),
      ...wireCosts(move.new, move.cost, move.currency, caller),
    })),
})

const optionsOf = (
  { dry_run: dryRun, plan }: { dry_run?: boolean; plan?: string },
  { permissions }: Caller,
): MoveOptions => ({ dryRun, plan, mayGoBelowCost: permissions.has('prices.below_cost') })

const names = {
  basis: 'of',
  minPrice: 'min_price',
  serviceGroup: 'service_group',
  minItems: 'min_items',
  maxItems: 'max_items',
}

const buyer = {
  account: Type.Optional(text(64, { description: 'Id or user name' })),
  group: Type.Optional(text(200, { description: 'A price group, by name or id' })),
}
const decimalText = text(32)

const only = { description: 'Only such ones' }

const filter = {
  ...buyer,
  service: Type.Optional(text(64, { description: 'Id or code' })),
  service_group: Type.Optional(text(200)),
  supplier: Type.Optional(text(200, { description: 'Only of services that have a route to it: id or name' })),
  currency: Type.Optional(currencyCode),
}

/** `flags` are the rest of the filter in a query; in a body they are true. */
const flags = {
  everyone: Type.Optional(oneOf(['yes'], { description: 'Only those that are for everyone' })),
  below_cost: Type.Optional(oneOf(['yes'], only)),
  ruled: Type.Optional(
    oneOf(['yes', 'no'], { description: 'Only those that rules give, or only fixed ones' }),
  ),
}
const trueFlags = {
  everyone: Type.Optional(Type.Boolean({ description: 'Only those that are for everyone' })),
  below_cost: Type.Optional(Type.Boolean(only)),
}

interface FilterFields {
  account?: string
  group?: string
  service?: string
  service_group?: string
  supplier?: string
  currency?: string
  everyone?: boolean | 'yes'
  below_cost?: boolean | 'yes'
  ruled?: 'yes' | 'no'
}

const formOf = (given: FilterFields) => ({
  ...{ account: given.account, group: given.group, service: given.service, supplier: given.supplier },
  ...{ serviceGroup: given.service_group, currency: given.currency },
  everyone: given.everyone === 'yes' || given.everyone === true,
  belowCost: given.below_cost === 'yes' || given.below_cost === true,
  ruled: given.ruled === undefined ? undefined : given.ruled === 'yes',
})

const calculation = {
  percent: Type.Optional(decimalText),
  fixed: Type.Optional(decimalText),
  min_price: Type.Optional(decimalText),
  round: Type.Optional(decimalText),
}

const explained = Type.Object({
  service: id,
  service_code: Type.String(),
  account: orNull(id),
  group: orNull(Type.String()),
  currency: Type.String(),
  price: orNull(amount(), 'null: it is not offered'),
  ...costs,
  candidates: Type.Array(
    Type.Object({
      account: orNull(id),
      group: orNull(Type.String()),
      rule: orNull(id, 'null: a fixed price'),
      scope: oneOf(['service', 'group', 'all']),
      base: Type.Optional(
        orNull(amount(), 'The cost, or everyone’s price; a cost only for who has `costs.read`'),
      ),
      price: orNull(amount(), 'null: it gives none'),
      chosen: Type.Boolean(),
    }),
    { description: 'In the order in which they are asked' },
  ),
  routes: Type.Optional(
    Type.Array(
      Type.Object({
        supplier: Type.String(),
        remote_service: Type.String(),
        works: Type.Boolean(),
        cost: orNull(amount()),
        cost_currency: Type.String(),
        converted: orNull(amount()),
      }),
      { description: 'Only for who has `costs.read`' },
    ),
  ),
})

function wireExplained(found: Explained, caller: Caller): Static<typeof explained> {
  const { service, buyer: who, rungs, price: paid, cost, routes } = found
  const chosen = rungs.find((one) => one.amount !== null)
  const mayReadCosts = caller.permissions.has('costs.read')
  return {
    ...{ service: service.id, service_code: service.code, account: who.accountId, group: who.group },
    ...{ currency: who.currency, price: decimal(paid, who.currency) },
    ...wireCosts(paid, cost, who.currency, caller),
    candidates: rungs.map((one) => ({
      account: one.accountId,
      group: one.priceGroupId === null ? null : who.group,
      ...{ rule: one.ruleId, scope: one.scope, price: decimal(one.amount, who.currency) },
      ...((mayReadCosts || one.basis !== 'cost') && { base: decimal(one.base, who.currency) }),
      chosen: one === chosen,
    })),
    ...(mayReadCosts && {
      routes: routes.map((one) => ({
        ...{ supplier: one.supplier, remote_service: one.remoteService, works: one.works },
        ...{ cost: decimal(one.cost, one.costCurrency), cost_currency: one.costCurrency },
        converted: decimal(one.converted, who.currency),
      })),
    }),
  }
}

export const priceRoutes = () => [
  route({
    method: 'GET',
    path: '/prices',
    name: 'listPrices',
    section,
    command: 'price list',
    summary: 'Prices that are sold at, by service',
    description: 'All of a service that fit stand on one page, which may have a few more than `limit`.',
    access: reading,
    query: Type.Object({
      ...pageQuery,
      ...filter,
      ...flags,
    }),
    answer: pageOf(price),
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, query: { limit, cursor, ...given } }) => {
      const after = readCursor(cursor, given, MAX_ID)
      const { prices, next } = await inFieldsOf(names, async () =>
        readBook(desk.read, await findFilter(desk.read, formOf(given)), { after, limit }),
      )
      return {
        page: { items: prices.map((one) => wirePrice(one, caller)), next_cursor: cursorText(next, given) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/prices/explained',
    name: 'explainPrice',
    section,
    command: 'price explain',
    summary: 'Why a service costs somebody what it does',
    access: reading,
    query: Type.Object({
      service: text(64, { description: 'Id or code' }),
      ...buyer,
      currency: Type.Optional(currencyCode),
    }),
    answer: explained,
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, query: { service, ...form } }) =>
      wireExplained(await explainPrice(desk.read, service, form), caller),
  }),
  route({
    method: 'POST',
    path: '/prices',
    name: 'setPrice',
    section,
    command: 'price set',
    summary: 'Set a fixed price of a service',
    access,
    body: bodyOf({
      service: text(64, { description: 'Id or code' }),
      ...buyer,
      currency: currencyCode,
      price: decimalText,
      min_items: Type.Optional(Type.Integer({ minimum: 1, maximum: 32_767 })),
      max_items: Type.Optional(Type.Integer({ minimum: 1, maximum: 32_767 })),
      ...planned,
    }),
    answer: Type.Object(moved),
    refusals: ['not_found', 'service_not_found', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const {
        min_items: minItems,
        max_items: maxItems,
        dry_run: dryRun = false,
        plan: _,
        account,
        ...form
      } = body
      const done = await inFieldsOf(names, () =>
        moving(desk.change, optionsOf(body, caller), async (transaction) => {
          const own = account === undefined ? undefined : (await findAccount(transaction, account)).id
          return await setPrice(transaction, { ...form, minItems, maxItems, account: own })
        }),
      )
      return wireMoved(done, dryRun, caller)
    },
  }),
  route({
    method: 'POST',
    path: '/prices/remove',
    name: 'removePrice',
    section,
    command: 'price remove',
    summary:
      'Take a fixed price away, or else the rule for this service alone; wider rules may give another price',
    access,
    body: bodyOf({ service: text(64), ...buyer, currency: currencyCode, ...planned }),
    answer: Type.Object(moved),
    refusals: ['not_found', 'service_not_found', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const { dry_run: dryRun = false, plan: _, account, ...form } = body
      const done = await inFieldsOf(names, () =>
        moving(desk.change, optionsOf(body, caller), async (transaction) => {
          const own = account === undefined ? undefined : (await findAccount(transaction, account)).id
          return await removePrice(transaction, { ...form, account: own })
        }),
      )
      return wireMoved(done, dryRun, caller)
    },
  }),
  route({
    method: 'POST',
    path: '/prices/change',
    name: 'changePrices',
    section,
    command: 'price change',
    summary: 'Change all fixed prices that fit a filter, or none of them',
    access,
    body: bodyOf({
      ...filter,
      ...trueFlags,
      ...calculation,
      price: Type.Optional(Type.String({ maxLength: 32, description: 'All of them are this' })),
      follow: Type.Optional(
        Type.Boolean({ description: 'Take fixed prices away, so that rules give others' }),
      ),
      fix: Type.Optional(
        Type.Boolean({ description: 'Change also prices that rules give: they are fixed then' }),
      ),
      ...planned,
    }),
    answer: Type.Object({
      fit: Type.Integer({ description: 'How many prices fit and may be changed' }),
      ruled: Type.Integer({ description: 'How many fit and stay, because rules give them' }),
      ...moved,
    }),
    refusals: ['not_found', 'service_not_found', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const {
        percent,
        fixed,
        round,
        min_price: minPrice,
        price: all,
        follow,
        fix,
        dry_run: dryRun = false,
      } = body
      const done = await inFieldsOf(names, () =>
        moving(desk.change, optionsOf(body, caller), async (transaction) =>
          orThrow(
            await changePrices(transaction, await findFilter(transaction, formOf(body)), {
              ...{ percent, fixed, round, minPrice, price: all, follow, fix },
            }),
          ),
        ),
      )
      const { changed: fit, ruled } = done.value
      return { fit, ruled, ...wireMoved(done, dryRun, caller) }
    },
  }),
  route({
    method: 'POST',
    path: '/prices/import',
    name: 'importPrices',
    section,
    command: 'price import',
    summary: 'Write fixed prices as the rows of a CSV file say: all of them or none',
    description: 'Every fault is named by its line and column.',
    access,
    body: bodyOf({ csv: Type.String({ minLength: 1 }), ...planned }),
    answer: Type.Object({
      written: Type.Integer(),
      removed: Type.Integer(),
      unchanged: Type.Integer(),
      ...moved,
    }),
    refusals: ['conflict'],
    handle: async ({ desk, caller, body }) => {
      const read = readPriceFile(body.csv)
      const done = await moving(desk.change, optionsOf(body, caller), async (transaction) =>
        orThrow(await importPrices(transaction, read)),
      )
      return { ...done.value, ...wireMoved(done, body.dry_run ?? false, caller) }
    },
  }),
  route({
    method: 'GET',
    path: '/price-rules',
    name: 'listPriceRules',
    section,
    command: 'price rule list',
    summary: 'Price rules, those of everyone first',
    access: reading,
    answer: Type.Object({ rules: Type.Array(rule) }),
    handle: async ({ desk }) => ({ rules: (await listRules(desk.read)).map(wireRule) }),
  }),
  route({
    method: 'POST',
    path: '/price-rules',
    name: 'setPriceRule',
    section,
    command: 'price rule set',
    summary: 'Make a price rule, or change the one for the same audience, services and currency',
    access,
    body: bodyOf({
      ...buyer,
      service: Type.Optional(text(64, { description: 'Id or code; without it and a group: all services' })),
      service_group: Type.Optional(text(200)),
      currency: currencyCode,
      of: Type.Optional(oneOf(priceBases, { default: 'cost' })),
      ...calculation,
      ...planned,
    }),
    answer: Type.Object({
      rule,
      covered: Type.Integer({ description: 'Fixed prices that stand before it' }),
      unknown: Type.Integer({
        description: 'Services whose cost, or price for everyone, is not known in its currency',
      }),
      ...moved,
    }),
    refusals: ['not_found', 'service_not_found', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const {
        of: basis,
        min_price: minPrice,
        service_group: serviceGroup,
        dry_run: dryRun = false,
        plan: _,
        ...form
      } = body
      const done = await inFieldsOf(names, () =>
        moving(desk.change, optionsOf(body, caller), (transaction) =>
          setRule(transaction, { ...form, basis, minPrice, serviceGroup }),
        ),
      )
      const { rule: made, standing } = done.value
      return {
        ...{ rule: wireRule(made), covered: standing.covered, unknown: standing.unknown },
        ...wireMoved(done, dryRun, caller),
      }
    },
  }),
  route({
    method: 'DELETE',
    path: '/price-rules/:id',
    name: 'removePriceRule',
    section,
    command: 'price rule remove',
    summary: 'Take a price rule away; wider ones may give its prices others',
    access,
    params: idParams,
    query: Type.Object({ dry_run: Type.Optional(oneOf(['yes'])), plan: planned.plan }),
    answer: Type.Object(moved),
    refusals: ['not_found', 'conflict'],
    handle: async ({ desk, caller, params, query }) => {
      const given = { ...query, dry_run: query.dry_run === 'yes' }
      const done = await moving(desk.change, optionsOf(given, caller), (transaction) =>
        removeRule(transaction, params.id as PriceRuleId),
      )
      return wireMoved(done, given.dry_run, caller)
    },
  }),
]
