import type { Sql } from '../../database/database.ts'
import { MAX_SCANNED_ROWS } from '../../database/walk.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import {
  type FoundOrder,
  filterOrders,
  findByInput,
  findByReference,
  numberIn,
  type OrderListFilter,
  searchOrders,
  selectStop,
  walkOrders,
} from './order-list.sql.ts'

/** Listed is one page of orders. `next` is the cursor of the next page; null is the end. */
export interface Listed {
  found: FoundOrder[]
  next: OrderId | null
}

/** NAMED marks the cursors of pages of orders that a search names whole; numbers of orders do not come near it. */
const NAMED = 2 ** 52
/** NAMED_PER_PAGE bounds the rows of each index in which one page looks for what a search names whole. */
const NAMED_PER_PAGE = 500
/** MAX_PAGE_ITEMS bounds the items that are read for a page: of large orders it holds few. */
const MAX_PAGE_ITEMS = 20_000

interface Bounds {
  /** `maxRows` bounds the orders, and with a search their items, that are looked at for one page. */
  maxRows: number
}

/**
 * `findOrders` gives a page of an account's orders that match, newest first, and reads a bounded number of rows for it. Of a search those come
 * first that it names whole, of any age, by indexes; then those that have it as a part. A page ends where it has looked at enough, and
 * says where the next one goes on.
 */
export async function findOrders(
  sql: Sql,
  accountId: AccountId,
  filter: OrderListFilter,
  bounds: Bounds,
): Promise<Listed> {
  const { ids, search, before = Number.MAX_SAFE_INTEGER, limit } = filter
  if (ids !== undefined) {
    const found = await filterOrders(sql, accountId, ids, { ...filter, limit: limit + 1 })
    return pageOf(found, limit, null)
  }
  const isFirst = filter.before === undefined
  if (search === undefined || !(isFirst || before > NAMED)) {
    return await walk(sql, accountId, filter, bounds)
  }
  const named = await findNamed(
    sql,
    accountId,
    { ...filter, search, below: isFirst ? before : before - NAMED },
    bounds,
  )
  if (named.next !== null) return { found: named.found, next: (NAMED + named.next) as OrderId }
  const room = limit - named.found.length
  const parts = await walk(sql, accountId, { ...filter, before: undefined, limit: room || 1 }, bounds)
  if (room > 0) return { found: [...named.found, ...parts.found], next: parts.next }
  const isEnd = parts.found.length === 0 && parts.next === null
  // Below 1 nothing is named, and the walk begins.
  return { found: named.found, next: isEnd ? null : ((NAMED + 1) as OrderId) }
}

/** `findNamed` gives a page of the orders whose number, reference or input is the text that is looked for. */
async function findNamed(
  sql: Sql,
  accountId: AccountId,
  { search, below, ...filter }: OrderListFilter & { search: string; below: number },
  { maxRows }: Bounds,
): Promise<Listed> {
  const number = numberIn(search)
  const rows = { below, limit: NAMED_PER_PAGE }
  const downTo = await newestDownTo(sql, accountId, maxRows)
  const found = await Promise.all([
    findByInput(sql, accountId, search, { ...rows, newestDownTo: downTo }),
    findByReference(sql, accountId, search, rows),
  ])
  // Of what has more rows than were read, nothing is known below the last of them.
  const ends = found.map((ids) => (ids.length === NAMED_PER_PAGE ? (ids.at(-1) as OrderId) : 0))
  const end = Math.max(...ends)
  const ids = new Set([...found.flat(), ...(number === null ? [] : [number as OrderId])])
  const known = [...ids].filter((id) => id >= end && id < below)
  const { before: _, ...rest } = filter
  const fitting = await filterOrders(sql, accountId, known, { ...rest, limit: filter.limit + 1 })
  return pageOf(fitting, filter.limit, end === 0 ? null : (end as OrderId))
}

/** `newestDownTo` gives the last order of an account's newest, which have so many items: an open item of an older one has been marked as open for long. */
export async function newestDownTo(
  sql: Sql,
  accountId: AccountId,
  maxRows: number = MAX_SCANNED_ROWS.account,
): Promise<OrderId> {
  const all = { reference: undefined, below: Number.MAX_SAFE_INTEGER, downTo: 0 }
  return (await selectStop(sql, accountId, all, { countsItems: true, maxRows })) ?? (0 as OrderId)
}

/** `walk` goes through the newest orders until the page is full or enough rows were looked at. */
async function walk(
  sql: Sql,
  accountId: AccountId,
  filter: OrderListFilter,
  { maxRows }: Bounds,
): Promise<Listed> {
  const { search, reference, state, serviceIds, from, to, before, limit } = filter
  const whole = { reference, below: before ?? Number.MAX_SAFE_INTEGER, downTo: 0 }
  const takesAll = [search, state, serviceIds, from, to].every((given) => given === undefined)
  const stop = takesAll
    ? undefined
    : await selectStop(sql, accountId, whole, { countsItems: search !== undefined, maxRows })
  const part = { ...whole, downTo: stop ?? 0 }
  const rows = { ...filter, limit: limit + 1 }
  const found =
    search !== undefined && reference === undefined
      ? await searchOrders(sql, accountId, part, { ...rows, search })
      : await walkOrders(sql, accountId, part, rows)
  return pageOf(found, limit, stop ?? null)
}

/** `pageOf` takes as many of the orders as a page may hold; `next` is where it goes on behind all of them. */
function pageOf(found: FoundOrder[], limit: number, next: OrderId | null): Listed {
  let items = 0
  const fits = found.findIndex(({ itemCount }, index) => {
    items += itemCount
    return index > 0 && items > MAX_PAGE_ITEMS
  })
  const count = Math.min(fits === -1 ? found.length : fits, limit)
  const page = found.slice(0, count)
  return { found: page, next: count < found.length ? (page.at(-1)?.id ?? null) : next }
}
