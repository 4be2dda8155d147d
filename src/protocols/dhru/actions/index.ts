import type { Action } from '../call.ts'
import { accountInfo } from './account-info.ts'
import { orderStatus, orderStatuses, orderStatusesByRow } from './order-status.ts'
import { placeOrder } from './place-order.ts'
import { placeOrders, placeOrdersForThemes } from './place-orders.ts'
import { emptyList, serverServiceList, serviceDetails, serviceList } from './service-list.ts'

/** `actions` has every action that is answered, by its name in lower case; all others are `Unsupported action`. */
export const actions = new Map<string, Action>([
  // The contract's six, with its aliases.
  ['accountinfo', accountInfo],
  ['imeiservicelist', serviceList],
  ['servicelist', serviceList],
  ['placeimeiorder', placeOrder],
  ['placeorder', placeOrder],
  ['placeimeiorderbulk', placeOrders],
  ['placeorderbulk', placeOrders],
  ['orderstatus', orderStatus],
  ['getimeiorder', orderStatus],
  ['getserverorder', orderStatus],
  ['orderstatusbulk', orderStatuses],
  ['getimeiorderbulk', orderStatusesByRow],
  ['getserverorderbulk', orderStatusesByRow],
  // Real clients call these beside them.
  ['getservices', serviceList],
  ['serverservicelist', serverServiceList],
  ['getimeiservicedetails', serviceDetails],
  ['placeserverorder', placeOrder],
  ['placebulkorder', placeOrdersForThemes],
  ['getorder', orderStatus],
  ['checkorderstatus', orderStatus],
  ['modellist', emptyList],
  ['providerlist', emptyList],
  ['meplist', emptyList],
])
