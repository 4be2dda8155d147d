import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import type { ItemState } from '../../lib/states.ts'
import { DAY_MS, HOUR_MS, localTime } from '../../lib/time.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import { detailText } from '../review-details.ts'
import type { AttemptUpdate, ItemPosition, ItemUpdate, ReferenceClaim } from './outcomes.sql.ts'

/** ASK_AGAIN_AFTER_MS spaces the polls of an attempt of unknown outcome. A person is told after the last. */
const ASK_AGAIN_AFTER_MS = [30_000, 120_000, 600_000, 3_600_000]

/** `itemUpdate` makes an update of what is given; what is left out is null. */
export const itemUpdate = (
  given: Pick<ItemUpdate, 'item' | 'itemState'> & Partial<ItemUpdate>,
): ItemUpdate => ({
  attempt: null,
  result: null,
  reason: null,
  dueAt: null,
  review: null,
  claim: null,
  ...given,
})

/** SupplierTraits are what decides how a supplier's answers are taken. */
export interface SupplierTraits {
  /** `recheck` is how long after an attempt has ended it is asked about once more, in seconds, ascending. */
  recheck: readonly number[]
  /** `hadItBefore`: an earlier attempt of the same item may still be with the supplier. */
  hadItBefore: boolean
  /** `ordersHoldMany`: its orders are of all items that were sent together. */
  ordersHoldMany: boolean
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
  update.claim = claimOf(item, update, traits)
  const open = update.dueAt !== null && update.review === null
  if (open && now > item.terms.expiresAt) {
    update.review = {
      kind: 'expired',
      detail: detailText('open_since', { time: localTime(item.terms.expiresAt) }),
    }
  }
  return update
}

/** `claimOf` gives the number under which the supplier says that it has the item. One that is known already is looked at again at the end. */
function claimOf(
  item: ClaimedItem,
  { attempt }: ItemUpdate,
  { ordersHoldMany }: SupplierTraits,
): ReferenceClaim | null {
  if (attempt?.state !== 'accepted' && attempt?.state !== 'succeeded') return null
  const reference = attempt.reference ?? item.reference
  if (reference === null || (attempt.state === 'accepted' && reference === item.reference)) return null
  // What has no input of its own, or is of many units, travels alone.
  const mayShare = ordersHoldMany && item.input !== '' && item.quantity === 1
  const shared = mayShare ? { input: item.input, sentAt: item.sentAt } : null
  return { supplierId: item.supplierId, reference, shared }
}

/** `anothers` is what an answer is worth whose number another item has: nothing, and a person sees both. */
export const anothers = (item: ClaimedItem, reference: string, owner: ItemPosition): SupplierOutcome => ({
  kind: 'unknown',
  reason: `the supplier's number ${reference} for our order ${nameOf(item)} is that of our order ${nameOf(owner)}`,
  askable: item.reference !== null,
  contradicts: true,
})

const nameOf = ({ orderId, position }: ItemPosition): string =>
  position === 1 ? `${orderId}` : `${orderId} item ${position}`

/** `updateBy` is the update by the outcome alone. */
function updateBy(
  item: ClaimedItem,
  call: 'send' | 'ask',
  outcome: SupplierOutcome,
  traits: SupplierTraits,
  now: Date,
): ItemUpdate {
  const after = (ms: number): Date => new Date(now.getTime() + ms)
  const update = (
    itemState: ItemState,
    attempt: Partial<AttemptUpdate>,
    rest: Partial<ItemUpdate>,
  ): ItemUpdate => {
    const unchanged = { state: item.attemptState, asked: item.asked }
    const none = { reference: null, detail: null, fault: null, recheckAt: null }
    return itemUpdate({
      item,
      itemState,
      attempt: { number: item.attempt, ...unchanged, ...none, ...attempt },
      ...rest,
    })
  }
  const isAskedOften = item.asked >= ASK_AGAIN_AFTER_MS.length

  /** `recheckOf` is when an attempt that ended is asked about once more; what has no number there cannot be. */
  const recheckOf = (reference: string | null): Date | null =>
    reference === null || traits.recheck[0] === undefined ? null : after(traits.recheck[0] * 1000)

  const accepted = (reference: string | null, detail: string | null, ms = pollAfter(item, now)): ItemUpdate =>
    update('processing', { state: 'accepted', reference, detail, asked: 0 }, { dueAt: after(ms) })

  /** `refused`: the dispatcher says where the item goes next, and when. */
  const refused = (fault: 'item' | 'supplier', detail: string): ItemUpdate => {
    const recheckAt = fault === 'item' ? recheckOf(item.reference) : null
    return update('pending', { state: 'refused', detail, fault, recheckAt }, { dueAt: now })
  }

  /** `stillOpen`: not sent again, not given back, only asked about. A person is told once it was asked about often enough. */
  const stillOpen = (detail: string): ItemUpdate => {
    const dueAt = after(ASK_AGAIN_AFTER_MS[Math.min(item.asked, ASK_AGAIN_AFTER_MS.length - 1)] as number)
    const asked = item.asked + 1
    if (isAskedOften) {
      return update(
        'unknown',
        { state: 'unknown', detail, asked },
        { dueAt, review: { kind: 'unknown', detail } },
      )
    }
    const [itemState, state] =
      item.attemptState === 'accepted'
        ? (['processing', 'accepted'] as const)
        : (['unknown', 'unknown'] as const)
    return update(itemState, { state, detail, asked }, { dueAt })
  }

  /** `forAPerson`: it may be asked again once the supplier has learnt to answer, or its settings have. */
  const forAPerson = (detail: string): ItemUpdate =>
    update(
      'unknown',
      { state: 'unknown', detail, asked: item.asked + 1 },
      { dueAt: after(isAskedOften ? DAY_MS : HOUR_MS), review: { kind: 'unknown', detail } },
    )

  /** `later`: not taken, or not answered, until the time that the supplier says; this call counts for nothing. */
  const later = (detail: string, ms: number): ItemUpdate => {
    if (call === 'send')
      return update('pending', { state: 'refused', detail, fault: 'wait' }, { dueAt: after(ms) })
    return item.attemptState === 'accepted'
      ? update('processing', { state: 'accepted', detail }, { dueAt: after(ms) })
      : update('unknown', { state: 'unknown', detail }, { dueAt: after(ms) })
  }

  /** `contradicted`: a person is told at once, and the supplier is asked again, which may have mixed something up. */
  const contradicted = (detail: string, askable: boolean): ItemUpdate => {
    const shown = forAPerson(detail)
    return askable ? { ...shown, dueAt: stillOpen(detail).dueAt } : shown
  }

  /** `unrecognised`: it waits for what a person says of the text, who is asked once for all that wait; it is looked after now and then. */
  const unrecognised = (detail: string, text: string): ItemUpdate =>
    update(
      'unknown',
      { state: 'unknown', detail, asked: item.asked + 1, unrecognised: text },
      { dueAt: after(HOUR_MS) },
    )

  /**
   * `noTextOf`: to be asked may have repeated the order, and something else was said: what a person says of the earlier words decides
   * nothing about this item any more.
   */
  const noTextOf = (one: ItemUpdate): ItemUpdate =>
    item.unrecognised !== null && one.attempt
      ? { ...one, attempt: { ...one.attempt, unrecognised: null } }
      : one

  switch (outcome.kind) {
    case 'success': {
      const { reference, result, raw = null } = outcome
      const recheckAt = recheckOf(reference ?? item.reference)
      return update('success', { state: 'succeeded', reference, recheckAt, detail: raw }, { result })
    }
    case 'accepted':
      return accepted(outcome.reference, null, outcome.askAgainAfterMs)
    case 'refused':
      return refused('item', outcome.reason)
    case 'duplicate':
      // The supplier has an order for the same input, which is this item's own where it may have been sent before.
      if (call === 'send' && !traits.hadItBefore) return refused('item', outcome.reason)
      return outcome.reference === null
        ? noTextOf(forAPerson(outcome.reason))
        : accepted(outcome.reference, outcome.reason)
    case 'unavailable':
      if (outcome.retryAfterMs !== undefined) return later(outcome.reason, outcome.retryAfterMs)
      if (call === 'send') return refused('supplier', outcome.reason)
      return item.unrecognised === null
        ? stillOpen(outcome.reason)
        : unrecognised(outcome.reason, item.unrecognised)
    case 'unknown':
      if (outcome.unrecognised !== undefined) return unrecognised(outcome.reason, outcome.unrecognised)
      if (outcome.contradicts) return noTextOf(contradicted(outcome.reason, outcome.askable))
      if (outcome.askable) return noTextOf(stillOpen(outcome.reason))
      return item.unrecognised === null
        ? forAPerson(outcome.reason)
        : unrecognised(outcome.reason, item.unrecognised)
    default:
      throw new Error('the adapter gave no outcome')
  }
}

/** `pollAfter` gives the milliseconds until the next poll: a quarter of the attempt's age, between the two bounds of the service. */
export function pollAfter(item: Pick<ClaimedItem, 'sentAt' | 'terms'>, now: Date): number {
  const { minPollSeconds, maxPollSeconds } = item.terms
  const quarter = (now.getTime() - item.sentAt.getTime()) / 4
  return Math.min(Math.max(quarter, minPollSeconds * 1000), maxPollSeconds * 1000)
}
