import { actAs, reasonOf } from '../../audit/acting.ts'
import type { Queryable, Sql } from '../../database/database.ts'
import { Refusal, Throttled } from '../../errors.ts'
import { lockWallets } from '../../ledger/wallets.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { type Clock, HOUR_MS, MINUTE_MS, systemClock } from '../../lib/time.ts'
import { itemUpdate } from '../outcome/item-update.ts'
import type { OutcomeWriter } from '../outcome/outcome-writer.ts'
import { followItems, type ItemUpdate, writeItemUpdates } from '../outcome/outcomes.sql.ts'
import { detailText } from '../review-details.ts'
import { itemsOfOrder, type OrderItem, openReviews } from './reviews.sql.ts'
import { countVerified, recheckNow, verifiedSince } from './verify.sql.ts'

/** CancelAnswer counts an order's items by what the request did to them. The three add up to all items. */
export interface CancelAnswer {
  /** `cancelled` were not sent yet, and are given back. */
  cancelled: number
  /** `asked` are with a supplier: a person or the supplier answers. */
  asked: number
  /** `ended` had ended before. */
  ended: number
}

export { previewCancel } from './reviews.sql.ts'

export interface VerifyAnswer {
  /** `asked` have ended: the supplier is asked again where it can be, otherwise a person. */
  asked: number
  /** `open` have not ended yet: they are polled anyway, and of those that wait for another supplier the former one is asked again. */
  open: number
}

type Order = { accountId: AccountId; orderId: OrderId }

/**
 * `requestCancel` cancels what was not sent yet, for a reseller. A dispatcher that claims an item in the same moment wins,
 * because its claim is newer than the one read here. For the rest, and for what a former supplier says that it has, it opens reviews of
 * kind `cancel`. Throws order_not_found (promise 6, own data only).
 */
export async function requestCancel(
  sql: Sql,
  outcomes: OutcomeWriter,
  order: Order,
  by: string,
  clock: Clock = systemClock,
): Promise<CancelAnswer> {
  const items = await findItems(sql, order, clock.now())
  const cancelled = await Promise.all(
    cancelling(order, items, 'Cancelled before it was sent').map((update) => outcomes.record(update)),
  )
  const asked = await askToCancel(sql, order, { who: 'reseller', by }, clock.now())
  const done = cancelled.filter(Boolean).length
  return { cancelled: done, asked, ended: items.length - done - asked }
}

/**
 * `cancelByOperator` does what `requestCancel` does, for an operator, who is recorded as the one who did it; `why` is for the trail. Throws invalid_input
 * for the reason.
 */
export async function cancelByOperator(
  sql: Sql,
  order: Order,
  { actor, why }: { actor: string; why?: string | undefined },
  clock: Clock = systemClock,
): Promise<CancelAnswer> {
  const reason = why === undefined ? '' : reasonOf(why)
  return await sql.begin(async (transaction) => {
    await actAs(transaction, actor, reason)
    await lockWallets(transaction, [order.accountId])
    const now = clock.now()
    const items = await findItems(transaction, order, now)
    const updates = cancelling(order, items, 'Cancelled by the operator')
    const done = (await writeItemUpdates(transaction, updates, now)).length
    await followItems(transaction, [order], now)
    const asked = await askToCancel(transaction, order, { who: 'operator', by: actor }, now)
    return { cancelled: done, asked, ended: items.length - done - asked }
  })
}

/** `cancelling` are the updates of those items that were not sent yet. */
const cancelling = (order: Order, items: OrderItem[], reason: string): ItemUpdate[] =>
  items
    .filter(({ state, isDoubted }) => state === 'pending' && !isDoubted)
    .map(({ position, fence }) =>
      itemUpdate({ item: { ...order, position, fence }, itemState: 'cancelled', reason }),
    )

/** `askToCancel` opens reviews of what is with a supplier, and gives how many items that is. They are read again: one may have been sent in the same moment. */
async function askToCancel(
  sql: Queryable,
  order: Order,
  { who, by }: { who: 'reseller' | 'operator'; by: string },
  now: Date,
): Promise<number> {
  const rest = (await findItems(sql, order, now)).filter(
    ({ state, isDoubted }) =>
      state === 'processing' || state === 'unknown' || (state === 'pending' && isDoubted),
  )
  await openReviews(
    sql,
    rest.map(({ position, attempt }) => ({
      item: { ...order, position },
      attempt,
      kind: 'cancel',
      detail: detailText(`cancel_wanted_by_${who}`, {}),
      openedBy: by,
    })),
    now,
  )
  return rest.length
}

/** VERIFY_EVERY_MS is how soon after it was asked about an item is asked about again: who asks in a loop makes no work for suppliers. */
const VERIFY_EVERY_MS = 10 * MINUTE_MS
/** MAX_VERIFIED bounds the items of one account that are asked about in an hour. */
const MAX_VERIFIED = 10_000

/**
 * `requestVerify` has suppliers asked again about what has ended, because the reseller doubts it, or (`asOperator`) an operator. A supplier that still says the same
 * settles it; one that says otherwise makes a review of kind `changed`; one that cannot be asked leaves the answer to a person.
 * Throws order_not_found (promise 6, own data only).
 */
export async function requestVerify(
  sql: Sql,
  order: Order,
  by: string,
  clock: Clock = systemClock,
  { asOperator = false } = {},
): Promise<VerifyAnswer> {
  const items = await findItems(sql, order, clock.now())
  const ended = items.filter(({ state }) => state === 'success' || state === 'failed')
  const now = clock.now()
  const lately = await verifiedSince(
    sql,
    order.accountId,
    order.orderId,
    new Date(now.getTime() - VERIFY_EVERY_MS),
  )
  const [doubted = [], waiting = []] = [ended, items.filter(({ state }) => state === 'pending')].map((some) =>
    some.filter(({ position }) => !lately.has(position)),
  )
  const open = items.filter(({ state }) => state !== 'success' && state !== 'failed' && state !== 'cancelled')
  const answer = { asked: ended.length, open: open.length }
  if (doubted.length + waiting.length === 0) return answer
  const hourAgo = new Date(now.getTime() - HOUR_MS)
  const { count, first } = await countVerified(sql, order.accountId, hourAgo, MAX_VERIFIED)
  if (count >= MAX_VERIFIED && first !== null) {
    const waitMs = first.getTime() - hourAgo.getTime()
    const limit = `at most ${MAX_VERIFIED} items of an account are verified in an hour`
    throw new Throttled('too_many_requests', waitMs, limit)
  }
  // All kinds of suppliers are much to load for the commands about orders, most of which do not need them.
  const { kindsDoneByPeople } = await import('../../integrations/suppliers/index.ts')
  await sql.begin(async (transaction) => {
    if (asOperator) await actAs(transaction, by)
    const names = [...doubted, ...waiting].map(({ position }) => ({ ...order, position }))
    const asked = await recheckNow(transaction, names, kindsDoneByPeople, now)
    // Of what waits no person is asked.
    const wanted = [
      ...doubted,
      ...asked.filter((one) => waiting.some(({ position }) => position === one.position)),
    ]
    const reviews = wanted.map(({ position, attempt }) => ({
      item: { ...order, position },
      attempt,
      kind: 'verify' as const,
      detail: detailText(asOperator ? 'doubted_by_operator' : 'doubted_by_reseller', {}),
      openedBy: by,
    }))
    await openReviews(transaction, reviews, now)
  })
  return answer
}

/** `verifyAgainAt` says from when on an order, of which so many items have ended, can be asked about again; null: at once. */
export async function verifyAgainAt(
  sql: Queryable,
  { accountId, orderId }: Order,
  ended: number,
  now: Date,
): Promise<Date | null> {
  const since = new Date(now.getTime() - VERIFY_EVERY_MS)
  const lately = await verifiedSince(sql, accountId, orderId, since)
  if (lately.size < ended || lately.size === 0) return null
  const first = Math.min(...[...lately.values()].map((at) => at.getTime()))
  return new Date(first + VERIFY_EVERY_MS)
}

async function findItems(sql: Queryable, order: Order, now: Date): Promise<OrderItem[]> {
  const items = await itemsOfOrder(sql, order.accountId, order.orderId, now)
  if (items.length === 0) throw new Refusal('order_not_found', String(order.orderId), 'id')
  return items
}
