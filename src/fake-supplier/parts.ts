import type { Orders } from './orders.ts'
import type { Panel } from './panel.ts'
import type { ServiceList } from './service-list.ts'

/** What the protocols need of the fake supplier. */
export interface Parts {
  panel: Panel
  orders: Orders
  list: ServiceList
}
