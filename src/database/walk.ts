import { pageOf } from '../lib/page.ts'

/**
 * MAX_SCANNED_ROWS bounds the rows that one page of a list is looked for in: for an account, of which many may read at once, and for an
 * operator. Then the page ends, and says where to go on.
 */
export const MAX_SCANNED_ROWS = { account: 20_000, operator: 200_000 } as const

/** LATE_MS is more than a row can be older than one whose id is smaller: no transaction lasts so long. */
const LATE_MS = 3_600_000

/** Stop is the last row that is looked at for a page. `at`: when it was made, where the list may be narrowed to a time. */
export interface Stop<Id> {
  id: Id
  at?: Date
}

/** Walk is a list that is walked through, newest first, by one index. */
export interface Walk<Row, Id> {
  limit: number
  /** `isNarrowed`, false: every row fits, so that no more are read than the page holds. */
  isNarrowed: boolean
  /** `from` is the time before which nothing fits. */
  from?: Date | undefined
  /** `selectStop` gives where enough has been looked at; undefined: there are not so many rows. */
  selectStop(): Promise<Stop<Id> | undefined>
  /** `select` gives the rows that fit, down to a row, which is looked at, too. */
  select(part: { downTo: Id | undefined; limit: number }): Promise<Row[]>
}

/** WalkedPage is a page; `next` is undefined at the end of the list. `stoppedAt`: the page is not full, and nothing behind this row was looked at. */
export interface WalkedPage<Row, Id> {
  items: Row[]
  next: Id | undefined
  stoppedAt: Id | undefined
}

/** `walkPage` looks for a page in a bounded part of a list. */
export async function walkPage<Id, Row extends { id: Id }>({
  limit,
  isNarrowed,
  from,
  selectStop,
  select,
}: Walk<Row, Id>): Promise<WalkedPage<Row, Id>> {
  const stop = isNarrowed ? await selectStop() : undefined
  const { items, next } = pageOf<Row, Id>(
    await select({ downTo: stop?.id, limit: limit + 1 }),
    limit,
    ({ id }) => id,
  )
  const isEnd = stop?.at && from && stop.at.getTime() < from.getTime() - LATE_MS
  const stoppedAt = next === undefined && !isEnd ? stop?.id : undefined
  return { items, next: next ?? stoppedAt, stoppedAt }
}

/** `isGiven` tells whether any filter of a list is given. */
export const isGiven = (...filters: readonly unknown[]): boolean =>
  filters.some((filter) => filter !== undefined)
