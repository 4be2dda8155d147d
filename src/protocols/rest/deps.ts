import type { Authenticator } from '../../accounts/authenticator.ts'
import type { LiveAnswers } from '../../accounts/live-answers.ts'
import type { Admission } from '../../admission/admission.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import type { Deposits } from '../../deposits/deposits.ts'
import type { OrderRequests } from '../../fulfilment/people/order-requests.ts'
import type { Idempotency } from '../../idempotency/idempotency.ts'
import type { LedgerReader } from '../../ledger/ledger-reader.ts'
import type { Transfers } from '../../ledger/transfers.ts'
import type { Clock } from '../../lib/time.ts'
import type { OrderFeed } from '../../orders/follow/order-feed.ts'
import type { FormerOrders } from '../../orders/former/former-orders.ts'
import type { Placement } from '../../orders/place/placement.ts'
import type { OrderReader } from '../../orders/read/order-reader.ts'
import type { RequestLog } from '../../request-log/request-log.ts'
import type { Presence } from '../../runtime/presence.ts'
import type { Statements } from '../../statements/statements.ts'
import type { ActionThrottle } from '../../throttles/action-throttle.ts'
import type { KeyThrottle } from '../../throttles/key-throttle.ts'
import type { PortalDoor } from '../kit/portal-door.ts'
import type { ServiceTexts } from './service-texts.ts'

/** RestDeps is what the routes use of the domain; each file of routes names its own part of it. */
export interface RestDeps {
  admission: Pick<Admission, 'readBody'>
  authenticator: Authenticator
  liveAnswers: Pick<LiveAnswers, 'watch'>
  throttle: KeyThrottle
  /** `portal` is how people in the portal come in. */
  portal: PortalDoor
  actionThrottle: ActionThrottle
  catalogue: Catalogue
  serviceTexts: ServiceTexts
  placement: Placement
  orders: Pick<OrderReader, 'forBuyer' | 'forAsker'>
  formerOrders: Pick<FormerOrders, 'find'>
  orderFeed: OrderFeed
  orderRequests: OrderRequests
  ledger: LedgerReader
  transfers: Transfers
  deposits: Deposits
  statements: Statements
  idempotency: Idempotency
  requests: Pick<RequestLog, 'note' | 'list'>
  clock: Clock
  /** `count` counts an answered request: its route's name and its outcome (ok, or the error code). */
  count: (route: string, outcome: string) => void
  presence: Pick<Presence, 'through' | 'reading' | 'isTemporary'>
}
