import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPool, STEADY_PLANS } from '../../src/database/database.ts'
import { updateFor } from '../../src/fulfilment/outcome/item-update.ts'
import { previewCancel, requestCancel, requestVerify } from '../../src/fulfilment/people/cancel-verify.ts'
import { resolveReview } from '../../src/fulfilment/people/decisions.ts'
import { OrderRequests } from '../../src/fulfilment/people/order-requests.ts'
import { listReviews, type ReviewView } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { brokenPromises, input, newAccount } from '../orders/orders.fixtures.ts'
import { lockWallets } from '../support/lock.ts'
import { imei } from '../support/server.ts'
import { takePending } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const decider = { actor: 'cli:ann', why: 'asked them' }
const manners = { recheck: [], hadItBefore: false, ordersHoldMany: false }
const ACCEPTED: SupplierOutcome = { kind: 'accepted', reference: 'R1', askAgainAfterMs: 60_000 }

const cancel = (orderId: OrderId, accountId = shop.account) =>
  requestCancel(shop.sql, shop.outcomes, { accountId, orderId }, 'acme', shop.clock)
const verify = (orderId: OrderId, accountId = shop.account) =>
  requestVerify(shop.sql, { accountId, orderId }, 'acme', shop.clock)
const wallet = () => new LedgerReader(shop.sql).wallet(shop.account)
const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
const reviewsOf = (order: OrderId): Promise<ReviewView[]> => listReviews(shop.sql, { order, all: true })
const onlyReview = async (order: OrderId): Promise<ReviewView> => {
  const found = await reviewsOf(order)
  expect(found).toHaveLength(1)
  return found[0] as ReviewView
}
/** `halfSent` gives an order of two items, of which the first is with a supplier, as a worker left it. */
async function halfSent(): Promise<OrderId> {
  const id = await shop.place(1, { items: [input(shop.service, imei(1)), input(shop.service, imei(2))] })
  const [item] = await takePending(shop.sql, { limit: 1, now: shop.clock.now() })
  if (!item) throw new Error('nothing was taken')
  await shop.outcomes.record(updateFor(item, 'send', ACCEPTED, manners, shop.clock.now()))
  return id
}

test('what is with a supplier is cancelled by a person only; what is not, at once', async () => {
  const id = await halfSent()
  expect(await cancel(id)).toEqual({ cancelled: 1, asked: 1, ended: 0 })
  expect(await wallet()).toMatchObject({ available: 999_990n, held: 10n })
  expect(await onlyReview(id)).toMatchObject({
    kind: 'cancel',
    position: 1,
    attempt: 1,
    openedBy: 'acme',
    resolution: null,
  })
  // Asking once more is the same request.
  expect(await cancel(id)).toEqual({ cancelled: 0, asked: 1, ended: 1 })
  const review = await onlyReview(id)
  await resolveReview(shop.sql, review.id, { kind: 'grant' }, decider, shop.clock)
  expect(await shop.order(id)).toMatchObject({
    state: 'cancelled',
    items: [{ state: 'cancelled', reason: 'Cancelled on request' }, { state: 'cancelled' }],
  })
  expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
  expect(await cancel(id)).toEqual({ cancelled: 0, asked: 0, ended: 2 })
})

test('what is said before an order is cancelled is what cancelling does', async () => {
  const before = (orderId: OrderId) =>
    previewCancel(shop.sql, { accountId: shop.account, orderId }, shop.clock.now())
  const nothing = { items: 0, givesBack: 0n, asked: 0 }
  /** `waitsAgain`: its supplier has refused the first item, which waits for another one. */
  const waitsAgain = async (id: OrderId): Promise<void> => {
    await shop.sql`
      update attempts set state = 'refused', fault = 'item', finished_at = ${shop.clock.now()} where order_id = ${id}`
    await shop.sql`update items set state = 'pending', supplier_id = null where order_id = ${id} and position = 1`
  }
  const id = await halfSent()
  expect(await before(id)).toEqual({ items: 1, givesBack: 10n, asked: 1 })
  await cancel(id)
  expect(await before(id)).toEqual(nothing)
  await waitsAgain(id)
  expect(await before(id)).toEqual({ items: 1, givesBack: 10n, asked: 0 })
  expect(await cancel(id)).toEqual({ cancelled: 1, asked: 0, ended: 1 })
  expect(await before(id)).toEqual(nothing)

  const doubted = await halfSent()
  await waitsAgain(doubted)
  await shop.sql`
    insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
    values (${shop.account}, ${doubted}, 1, 1, 'changed', 'says otherwise', 'imeigate', ${shop.clock.now()})`
  expect(await before(doubted)).toEqual({ items: 1, givesBack: 10n, asked: 1 })
  expect(await cancel(doubted)).toEqual({ cancelled: 1, asked: 1, ended: 0 })
  expect(await before(doubted)).toEqual(nothing)
})

test('a request that is declined changes nothing, and may be made again', async () => {
  const id = await halfSent()
  await cancel(id)
  const first = await onlyReview(id)
  await resolveReview(shop.sql, first.id, { kind: 'decline' }, decider, shop.clock)
  expect((await shop.order(id)).items[0]).toMatchObject({ state: 'processing' })
  expect(await wallet()).toMatchObject({ held: 10n })
  await cancel(id)
  expect(await listReviews(shop.sql)).toMatchObject([{ kind: 'cancel', resolution: null }])
})

test('a request is settled when the supplier is faster, and cannot be granted any more', async () => {
  shop.workers(new FakeSupplier(async ({ call }) => (call === 'send' ? ACCEPTED : SUCCESS)))
  const id = await shop.place(1)
  await until(
    async () => (await shop.order(id)).items[0]?.dueAt?.getTime() === shop.clock.now().getTime() + 60_000,
  )
  await cancel(id)
  shop.clock.advance(60_000)
  await ended(id)
  const review = await onlyReview(id)
  expect(review).toMatchObject({ resolution: 'settled', why: 'the item is success' })
  await expect(
    resolveReview(shop.sql, review.id, { kind: 'grant' }, decider, shop.clock),
  ).rejects.toMatchObject({ code: 'conflict' })
  expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
})

test('a cancellation is not granted while the supplier is called about the item, which may be done', async () => {
  const gate = Promise.withResolvers<SupplierOutcome>()
  const supplier = new FakeSupplier(() => gate.promise)
  const workers = shop.workers(supplier)
  const id = await shop.place(1)
  await until(() => supplier.calls.length === 1)
  await cancel(id)
  const { id: review } = await onlyReview(id)
  await expect(resolveReview(shop.sql, review, { kind: 'grant' }, decider, shop.clock)).rejects.toMatchObject(
    { code: 'conflict', field: 'id' },
  )
  gate.resolve(SUCCESS)
  await workers.stop(10_000)
  expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
  expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
})

test('nobody asks for another account’s order', async () => {
  const other = await newAccount(shop.sql, 10n)
  const id = await halfSent()
  await expect(cancel(id, other)).rejects.toMatchObject({ code: 'order_not_found' })
  await expect(verify(id, other)).rejects.toMatchObject({ code: 'order_not_found' })
  expect(await reviewsOf(id)).toEqual([])
})

/** `endedThen` gives an order that has ended as its supplier said when asked; from then on the supplier says `again`. */
async function endedThen(
  first: SupplierOutcome,
  again: () => SupplierOutcome,
): Promise<{ id: OrderId; supplier: FakeSupplier }> {
  const supplier: FakeSupplier = new FakeSupplier(async ({ call }) => {
    if (call === 'send') return ACCEPTED
    return supplier.calls.length === 2 ? first : again()
  })
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(
    async () => (await shop.order(id)).items[0]?.dueAt?.getTime() === shop.clock.now().getTime() + 60_000,
  )
  shop.clock.advance(60_000)
  await ended(id)
  return { id, supplier }
}

test('a cancellation whose wallet stays locked does not hold up the end of the process', async () => {
  const id = await shop.place(1)
  const session = { ...STEADY_PLANS, lock_timeout: '50' }
  const sql = openPool(shop.database.address, { max: 2, session })
  const release = await lockWallets(shop.sql, shop.account)
  const requests = new OrderRequests(sql, shop.clock)
  const refused = expect(requests.cancel({ accountId: shop.account, orderId: id }, 'acme')).rejects.toThrow(
    'locked',
  )
  await requests.stop()
  await refused
  await release()
  await sql.end()
  expect(await shop.order(id)).toMatchObject({ state: 'pending' })
})

test.each([
  ['success', SUCCESS],
  ['a refusal', REFUSED],
])('a doubt about %s is settled by a supplier that says the same again', async (_name, outcome) => {
  const { id, supplier } = await endedThen(outcome, () => outcome)
  const before = [await shop.order(id), await wallet()]
  expect(await verify(id)).toEqual({ asked: 1, open: 0 })
  await until(async () => (await onlyReview(id)).resolution !== null)
  expect(await onlyReview(id)).toMatchObject({
    kind: 'verify',
    openedBy: 'acme',
    resolution: 'confirmed',
    resolvedBy: 'sandbox',
    why: 'the supplier says the same again',
  })
  expect(supplier.history).toEqual(['send', 'ask', 'ask'])
  expect([await shop.order(id), await wallet()]).toEqual(before)
})

test('who doubts in a loop has the supplier asked once in ten minutes', async () => {
  const { id, supplier } = await endedThen(SUCCESS, () => SUCCESS)
  const confirmed = async (): Promise<number> =>
    (await reviewsOf(id)).filter(({ resolution }) => resolution === 'confirmed').length
  await verify(id)
  await until(async () => (await confirmed()) === 1)
  for (let times = 0; times < 5; times++) expect(await verify(id)).toEqual({ asked: 1, open: 0 })
  await shop.idle()
  expect(supplier.history).toEqual(['send', 'ask', 'ask'])
  shop.clock.advance(600_000)
  await verify(id)
  await until(async () => (await confirmed()) === 2)
  expect(supplier.history).toEqual(['send', 'ask', 'ask', 'ask'])
})

test('a doubt that the supplier shares is shown to a person, and touches no money', async () => {
  const { id } = await endedThen(SUCCESS, () => REFUSED)
  const before = [await shop.order(id), await wallet()]
  await verify(id)
  await until(async () => (await reviewsOf(id)).length === 2)
  await until(async () => (await listReviews(shop.sql)).length === 1)
  const words = 'sandbox refuses it now: "no such device"; it had succeeded with "clean"'
  expect(await reviewsOf(id)).toMatchObject([
    { kind: 'changed', resolution: null, detail: words },
    { kind: 'verify', resolution: 'changed', why: words },
  ])
  expect([await shop.order(id), await wallet()]).toEqual(before)
})

test('a doubt stays with a person while the supplier gives no clear answer', async () => {
  let answer: SupplierOutcome = { kind: 'unknown', reason: 'HTTP 502', askable: true }
  const { id, supplier } = await endedThen(SUCCESS, () => answer)
  await verify(id)
  await until(() => supplier.calls.length === 3)
  await shop.idle()
  expect(await onlyReview(id)).toMatchObject({ resolution: null })
  // It is asked again ten minutes later.
  answer = SUCCESS
  shop.clock.advance(600_000)
  await until(async () => (await onlyReview(id)).resolution === 'confirmed')
})

test('a doubt about what cannot be asked for is answered by a person', async () => {
  const supplier = new FakeSupplier(async () => REFUSED)
  shop.workers(supplier)
  const id = await shop.place(1)
  await ended(id)
  expect(await verify(id)).toEqual({ asked: 1, open: 0 })
  await shop.idle()
  const review = await onlyReview(id)
  expect(review).toMatchObject({ kind: 'verify', resolution: null })
  await resolveReview(shop.sql, review.id, { kind: 'dismiss' }, decider, shop.clock)
  expect(supplier.history).toEqual(['send'])
})

test('what has not ended needs no verifying: it is asked about anyway', async () => {
  const id = await halfSent()
  expect(await verify(id)).toEqual({ asked: 0, open: 2 })
  expect(await reviewsOf(id)).toEqual([])
})
