import { type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { type Happening, useLive } from '../api/events.ts'
import type { ReadPage } from './pages.ts'

/** AT_ONCE is how many changed things are read in one request; GATHER_MS, how long they are gathered for it. */
const AT_ONCE = 200
const GATHER_MS = 400
const FLASH_MS = 1500

type Pages<Row> = InfiniteData<ReadPage<Row>, string | undefined>

/**
 * `useLiveRows` keeps the rows of a list as they are now. A row that changes is changed in its place and is `fresh` for a moment; one that does not fit
 * the filter any more stays, as `gone`; new ones are counted, and never push the list. `find` gives those of some things that fit the filter.
 */
export function useLiveRows<Row extends { id: number }>({
  topics,
  queryKey,
  rows,
  find,
}: {
  topics: readonly string[]
  queryKey: readonly unknown[]
  rows: readonly Row[] | undefined
  find: (ids: readonly number[]) => Promise<readonly Row[]>
}) {
  const client = useQueryClient()
  const name = JSON.stringify(queryKey)
  const [fresh, setFresh] = useState<ReadonlySet<number>>(new Set())
  const [gone, setGone] = useState<ReadonlySet<number>>(new Set())
  const [newer, setNewer] = useState<ReadonlySet<number>>(new Set())
  const latest = useRef({ rows, find, name })
  latest.current = { rows, find, name }
  const waiting = useRef(new Set<number>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  // Another filter is another list: what was noted of the former one is forgotten.
  useEffect(() => {
    for (const set of [setFresh, setGone, setNewer]) set(name === '' ? new Set([0]) : new Set())
    waiting.current.clear()
    return () => {
      clearTimeout(timer.current)
      timer.current = undefined
    }
  }, [name])

  const look = useCallback(async () => {
    timer.current = undefined
    const { rows: shown = [], find: among, name: at } = latest.current
    const ids = [...waiting.current].slice(0, AT_ONCE)
    for (const id of ids) waiting.current.delete(id)
    const found = new Map((await among(ids)).map((row) => [row.id, row]))
    if (at !== latest.current.name) return
    const known = new Set(shown.map(({ id }) => id))
    const changed = ids.filter((id) => known.has(id) && found.has(id))
    client.setQueryData<Pages<Row>>(
      JSON.parse(at) as unknown[],
      (old) =>
        old && {
          ...old,
          pages: old.pages.map((page) => ({
            ...page,
            items: page.items.map((row) => found.get(row.id) ?? row),
          })),
        },
    )
    setGone(
      (old) =>
        new Set([
          ...[...old].filter((id) => !found.has(id)),
          ...ids.filter((id) => known.has(id) && !found.has(id)),
        ]),
    )
    setNewer((old) => new Set([...old, ...[...found.keys()].filter((id) => !known.has(id))]))
    setFresh(new Set(changed))
    setTimeout(() => setFresh((old) => (changed.every((id) => old.has(id)) ? new Set() : old)), FLASH_MS)
  }, [client])

  const hear = useCallback(
    ({ id }: Happening) => {
      if (id === null) {
        void client.invalidateQueries({ queryKey: JSON.parse(latest.current.name) as unknown[] })
        return
      }
      waiting.current.add(id)
      timer.current ??= setTimeout(() => void look().catch(() => {}), GATHER_MS)
    },
    [client, look],
  )
  useLive(topics, hear)

  /** `show` reads the list anew, with what is new. */
  const show = () => {
    setNewer(new Set())
    setGone(new Set())
    void client.resetQueries({ queryKey: JSON.parse(name) as unknown[] })
  }
  return { fresh, gone, newer: newer.size, show }
}
