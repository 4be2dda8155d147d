import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import type { Coin } from './read-price.ts'

/** FILTERS are those of the grid that stand in the URL. */
const FILTERS = [
  ...['currencies', 'service_group', 'q', 'supplier', 'active', 'below_cost'],
  ...['no_price', 'no_cost', 'margin_lte', 'changed_since', 'rule', 'sort'],
] as const

/** `usePriceGrid` reads the grid for the audiences and filters of the URL; without any audience for everyone and every price group. */
export function usePriceGrid(search: Readonly<Record<string, string>>) {
  const groups = useQuery({
    queryKey: ['price-groups'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/price-groups', { signal })),
  })
  const rules = useQuery({
    queryKey: ['prices', 'rules'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/price-rules', { signal })),
  })
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
  const ruleOf = new Map(rules.data?.rules.map((rule) => [rule.id, rule]))
  return { groups: names, grid, ruleOf, error: groups.error ?? grid.error }
}

export type PriceGrid = NonNullable<ReturnType<typeof usePriceGrid>['grid']['data']>
export type PriceRow = PriceGrid['rows'][number]
export type PriceColumn = PriceGrid['columns'][number]
export type PriceRule = NonNullable<ReturnType<ReturnType<typeof usePriceGrid>['ruleOf']['get']>>

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
