import type { Authenticator } from '../accounts/authenticator.ts'
import type { Catalogue } from '../catalogue/catalogue.ts'
import type { Clock } from '../clock.ts'
import type { Sql } from '../database/database.ts'
import type { Deposits } from '../deposits/deposits.ts'
import type { OrderRequests } from '../fulfilment/order-requests.ts'
import type { OrderNews } from '../orders/news.ts'
import type { Placement } from '../orders/placement.ts'
import type { Receipts } from '../orders/receipts.ts'
import type { Summaries } from '../orders/summaries.ts'
import type { RequestLog } from '../requests/request-log.ts'
import type { ServiceTexts } from './service-texts.ts'

/** The parts of the domain that routes use. */
export interface RestParts {
  sql: Sql
  /** A pool with steady plans, for what is read of orders. */
  reads: Sql
  authenticator: Authenticator
  catalogue: Catalogue
  serviceTexts: ServiceTexts
  placement: Placement
  receipts: Receipts
  summaries: Summaries
  news: OrderNews
  orderRequests: OrderRequests
  deposits: Deposits
  clock: Clock
  /** What the keys asked for, for `GET /api/requests`. */
  requests: Pick<RequestLog, 'note'>
  /** Counts an answered request: its route's name and its outcome (ok, or the error code). */
  count: (route: string, outcome: string) => void
}
