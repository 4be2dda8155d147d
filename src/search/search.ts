import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { OrderId } from '../lib/ids.ts'
import { timeOfRequest } from '../lib/request-id.ts'
import type { Clock } from '../lib/time.ts'
import { findNamed, type NamedOrder } from '../orders/desk/find-lines.ts'
import { type ListedOrder, readRows } from '../orders/desk/order-rows.ts'
import { OperatorOrders } from '../orders/read/operator-orders.ts'
import { findRequest } from '../request-log/find-request.ts'
import type { RequestEntry } from '../request-log/request.ts'
import {
  type FoundAccount,
  type FoundService,
  selectAccountsNamed,
  selectServicesNamed,
} from './search.sql.ts'

/** EACH bounds what is given of each sort of thing. */
const EACH = 8

/** FoundOrder is an order that was found, and by what; `part`: it only has the text in its reference, or in an input. */
interface FoundOrder {
  by: NamedOrder['by'] | 'trace_id' | 'part'
  row: ListedOrder
}

/** Found is everything that one text names. */
export interface Found {
  orders: FoundOrder[]
  accounts: FoundAccount[]
  services: FoundService[]
  /** `request` is the one whose trace id the text is, also where it was refused. */
  request: RequestEntry | undefined
}

/** `sorts` are the sorts of things that are looked for. */
export const sorts = ['orders', 'accounts', 'services', 'requests'] as const

export type Sort = (typeof sorts)[number]

/**
 * `search` finds what a text names: orders by number, IMEI, reference, supplier's number or the trace id of the request that placed them; resellers,
 * services, and a request by its trace id. What it is the whole of comes first.
 */
export async function search(
  sql: Sql,
  text: string,
  wanted: ReadonlySet<Sort>,
  clock: Clock,
): Promise<Found> {
  const words = text.trim()
  const traced =
    timeOfRequest(words) && (wanted.has('orders') || wanted.has('requests'))
      ? await requestOf(sql, words)
      : undefined
  const [orders, accounts, services] = await Promise.all([
    wanted.has('orders')
      ? timeOfRequest(words)
        ? placedBy(sql, traced, clock)
        : ordersOf(sql, words, clock)
      : [],
    wanted.has('accounts') ? selectAccountsNamed(sql, words, EACH) : [],
    wanted.has('services') ? selectServicesNamed(sql, words, EACH) : [],
  ])
  return { orders, accounts, services, request: wanted.has('requests') ? traced : undefined }
}

async function ordersOf(sql: Sql, text: string, clock: Clock): Promise<FoundOrder[]> {
  const [named = []] = await findNamed(sql, [text])
  if (named.length > 0) {
    const rows = await readRows(sql, named.slice(0, EACH), clock)
    return rows.map((row) => ({ by: named.find(({ id }) => id === row.id)?.by ?? 'part', row }))
  }
  if (text.length < 4) return []
  const { names } = await new OperatorOrders(sql).names({ search: text, limit: EACH })
  return (await readRows(sql, names, clock)).map((row) => ({ by: 'part', row }))
}

async function requestOf(sql: Sql, trace: string): Promise<RequestEntry | undefined> {
  try {
    return await findRequest(sql, trace)
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_found') return undefined
    throw error
  }
}

/** `placedBy` gives the order that a request has placed. */
async function placedBy(sql: Sql, request: RequestEntry | undefined, clock: Clock): Promise<FoundOrder[]> {
  const { accountId = null, orderId: id = null } = request ?? {}
  if (accountId === null || id === null) return []
  const rows = await readRows(sql, [{ accountId, id: id as OrderId }], clock)
  return rows.map((row) => ({ by: 'trace_id', row }))
}
