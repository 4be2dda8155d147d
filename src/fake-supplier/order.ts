import type { Micros } from '../lib/money.ts'
import type { End, Fault, Manner } from './faults.ts'
import type { Via } from './log.ts'
import type { RefusalName } from './refusals.ts'

/** Order is one purchase: by REST of one or more inputs, otherwise of one. */
export interface Order {
  id: number
  service: string
  key: string | null
  via: Via
  /** `at` is when it was bought, in milliseconds since 1970. */
  at: number
  /** `unitPrice` is that of one input of quantity 1. */
  unitPrice: Micros
  /** `quantity` is that of each input. */
  quantity: number
  balanceBefore: Micros
  items: OrderItem[]
}

export interface OrderItem {
  /** `input` is empty where the service needs none. */
  input: string
  fault: Fault
  /** `reported` is the final answer that was given last; `reportedAt` is when the first one was, in milliseconds since 1970. */
  reported: End | null
  reportedAt: number
  /** `charged` says whether its price is taken at the moment. */
  charged: boolean
}

/** PurchaseRequest is what a client wants to buy. */
export interface PurchaseRequest {
  via: Via
  /** `service` is an id or a code. */
  service: string
  /** `inputs` is one, or by REST several different ones; an empty text where there is no input. */
  inputs: string[]
  quantity: number
  /** `fields` are the others, their names in upper case. */
  fields: ReadonlyMap<string, string>
  /** `key` is the idempotency key as sent, honoured or not. */
  key: string | null
}

/** PurchaseResult says what became of a purchase, and how its answer leaves. */
export type PurchaseResult =
  | { kind: 'bought'; order: Order; manner: Manner }
  | { kind: 'refused'; refusal: RefusalName }
  /** `ignored` says that nothing was bought, which the answer does not say. */
  | { kind: 'ignored'; manner: Manner }

/** `resultOf` gives the text of a final answer. */
export function resultOf({ service, quantity }: Order, { input }: OrderItem, end: End): string {
  const what = input || `${quantity} of service ${service}`
  return end === 'delivered'
    ? `Fake result, not a real one: ${what} is clean`
    : `Fake supplier: no result for ${what}`
}
