import type { OrderInput } from '../../catalogue/order-input.ts'
import type { Service } from '../../catalogue/service.ts'
import type { Refusal } from '../../errors.ts'
import type { AccountId, KeyId, OrderId } from '../../lib/ids.ts'
import type { Micros } from '../../lib/money.ts'
import type { Via } from '../../lib/states.ts'

/** Purchase is one order as a caller wants it: the input has been checked, the price is the account's. */
export interface Purchase {
  accountId: AccountId
  keyId: KeyId | null
  via: Via
  service: Service
  unitPrice: Micros
  items: OrderInput[]
  /** `reference` is the caller's own words on the order: part of what makes it the same order. */
  reference: string | null
  /** `idempotencyKey` is null where the protocol or the caller gave none. */
  idempotencyKey: string | null
}

export type Placed = { orderId: OrderId; replayed: boolean } | Refusal
