import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'

/** ReadPage is a page of a list, as every list of the API gives it. */
export interface ReadPage<Row> {
  items: Row[]
  next_cursor: string | null
}

/** FEWEST is how many rows a list has at first, as long as there are so many: a page of a narrowed list may have few. */
const FEWEST = 30

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
  const { data, hasNextPage, isFetchingNextPage, isPlaceholderData, error, fetchNextPage, refetch } = list
  const rows = useMemo(() => data?.pages.flatMap(({ items }) => items), [data])
  const isReady = hasNextPage && !isFetchingNextPage && !isPlaceholderData && !error
  const isShort = isReady && rows !== undefined && rows.length < FEWEST
  useEffect(() => {
    if (isShort) void fetchNextPage()
  }, [isShort, fetchNextPage])
  return {
    rows,
    error,
    isOld: isPlaceholderData,
    isReading: list.isFetching,
    isEnd: !hasNextPage,
    more: isReady ? () => void fetchNextPage() : undefined,
    again: () => void refetch(),
  }
}
