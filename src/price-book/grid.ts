import { findAccount, listPriceGroups } from '../accounts/accounts.ts'
import type { Queryable } from '../database/database.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import type { AccountId, PriceGroupId, PriceRuleId } from '../lib/ids.ts'
import { isCurrency, type Micros } from '../lib/money.ts'
import { findFilter } from './filter.ts'
import {
  type GridPrice,
  type GridService,
  selectGridCosts,
  selectGridPrices,
  selectGridServices,
  selectUsedCurrencies,
} from './grid.sql.ts'
import { marginOf } from './moves.ts'

/** GridColumn is an audience in a currency: everyone, a price group, or an account with the price group that it is in. */
interface GridColumn {
  accountId: AccountId | null
  username: string | null
  priceGroupId: PriceGroupId | null
  /** `group` is the name of the column's price group, of an account that of its own. */
  group: string | null
  currency: string
}

/** GridCell is what an audience pays. */
export interface GridCell {
  price: Micros
  /** `from` is whose price it is: the nearest one of the audience. */
  from: 'account' | 'group' | 'everyone'
  /** `isInherited`: the audience has no price of its own. */
  isInherited: boolean
  /** `ruleId`, null: it is fixed. */
  ruleId: PriceRuleId | null
  /** `margin` is in tenths of a percent of the price; null: it is not known. */
  margin: bigint | null
  isBelowCost: boolean
  updatedAt: Date
}

interface GridRow {
  service: GridService
  /** `costs` are those of the currencies of the grid, in their order; null: not known. */
  costs: (Micros | null)[]
  /** `cells` are those of the columns; null: it is not sold to them. */
  cells: (GridCell | null)[]
}

export interface Grid {
  currencies: string[]
  /** `usedCurrencies` are those that accounts buy in, or that have prices. */
  usedCurrencies: string[]
  columns: GridColumn[]
  rows: GridRow[]
  /** `isCut`: there are more services than a grid has. */
  isCut: boolean
}

export const gridSorts = ['group', 'name', 'cost', '-cost', 'margin', '-margin', '-changed'] as const

/** GridForm says which prices are wanted, as an operator writes it. */
export interface GridForm {
  /** `audiences` are `everyone`, `group:Gold` and `account:anna`. */
  audiences: readonly string[]
  /** `currencies`, none: all that are used, as far as there is room. */
  currencies: readonly string[]
  serviceGroup?: string | undefined
  search?: string | undefined
  supplier?: string | undefined
  active?: boolean | undefined
  belowCost?: boolean | undefined
  /** `noPrice`: only services that some column has no price of. */
  noPrice?: boolean | undefined
  noCost?: boolean | undefined
  /** `maxMargin`: only services with a cell that earns no more than so many percent of its price. */
  maxMargin?: number | undefined
  changedSince?: Date | undefined
  /** `rule`: only services with a cell that this rule gives; `fixed`: with a price that follows nothing. */
  rule?: PriceRuleId | 'fixed' | undefined
  sort?: (typeof gridSorts)[number] | undefined
}

/** MAX_SERVICES bounds the rows of a grid. */
export const MAX_SERVICES = 10_000
/** MAX_COLUMNS bounds its columns. */
const MAX_COLUMNS = 24

/** `priceGrid` gives what audiences pay for each service. Throws not_found, and invalid_input naming the value at fault. */
export async function priceGrid(sql: Queryable, form: GridForm): Promise<Grid> {
  const wrong = form.currencies.find((one) => !isCurrency(one))
  if (wrong !== undefined) {
    throw refusalFor(invalid('currencies', `${JSON.stringify(wrong)} is no currency code such as USD`))
  }
  const { serviceGroup, supplierId } = await findFilter(sql, {
    serviceGroup: form.serviceGroup,
    supplier: form.supplier,
  })
  const usedCurrencies = await selectUsedCurrencies(sql)
  const room = Math.max(1, Math.floor(MAX_COLUMNS / form.audiences.length))
  const wanted = form.currencies.length > 0 ? form.currencies : usedCurrencies.slice(0, room)
  const columns = await findColumns(sql, { ...form, currencies: wanted })
  const filter = { serviceGroup, supplierId, search: form.search, active: form.active }
  const found = await selectGridServices(sql, filter, MAX_SERVICES + 1)
  const services = found.slice(0, MAX_SERVICES)
  const ids = services.map(({ id }) => id)
  const audiences = {
    groups: [...new Set(columns.flatMap(({ priceGroupId }) => priceGroupId ?? []))],
    accounts: [...new Set(columns.flatMap(({ accountId }) => accountId ?? []))],
  }
  const currencies = [...new Set(columns.map(({ currency }) => currency))]
  const [prices, costs] = await Promise.all([
    selectGridPrices(sql, ids, audiences, currencies),
    selectGridCosts(sql, ids, currencies),
  ])
  const costOf = new Map(costs.map(({ serviceId, currency, cost }) => [`${serviceId} ${currency}`, cost]))
  const pricesOf = Map.groupBy(prices, ({ serviceId }) => serviceId)
  const rows = services.map((service): GridRow => {
    const own = pricesOf.get(service.id) ?? []
    return {
      service,
      costs: currencies.map((currency) => costOf.get(`${service.id} ${currency}`) ?? null),
      cells: columns.map((column) =>
        cellOf(column, own, costOf.get(`${service.id} ${column.currency}`) ?? null),
      ),
    }
  })
  return {
    ...{ currencies, usedCurrencies, columns, isCut: found.length > MAX_SERVICES },
    rows: sorted(rows.filter(fitting(form)), form.sort),
  }
}

async function findColumns(sql: Queryable, { audiences, currencies }: GridForm): Promise<GridColumn[]> {
  const groups = await listPriceGroups(sql)
  const columns: GridColumn[] = []
  for (const [at, audience] of audiences.entries()) {
    const name = audience.slice(audience.indexOf(':') + 1)
    if (audience.startsWith('account:')) {
      const { id, username, currency, group } = await findAccount(sql, name)
      const priceGroupId = groups.find((one) => one.name === group)?.id ?? null
      columns.push({ accountId: id, username, priceGroupId, group, currency })
      continue
    }
    const group = audience.startsWith('group:')
      ? groups.find((one) => one.name.toLowerCase() === name.toLowerCase() || String(one.id) === name)
      : undefined
    if (group === undefined && audience !== 'everyone') {
      const said = `${JSON.stringify(audience)} is nobody: everyone, a price group as group:Gold, an account as account:anna`
      throw refusalFor(invalid(['audiences', at], said))
    }
    columns.push(
      ...currencies.map((currency) => ({
        ...{ accountId: null, username: null, currency },
        ...{ priceGroupId: group?.id ?? null, group: group?.name ?? null },
      })),
    )
  }
  if (columns.length === 0) throw refusalFor(invalid('currencies', 'say at least one, or an account'))
  if (columns.length > MAX_COLUMNS) {
    throw refusalFor(invalid('audiences', `makes ${columns.length} columns, more than ${MAX_COLUMNS}`))
  }
  return columns
}

/** `cellOf` gives the nearest price of an audience, as `pricesFor` of the catalogue chooses it. */
function cellOf(
  { accountId, priceGroupId, currency }: GridColumn,
  own: readonly GridPrice[],
  cost: Micros | null,
): GridCell | null {
  let best: GridPrice | undefined
  for (const price of own) {
    if (price.currency !== currency) continue
    if (price.accountId !== null && price.accountId !== accountId) continue
    if (price.priceGroupId !== null && price.priceGroupId !== priceGroupId) continue
    if (best === undefined || nearness(price) > nearness(best)) best = price
  }
  if (best === undefined) return null
  const from = (['everyone', 'group', 'account'] as const)[nearness(best)] ?? 'everyone'
  const own_ = accountId !== null ? 'account' : priceGroupId !== null ? 'group' : 'everyone'
  return {
    ...{ price: best.unitPrice, from, isInherited: from !== own_, ruleId: best.ruleId },
    margin: marginOf(best.unitPrice, cost),
    isBelowCost: cost !== null && best.unitPrice < cost,
    updatedAt: best.updatedAt,
  }
}

const nearness = ({ accountId, priceGroupId }: GridPrice): number =>
  accountId !== null ? 2 : priceGroupId !== null ? 1 : 0

const fitting =
  ({ belowCost, noPrice, noCost, maxMargin, changedSince, rule }: GridForm) =>
  ({ costs, cells }: GridRow): boolean => {
    const some = (holds: (cell: GridCell) => boolean): boolean => cells.some((cell) => cell && holds(cell))
    return (
      (!belowCost || some((cell) => cell.isBelowCost)) &&
      (!noPrice || cells.includes(null)) &&
      (!noCost || costs.includes(null)) &&
      (maxMargin === undefined ||
        some(({ margin }) => margin !== null && Number(margin) <= maxMargin * 10)) &&
      (changedSince === undefined || some(({ updatedAt }) => updatedAt >= changedSince)) &&
      (rule === undefined || some(({ ruleId }) => (rule === 'fixed' ? ruleId === null : ruleId === rule)))
    )
  }

/** `sorted` puts rows in an order; what a row lacks, such as a cost, stands last. */
function sorted(rows: GridRow[], sort: GridForm['sort'] = 'group'): GridRow[] {
  if (sort === 'group') return rows
  if (sort === 'name') return rows.toSorted((a, b) => a.service.name.localeCompare(b.service.name))
  const direction = sort.startsWith('-') ? -1 : 1
  const keyed = rows.map((row) => ({ row, key: sortKey(row, sort.replace('-', '')) }))
  return keyed
    .toSorted((a, b) =>
      a.key === null || b.key === null
        ? Number(a.key === null) - Number(b.key === null)
        : direction * (a.key - b.key),
    )
    .map(({ row }) => row)
}

function sortKey({ costs, cells }: GridRow, by: string): number | null {
  if (by === 'cost') return costs[0] == null ? null : Number(costs[0])
  const values = cells.flatMap((cell) => {
    if (cell === null) return []
    if (by === 'changed') return [cell.updatedAt.getTime()]
    return cell.margin === null ? [] : [Number(cell.margin)]
  })
  if (values.length === 0) return null
  return by === 'changed' ? Math.max(...values) : Math.min(...values)
}
