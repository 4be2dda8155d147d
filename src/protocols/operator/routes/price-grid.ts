import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { timeOf } from '../../../contract/page.ts'
import { Refusal } from '../../../errors.ts'
import { invalid, refusalFor } from '../../../lib/fault.ts'
import { MAX_ID, type PriceRuleId } from '../../../lib/ids.ts'
import { MUST } from '../../../lib/json-schema.ts'
import { decimalsOf, formatMicros, formatUnmistakably } from '../../../lib/money.ts'
import type { Desk } from '../../../people/desk.ts'
import { bookPages, exportPrices, gridCsv, gridPages, percentText } from '../../../price-book/export.ts'
import { type BookPrice, findFilter } from '../../../price-book/filter.ts'
import {
  type Grid,
  type GridCell,
  type GridForm,
  gridSorts,
  MAX_SERVICES,
  priceGrid,
} from '../../../price-book/grid.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { countRows, refuseUnproved, sendFile } from '../../kit/list-files.ts'
import { accountParams, currencyCode, id, oneOf, orNull, text } from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import { route } from '../route.ts'

const section = 'Prices'
const access = 'prices.read'

/** `cell` has short names: a grid may have tens of thousands of them. */
const cell = Type.Object(
  {
    p: Type.String({ description: 'The price' }),
    r: Type.Optional(Type.Integer({ description: 'The rule that gives it; left out: it is fixed' })),
    i: Type.Optional(
      oneOf(['group', 'everyone'], {
        description: 'Whose price it is, where the audience has none of its own',
      }),
    ),
    m: Type.Optional(
      Type.String({ description: 'What is earned, in percent of the price; only for who has `costs.read`' }),
    ),
    b: Type.Optional(Type.Literal(1, { description: 'It is below the cost' })),
  },
  { description: 'null: it is not sold to them' },
)

const grid = Type.Object({
  currencies: Type.Array(Type.String()),
  decimals: Type.Array(Type.Integer(), {
    description: 'That the currencies have in use, by `currencies`: `1.500` IDR is 1,500, `1.500` KWD is 1.5',
  }),
  used_currencies: Type.Array(Type.String(), {
    description: 'All that accounts buy in, or that have prices or rules',
  }),
  columns: Type.Array(
    Type.Object({
      account: orNull(id),
      username: orNull(Type.String()),
      group: orNull(Type.String(), 'Of an account the price group that it is in'),
      currency: Type.String(),
    }),
  ),
  rows: Type.Array(
    Type.Object({
      id,
      code: Type.String(),
      name: Type.String(),
      group: Type.String(),
      active: Type.Boolean(),
      costs: Type.Optional(
        Type.Array(orNull(Type.String()), {
          description:
            'Of the cheapest working route, by `currencies`; null: not known. Only for who has `costs.read`',
        }),
      ),
      no_rate: Type.Optional(
        Type.Boolean({
          description: 'It has a cost, but there is no exchange rate to one of the currencies',
        }),
      ),
      cells: Type.Array(orNull(cell), { description: 'By `columns`' }),
    }),
  ),
  is_cut: Type.Boolean({ description: 'There are more services than 10,000' }),
})

function wireCell(one: GridCell | null, currency: string, mayReadCosts: boolean): Static<typeof cell> | null {
  if (one === null) return null
  return {
    p: formatUnmistakably(one.price, currency),
    ...(one.ruleId !== null && { r: one.ruleId }),
    ...(one.isInherited && { i: one.from as 'group' | 'everyone' }),
    ...(mayReadCosts && one.margin !== null && { m: percentText(one.margin) }),
    ...(one.isBelowCost && { b: 1 as const }),
  }
}

function wireGrid(
  { currencies, usedCurrencies, columns, rows, isCut }: Grid,
  { permissions }: Caller,
): Static<typeof grid> {
  const mayReadCosts = permissions.has('costs.read')
  return {
    currencies,
    decimals: currencies.map(decimalsOf),
    used_currencies: usedCurrencies,
    columns: columns.map((one) => ({
      ...{ account: one.accountId, username: one.username, group: one.group, currency: one.currency },
    })),
    rows: rows.map(({ service, costs, cells }) => ({
      ...{
        id: service.id,
        code: service.code,
        name: service.name,
        group: service.group,
        active: service.active,
      },
      ...(mayReadCosts && {
        costs: costs.map((cost, at) => (cost === null ? null : formatMicros(cost, currencies[at] as string))),
        ...(service.hasCost && costs.includes(null) && { no_rate: true }),
      }),
      cells: cells.map((one, at) => wireCell(one, columns[at]?.currency ?? '', mayReadCosts)),
    })),
    is_cut: isCut,
  }
}

const yes = (description: string) => Type.Optional(oneOf(['yes'], { description }))

const filter = {
  service_group: Type.Optional(text(200)),
  q: Type.Optional(text(200, { description: 'A part of the code or of the name' })),
  supplier: Type.Optional(text(200, { description: 'Only services that have a route to it: id or name' })),
  active: Type.Optional(oneOf(['yes', 'no'])),
  below_cost: yes('Only services with a price below the cost'),
  no_price: yes('Only services that some column has no price of'),
  no_cost: yes('Only services without a cost in one of the currencies'),
  margin_lte: Type.Optional(
    Type.Number({
      minimum: -100_000,
      maximum: 100,
      description: 'Only services with a price that earns no more percent of it',
    }),
  ),
  changed_since: Type.Optional(text(40, { description: 'A time with its zone, or a day in UTC' })),
  rule: Type.Optional(
    text(10, {
      pattern: '^(fixed|[0-9]{1,9})$',
      [MUST]: 'must be the number of a rule, or fixed',
      description: 'Only services with a price that this rule gives; `fixed`: that follows nothing',
    }),
  ),
  sort: Type.Optional(oneOf(gridSorts, { description: '`margin` is the least of the row' })),
}

interface FilterFields {
  service_group?: string
  q?: string
  supplier?: string
  active?: 'yes' | 'no'
  below_cost?: 'yes'
  no_price?: 'yes'
  no_cost?: 'yes'
  margin_lte?: number
  changed_since?: string
  rule?: string
  sort?: GridForm['sort']
}

const formOf = (given: FilterFields): Omit<GridForm, 'audiences' | 'currencies'> => ({
  ...{ serviceGroup: given.service_group, search: given.q, supplier: given.supplier, sort: given.sort },
  active: given.active === undefined ? undefined : given.active === 'yes',
  ...{
    belowCost: given.below_cost === 'yes',
    noPrice: given.no_price === 'yes',
    noCost: given.no_cost === 'yes',
  },
  maxMargin: given.margin_lte,
  changedSince: given.changed_since === undefined ? undefined : timeOf(given.changed_since),
  rule: given.rule === undefined ? undefined : ruleOf(given.rule),
})

const ruleOf = (text: string): PriceRuleId | 'fixed' =>
  text === 'fixed' ? text : (Math.min(Number(text) || 0, MAX_ID) as PriceRuleId)

const names = { serviceGroup: 'service_group' }

/** `wordsOf` gives the parts of a text that have commas between them. */
const wordsOf = (text: string): string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** `refuseCut` refuses a file of a grid that lacks services. */
function refuseCut({ isCut }: Grid): void {
  if (!isCut) return
  throw new Refusal(
    'invalid_input',
    `there are more than ${MAX_SERVICES} services: name a filter, such as a service group, for each file`,
    'service_group',
  )
}

/** BookQuery says which prices a file has: those of audiences and services, as a grid has them, or without `audiences` those that fit. */
interface BookQuery extends FilterFields {
  audiences?: string
  currencies?: string
  account?: string
  group?: string
  currency?: string
}

/** `pagesOf` gives what reads the prices of a file. */
async function pagesOf(
  read: Desk['read'],
  { audiences, currencies, account, group, currency, ...given }: BookQuery,
): Promise<() => AsyncIterable<BookPrice[]>> {
  if (audiences === undefined) {
    const { service_group: serviceGroup, supplier, below_cost: belowCost, ...rest } = given
    if (currencies !== undefined || Object.keys(rest).length > 0) {
      throw refusalFor(invalid('audiences', 'is missing: whose prices the other filters look at'))
    }
    const form = { account, group, currency, serviceGroup, supplier, belowCost: belowCost === 'yes' }
    const found = await findFilter(read, form)
    return () => bookPages(read, found)
  }
  for (const [name, value] of Object.entries({ account, group, currency })) {
    if (value !== undefined) throw refusalFor(invalid(name, 'has no place beside audiences'))
  }
  const form = { ...formOf(given), audiences: wordsOf(audiences), currencies: wordsOf(currencies ?? '') }
  const found = await priceGrid(read, form)
  refuseCut(found)
  return () => gridPages(read, found)
}

/** `pricesFor` is a grid of what an account pays, and beside it of what somebody else does. */
async function pricesFor(
  read: Desk['read'],
  account: string,
  { compare, ...given }: FilterFields & { compare?: string },
): Promise<Grid> {
  const { currency } = await findAccount(read, account)
  return await priceGrid(read, {
    ...{ ...formOf(given), currencies: [currency] },
    audiences: [`account:${account}`, ...(compare === undefined ? [] : [compare])],
  })
}

export const priceGridRoutes = () => [
  route({
    method: 'GET',
    path: '/prices/grid',
    name: 'getPriceGrid',
    section,
    summary: 'What audiences pay for each service, as rows and columns',
    description: 'All services that fit are in one answer, by group, then by id.',
    access,
    query: Type.Object({
      audiences: text(2000, {
        description:
          'With commas between: `everyone`, `group:Gold`, `account:anna`; an account has one column, in its own currency',
      }),
      currencies: Type.Optional(
        text(200, { description: 'With commas between: `USD,IDR`; left out: those that are used' }),
      ),
      ...filter,
    }),
    answer: grid,
    refusals: ['not_found'],
    handle: async ({ desk, caller, query: { audiences, currencies = '', ...given } }) => {
      const form = { ...formOf(given), audiences: wordsOf(audiences), currencies: wordsOf(currencies) }
      return wireGrid(await inFieldsOf(names, () => priceGrid(desk.read, form)), caller)
    },
  }),
  route({
    method: 'GET',
    path: '/prices/for/:account',
    name: 'getPricesFor',
    section,
    summary: 'What one account pays for each service, beside what somebody else pays',
    access,
    params: accountParams,
    query: Type.Object({
      compare: Type.Optional(text(200, { description: '`everyone`, `group:Gold` or `account:anna`' })),
      ...filter,
    }),
    answer: grid,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params, query }) =>
      wireGrid(await inFieldsOf(names, () => pricesFor(desk.read, params.account, query)), caller),
  }),
  route({
    method: 'GET',
    path: '/prices/for/:account/prices.csv',
    name: 'exportPricesFor',
    section,
    summary: 'What one account pays for each service, as a file of CSV',
    access,
    params: accountParams,
    query: Type.Object({ compare: Type.Optional(text(200)), ...filter }),
    isExport: true,
    answer: Type.Object({}, { description: 'A file of CSV' }),
    refusals: ['not_found'],
    handle: async (call) => {
      const { desk, caller, params, query } = call
      const found = await inFieldsOf(names, () => pricesFor(desk.read, params.account, query))
      refuseCut(found)
      const costs = caller.permissions.has('costs.read')
      const name = `prices-${found.columns[0]?.username}`
      return await sendFile(call, { list: `/prices/for/${params.account}`, name }, (told) =>
        gridCsv(found, { costs }, told),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/prices.csv',
    name: 'exportPrices',
    section,
    command: 'price export',
    summary: 'The prices that fit a filter as a file of CSV, which an import takes',
    description:
      'With `audiences` it has the services that `/prices/grid` has by the same filters, in that order, and of each the prices that these audiences have themselves. Without, it has all prices that fit.',
    access: 'costs.read',
    query: Type.Object({
      account: Type.Optional(text(64)),
      group: Type.Optional(text(200)),
      currency: Type.Optional(currencyCode),
      audiences: Type.Optional(text(2000)),
      currencies: Type.Optional(text(200)),
      ...filter,
      below_cost: yes('Only such ones; with `audiences` only services with one'),
    }),
    isExport: true,
    answer: Type.Object({}, { description: 'A file of CSV' }),
    refusals: ['not_found'],
    handle: async (call) => {
      const { desk, caller, query } = call
      const pages = await inFieldsOf(names, () => pagesOf(desk.read, query))
      await refuseUnproved(caller, () => countRows(pages()))
      return await sendFile(call, { list: '/prices', name: 'prices' }, (told) => exportPrices(pages(), told))
    },
  }),
]
