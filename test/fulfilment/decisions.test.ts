import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClaimedItem } from '../../src/fulfilment/claimed-item.ts'
import { LEASE_MS } from '../../src/fulfilment/dispatch/claim-due-items.ts'
import { updateFor } from '../../src/fulfilment/outcome/item-update.ts'
import {
  type Decision,
  type DecisionKind,
  decisionsFor,
  resolveReview,
} from '../../src/fulfilment/people/decisions.ts'
import { type Review, type ReviewKind, reviewKinds } from '../../src/fulfilment/people/review.ts'
import { openReviews } from '../../src/fulfilment/people/reviews.sql.ts'
import { findReview, listReviews } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId, ReviewId } from '../../src/lib/ids.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { ledgerEntries } from '../support/ledger-entries.ts'
import { takePending, takeSent } from './fixed-directory.ts'
import { type Call, FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const HOUR = 3_600_000
const decider = { actor: 'cli:ann', why: 'asked them' }
const LOST: SupplierOutcome = { kind: 'unknown', reason: 'reply lost', askable: false }

const decide = (review: { id: ReviewId }, decision: Decision, by = decider): Promise<Review> =>
  resolveReview(shop.sql, review.id, decision, by, shop.clock)
const wallet = () => new LedgerReader(shop.sql).wallet(shop.account)
const itemOf = async (id: OrderId) => (await shop.order(id)).items[0]
const attemptsOf = (id: OrderId) =>
  shop.sql`select number, state, fault, detail, reference from attempts where order_id = ${id} order by number`
const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
/** `show` opens a review as imeigate would. */
async function show(id: OrderId, kind: ReviewKind, attempt: number | null = 1): Promise<Review> {
  const item = { accountId: shop.account, orderId: id, position: 1 }
  await openReviews(shop.sql, [{ item, attempt, kind, detail: 'for this test' }], shop.clock.now())
  const found = (await listReviews(shop.sql, { order: id })).find((one) => one.kind === kind)
  if (!found) throw new Error(`no review of kind ${kind}`)
  return found
}
/** `reviewOf` waits for the open review of an item. */
async function reviewOf(id: OrderId): Promise<Review> {
  await until(async () => (await listReviews(shop.sql, { order: id })).length > 0)
  return (await listReviews(shop.sql, { order: id }))[0] as Review
}
const manners = { recheck: [], hadItBefore: false, ordersHoldMany: false }
/** `inHand` gives an order with its review, which a worker asked about after this answer before it died. */
async function inHand(answer: SupplierOutcome): Promise<{ id: OrderId; item: ClaimedItem; review: Review }> {
  const id = await shop.place(1)
  const [sent] = await takePending(shop.sql, { limit: 1, now: shop.clock.now() })
  if (!sent) throw new Error('nothing was taken')
  await shop.outcomes.record(updateFor(sent, 'send', answer, manners, shop.clock.now()))
  shop.clock.advance(HOUR)
  const [item] = await takeSent(shop.sql, { limit: 1, now: shop.clock.now() })
  if (!item) throw new Error('nothing was asked about')
  return { id, item, review: await reviewOf(id) }
}
/** `lost` gives an order of which nobody knows what became, and its review. */
async function lost(answer: (call: Call) => SupplierOutcome = () => LOST) {
  const supplier = new FakeSupplier(async (call) => answer(call))
  shop.workers(supplier)
  const id = await shop.place(1)
  return { id, supplier, review: await reviewOf(id) }
}

describe('what became of a lost item is decided by a person:', () => {
  test('found: it is asked about under its reference, and ends as the supplier says', async () => {
    const { id, review, supplier } = await lost(({ work }) => (work.reference === 'S-1' ? SUCCESS : LOST))
    const resolved = await decide(review, { kind: 'found', reference: ' S-1 ' })
    expect(resolved).toMatchObject({
      resolution: 'found',
      resolvedBy: 'cli:ann',
      why: 'asked them',
      resolvedAt: shop.clock.now(),
    })
    expect(await findReview(shop.sql, review.id)).toMatchObject(resolved)
    await ended(id)
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
    expect(supplier.history).toEqual(['send', 'ask'])
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  test('found: not under a reference that another item has, nor under none', async () => {
    const { id, review } = await lost()
    const other = await shop.place(2)
    const second = await reviewOf(other)
    await decide(second, { kind: 'found', reference: 'S-2' })
    for (const reference of ['S-2', ' S-2\n']) {
      await expect(decide(review, { kind: 'found', reference })).rejects.toMatchObject({
        code: 'conflict',
        field: 'reference',
      })
    }
    for (const reference of ['', '  ', 'x'.repeat(201)]) {
      await expect(decide(review, { kind: 'found', reference })).rejects.toMatchObject({
        code: 'invalid_input',
        field: 'reference',
      })
    }
    // All of it or nothing.
    expect(await findReview(shop.sql, review.id)).toMatchObject({ resolution: null, resolvedBy: null })
    expect(await itemOf(id)).toMatchObject({ state: 'unknown' })
    // The same reference at another supplier is another one.
    const b = await shop.addSupplier('b')
    await shop.sql`update attempts set supplier_id = ${b} where order_id = ${other}`
    await decide(review, { kind: 'found', reference: 'S-2' })
  })

  test('send again: once more, and what the supplier then says it has already is this one', async () => {
    let sends = 0
    const { id, review, supplier } = await lost(({ call, work }) => {
      if (call === 'send')
        return ++sends === 1 ? LOST : { kind: 'duplicate', reason: 'got it', reference: 'S-1' }
      return work.reference === 'S-1' ? SUCCESS : LOST
    })
    await decide(review, { kind: 'send_again' })
    expect((await shop.order(id)).state).toBe('processing')
    shop.clock.advance(1_000)
    await until(async () => (await itemOf(id))?.state === 'processing' && supplier.calls.length === 2)
    await until(async () => (await attemptsOf(id)).at(-1)?.['state'] === 'accepted')
    shop.clock.advance(HOUR)
    await ended(id)
    expect((await shop.order(id)).state).toBe('success')
    expect(supplier.history).toEqual(['send', 'send', 'ask'])
    expect(supplier.calls.map(({ work }) => work.attemptKey)).toEqual([`${id}-1-1`, `${id}-1-1`, `${id}-1-1`])
    expect((await attemptsOf(id))[0]).toMatchObject({
      state: 'refused',
      fault: null,
      detail: 'cli:ann: asked them',
    })
  })

  test('send again: a duplicate without a number is again for a person', async () => {
    let sends = 0
    const { id, review } = await lost(() =>
      ++sends === 1 ? LOST : { kind: 'duplicate', reason: 'got it', reference: null },
    )
    await decide(review, { kind: 'send_again' })
    shop.clock.advance(1_000)
    expect(await reviewOf(id)).toMatchObject({ kind: 'unknown', detail: 'got it', attempt: 2 })
    expect(await wallet()).toMatchObject({ held: 10n })
  })

  test.each([
    [undefined, 'Cancelled by the operator'],
    ['  ', 'Cancelled by the operator'],
    ['We are sorry', 'We are sorry'],
  ])('give back: with the words %j', async (words, reason) => {
    const { id, review, supplier } = await lost()
    await decide(review, { kind: 'give_back', message: words })
    expect(await shop.order(id)).toMatchObject({ state: 'failed', items: [{ state: 'failed', reason }] })
    expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
    expect(await attemptsOf(id)).toMatchObject([{ state: 'given_up', detail: 'cli:ann: asked them' }])
    shop.clock.advance(24 * HOUR)
    await shop.idle()
    expect(supplier.history).toEqual(['send'])
  })

  test('result: it succeeds with what the person says', async () => {
    const { id, review } = await lost()
    await expect(decide(review, { kind: 'result', text: ' ' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    await decide(review, { kind: 'result', text: 'Model: X\nLocked: no' })
    expect(await shop.order(id)).toMatchObject({
      state: 'success',
      items: [{ result: 'Model: X\nLocked: no' }],
    })
    expect(await attemptsOf(id)).toMatchObject([{ state: 'succeeded' }])
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  test('given back: not before whoever asks the supplier has an answer, which may be that it was done', async () => {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? LOST : promise))
    shop.workers(supplier)
    const id = await shop.place(1)
    const review = await reviewOf(id)
    shop.clock.advance(HOUR)
    await until(() => supplier.underWay === 1)
    const giveBack: Decision = { kind: 'give_back' }
    await expect(decide(review, giveBack)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('a supplier is being asked about the item at this moment'),
    })
    expect(await findReview(shop.sql, review.id)).toMatchObject({ resolution: null })
    // The question repeats the order under its key, and the supplier does it.
    resolve(SUCCESS)
    await ended(id)
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
    await expect(decide(review, giveBack)).rejects.toMatchObject({ code: 'conflict' })
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  test('given back: as soon as the question is answered, and nobody waits for its lease', async () => {
    const { id, review, supplier } = await lost()
    shop.clock.advance(HOUR)
    await until(() => supplier.calls.length === 2 && supplier.underWay === 0)
    await shop.idle()
    await decide(review, { kind: 'give_back' })
    expect(await shop.order(id)).toMatchObject({ state: 'failed' })
  })

  test('given back: an item that is polled every few seconds, between two polls', async () => {
    await shop.sql`update services set min_poll_seconds = 5, max_poll_seconds = 5, expiry_seconds = 60`
    shop.workers(new FakeSupplier(async () => ({ kind: 'accepted', reference: 'S-1' })))
    const id = await shop.place(1)
    await until(async () => (await attemptsOf(id))[0]?.['state'] === 'accepted')
    const review = await show(id, 'expired')
    await decide(review, { kind: 'give_back' })
    expect(await shop.order(id)).toMatchObject({ state: 'failed' })
  })

  test.each<[string, Decision]>([
    ['given back', { kind: 'give_back' }],
    ['found', { kind: 'found', reference: 'S-1' }],
    ['sent again', { kind: 'send_again' }],
    ['done', { kind: 'result', text: 'by hand' }],
  ])('a worker whose lease is over when the item is %s has lost it', async (_name, decision) => {
    const { id, item, review } = await inHand(LOST)
    shop.clock.advance(LEASE_MS)
    await decide(review, decision)
    const state = async () => [await shop.order(id), [...(await attemptsOf(id))], await wallet()]
    const before = await state()
    for (const late of [REFUSED, SUCCESS]) {
      const report = updateFor(item, 'ask', late, manners, shop.clock.now())
      expect(await shop.outcomes.record(report)).toBe(false)
    }
    expect(await state()).toEqual(before)
  })

  test('of two people who decide at the same time one does', async () => {
    const { id, review } = await lost()
    const decisions: Decision[] = [
      { kind: 'give_back' },
      { kind: 'result', text: 'x' },
      { kind: 'give_back' },
    ]
    const done = await Promise.allSettled(decisions.map((one) => decide(review, one)))
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of done) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'conflict', field: 'id' })
    }
    expect((await shop.order(id)).finishedAt).not.toBeNull()
    expect(await wallet()).toMatchObject({ held: 0n })
  })

  test('by nobody after the supplier has said it', async () => {
    const { id, review } = await lost(({ call }) => (call === 'send' ? LOST : SUCCESS))
    shop.clock.advance(HOUR)
    await ended(id)
    await expect(decide(review, { kind: 'give_back' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`review ${review.id} is resolved already: settled`),
    })
    expect(await wallet()).toMatchObject({ available: 999_990n })
  })
})

describe('a decision', () => {
  test('needs its reason, and a review that is there', async () => {
    const { review } = await lost()
    const again: Decision = { kind: 'send_again' }
    await expect(decide(review, again, { actor: 'ann', why: ' ' })).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'why',
    })
    await expect(decide({ id: 999 as ReviewId }, again)).rejects.toMatchObject({ code: 'not_found' })
  })

  const all: Record<DecisionKind, Decision> = {
    found: { kind: 'found', reference: 'S-1' },
    send_again: { kind: 'send_again' },
    give_back: { kind: 'give_back' },
    result: { kind: 'result', text: 'x' },
    send_anyway: { kind: 'send_anyway' },
    wait: { kind: 'wait' },
    grant: { kind: 'grant' },
    decline: { kind: 'decline' },
    dismiss: { kind: 'dismiss' },
  }
  test('is one of those that fit the kind of the review', async () => {
    const { id } = await inHand(LOST)
    for (const kind of reviewKinds) {
      const review = await show(id, kind)
      for (const decision of Object.values(all)) {
        if (decisionsFor[kind].includes(decision.kind)) continue
        await expect(decide(review, decision)).rejects.toMatchObject({
          code: 'invalid_input',
          field: 'decision',
        })
      }
    }
    expect(await itemOf(id)).toMatchObject({ state: 'unknown' })
  })

  test('that presumes a supplier does not fit an item that is with none', async () => {
    const id = await shop.place(1)
    const review = await show(id, 'expired', null)
    for (const decision of [all.found, all.send_again, all.result]) {
      await expect(decide(review, decision)).rejects.toMatchObject({ code: 'conflict' })
    }
    await decide(review, all.give_back)
    expect(await shop.order(id)).toMatchObject({ state: 'failed' })
    expect(await wallet()).toMatchObject({ available: 1_000_000n })
  })

  test.each<[ReviewKind, Decision]>([
    ['margin', all.give_back],
    ['margin', all.send_anyway],
    ['supplier', all.give_back],
  ])('about one that waited (%s) does not fit it any more once it was sent', async (kind, decision) => {
    const { id } = await inHand(LOST)
    const review = await show(id, kind, null)
    await expect(decide(review, decision)).rejects.toMatchObject({ code: 'conflict' })
    expect(await findReview(shop.sql, review.id)).toMatchObject({ resolution: null })
    expect(await wallet()).toMatchObject({ held: 10n })
  })

  test.each<[ReviewKind, Decision]>([
    ['expired', all.wait],
    ['cancel', all.decline],
    ['verify', all.dismiss],
    ['margin', all.dismiss],
  ])('that changes nothing about the item (%s: %o) takes it from no worker', async (kind, decision) => {
    const { id, item } = await inHand(LOST)
    const review = await show(id, kind)
    expect(await decide(review, decision)).toMatchObject({ resolution: decision.kind, resolvedBy: 'cli:ann' })
    const report = updateFor(item, 'ask', SUCCESS, manners, shop.clock.now())
    expect(await shop.outcomes.record(report)).toBe(true)
    expect((await shop.order(id)).state).toBe('success')
  })
})

describe('an item that waits', () => {
  const cost = (micros: bigint) => shop.sql`update supplier_routes set cost = ${micros}`
  const putOff = (id: OrderId, ms: number): Promise<void> => {
    const next = shop.clock.now().getTime() + ms
    return until(async () => (await itemOf(id))?.dueAt?.getTime() === next)
  }

  test('for its margin is sent anyway at a person’s word, which holds for this item only', async () => {
    await cost(11n)
    const supplier = new FakeSupplier(async () => SUCCESS)
    shop.workers(supplier)
    const id = await shop.place(1)
    const other = await shop.place(2)
    await decide(await reviewOf(id), { kind: 'send_anyway' })
    await ended(id)
    expect((await shop.order(id)).state).toBe('success')
    expect(supplier.calls.map(({ work }) => work.orderId)).toEqual([id])
    await decide(await reviewOf(other), { kind: 'give_back', message: 'Too dear' })
    expect(await shop.order(other)).toMatchObject({ state: 'failed', items: [{ reason: 'Too dear' }] })
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  test('for its margin is not shown again for a day after somebody has seen it', async () => {
    await cost(11n)
    shop.workers(new FakeSupplier(async () => SUCCESS))
    const id = await shop.place(1)
    await decide(await reviewOf(id), { kind: 'dismiss' })
    for (const ms of [60_000, 23 * HOUR]) {
      await putOff(id, 60_000)
      expect(await listReviews(shop.sql)).toEqual([])
      shop.clock.advance(ms)
    }
    await putOff(id, 60_000)
    expect(await listReviews(shop.sql)).toEqual([])
    shop.clock.advance(HOUR)
    expect(await reviewOf(id)).toMatchObject({ kind: 'margin' })
  })

  test('longer than it should is not shown again for a day after somebody let it', async () => {
    const waiting: SupplierOutcome = { kind: 'accepted', reference: 'S-1', askAgainAfterMs: HOUR }
    await shop.sql`update services set expiry_seconds = 60`
    shop.workers(new FakeSupplier(async () => waiting))
    const id = await shop.place(1)
    await putOff(id, HOUR)
    shop.clock.advance(HOUR)
    await decide(await reviewOf(id), { kind: 'wait' })
    for (const ms of [HOUR, 22 * HOUR]) {
      await putOff(id, HOUR)
      shop.clock.advance(ms)
    }
    await putOff(id, HOUR)
    expect(await listReviews(shop.sql)).toEqual([])
    shop.clock.advance(HOUR)
    expect(await reviewOf(id)).toMatchObject({ kind: 'expired' })
  })
})

describe('a change of mind', () => {
  async function doneAndChanged() {
    shop.workers(new FakeSupplier(async () => SUCCESS))
    const id = await shop.place(1)
    await ended(id)
    return { id, review: await show(id, 'changed') }
  }

  test('is given back as a refund, and only once', async () => {
    const { id, review } = await doneAndChanged()
    await decide(review, { kind: 'give_back', message: 'they took it back' })
    expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
    expect(await shop.order(id)).toMatchObject({
      state: 'failed',
      items: [{ state: 'failed', result: null, reason: 'they took it back' }],
    })
    const entries = await ledgerEntries(shop.sql, shop.account)
    expect(entries[0]).toMatchObject({
      kind: 'refund',
      amount: 10n,
      actor: 'cli:ann',
      note: 'they took it back',
    })
    const again = await show(id, 'changed')
    await expect(decide(again, { kind: 'give_back' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('the item is failed, and its price was given back'),
    })
    await decide(again, { kind: 'dismiss' })
    expect(await wallet()).toMatchObject({ available: 1_000_000n })
  })

  test('after a failure there is nothing to be given back', async () => {
    shop.workers(new FakeSupplier(async () => REFUSED))
    const id = await shop.place(1)
    await ended(id)
    const review = await show(id, 'changed')
    await expect(decide(review, { kind: 'give_back' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('the item is failed, and its price was given back'),
    })
    await decide(review, { kind: 'dismiss' })
    expect(await wallet()).toMatchObject({ available: 1_000_000n })
  })
})
