import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import type { Coin } from '../../../kit/read-amount.ts'
import { priceGroupsQuery } from '../../price-groups.ts'

/** FILTERS are those of the grid that stand in the URL. */
const FILTERS = [
  ...['currencies', 'service_group', 'q', 'supplier', 'active', 'below_cost'],
  ...['no_price', 'no_cost', 'margin_lte', 'changed_since', 'rule', 'sort'],
] as const

/** `rulesQuery` reads all price rules. */
export const rulesQuery = queryOptions({
  queryKey: ['prices', 'rules'],
  queryFn: ({ signal }) => dataOf(api.GET('/api/operator/price-rules', { signal })),
})

/** `usePriceGrid` reads the grid for the audiences and filters of the URL; without any audience for everyone and every price group. */
export function usePriceGrid(search: Readonly<Record<string, string>>) {
  const groups = useQuery(priceGroupsQuery)
  const rules = useQuery(rulesQuery)
  const names = groups.data?.items.map(({ name }) => name) ?? []
  const audiences = search['audiences'] ?? ['everyone', ...names.map((name) => `group:${name}`)].join(',')
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])),
  ) as Record<string, never>
  const grid = useQuery({
    queryKey: ['prices', 'grid', audiences, filter],
    enabled: groups.isSuccess,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/prices/grid', { params: { query: { audiences, ...filter } }, signal })),
  })
  // Without a filter the file has all prices, also those of resellers whose columns are not shown.
  const isNarrowed = search['audiences'] !== undefined || Object.keys(filter).some((name) => name !== 'sort')
  const inFile = new URLSearchParams(isNarrowed ? { audiences, ...filter } : {}).toString()
  const file = `/api/operator/prices.csv${inFile === '' ? '' : `?${inFile}`}`
  const ruleOf = new Map(rules.data?.rules.map((rule) => [rule.id, rule]))
  return {
    groups: names,
    grid,
    question: JSON.stringify([audiences, filter]),
    file,
    ruleOf,
    error: groups.error ?? grid.error,
  }
}

export type PriceGrid = NonNullable<ReturnType<typeof usePriceGrid>['grid']['data']>
export type PriceRow = PriceGrid['rows'][number]
export type PriceColumn = PriceGrid['columns'][number]
export type PriceRule = Awaited<ReturnType<NonNullable<typeof rulesQuery.queryFn>>>['rules'][number]

/** `columnKey` names a column: whom it is for, and its currency. */
export const columnKey = ({ account, group, currency }: PriceColumn): string =>
  `${account !== null ? `account:${account}` : group !== null ? `group:${group}` : 'everyone'} ${currency}`

/** `audienceOf` is a column's audience as a plan takes it. */
export const audienceOf = ({ username, group, account }: PriceColumn) => ({
  ...(account !== null ? { account: username ?? String(account) } : group !== null && { group }),
})

/** `coinOf` is the currency of a column, as prices are read in it. */
export const coinOf = ({ currencies, decimals }: PriceGrid, { currency }: PriceColumn): Coin => ({
  currency,
  decimals: decimals[currencies.indexOf(currency)] ?? 2,
})

/** Scope is what a rule is for: all services, a group, or one. The others of it are what is chosen first where that is changed. */
export interface Scope {
  of: 'all' | 'group' | 'service'
  group: string
  service: number
}

/** `ruleFor` gives the rule of a column that is for these services and no others. */
export const ruleFor = (
  rules: readonly PriceRule[],
  { account, group, currency }: PriceColumn,
  scope: Scope,
): PriceRule | undefined =>
  rules.find(
    (rule) =>
      rule.account === account &&
      // A column of an account names the price group that it is in.
      (account !== null || rule.group === group) &&
      rule.currency === currency &&
      rule.service === (scope.of === 'service' ? scope.service : null) &&
      rule.service_group === (scope.of === 'group' ? scope.group : null),
  )

/** `scopeOf` is that of the rule that gives a price of its own audience; else the service alone. */
export const scopeOf = ({ id, group }: PriceRow, isOwn: boolean, rule: PriceRule | undefined): Scope => ({
  of: !isOwn || !rule || rule.service !== null ? 'service' : rule.service_group !== null ? 'group' : 'all',
  group,
  service: id,
})
