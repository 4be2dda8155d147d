import { keepPreviousData, type UseInfiniteQueryResult, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'

/** ReadPage is a page of a list, as every list of the API gives it. */
export interface ReadPage<Row> {
  items: Row[]
  next_cursor: string | null
}

/** FEWEST is how many rows a list has at first, as long as there are so many: a page of a narrowed list may have few. */
const FEWEST = 30

/**
 * `useMore` gives what reads the next page of the list of a query key; undefined at the end, and while one is read. With `isShort` one is read by itself.
 *
 * Of one list one thing is read at a time, and what is begun later ends what is under way. So the next page waits while the list is read anew, because
 * something in it has changed, and is read behind where that began meanwhile.
 */
export function useMore(
  list: Pick<
    UseInfiniteQueryResult<{ pages: unknown[] }>,
    | 'data'
    | 'hasNextPage'
    | 'isFetching'
    | 'isFetchingNextPage'
    | 'isPlaceholderData'
    | 'error'
    | 'fetchNextPage'
  >,
  queryKey: readonly unknown[],
  isShort: boolean,
): (() => void) | undefined {
  const { data, hasNextPage, isFetching, isFetchingNextPage, isPlaceholderData, error, fetchNextPage } = list
  const name = JSON.stringify(queryKey)
  const pages = data?.pages.length ?? 0
  const [asked, setAsked] = useState<{ name: string; pages: number }>()
  const isAsked = asked?.name === name && pages < asked.pages
  const isThere = hasNextPage && !isPlaceholderData && !error
  const isDue = isThere && !isFetching && (isAsked || isShort)
  useEffect(() => {
    if (isDue) void fetchNextPage()
  }, [isDue, fetchNextPage])
  return isThere && !isFetchingNextPage && !isAsked ? () => setAsked({ name, pages: pages + 1 }) : undefined
}

/**
 * `usePages` reads a list page by page. While another filter is read, the rows of the one before stay. `more` reads the next page; it is undefined at
 * the end, and while one is read.
 */
export function usePages<Row>(
  queryKey: readonly unknown[],
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<ReadPage<Row>>,
) {
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }: ReadPage<Row>) => next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  })
  const { data, hasNextPage, isPlaceholderData, error, refetch } = list
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items), [data])
  const more = useMore(list, queryKey, rows !== undefined && rows.length < FEWEST)
  return {
    rows,
    error,
    isOld: isPlaceholderData,
    isReading: list.isFetching,
    isEnd: !hasNextPage,
    more,
    again: () => void refetch(),
  }
}
