import type { AccountId } from '../accounts/account.ts'
import type { ServiceId } from '../catalogue/service.ts'
import type { Micros } from '../wallet/micros.ts'

export type OrderId = number & { readonly __id: 'order' }

/** `unknown`: it was sent and nobody can say whether the supplier took it. */
export type ItemState = 'pending' | 'processing' | 'unknown' | 'success' | 'failed' | 'cancelled'

/** Follows from the items. `partial`: all ended, some with success and some not. */
export type OrderState = 'pending' | 'processing' | 'success' | 'partial' | 'failed' | 'cancelled'

/** The protocol an order came through. */
export type Via = 'dhru' | 'rest'

export interface Order {
  accountId: AccountId
  id: OrderId
  serviceId: ServiceId
  state: OrderState
  unitPrice: Micros
  total: Micros
  reference: string | null
  via: Via
  createdAt: Date
  finishedAt: Date | null
  items: Item[]
}

export interface Item {
  position: number
  /** The IMEI or serial number; empty where the service asks for none. */
  subject: string
  fields: Record<string, string> | null
  quantity: number
  price: Micros
  state: ItemState
  result: string | null
  reason: string | null
  /** UTC; when a worker looks at it next, null once it has ended. */
  dueAt: Date | null
  finishedAt: Date | null
}

/** The order number in a text as callers send it; undefined when it is none. */
export function parseOrderId(text: string): OrderId | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? (Number(text) as OrderId) : undefined
}
