import type { ApiKey } from '../../accounts/account.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import type { Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import type { Placement } from '../../orders/place/placement.ts'
import type { OrderReader } from '../../orders/read/order-reader.ts'
import type { Answer, Prepared } from './answer.ts'
import type { DhruRequest } from './form.ts'
import type { Parameters } from './parameters.ts'
import type { ServiceLists } from './service-lists.ts'

/** The parts of the domain that Dhru actions use. */
export interface DhruDeps {
  sql: Sql
  catalogue: Catalogue
  placement: Placement
  orders: Pick<OrderReader, 'forBuyer'>
  serviceLists: ServiceLists
  clock: Clock
  maxRows: number
}

/** One authenticated request, as its action sees it. */
export interface Call {
  parts: DhruDeps
  key: ApiKey
  request: DhruRequest
  parameters: Parameters
  idempotencyKey: string | null
  /** Tells the request log which order the request placed. */
  report(done: { placed: OrderId }): void
}

export type ActionResult = Answer | Prepared | Refusal

export type Action = (call: Call) => ActionResult | Promise<ActionResult>

/** Guards a bulk request's size. */
export function checkRowCount(count: number, maxRows: number): Refusal | undefined {
  if (count <= maxRows) return undefined
  return new Refusal('too_many_rows', `${count} rows, at most ${maxRows} in one request`)
}
