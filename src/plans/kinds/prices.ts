import { type Static, Type } from 'typebox'
import { orThrow, type Result } from '../../lib/fault.ts'
import { MAX_ID, type PriceRuleId } from '../../lib/ids.ts'
import { changePrices } from '../../price-book/change.ts'
import { findFilter } from '../../price-book/filter.ts'
import { importPrices, REMOVED, readPriceCells } from '../../price-book/import.ts'
import { priceBases } from '../../price-book/price-rule.ts'
import { removeRule, setRule } from '../../price-book/rules.ts'
import { type Work, wholeKind } from '../plan-kind.ts'
import { belowCost, plannedPrices } from './price-rows.ts'

const text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, ...(description !== undefined && { description }) })
const object = <Properties extends Parameters<typeof Type.Object>[0]>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false })
const bases = Type.Union(priceBases.map((one) => Type.Literal(one)))

const audience = {
  account: Type.Optional(text(64, 'Id or user name')),
  group: Type.Optional(text(200, 'A price group, by name or id')),
}
const currency = Type.String({ pattern: '^[A-Z]{3}$' })
const calculation = {
  percent: Type.Optional(text(32)),
  fixed: Type.Optional(text(32)),
  round: Type.Optional(text(32)),
  min_price: Type.Optional(text(32)),
}

const cell = object({
  service: text(64, 'Id or code'),
  ...audience,
  currency,
  price: Type.Union([text(32), Type.Null()], {
    description:
      'Read by its currency, as in files: `1.500` IDR is 1,500, and `1,500` USD is refused, because it may be two. null takes a fixed price away, so that rules may give another',
  }),
})

const rule = object({
  service: Type.Optional(text(64, 'Id or code; without it and a group of services: all')),
  service_group: Type.Optional(text(200)),
  ...audience,
  currency,
  of: Type.Optional(bases),
  ...calculation,
})

const change = object({
  service: Type.Optional(text(64)),
  service_group: Type.Optional(text(200)),
  supplier: Type.Optional(text(200)),
  ...audience,
  currency: Type.Optional(currency),
  everyone: Type.Optional(Type.Boolean()),
  below_cost: Type.Optional(Type.Boolean()),
  ...calculation,
  price: Type.Optional(text(32)),
  follow: Type.Optional(Type.Boolean()),
  fix: Type.Optional(Type.Boolean()),
})

const input = Type.Object(
  {
    rules: Type.Optional(Type.Array(rule, { maxItems: 200, description: 'Rules to make or change' })),
    remove_rules: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: MAX_ID }), { maxItems: 200 })),
    change: Type.Optional(change),
    changes: Type.Optional(
      Type.Array(change, {
        maxItems: 200,
        description: 'Several of `change`, such as one for each price group',
      }),
    ),
    cells: Type.Optional(
      Type.Array(cell, { maxItems: 40_000, description: 'Fixed prices, each in its place' }),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
)

/** `prices` changes the price book: rules first, then what fits filters, then single prices. */
export const prices = wholeKind({
  name: 'prices',
  what: 'Prices and price rules',
  permissions: ['prices.edit'],
  reading: 'prices.read',
  undoneBy: 'prices.undo',
  input,
  confirmations: belowCost,
  fields: { basis: 'of', minPrice: 'min_price', serviceGroup: 'service_group' },
  carryOut: (work, given, without) => plannedPrices(work, () => carryOut(work, given, without)),
})

async function carryOut(
  { transaction }: Work,
  { rules = [], remove_rules: removed = [], change, changes = [], cells = [] }: Static<typeof input>,
  without: ReadonlySet<string>,
): Promise<void> {
  for (const id of removed) await removeRule(transaction, id as PriceRuleId)
  for (const { of: basis, min_price: minPrice, service_group: serviceGroup, ...form } of rules) {
    await setRule(transaction, { ...form, basis, minPrice, serviceGroup })
  }
  for (const one of change === undefined ? changes : [change, ...changes]) {
    const { min_price: minPrice, service_group: serviceGroup, below_cost: isBelow, ...rest } = one
    const { percent, fixed, round, price, follow, fix, ...filter } = rest
    const found = await findFilter(transaction, { ...filter, serviceGroup, belowCost: isBelow })
    const form = { percent, fixed, round, minPrice, price, follow, fix }
    orThrow(await changePrices(transaction, found, form, without))
  }
  if (cells.length === 0) return
  const rows = cells.map(({ price, ...form }, at) => ({ at, form: { ...form, price: price ?? REMOVED } }))
  orThrow(inCells(await importPrices(transaction, readPriceCells(rows), without)))
}

/** `inCells` has faults name the cell of the input. */
function inCells<Value>(result: Result<Value>): Result<Value> {
  if (result.ok) return result
  const [first, ...others] = result.faults.map((one) => ({ ...one, path: ['input', 'cells', ...one.path] }))
  return first ? { ...result, faults: [first, ...others] } : result
}
