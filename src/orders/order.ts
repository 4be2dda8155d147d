import type { AccountId, OrderId, ServiceId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { ItemState, OrderState, Via } from '../lib/states.ts'

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
  /** `input` is the IMEI or serial number; empty where the service asks for none. */
  input: string
  fields: Record<string, string> | null
  quantity: number
  price: Micros
  /** `refunded` is what was given back of the price after it had been charged; all of it of an item that has failed then. */
  refunded: Micros
  state: ItemState
  result: string | null
  reason: string | null
  /** `dueAt` is when a worker looks at it next; null once it has ended. */
  dueAt: Date | null
  finishedAt: Date | null
}

/** `parseOrderId` reads an order number as callers send it; undefined: it is none. */
export function parseOrderId(text: string): OrderId | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? (Number(text) as OrderId) : undefined
}
