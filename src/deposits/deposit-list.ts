import type { Queryable } from '../database/database.ts'
import { isGiven, type WalkedPage, walkPage } from '../database/walk.ts'
import type { DepositId } from '../lib/ids.ts'
import type { Deposit } from './deposit.ts'
import {
  type DepositFilter,
  type DepositPlace,
  type DepositSort,
  selectDeposits,
  selectSorted,
  selectSortedStop,
  selectStop,
} from './deposit-list.sql.ts'

export { depositSorts } from './deposit-list.sql.ts'

/** `listDeposits` gives a page, newest first, looked for in `maxRows` of them. */
export const listDeposits = (
  sql: Queryable,
  { limit, ...filter }: DepositFilter & { limit: number },
  maxRows: number,
): Promise<WalkedPage<Deposit, DepositId>> =>
  walkPage({
    limit,
    from: filter.from,
    isNarrowed: isGiven(filter.state, filter.provider, filter.from, filter.to, filter.amount, filter.text),
    selectStop: () => selectStop(sql, filter, maxRows),
    select: (part) => selectDeposits(sql, { ...filter, ...part }),
  })

/** `listSorted` gives a page in an order, behind a place, looked for in `maxRows` of them. Sorted by when they were settled, those that were not are left out. */
export async function listSorted(
  sql: Queryable,
  {
    limit,
    sort,
    after,
    ...filter
  }: Omit<DepositFilter, 'before'> & { limit: number; sort: DepositSort; after: DepositPlace | undefined },
  maxRows: number,
): Promise<{ items: Deposit[]; next: DepositPlace | undefined }> {
  const { items, next } = await walkPage({
    limit,
    isNarrowed: isGiven(filter.state, filter.provider, filter.from, filter.to, filter.amount, filter.text),
    selectStop: () => selectSortedStop(sql, filter, { sort, after }, maxRows),
    select: ({ downTo, limit: most }) =>
      selectSorted(sql, filter, { sort, after, upTo: downTo, limit: most }),
  })
  return { items: items.map(({ deposit }) => deposit), next }
}
