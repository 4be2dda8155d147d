import type { ServiceKind } from '../../catalogue/service.ts'
import type { OrderId } from '../../lib/ids.ts'
import { type Micros, micros, ZERO } from '../../lib/money.ts'
import type { OrderState } from '../../lib/states.ts'
import type { Item, Order } from '../order.ts'

/** OrderDetails is an order with what its buyer may know beside it: its service, its hold and the wallet. */
export interface OrderDetails {
  order: Order
  service: { code: string; kind: ServiceKind }
  currency: string
  /** `hold` is the ledger entry that reserved the price, and what was available after it. */
  hold: { id: number; availableAfter: Micros }
  /** `available` is the account's available balance at the time of the read. */
  available: Micros
  /** `supplierReference` is the supplier's number of the first item. */
  supplierReference: string | null
}

/** BuyerStatus is an order's state as its buyer may see it: an open order is `pending`, begun or not. */
export type BuyerStatus = Exclude<OrderState, 'processing'>

/** BuyerItemStatus is an item's state as its buyer may see it: every open item is `pending`. */
export type BuyerItemStatus = 'pending' | 'success' | 'failed' | 'cancelled'

/** BuyerItem is as much of an item as its buyer may see. */
export type BuyerItem = Pick<
  Item,
  'position' | 'input' | 'quantity' | 'state' | 'result' | 'reason' | 'finishedAt' | 'refunded'
>

/** ItemTally adds up all items of an order. */
export interface ItemTally {
  /** `ended` counts the items that have ended; `success` counts those of them that ended well. */
  ended: number
  success: number
  units: number
  charged: Micros
  refunded: Micros
  /** `reason` is the first reason that an item has. */
  reason: string | null
}

/** BuyerOrder is an order as its buyer may see it. `tally` counts all items, also those that `items` leaves out. */
export interface BuyerOrder extends Omit<OrderDetails, 'order'> {
  order: Omit<Order, 'items'>
  tally: ItemTally
  items: BuyerItem[]
}

/** BuyerOrderSummary is a buyer order that may leave out most items of a large order. */
export interface BuyerOrderSummary extends BuyerOrder {
  /** `truncated` says that items are missing in `items`. */
  truncated: boolean
}

/** `buyerOrderOf` gives the order as it is now. */
export const buyerOrderOf = (details: OrderDetails): BuyerOrder => ({
  ...details,
  tally: tallyOf(details.order.items),
  items: details.order.items,
})

/**
 * `buyerOrderAsPlaced` gives the order as it was when it was placed, whatever has become of it since, so that a repeated
 * request gets the first answer again.
 */
export function buyerOrderAsPlaced(details: OrderDetails): BuyerOrder {
  const items = details.order.items.map((item) => ({ ...item, ...UNTOUCHED }))
  return buyerOrderOf({
    ...details,
    order: { ...details.order, state: 'pending', finishedAt: null, items },
    available: details.hold.availableAfter,
    supplierReference: null,
  })
}

const UNTOUCHED = { state: 'pending', result: null, reason: null, finishedAt: null, refunded: ZERO } as const

function tallyOf(items: Item[]): ItemTally {
  const ended = items.filter(({ finishedAt }) => finishedAt !== null)
  const success = ended.filter(({ state }) => state === 'success')
  return {
    ended: ended.length,
    success: success.length,
    units: items.reduce((sum, { quantity }) => sum + quantity, 0),
    charged: chargedOf(success),
    refunded: micros(sumOf(ended) - chargedOf(success)),
    reason: items.find(({ reason }) => reason !== null)?.reason ?? null,
  }
}

const chargedOf = (items: Item[]): Micros =>
  micros(items.reduce((sum, { price, refunded }) => sum + price - refunded, ZERO as bigint))

const sumOf = (items: Item[]): Micros => micros(items.reduce((sum, { price }) => sum + price, ZERO as bigint))

export interface BuyerOrderFilter {
  /** `search` is an order's number, or a part of its reference or of an item's input. */
  search?: string | undefined
  /** `reference` is the whole of the buyer's own reference. */
  reference?: string | undefined
  /** `transaction` is the number of the transaction that reserved the price, or the supplier's reference. */
  transaction?: string | undefined
  state?: BuyerStatus | undefined
  processing?: 'automatic' | 'manual' | undefined
  /** `service` is the id or the code of a service. */
  service?: string | undefined
  from?: Date | undefined
  /** `to` is excluded. */
  to?: Date | undefined
  /** `before` is where the page before said that the next begins: only orders with a smaller number are given. */
  before?: OrderId | undefined
  limit: number
}
