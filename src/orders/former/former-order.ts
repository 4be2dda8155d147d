import type { AccountId, OrderId, ServiceId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { OrderState } from '../../lib/states.ts'

/** Panels number the orders of server services apart. */
export const formerTypes = ['imei', 'server'] as const

export type FormerType = (typeof formerTypes)[number]

/**
 * FormerOrder is an order that was placed at the panel which an account has come from. It holds no money here, and nobody works on it: its
 * reseller goes on asking what became of it.
 */
export interface FormerOrder {
  accountId: AccountId
  /** `id` is the number that the reseller knows it by. */
  id: OrderId
  type: FormerType
  /** `serviceId`, null: the service has not moved in. */
  serviceId: ServiceId | null
  input: string
  state: OrderState
  /** `answer` is the result, or the reason of a failure, as the panel has it. */
  answer: string
  price: Micros
  placedAt: Date
  /** `endedAt`, null: it is open, or the panel does not say when it ended. */
  endedAt: Date | null
}

/** NamedFormerOrder is a former order as operators read it. */
export type NamedFormerOrder = FormerOrder & {
  username: string
  currency: string
  /** `serviceCode`, null: the service has not moved in. */
  serviceCode: string | null
  /** `secretResults`: a result is left out of `answer`. */
  secretResults: boolean
}

/** FormerName names a former order, never without its account (promise 6, own data only). */
export type FormerName = Pick<FormerOrder, 'accountId' | 'id' | 'type'>

/** `formerKey` tells former orders apart. */
export const formerKey = ({ accountId, id, type }: FormerName): string => `${accountId} ${id} ${type}`
