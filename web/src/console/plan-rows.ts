import { useInfiniteQuery } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'
import { useMore } from '../kit/pages.ts'

/**
 * `usePlanRows` reads the rows of a plan, those of one verdict or all. `more` reads the next ones; with `isWhole` they are read to the end by
 * themselves. `isOver` reads what became of them: rows that were read before the plan was applied are not shown for that. Nothing is read while `plan`
 * is undefined.
 */
export function usePlanRows(
  plan: number | undefined,
  {
    verdict = '',
    isWhole = false,
    isOver = false,
  }: { verdict?: string; isWhole?: boolean; isOver?: boolean } = {},
) {
  const queryKey = ['plans', String(plan), 'rows', verdict, ...(isOver ? ['outcomes'] : [])]
  const list = useInfiniteQuery({
    queryKey,
    enabled: plan !== undefined,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ page }: { page: { next_cursor: string | null } }) => page.next_cursor ?? undefined,
    queryFn: ({ signal, pageParam }) =>
      dataOf(
        api.GET('/api/operator/plans/{id}/rows', {
          params: {
            path: { id: plan ?? 0 },
            query: { limit: 200, ...(verdict && { verdict }), ...(pageParam && { cursor: pageParam }) },
          },
          signal,
        }),
      ),
  })
  const { data, error, isPending, hasNextPage } = list
  return {
    rows: data?.pages.flatMap(({ page }) => page.items) ?? [],
    error,
    isPending,
    isEnd: !hasNextPage,
    more: useMore(list, queryKey, isWhole),
  }
}
