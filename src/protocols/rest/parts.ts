import type { Authenticator } from '../../accounts/authenticator.ts'
import type { Catalogue } from '../../catalogue/catalogue.ts'
import type { Sql } from '../../database/database.ts'
import type { Deposits } from '../../deposits/deposits.ts'
import type { OrderRequests } from '../../fulfilment/people/order-requests.ts'
import type { Clock } from '../../lib/time.ts'
import type { OrderFeed } from '../../orders/follow/order-feed.ts'
import type { Placement } from '../../orders/place/placement.ts'
import type { OrderReader } from '../../orders/read/order-reader.ts'
import type { RequestLog } from '../../request-log/request-log.ts'
import type { ServiceTexts } from './service-texts.ts'

/** The parts of the domain that routes use. */
export interface RestDeps {
  sql: Sql
  authenticator: Authenticator
  catalogue: Catalogue
  serviceTexts: ServiceTexts
  placement: Placement
  orders: Pick<OrderReader, 'forBuyer'>
  news: OrderFeed
  orderRequests: OrderRequests
  deposits: Deposits
  clock: Clock
  /** The log of what the keys asked for, for `GET /api/requests`. */
  requests: Pick<RequestLog, 'note'>
  /** Counts an answered request: its route's name and its outcome (ok, or the error code). */
  count: (route: string, outcome: string) => void
}
