import type { Micros } from '../lib/money.ts'
import type { End, Fault, Manner } from './faults.ts'
import type { Via } from './log.ts'
import type { RefusalName } from './refusals.ts'

/** One purchase: by REST of many inputs, else of one. */
export interface Order {
  id: number
  service: string
  key: string | null
  via: Via
  /** When it was bought, in milliseconds since 1970. */
  at: number
  /** Of one input of quantity 1. */
  unitPrice: Micros
  /** Of each input. */
  quantity: number
  /** Before it was bought. */
  balanceBefore: Micros
  items: OrderItem[]
}

export interface OrderItem {
  /** Empty where the service asks for none. */
  input: string
  fault: Fault
  /** The final answer that was last told, and when the first one was, in milliseconds since 1970. */
  told: End | null
  toldAt: number
  /** Whether its price is taken at the moment. */
  charged: boolean
}

/** What a client asks for. */
export interface Wanted {
  via: Via
  /** Id or code. */
  service: string
  /** One, or by REST many different ones; an empty one where there is no input. */
  inputs: string[]
  quantity: number
  /** The other fields, names in upper case. */
  fields: ReadonlyMap<string, string>
  /** As sent; whether it is honoured is the panel's matter. */
  key: string | null
}

/** What became of it, and how the answer leaves. */
export type Verdict =
  | { kind: 'bought'; order: Order; manner: Manner }
  | { kind: 'refused'; refusal: RefusalName }
  /** Not bought, and nobody is told. */
  | { kind: 'ignored'; manner: Manner }

/** What a final answer says. */
export function resultOf({ service, quantity }: Order, { input }: OrderItem, end: End): string {
  const what = input || `${quantity} of service ${service}`
  return end === 'delivered'
    ? `Fake result, not a real one: ${what} is clean`
    : `Fake supplier: no result for ${what}`
}
