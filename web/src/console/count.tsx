import { i18n } from '@lingui/core'
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'
import type { Values } from '../kit/filters.tsx'

/** Counted is how many rows fit a filter; `capped`: there are more than so many. */
export interface Counted {
  value: number
  capped: boolean
}

/** `useCount` counts what fits the filter of a list, by the path of the list in the API; undefined: it is not known yet. */
export function useCount(list: string, key: readonly unknown[], query: Values): Counted | undefined {
  const { sort: _, ...filter } = query
  return useQuery({
    queryKey: [...key, 'count', list, filter],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET(`/api/operator/${list}/count` as '/api/operator/accounts/count', {
          params: { query: filter as object },
          signal,
        }),
      ),
  }).data
}

/** MOST is how far lists are counted. */
const MOST = 10_000

/** `isEarly`: counting took too long, so it ended before it had come far; the number says little. */
export const isEarly = ({ value, capped }: Counted): boolean => capped && value < MOST

/** `countText` writes a count: `10,000+` where there are more than were counted. */
export const countText = ({ value, capped }: Counted): string =>
  `${new Intl.NumberFormat(i18n.locale).format(value)}${capped ? '+' : ''}`

/** `Count` says how many rows a list has. */
export function Count({ count }: { count: Counted | undefined }) {
  const { t } = useLingui()
  if (!count) return null
  const all = countText(count)
  return <span className="muted">{isEarly(count) ? t`Many` : t`${all} in all`}</span>
}
