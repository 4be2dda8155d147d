import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import { type ExchangeRates, Rates } from '../../ledger/rates.ts'
import type { OrderId } from '../../lib/ids.ts'
import { type Micros, micros } from '../../lib/money.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { type ExpectedTimes, expectedBy, expectedTimes } from '../read/expected-times.ts'
import { type OperatorOrderFilter, OperatorOrders } from '../read/operator-orders.ts'
import { costIn } from '../read/order-costs.ts'
import type { OrderName } from '../read/orders.sql.ts'
import { type OrderRow, selectNames, selectOrderRows, selectTraces } from './order-rows.sql.ts'

/** ListedOrder is a row of a list, with what follows from it. */
export interface ListedOrder extends OrderRow {
  /** `cost` is of what is with suppliers, or was charged, in the currency of the order; null: it is not known of every such item, there is no rate, or nothing was sent yet. */
  cost: Micros | null
  /** `margin` is what is left of what was charged, or is held for what was sent; what waits to be sent has no part in it. null: as `cost`. */
  margin: Micros | null
  /** `expectedBy`, null: nobody knows. */
  expectedBy: Date | null
  isLate: boolean
  waitsForPerson: boolean
  /** `traceId` is that of the request that placed it; null: that is not kept; undefined: it was not asked for. */
  traceId?: string | null
}

interface RowsPage {
  rows: ListedOrder[]
  next: OrderId | undefined
}

/** LOOK_MS is for how long a page of rows is looked for: it then ends where it has come to, and the next one goes on there. */
const LOOK_MS = 200

/** `listRows` gives a page of orders as rows, with `traces` also the trace id of each. Throws what the list of orders does. */
export async function listRows(
  sql: Sql,
  filter: OperatorOrderFilter & { limit: number },
  clock: Clock = systemClock,
  { traces = false } = {},
): Promise<RowsPage> {
  const { names, next } = await new OperatorOrders(sql).names({ ...filter, ms: LOOK_MS })
  const rows = await readRows(sql, names, clock)
  return { rows: traces ? await traced(sql, rows) : rows, next }
}

async function traced(sql: Sql, rows: readonly ListedOrder[]): Promise<ListedOrder[]> {
  const found = new Map((await selectTraces(sql, rows)).map(({ id, traceId }) => [id, traceId]))
  return rows.map((row) => ({ ...row, traceId: found.get(row.id) ?? null }))
}

/** `findRows` gives the rows of orders by their numbers. Throws order_not_found for the first that there is none of. */
export async function findRows(
  sql: Sql,
  ids: readonly OrderId[],
  clock: Clock = systemClock,
): Promise<ListedOrder[]> {
  const names = await selectNames(sql, ids)
  const known = new Set(names.map(({ id }) => id))
  const missing = ids.find((id) => !known.has(id))
  if (missing !== undefined) throw new Refusal('order_not_found', String(missing), 'orders')
  return await readRows(sql, names, clock)
}

/** `readRows` gives the rows of orders in the order in which they are named. */
export async function readRows(
  sql: Sql,
  names: readonly OrderName[],
  clock: Clock = systemClock,
): Promise<ListedOrder[]> {
  if (names.length === 0) return []
  const { kindsDoneByPeople: people, kindsOfPractice: practice } = await import(
    '../../integrations/suppliers/index.ts'
  )
  const now = clock.now()
  const [rows, times, rates] = await Promise.all([
    selectOrderRows(sql, names, { people, practice }),
    expectedTimes(sql, now),
    new Rates(sql).load(now),
  ])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return names.flatMap(({ id }) => {
    const row = byId.get(id)
    return row ? [listed(row, times, rates)] : []
  })
}

function listed(row: OrderRow, times: ExpectedTimes, rates: ExchangeRates): ListedOrder {
  // Nothing can be said of an order of which nothing was sent yet.
  const isUntried = row.finishedAt === null && row.uncosted === 0 && Object.keys(row.costs).length === 0
  const cost = isUntried ? null : (costIn(row, row.currency, rates) ?? null)
  const due = expectedBy(row, times)
  return {
    ...row,
    cost,
    margin: cost === null ? null : micros(row.charged + row.held - row.waiting - cost),
    expectedBy: due,
    isLate: row.finishedAt === null && due !== null && due < times.now,
    waitsForPerson: row.reviews + row.withPeople > 0,
  }
}
