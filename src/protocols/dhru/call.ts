import type { ApiKey } from '../../accounts/account.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import { Refusal } from '../../errors.ts'
import type { LedgerReader } from '../../ledger/ledger-reader.ts'
import type { Result } from '../../lib/fault.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { Clock } from '../../lib/time.ts'
import type { FormerOrders } from '../../orders/former/former-orders.ts'
import type { Placement } from '../../orders/place/placement.ts'
import type { OrderReader } from '../../orders/read/order-reader.ts'
import type { Presence } from '../../runtime/presence.ts'
import type { Answer, Prepared } from './answer.ts'
import type { DhruRequest } from './form.ts'
import type { Parameters } from './parameters.ts'
import type { ServiceLists } from './service-lists.ts'

/** DhruDeps is what Dhru actions use of the domain. */
export interface DhruDeps {
  catalogue: Catalogue
  placement: Placement
  orders: Pick<OrderReader, 'forBuyer'>
  formerOrders: Pick<FormerOrders, 'find'>
  ledger: Pick<LedgerReader, 'wallet'>
  serviceLists: ServiceLists
  clock: Clock
  maxRows: number
  presence: Pick<Presence, 'reading' | 'isTemporary'>
}

/** Call is one authenticated request, as its action sees it. */
export interface Call {
  deps: DhruDeps
  key: ApiKey
  request: DhruRequest
  parameters: Result<Parameters>
  idempotencyKey: string | null
  /** `report` tells the request log which order the request placed. */
  report(done: { placed: OrderId }): void
}

export type ActionResult = Answer | Prepared

/** Action answers a request. Throws Refusals. */
export type Action = (call: Call) => ActionResult | Promise<ActionResult>

/** MAX_COUNTED is as far as rows are counted; no operator can allow more of them. */
export const MAX_COUNTED = 2000

/** `checkRowCount` guards a bulk request's size. Throws too_many_rows. */
export function checkRowCount(count: number, maxRows: number): void {
  if (count <= maxRows) return
  const counted = count > MAX_COUNTED ? `more than ${MAX_COUNTED}` : count
  throw new Refusal('too_many_rows', `${counted} rows, at most ${maxRows} in one request`)
}
