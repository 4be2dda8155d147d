import type { AccountId, OrderId, SupplierId } from '../lib/ids.ts'
import type { AttemptState } from '../lib/states.ts'

/** ItemName names an item. */
export interface ItemName {
  accountId: AccountId
  orderId: OrderId
  position: number
}

/** ClaimedItem is an item that a worker has claimed, with the attempt that it sends or asks about. */
export interface ClaimedItem extends ItemName {
  /** `fence`: an update of the item counts only while this is still the item's fence. */
  fence: number
  supplierId: SupplierId
  remoteService: string
  attempt: number
  /** `keyNumber` is the attempt whose idempotency key is used. */
  keyNumber: number
  attemptState: AttemptState
  /** `asked` counts the calls about the attempt that came to no clear answer. */
  asked: number
  reference: string | null
  /** `unrecognised` is the text of a refusal that a person is asked about. */
  unrecognised: string | null
  sentAt: Date
  input: string
  /** `fields` are under the supplier's names. */
  fields: Record<string, string> | null
  quantity: number
  /** `cost` is that of the whole item, in micros of the supplier's currency; null: not known. */
  cost: bigint | null
  terms: Terms
}

/** `renamed` gives an order's fields under the names that a route's supplier has for them. */
export function renamed(
  fields: Record<string, string> | null,
  names: Record<string, string> | null,
): Record<string, string> | null {
  if (fields === null || names === null) return fields
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [names[name] ?? name, value]))
}

/** Terms is what the item's service says of its fulfilment. */
interface Terms {
  /** `minPollSeconds` and `maxPollSeconds` lie between two polls, at first and at most. */
  minPollSeconds: number
  maxPollSeconds: number
  /** `expiresAt` is when a person should look at it. */
  expiresAt: Date
  /** `secretResults`: what a supplier says of it is shown to nobody. */
  secretResults: boolean
}
