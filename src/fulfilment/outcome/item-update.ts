import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import { DAY_MS, HOUR_MS } from '../../lib/time.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import type { AttemptUpdate, ItemUpdate } from './outcomes.sql.ts'

/** ASK_AGAIN_AFTER_MS spaces the polls of an attempt of unknown outcome. A person is told after the last. */
const ASK_AGAIN_AFTER_MS = [30_000, 120_000, 600_000, 3_600_000]

/** `itemUpdate` makes an update of what is given; what is left out is null. */
export const itemUpdate = (
  given: Pick<ItemUpdate, 'item' | 'itemState'> & Partial<ItemUpdate>,
): ItemUpdate => ({ attempt: null, result: null, reason: null, dueAt: null, review: null, ...given })

/** SupplierTraits are what decides how a supplier's answers are taken. */
export interface SupplierTraits {
  /** `recheck` is how long after an attempt has ended it is asked about once more, in seconds, ascending. */
  recheck: readonly number[]
  /** `hadItBefore`: an earlier attempt of the same item may still be with the supplier. */
  hadItBefore: boolean
}

/**
 * `updateFor` says what an answer to a call means for the item (promise 4). Pure.
 *
 * Only clear words end an attempt. After a refusal the item is pending again, and the dispatcher finds its next route or
 * that there is none; a refusal that is the supplier's fault and not the item's leaves the route open to it.
 */
export function updateFor(
  item: ClaimedItem,
  call: 'send' | 'ask',
  outcome: SupplierOutcome,
  traits: SupplierTraits,
  now: Date,
): ItemUpdate {
  const update = updateBy(item, call, outcome, traits, now)
  const open = update.dueAt !== null && update.review === null
  if (open && now > item.terms.expiresAt) {
    update.review = { kind: 'expired', detail: `open since before ${item.terms.expiresAt.toISOString()}` }
  }
  return update
}

/** `updateBy` is the update by the outcome alone. */
function updateBy(
  item: ClaimedItem,
  call: 'send' | 'ask',
  outcome: SupplierOutcome,
  traits: SupplierTraits,
  now: Date,
): ItemUpdate {
  const after = (ms: number): Date => new Date(now.getTime() + ms)
  const attempt: AttemptUpdate = {
    number: item.attempt,
    state: item.attemptState,
    reference: null,
    detail: null,
    asked: item.asked,
    fault: null,
    recheckAt: null,
  }
  const base = itemUpdate({ item, itemState: 'processing', attempt })
  const firstRecheck = traits.recheck[0] === undefined ? null : after(traits.recheck[0] * 1000)

  switch (outcome.kind) {
    case 'success':
      return {
        ...base,
        itemState: 'success',
        attempt: {
          ...attempt,
          state: 'succeeded',
          reference: outcome.reference,
          recheckAt: (outcome.reference ?? item.reference) === null ? null : firstRecheck,
        },
        result: outcome.result,
      }
    case 'accepted':
      return {
        ...base,
        attempt: { ...attempt, state: 'accepted', reference: outcome.reference, asked: 0 },
        dueAt: after(outcome.askAgainAfterMs ?? pollAfter(item, now)),
      }
    case 'refused':
      return refusal(outcome.reason)
    case 'duplicate':
      return duplicate(outcome.reason, outcome.reference)
    case 'unavailable':
      return call === 'send' ? notTaken(outcome.reason) : stillOpen(outcome.reason)
    case 'unknown':
      return outcome.askable ? stillOpen(outcome.reason) : forAPerson(outcome.reason)
    default:
      throw new Error('the adapter gave no outcome')
  }

  function refusal(reason: string): ItemUpdate {
    const refused: AttemptUpdate = {
      ...attempt,
      state: 'refused',
      detail: reason,
      fault: 'item',
      // What was refused at once has no number to ask about.
      recheckAt: item.reference === null ? null : firstRecheck,
    }
    return { ...base, itemState: 'pending', attempt: refused, dueAt: now }
  }

  /** `notTaken`: clearly refused, and not because of the item. The dispatcher says where the item goes next, and when. */
  function notTaken(reason: string): ItemUpdate {
    return {
      ...base,
      itemState: 'pending',
      attempt: { ...attempt, state: 'refused', detail: reason, fault: 'supplier' },
      dueAt: now,
    }
  }

  /** `duplicate`: the supplier has an order for the same input, which is this item's own where it may have been sent before. */
  function duplicate(reason: string, reference: string | null): ItemUpdate {
    if (call === 'send' && !traits.hadItBefore) return refusal(reason)
    if (reference === null) return forAPerson(reason)
    return {
      ...base,
      attempt: { ...attempt, state: 'accepted', reference, detail: reason, asked: 0 },
      dueAt: after(pollAfter(item, now)),
    }
  }

  /** `stillOpen`: not sent again, not given back, only asked about. A person is told once it was asked about often enough. */
  function stillOpen(reason: string): ItemUpdate {
    const wait = ASK_AGAIN_AFTER_MS[Math.min(item.asked, ASK_AGAIN_AFTER_MS.length - 1)] as number
    const often = item.asked >= ASK_AGAIN_AFTER_MS.length
    const accepted = item.attemptState === 'accepted' && !often
    return {
      ...base,
      itemState: accepted ? 'processing' : 'unknown',
      attempt: {
        ...attempt,
        state: accepted ? 'accepted' : 'unknown',
        detail: reason,
        asked: item.asked + 1,
      },
      dueAt: after(wait),
      review: often ? { kind: 'unknown', detail: reason } : null,
    }
  }

  function forAPerson(reason: string): ItemUpdate {
    return {
      ...base,
      itemState: 'unknown',
      attempt: { ...attempt, state: 'unknown', detail: reason, asked: item.asked + 1 },
      // It may be asked again once the supplier has learnt to answer, or its settings have.
      dueAt: after(item.asked < ASK_AGAIN_AFTER_MS.length ? HOUR_MS : DAY_MS),
      review: { kind: 'unknown', detail: reason },
    }
  }
}

/** `pollAfter` gives the milliseconds until the next poll: a quarter of the attempt's age, between the two bounds of the service. */
export function pollAfter(item: Pick<ClaimedItem, 'sentAt' | 'terms'>, now: Date): number {
  const { minPollSeconds, maxPollSeconds } = item.terms
  const quarter = (now.getTime() - item.sentAt.getTime()) / 4
  return Math.min(Math.max(quarter, minPollSeconds * 1000), maxPollSeconds * 1000)
}
