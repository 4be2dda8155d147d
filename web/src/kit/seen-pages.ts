import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReadPage } from './pages.ts'

/** AHEAD is how many rows before the end the next page is read. */
const AHEAD = 20

/** Seen is where one is in a list: the cursors of the pages that are known, and the first and the last one that has a row in sight. */
interface Seen {
  name: string
  cursors: (string | undefined)[]
  first: number
  last: number
}

/**
 * `useSeenPages` reads a long list whose order never changes, page by page as one comes to its end. `look` says which rows are in sight, counted from 0. What
 * changes is read again of the pages in sight alone, however many there are. `idOf` is larger of each next row: a narrowed page that is read again
 * may reach into the next one.
 */
export function useSeenPages<Row>(
  queryKey: readonly unknown[],
  read: (cursor: string | undefined, signal: AbortSignal) => Promise<ReadPage<Row>>,
  { idOf, enabled = true }: { idOf: (row: Row) => number; enabled?: boolean },
) {
  const name = JSON.stringify(queryKey)
  const [kept, setSeen] = useState<Seen>()
  const seen = kept?.name === name ? kept : { name, cursors: [undefined], first: 0, last: 0 }
  const pages = useQueries({
    queries: seen.cursors.map((cursor, page) => ({
      queryKey: [...queryKey, cursor ?? ''],
      queryFn: ({ signal }: { signal: AbortSignal }) => read(cursor, signal),
      enabled: enabled && page >= seen.first && page <= seen.last,
      // Who scrolls back sees what was read: what has changed since is told, and marks it. Who comes back to the page was not told, and reads it anew.
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnMount: 'always',
    })),
  })
  const rows: Row[] = []
  /** `ends` are the counts of rows up to the end of each page. */
  const ends = pages.map(({ data }) => {
    const before = rows.at(-1)
    const after = before === undefined ? Number.NEGATIVE_INFINITY : idOf(before)
    for (const row of data?.items ?? []) if (idOf(row) > after) rows.push(row)
    return rows.length
  })
  const next = pages.at(-1)?.data?.next_cursor
  const pageOf = (row: number): number => {
    const page = ends.findIndex((end) => row < end)
    return page < 0 ? ends.length - 1 : page
  }
  const look = (from: number, to: number) => {
    const isAtEnd = next != null && to >= rows.length - AHEAD
    const cursors = isAtEnd ? [...seen.cursors, next] : seen.cursors
    const [first, last] = [pageOf(from), isAtEnd ? cursors.length - 1 : pageOf(to)]
    if (isAtEnd || first !== seen.first || last !== seen.last) setSeen({ name, cursors, first, last })
  }
  const failed = pages.find(({ error }) => error !== null)
  return {
    rows: pages[0]?.data ? rows : undefined,
    error: failed?.error ?? null,
    /** `isComing`: the next page is being read. */
    isComing: pages.length > 1 && pages.at(-1)?.isLoading === true,
    isEnd: next === null,
    look,
    again: () => void failed?.refetch(),
  }
}
