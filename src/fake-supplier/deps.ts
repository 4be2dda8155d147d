import type { Orders } from './orders.ts'
import type { Panel } from './panel.ts'
import type { ServiceList } from './service-list.ts'

/** FakeDeps are what the protocols of the fake supplier answer from. */
export interface FakeDeps {
  panel: Panel
  orders: Orders
  list: ServiceList
}
