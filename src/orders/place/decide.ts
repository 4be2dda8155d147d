import type { DuplicatePolicy } from '../../catalogue/service.ts'
import type { Refusal } from '../../errors.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { formatMicros, type Micros } from '../../lib/money.ts'
import type { OrderState } from '../../lib/states.ts'
import { because } from '../../reasons.ts'

/** PlacementCandidate is a purchase as far as its result needs it. Keys are hashes that also cover the account. */
export interface PlacementCandidate {
  accountId: AccountId
  total: Micros
  /** `naturalKey` makes it the same purchase as an earlier one; null where the service allows duplicates. */
  naturalKey: string | null
  duplicatePolicy: DuplicatePolicy
  replayWindowSeconds: number
  /** `idempotency` is the hash of the caller's idempotency key, with the hash of what the caller asked. */
  idempotency: { key: string; body: string } | null
}

/** KeyHolder is the order that a key stands for at present. */
export interface KeyHolder {
  orderId: OrderId
  body: string | null
  state: OrderState
  createdAt: Date
}

export interface Funds {
  currency: string
  available: bigint
  creditLimit: bigint
}

export type PlacementResult =
  | { kind: 'placed'; orderId: OrderId }
  | { kind: 'replayed'; orderId: OrderId }
  | { kind: 'refused'; refusal: Refusal }

const isOpen = (state: OrderState): boolean => state === 'pending' || state === 'processing'

/**
 * `decidePlacements` decides purchases in order of arrival, each on what the ones before it left (promises 2 and 3).
 *
 * `funds` and `holders` are as locked in the transaction that will write the outcome; both are updated as rows
 * are decided. `ids[i]` is the order id that row i gets if it is placed. A repeated purchase is answered by the
 * earlier order while that is open, or has succeeded and was placed within the service's window.
 */
export function decidePlacements(
  rows: readonly PlacementCandidate[],
  ids: readonly OrderId[],
  funds: Map<AccountId, Funds>,
  holders: Map<string, KeyHolder>,
  now: Date,
): PlacementResult[] {
  return rows.map((row, index) => {
    if (row.idempotency) {
      const holder = holders.get(row.idempotency.key)
      if (holder) {
        if (holder.body !== row.idempotency.body) return refused(keyIsTaken(holder.orderId))
        return { kind: 'replayed', orderId: holder.orderId }
      }
    }
    const earlier = row.naturalKey === null ? undefined : holders.get(row.naturalKey)
    if (earlier && stillAnswers(earlier, row, now)) {
      if (row.duplicatePolicy === 'refuse') {
        return refused(because('duplicate_order', 'same_input', { order: earlier.orderId }))
      }
      if (row.idempotency) holders.set(row.idempotency.key, { ...earlier, body: row.idempotency.body })
      return { kind: 'replayed', orderId: earlier.orderId }
    }
    const wallet = funds.get(row.accountId)
    if (!wallet) throw new Error(`account ${row.accountId} has no wallet`)
    if (wallet.available + wallet.creditLimit < row.total) {
      const { currency } = wallet
      return refused(
        because('insufficient_balance', 'too_expensive', {
          cost: formatMicros(row.total, currency),
          available: formatMicros(wallet.available + wallet.creditLimit, currency),
        }),
      )
    }
    wallet.available -= row.total
    const orderId = ids[index] as OrderId
    const holder: KeyHolder = { orderId, body: null, state: 'pending', createdAt: now }
    if (row.naturalKey !== null) holders.set(row.naturalKey, holder)
    if (row.idempotency) holders.set(row.idempotency.key, { ...holder, body: row.idempotency.body })
    return { kind: 'placed', orderId }
  })
}

function stillAnswers(earlier: KeyHolder, row: PlacementCandidate, now: Date): boolean {
  if (isOpen(earlier.state)) return true
  if (earlier.state !== 'success' && earlier.state !== 'partial') return false
  return now.getTime() - earlier.createdAt.getTime() < row.replayWindowSeconds * 1000
}

/** `keyIsTaken` says which order it was, so that who lost the answer to the first request finds it. */
export const keyIsTaken = (orderId: OrderId): Refusal =>
  because('idempotency_conflict', 'key_used', { order: orderId })

const refused = (refusal: Refusal): PlacementResult => ({ kind: 'refused', refusal })
