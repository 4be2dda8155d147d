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
