import { useMemo, useState } from 'react'
import type { PriceGrid, usePriceGrid } from './use-price-grid.ts'

/** Differences are cells that somebody else, or a supplier's list, has changed since the grid was shown. */
interface Differences {
  prices: number
  costs: number
}

/**
 * `useHeldGrid` keeps the grid as it was read for a question, so that no cell changes under somebody's hand: what has changed since is counted, and
 * taken over by `show`. `isHeld`: it was read again, and the person may go on with what is shown.
 */
export function useHeldGrid(
  { data, dataUpdatedAt, ...read }: ReturnType<typeof usePriceGrid>['grid'],
  question: string,
) {
  const [shown, setShown] = useState<{ grid: PriceGrid; question: string; isSettled: boolean }>()
  const isSame = shown?.question === question
  // What stood in the cache is no reading of now.
  const isSettled = read.isFetchedAfterMount || !read.isFetching || (isSame && shown.isSettled)
  const held = isSame && shown.isSettled ? shown.grid : undefined
  const differences = useMemo(() => differencesOf(held, data), [held, data])
  const take = () => data && setShown({ grid: data, question, isSettled })
  const isOld = data !== shown?.grid || !isSame || isSettled !== shown.isSettled
  if (data && !read.isPlaceholderData && differences === undefined && isOld) take()
  return {
    grid: shown?.grid ?? data,
    changed: differences && { ...differences, at: new Date(dataUpdatedAt) },
    show: take,
  }
}

/** `differencesOf` counts the cells that differ, of rows that came or went all of them; undefined: there are none. */
function differencesOf(before: PriceGrid | undefined, after: PriceGrid | undefined): Differences | undefined {
  if (!before || !after || before === after) return undefined
  let [prices, costs] = [0, 0]
  const left = new Map(before.rows.map((row) => [row.id, row]))
  for (const row of after.rows) {
    const was = left.get(row.id)
    left.delete(row.id)
    for (const [at, cell] of row.cells.entries()) {
      const old = was?.cells[at]
      if (old?.p !== cell?.p || old?.r !== cell?.r || old?.i !== cell?.i) prices++
    }
    for (const [at, cost] of (row.costs ?? []).entries()) if (was?.costs?.[at] !== cost) costs++
  }
  prices += left.size * after.columns.length
  return prices + costs === 0 ? undefined : { prices, costs }
}
