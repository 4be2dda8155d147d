import type { AccountId, OrderId, SupplierId } from '../lib/ids.ts'
import type { AttemptState } from '../lib/states.ts'

/** An item, as it is named everywhere. */
export interface ItemName {
  accountId: AccountId
  orderId: OrderId
  position: number
}

/** An item that a worker has taken, with the attempt it is to send or to ask about. */
export interface ClaimedItem extends ItemName {
  /** The fence: what is reported for the item counts only while this is the fence of the item. */
  fence: number
  supplierId: SupplierId
  remoteService: string
  attempt: number
  attemptState: AttemptState
  /** How often it came to no clear answer about the attempt. */
  asked: number
  reference: string | null
  sentAt: Date
  subject: string
  /** As the supplier names them. */
  fields: Record<string, string> | null
  quantity: number
  /** Of the whole item, in micros of the supplier's currency; null: not known. */
  cost: bigint | null
  terms: Terms
}

/** An order's fields under the names that a route's supplier has for them. */
export function renamed(
  fields: Record<string, string> | null,
  names: Record<string, string> | null,
): Record<string, string> | null {
  if (fields === null || names === null) return fields
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name] ?? name, value]))
}

/** What the item's service says of its fulfilment. */
interface Terms {
  /** Between two questions, at first and at most. */
  minPollSeconds: number
  maxPollSeconds: number
  /** From here on a person should look at it, UTC. */
  expiresAt: Date
}
