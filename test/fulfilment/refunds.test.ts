import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readTrail } from '../../src/audit/trail.ts'
import { correctResult } from '../../src/fulfilment/after/corrections.ts'
import { type DeliveryRequest, deliverAfterAll } from '../../src/fulfilment/after/late-results.ts'
import { type RefundRequest, refund } from '../../src/fulfilment/after/refunds.ts'
import { requestVerify } from '../../src/fulfilment/people/cancel-verify.ts'
import { cancelOrder } from '../../src/fulfilment/people/operator-requests.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import { setCreditLimit } from '../../src/ledger/wallets.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { brokenPromises, input, newAccount } from '../orders/orders.fixtures.ts'
import { ledgerEntries } from '../support/ledger-entries.ts'
import { imei } from '../support/server.ts'
import { SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const ANN = 'cli:ann'
const wallet = () => new LedgerReader(shop.sql).wallet(shop.account)
const nameOf = (orderId: OrderId) => ({ accountId: shop.account, orderId })
const giveBack = (id: OrderId, over: Partial<RefundRequest> = {}) =>
  refund(shop.sql, nameOf(id), { reason: 'it was late', ...over }, ANN, shop.clock)
const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)

/** `done` gives an order of so many items at 10, whose outcomes are as the supplier says. */
async function done(items = 1, answer: (n: number) => SupplierOutcome = () => SUCCESS): Promise<OrderId> {
  let sent = 0
  shop.workers(new FakeSupplier(async () => answer(sent++)))
  const id = await shop.place(1, {
    items: Array.from({ length: items }, (_, n) => input(shop.service, imei(n))),
  })
  await ended(id)
  return id
}
const oneByOne: SupplierOutcome[] = [SUCCESS, SUCCESS, REFUSED]

test('a refund in whole fails the item with its reason, takes the result back, and is in the ledger and in the trail', async () => {
  const id = await done()
  const before = await shop.order(id)
  shop.clock.advance(60_000)
  expect(await giveBack(id)).toEqual([{ position: 1, amount: 10n, left: 0n, isRepeated: false }])
  expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
  expect(await shop.order(id)).toMatchObject({
    state: 'failed',
    finishedAt: before.finishedAt,
    items: [{ state: 'failed', result: null, reason: 'it was late', refunded: 10n }],
  })
  expect((await ledgerEntries(shop.sql, shop.account))[0]).toMatchObject({
    kind: 'refund',
    amount: 10n,
    availableAfter: 1_000_000n,
    actor: ANN,
    note: 'it was late',
  })
  const { items } = await readTrail(shop.sql, { what: 'item', limit: 10 })
  expect(items).toMatchObject([
    {
      actor: ANN,
      subject: `${id}/1`,
      accountId: shop.account,
      before: { state: 'success', result: 'clean', reason: null, refunded: '0.00' },
      after: { state: 'failed', result: null, reason: 'it was late', refunded: '0.00001' },
      why: 'it was late',
    },
  ])
  await expect(giveBack(id)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('nothing of the order is charged'),
  })
  await expect(giveBack(id, { items: [1] })).rejects.toMatchObject({
    field: 'item',
    message: expect.stringContaining('was given back in whole already'),
  })
})

test('a part counts once for its reference, leaves the result, and never comes to more than the price', async () => {
  const id = await done()
  const part = { amount: micros(4n), reference: 'ticket 7' }
  expect(await giveBack(id, part)).toEqual([{ position: 1, amount: 4n, left: 6n, isRepeated: false }])
  expect(await giveBack(id, part)).toEqual([{ position: 1, amount: 4n, left: 6n, isRepeated: true }])
  expect(await shop.order(id)).toMatchObject({
    state: 'success',
    items: [{ state: 'success', result: 'clean', refunded: 4n }],
  })
  await expect(giveBack(id, { ...part, amount: micros(5n) })).rejects.toMatchObject({
    code: 'conflict',
    field: 'reference',
  })
  await expect(giveBack(id, { amount: micros(7n), reference: 'ticket 8' })).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'amount',
    message: expect.stringContaining('at most 0.000006 USD is left of item 1'),
  })
  for (const [over, field] of [
    [{ amount: micros(1n) }, 'reference'],
    [{ amount: micros(0n), reference: 'x' }, 'amount'],
    [{ reason: ' ' }, 'reason'],
    [{ reason: 'two\nlines' }, 'reason'],
    [{ items: [2] }, 'item'],
    [{ amount: micros(1n), reference: 'x', isRejection: true }, 'amount'],
  ] as const) {
    await expect(giveBack(id, over)).rejects.toMatchObject({ field })
  }
  expect(await wallet()).toMatchObject({ available: 999_994n })
  expect(await giveBack(id)).toMatchObject([{ amount: 6n, left: 0n }])
  expect(await wallet()).toMatchObject({ available: 1_000_000n })
  expect((await shop.order(id)).state).toBe('failed')
})

test('requests of the same reference at the same time count once; without one they come to no more than the price', async () => {
  const id = await done()
  const part = { amount: micros(4n), reference: 'ticket 7' }
  const answers = await Promise.all(Array.from({ length: 6 }, () => giveBack(id, part)))
  expect(answers.filter(([one]) => !one?.isRepeated)).toHaveLength(1)
  const whole = await Promise.allSettled(Array.from({ length: 6 }, () => giveBack(id)))
  expect(whole.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await wallet()).toMatchObject({ available: 1_000_000n })
})

test('of an order of many items only what was charged is given back, and the order follows', async () => {
  const id = await done(3, (n) => oneByOne[n] as SupplierOutcome)
  expect((await shop.order(id)).state).toBe('partial')
  await expect(giveBack(id, { items: [3] })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('item 3 is failed: its price was given back'),
  })
  const refused = shop.order(id).then(({ items }) => items.findIndex(({ state }) => state === 'failed') + 1)
  expect(await refused).toBe(3)
  await giveBack(id, { items: [2] })
  expect((await shop.order(id)).items.map(({ state }) => state)).toEqual(['success', 'failed', 'failed'])
  expect((await shop.order(id)).state).toBe('partial')
  expect(await giveBack(id)).toMatchObject([{ position: 1, amount: 10n }])
  expect((await shop.order(id)).state).toBe('failed')
  expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
})

test('what was not charged, or is another account’s, is not refunded', async () => {
  const other = await newAccount(shop.sql, 10n)
  const id = await shop.place(1)
  await expect(giveBack(id, { items: [1] })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('it waits, and its price is held'),
  })
  await expect(
    refund(shop.sql, { accountId: other, orderId: id }, { reason: 'x' }, ANN, shop.clock),
  ).rejects.toMatchObject({ code: 'order_not_found' })
  expect(await wallet()).toMatchObject({ available: 999_990n, held: 10n })
})

describe('the database itself', () => {
  const entry = (id: OrderId, amount: bigint, position = 1) => shop.sql`
    insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, actor, note, created_at)
    select account_id, last_entry + 1, 'refund', ${amount}, available + ${amount}, ${id}, ${position}, 'x', 'x', now()
      from wallets where account_id = ${shop.account}`

  test('takes no refund of more than the price, of what was not charged, or after it was given back', async () => {
    const id = await done(2, (n) => [SUCCESS, REFUSED][n] as SupplierOutcome)
    await expect(entry(id, 11n)).rejects.toThrow('items_refunded_at_most')
    await expect(entry(id, 1n, 2)).rejects.toThrow('was not charged')
    await expect(entry(id, 1n, 9)).rejects.toThrow('was not charged')
    await giveBack(id)
    await expect(entry(id, 0n)).rejects.toThrow('given back in whole')
  })

  test('what no ledger entry says is found by the check of the ledger', async () => {
    const id = await done()
    await shop.sql`update items set refunded = 3 where order_id = ${id}`
    const broken = (await checkLedger(shop.sql)).filter(({ ok }) => !ok)
    expect(broken).toMatchObject([{ rows: [{ refunded: 3n, refunded_by_entries: null }] }])
    await shop.sql`update items set refunded = 0 where order_id = ${id}`
  })
})

test('a rejected result counts for nothing, in the figures of its route either, and what was asked about it is over', async () => {
  const id = await done()
  await requestVerify(shop.sql, nameOf(id), 'acme', shop.clock)
  await giveBack(id, { isRejection: true, reason: 'the code is wrong' })
  expect(await shop.order(id)).toMatchObject({ items: [{ result: null, reason: 'the code is wrong' }] })
  expect(
    await shop.sql`select state, detail, recheck_at from attempts where order_id = ${id}`.records(),
  ).toEqual([{ state: 'given_up', detail: 'cli:ann: the code is wrong', recheckAt: null }])
  expect(await listReviews(shop.sql, { order: id })).toEqual([])
})

test('a corrected result leaves open whether a former supplier has delivered as well', async () => {
  const second = await shop.addSupplier('second')
  const clean = new FakeSupplier(async () => SUCCESS)
  shop.workers(
    new Map([
      [SANDBOX, new FakeSupplier(async () => REFUSED)],
      [second, clean],
    ]),
  )
  const id = await shop.place(1)
  await ended(id)
  const recheckAt = new Date(shop.clock.now().getTime() + 3_600_000)
  await shop.sql`update attempts set recheck_at = ${recheckAt} where order_id = ${id}`
  await shop.sql`
    insert into reviews (account_id, order_id, position, attempt, kind, detail, opened_by, opened_at)
    select account_id, order_id, position, number, 'changed', 'says otherwise', 'imeigate', finished_at
      from attempts where order_id = ${id} and number = 1`
  await correctResult(shop.sql, nameOf(id), { result: 'Clean', why: 'a typo' }, ANN, shop.clock)
  expect(await listReviews(shop.sql, { order: id })).toMatchObject([{ kind: 'changed', attempt: 1 }])
  expect(
    await shop.sql`select number, state, recheck_at from attempts where order_id = ${id} order by number`.records(),
  ).toEqual([
    { number: 1, state: 'refused', recheckAt },
    { number: 2, state: 'succeeded', recheckAt: null },
  ])
  await shop.sql`update reviews set attempt = 2 where order_id = ${id}`
  await correctResult(shop.sql, nameOf(id), { result: 'CLEAN', why: 'capitals' }, ANN, shop.clock)
  expect(await listReviews(shop.sql, { order: id })).toEqual([])
})

test('a corrected result stays charged, and the former one is in the trail', async () => {
  const id = await done()
  const correct = (over = {}) =>
    correctResult(
      shop.sql,
      nameOf(id),
      { result: 'blacklisted', why: 'they sent it again', ...over },
      ANN,
      shop.clock,
    )
  expect(await correct()).toMatchObject({ position: 1, before: 'clean', after: 'blacklisted' })
  expect(await correct()).toMatchObject({ position: 1, before: 'blacklisted', after: 'blacklisted' })
  expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'blacklisted' }] })
  expect(await wallet()).toMatchObject({ available: 999_990n })
  const entries = await ledgerEntries(shop.sql, shop.account)
  expect(entries.filter(({ kind }) => kind === 'correction')).toMatchObject([
    { amount: 0n, actor: ANN, note: 'they sent it again' },
  ])
  const { items } = await readTrail(shop.sql, { what: 'item', limit: 10 })
  expect(items).toMatchObject([
    {
      actor: ANN,
      before: { result: 'clean' },
      after: { result: 'blacklisted' },
      why: 'they sent it again',
    },
  ])
  for (const [over, field] of [
    [{ result: ' ' }, 'result'],
    [{ why: '' }, 'why'],
    [{ item: 2 }, 'item'],
  ] as const) {
    await expect(correct(over)).rejects.toMatchObject({ field })
  }
  await giveBack(id)
  await expect(correct({ result: 'other' })).rejects.toMatchObject({ code: 'conflict', field: 'item' })
})

describe('delivered after all', () => {
  const deliver = (id: OrderId, over: Partial<DeliveryRequest> = {}) =>
    deliverAfterAll(shop.sql, nameOf(id), { result: 'clean', why: 'it came late', ...over }, ANN, shop.clock)

  test('what had failed is charged anew once; twice is refused, also at once and after another refund', async () => {
    const id = await done(1, () => REFUSED)
    expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
    const both = await Promise.allSettled([deliver(id), deliver(id)])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
    expect(await shop.order(id)).toMatchObject({
      state: 'success',
      items: [{ state: 'success', result: 'clean', reason: null, refunded: 0n }],
    })
    expect((await ledgerEntries(shop.sql, shop.account))[0]).toMatchObject({
      ...{ kind: 'charge', amount: 10n, availableAfter: 999_990n, actor: ANN, note: 'it came late' },
    })
    const { items } = await readTrail(shop.sql, { what: 'item', limit: 10 })
    expect(items.at(-1)).toMatchObject({
      ...{ actor: ANN, why: 'it came late', before: { state: 'failed' }, after: { state: 'success' } },
    })
    await expect(deliver(id)).rejects.toMatchObject({ code: 'conflict', field: 'item' })
    await giveBack(id)
    expect(await wallet()).toMatchObject({ available: 1_000_000n })
    await expect(deliver(id)).rejects.toMatchObject({ code: 'conflict', field: 'item' })
    expect(await wallet()).toMatchObject({ available: 1_000_000n })
  })

  test('what was refunded is charged anew, and its refunds count from then on', async () => {
    const id = await done()
    await giveBack(id, { amount: micros(4n), reference: 'a part' })
    await expect(deliver(id)).rejects.toMatchObject({ code: 'conflict' })
    await giveBack(id)
    expect(await deliver(id, { result: 'another' })).toEqual({ position: 1, charged: 10n })
    expect(await wallet()).toMatchObject({ available: 999_990n })
    await giveBack(id, { amount: micros(6n), reference: 'a part of it' })
    await expect(giveBack(id, { amount: micros(5n), reference: 'too much' })).rejects.toMatchObject({
      ...{ code: 'invalid_input', field: 'amount' },
    })
    expect(await shop.order(id)).toMatchObject({
      state: 'success',
      items: [{ state: 'success', result: 'another', refunded: 6n }],
    })
  })

  test('only where the wallet can pay, and only with a result, a reason and an item that has ended without either', async () => {
    const id = await done(3, (n) => oneByOne[n] as SupplierOutcome)
    const { items } = await shop.order(id)
    const failed = items.find(({ state }) => state === 'failed')?.position ?? 0
    const other = items.find(({ state }) => state === 'success')?.position ?? 0
    await expect(deliver(id)).rejects.toMatchObject({ code: 'invalid_input', field: 'item' })
    await expect(deliver(id, { item: 9 })).rejects.toMatchObject({ code: 'not_found', field: 'item' })
    await expect(deliver(id, { item: other })).rejects.toMatchObject({ code: 'conflict', field: 'item' })
    await expect(deliver(id, { item: failed, result: ' ' })).rejects.toMatchObject({ field: 'result' })
    await expect(deliver(id, { item: failed, why: '' })).rejects.toMatchObject({ field: 'why' })
    await expect(deliver(id, { item: failed, attempt: 7 })).rejects.toMatchObject({ field: 'attempt' })
    const spend = (amount: bigint) =>
      new Adjustments(shop.sql, shop.clock).adjust(shop.account, micros(-amount), {
        actor: ANN,
        note: 'spent',
      })
    await spend(999_980n - 9n)
    await expect(deliver(id, { item: failed })).rejects.toMatchObject({ code: 'insufficient_balance' })
    expect(await wallet()).toMatchObject({ available: 9n })
    expect((await shop.order(id)).state).toBe('partial')
    await shop.sql.begin((transaction) => setCreditLimit(transaction, shop.account, micros(1n)))
    await deliver(id, { item: failed })
    expect(await wallet()).toMatchObject({ available: -1n })
    expect((await shop.order(id)).state).toBe('success')
  })

  test('what was cancelled before it was sent is delivered by hand', async () => {
    const id = await shop.place(1)
    await cancelOrder(shop.sql, id, { actor: ANN }, shop.clock)
    await deliver(id)
    expect(await shop.order(id)).toMatchObject({
      state: 'success',
      items: [{ state: 'success', result: 'clean' }],
    })
  })
})
