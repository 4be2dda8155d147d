import type { Action } from '../call.ts'
import { accountInfo } from './account-info.ts'
import { orderStatus, orderStatuses, orderStatusesByRow } from './order-status.ts'
import { placeOrder } from './place-order.ts'
import { placeOrders, placeOrdersForThemes } from './place-orders.ts'
import { emptyList, serverServiceList, serviceDetails, serviceList } from './service-list.ts'

/** `placing` has the actions that place orders, by their names in lower case. */
const placing: [name: string, action: Action][] = [
  ['placeimeiorder', placeOrder],
  ['placeorder', placeOrder],
  ['placeimeiorderbulk', placeOrders],
  ['placeorderbulk', placeOrders],
  // Real clients call these beside the contract's.
  ['placeserverorder', placeOrder],
  ['placebulkorder', placeOrdersForThemes],
]

const reading: [name: string, action: Action][] = [
  ['accountinfo', accountInfo],
  ['imeiservicelist', serviceList],
  ['servicelist', serviceList],
  ['orderstatus', orderStatus],
  ['getimeiorder', orderStatus],
  ['getserverorder', orderStatus],
  ['orderstatusbulk', orderStatuses],
  ['getimeiorderbulk', orderStatusesByRow],
  ['getserverorderbulk', orderStatusesByRow],
  // Real clients call these beside the contract's.
  ['getservices', serviceList],
  ['serverservicelist', serverServiceList],
  ['getimeiservicedetails', serviceDetails],
  ['getorder', orderStatus],
  ['checkorderstatus', orderStatus],
  ['modellist', emptyList],
  ['providerlist', emptyList],
  ['meplist', emptyList],
]

/** `actions` has every action that is answered, by its name in lower case; all others are `Unsupported action`. */
export const actions: ReadonlyMap<string, Action> = new Map([...placing, ...reading])

const placingNames: ReadonlySet<string> = new Set(placing.map(([name]) => name))

export const placesOrders = (name: string): boolean => placingNames.has(name)
