import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { askSoon } from '../../src/fulfilment/ask/poll.sql.ts'
import type { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import { requestCancel, requestVerify } from '../../src/fulfilment/people/cancel-verify.ts'
import { type Decision, resolveReview } from '../../src/fulfilment/people/decisions.ts'
import { openReviews } from '../../src/fulfilment/people/reviews.sql.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId, SupplierId } from '../../src/lib/ids.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { SANDBOX, takePending } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

const HOUR = 3_600_000
const ACCEPTED: SupplierOutcome = { kind: 'accepted', reference: 'R1', askAgainAfterMs: 1_000 }
const SILENT: SupplierOutcome = { kind: 'unknown', reason: 'HTTP 502', askable: true }
const SAYS_SUCCESS = 'sandbox says success now, with "clean"; it had been refused'
/** `DEAR` costs more than the item was sold for, so that the item waits. */
const DEAR = 100n

let shop: Workshop
/** `former` has refused the item; `next` is the supplier of the item's next route. */
let former: FakeSupplier
let next: FakeSupplier
let formerSays: () => SupplierOutcome | Promise<SupplierOutcome>
let nextSays: () => SupplierOutcome | Promise<SupplierOutcome>
let nextId: SupplierId
let workers: Fulfilment
beforeEach(async () => {
  shop = await Workshop.open()
  formerSays = () => REFUSED
  nextSays = () => SUCCESS
  former = new FakeSupplier(async ({ call }) => (call === 'send' ? ACCEPTED : formerSays()))
  next = new FakeSupplier(async () => nextSays())
  nextId = await shop.addSupplier('next', { cost: DEAR })
  workers = shop.workers(
    new Map([
      [SANDBOX, former],
      [nextId, next],
    ]),
    {
      config: {
        id: SANDBOX,
        kind: 'dhru',
        name: 'sandbox',
        url: null,
        currency: 'USD',
        settings: { recheck: [3_600] },
        secrets: {},
      },
    },
  )
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const verify = (orderId: OrderId) =>
  requestVerify(shop.sql, { accountId: shop.account, orderId }, 'acme', shop.clock)
const itemOf = async (id: OrderId) => (await shop.order(id)).items[0]
const wallet = () => new LedgerReader(shop.sql).wallet(shop.account)
const attemptsOf = async (id: OrderId) =>
  [
    ...(await shop.sql<{ text: string }[]>`
      select concat_ws(' ', number, supplier_id = ${SANDBOX}, state, reference) as text
        from attempts where order_id = ${id} order by number`),
  ].map(({ text }) => text)
const reviews = () => listReviews(shop.sql, { all: true })
const changed = async () => (await reviews()).filter(({ kind }) => kind === 'changed')
const isWaiting = async (id: OrderId): Promise<boolean> => {
  const item = await itemOf(id)
  return item?.state === 'pending' && item.dueAt !== null && item.dueAt > shop.clock.now()
}
const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
/** `offered`: the next supplier takes the item for a price at which it can be sent, and the item is due. */
async function offered(id: OrderId): Promise<void> {
  await shop.sql`update supplier_routes set cost = null where supplier_id = ${nextId}`
  await shop.sql`update items set due_at = ${shop.clock.now()} where order_id = ${id} and state = 'pending'`
  void workers.idle()
}
/** `seen` waits until a dispatcher has looked at the item that was offered. */
async function seen(id: OrderId): Promise<void> {
  await until(async () => next.calls.length > 0 || (await isWaiting(id)))
}

/** `refusedOnce` gives an order whose item one supplier has refused, and which waits for the next one. */
async function refusedOnce(): Promise<OrderId> {
  const id = await shop.place(1)
  await until(async () => (await attemptsOf(id))[0] === '1 t accepted R1')
  await until(async () => (await itemOf(id))?.dueAt?.getTime() === shop.clock.now().getTime() + 1_000)
  shop.clock.advance(1_000)
  await until(async () => (await reviews()).some(({ kind }) => kind === 'margin'))
  await until(() => isWaiting(id))
  return id
}

describe('while the former supplier is asked once more', () => {
  /** `askedAgain` gives an order whose item waits, and is due, while its former supplier has not answered yet. */
  async function askedAgain(by: 'timer' | 'webhook' | 'reseller') {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    const id = await refusedOnce()
    formerSays = () => promise
    if (by === 'timer') shop.clock.advance(HOUR)
    else if (by === 'webhook') await workers.askSoon(SANDBOX, 'R1')
    else expect(await verify(id)).toEqual({ asked: 0, open: 1 })
    await until(() => former.underWay === 1)
    await offered(id)
    await seen(id)
    expect(next.calls).toEqual([])
    return { id, answer: resolve }
  }

  test('no money is given back before it has answered', async () => {
    const { id, answer } = await askedAgain('timer')
    const margin = (await reviews())[0]?.id
    await expect(decide(margin, { kind: 'give_back' })).rejects.toMatchObject({
      code: 'conflict',
      field: 'id',
    })
    const order = { accountId: shop.account, orderId: id }
    expect(await requestCancel(shop.sql, shop.outcomes, order, 'acme', shop.clock)).toMatchObject({
      asked: 1,
    })
    formerSays = () => SUCCESS
    answer(SUCCESS)
    await ended(id)
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  test.each(['timer', 'webhook', 'reseller'] as const)(
    'by a %s, the item is not sent on; success ends it',
    async (by) => {
      const { id, answer } = await askedAgain(by)
      formerSays = () => SUCCESS
      answer(SUCCESS)
      await ended(id)
      await shop.idle()
      expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
      expect(next.calls).toEqual([])
      expect(await attemptsOf(id)).toEqual(['1 t refused R1', '2 t succeeded R1'])
      expect((await reviews()).map(({ kind, resolution, why }) => [kind, resolution, why])).toEqual([
        ...(by === 'reseller' ? [['verify', 'settled', SAYS_SUCCESS]] : []),
        ['margin', 'settled', SAYS_SUCCESS],
      ])
      expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
    },
  )

  test('an item that is in process again goes back, and on when it is refused again', async () => {
    const { id, answer } = await askedAgain('timer')
    formerSays = () => ACCEPTED
    answer(ACCEPTED)
    await until(async () => (await itemOf(id))?.dueAt?.getTime() === shop.clock.now().getTime() + 1_000)
    expect(await attemptsOf(id)).toEqual(['1 t refused R1', '2 t accepted R1'])
    // It is asked about as what was sent first.
    expect(former.calls.at(-1)?.work).toMatchObject({ attemptKey: `${id}-1-1`, reference: 'R1' })
    formerSays = () => REFUSED
    shop.clock.advance(1_000)
    await ended(id)
    expect(await shop.order(id)).toMatchObject({ state: 'success' })
    expect(next.history).toEqual(['send'])
    expect(await changed()).toEqual([])
  })

  test.each([
    ['the same again', REFUSED],
    ['nothing clear', SILENT],
  ])('it is sent on at once when that one says %s', async (_name, says) => {
    const { id, answer } = await askedAgain('timer')
    answer(says)
    await ended(id)
    expect(await attemptsOf(id)).toEqual(['1 t refused R1', '2 f succeeded R1'])
    expect(next.history).toEqual(['send'])
  })

  test('who doubts in a loop has it asked once in ten minutes, and no person', async () => {
    const id = await refusedOnce()
    const before = former.calls.length
    for (let n = 0; n < 2; n++) {
      await verify(id)
      await until(async () => (await reviews()).some(({ resolution }) => resolution === 'confirmed'))
    }
    shop.clock.advance(1_000)
    await shop.idle()
    expect(former.calls.length).toBe(before + 1)
    expect((await reviews()).map(({ kind, resolution }) => [kind, resolution])).toEqual([
      ['verify', 'confirmed'],
      ['margin', null],
    ])
  })

  test.each<[string, (id: OrderId) => Promise<unknown>]>([
    ['a webhook', () => askSoon(shop.sql, SANDBOX, 'R1', shop.clock.now())],
    ['a reseller', (id) => verify(id)],
  ])('it is not sent on before %s had it asked, but not for long', async (_name, wanted) => {
    const id = await refusedOnce()
    await workers.stop(0)
    await wanted(id)
    const taken = async () => {
      await offered(id)
      return (await takePending(shop.sql, { limit: 1, now: shop.clock.now(), supplier: nextId })).length
    }
    expect(await taken()).toBe(0)
    shop.clock.advance(15_000)
    expect(await taken()).toBe(1)
  })

  test('an item that the next one refuses meanwhile goes no further', async () => {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    const answer = Promise.withResolvers<SupplierOutcome>()
    const id = await refusedOnce()
    nextSays = () => promise
    await offered(id)
    await until(() => next.underWay === 1)
    formerSays = () => answer.promise
    await workers.askSoon(SANDBOX, 'R1')
    await until(() => former.underWay === 1)
    resolve(REFUSED)
    // Every route has refused it: it would be given back.
    await until(() => isWaiting(id))
    formerSays = () => SUCCESS
    answer.resolve(SUCCESS)
    await ended(id)
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
    expect(await attemptsOf(id)).toEqual(['1 t refused R1', '2 f refused', '3 t succeeded R1'])
  })
})

describe('what a former supplier says while another has the item', () => {
  test('is shown, and keeps the item from a third when it is refused; then it goes back', async () => {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    const id = await refusedOnce()
    const third = await shop.addSupplier('third', { position: 3 })
    nextSays = () => promise
    await offered(id)
    await until(() => next.underWay === 1)
    formerSays = () => SUCCESS
    await workers.askSoon(SANDBOX, 'R1')
    await until(async () => (await changed()).length === 1)
    expect(await changed()).toMatchObject([{ detail: SAYS_SUCCESS, attempt: 1, resolution: null }])
    resolve(REFUSED)
    await until(() => isWaiting(id))
    expect(await attemptsOf(id)).toEqual(['1 t refused R1', '2 f refused'])
    shop.clock.advance(600_000)
    await ended(id)
    expect(await attemptsOf(id)).toEqual(['1 t refused R1', '2 f refused', '3 t succeeded R1'])
    expect(await shop.sql`select from attempts where supplier_id = ${third}`).toHaveLength(0)
    expect(await changed()).toMatchObject([{ resolution: 'settled' }])
  })

  test('a word from it has it asked, not the one that has the item', async () => {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    const id = await refusedOnce()
    nextSays = () => promise
    await offered(id)
    await until(() => next.underWay === 1)
    const before = former.calls.length
    await workers.askSoon(SANDBOX, 'R1')
    await until(() => former.calls.length === before + 1)
    resolve(SUCCESS)
    await ended(id)
    expect(next.history).toEqual(['send'])
  })
})

describe('an answer that comes late, to an item that waits for another supplier', () => {
  /** `late` gives an order whose item was refused by its supplier's first words, and which that supplier answers now. */
  async function late(outcome: SupplierOutcome): Promise<OrderId> {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    former = new FakeSupplier(async ({ call }) => (call === 'send' ? promise : formerSays()))
    shop.workers(former)
    await workers.stop(0)
    const id = await shop.place(1)
    await until(() => former.underWay === 1)
    await shop.sql`
      update attempts set state = 'refused', fault = 'supplier', finished_at = ${shop.clock.now()} where order_id = ${id}`
    await shop.sql`
      update items set state = 'pending', fence = fence + 1, due_at = ${new Date(shop.clock.now().getTime() + 1_000)}
       where order_id = ${id}`
    formerSays = () => SUCCESS
    resolve(outcome)
    return id
  }

  test.each<[string, SupplierOutcome]>([
    ['taken', ACCEPTED],
    ['done', SUCCESS],
  ])('gives the item back to a supplier that says %s', async (_name, outcome) => {
    const id = await late(outcome)
    await ended(id)
    expect(await attemptsOf(id)).toEqual(['1 t refused', '2 t succeeded R1'])
    expect(former.history).toEqual(['send', 'ask'])
    expect(await reviews()).toEqual([])
  })

  test.each<[string, Decision, string]>([
    ['the result', { kind: 'result', text: 'clean' }, '1 t succeeded'],
    ['its number', { kind: 'found', reference: 'S-1' }, '2 t succeeded S-1'],
  ])('holds it for a person where it has no number; who knows %s ends it', async (_name, decision, last) => {
    const id = await late({ kind: 'success', result: 'clean', reference: null })
    await until(async () => (await changed()).length === 1)
    shop.clock.advance(1_000)
    await until(() => isWaiting(id))
    shop.clock.advance(HOUR)
    await until(() => isWaiting(id))
    expect(former.history).toEqual(['send'])
    const [review] = await changed()
    expect(review?.detail).toBe('sandbox answered late: success, with "clean"')
    formerSays = () => ({ kind: 'success', result: 'clean', reference: 'S-1' })
    await decide(review?.id, decision)
    await ended(id)
    expect((await attemptsOf(id)).at(-1)).toBe(last)
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
    expect(former.history.filter((call) => call === 'send')).toHaveLength(1)
  })
})

describe('the answer to a question that was on its way when a person said that the item was not taken', () => {
  async function sentAgain(answer: SupplierOutcome): Promise<OrderId> {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    former = new FakeSupplier(async ({ call }) => (call === 'send' ? SILENT : formerSays()))
    formerSays = () => promise
    shop.workers(former)
    await workers.stop(0)
    const id = await shop.place(1)
    await until(async () => (await attemptsOf(id))[0] === '1 t unknown')
    const item = { accountId: shop.account, orderId: id, position: 1 }
    await openReviews(shop.sql, [{ item, attempt: 1, kind: 'unknown', detail: 'lost' }], shop.clock.now())
    shop.clock.advance(30_000)
    await until(() => former.underWay === 1)
    await decide((await reviews())[0]?.id, { kind: 'send_again' })
    formerSays = () => SUCCESS
    shop.clock.advance(20_000)
    resolve(answer)
    return id
  }

  test('gives the item back, where the supplier has it', async () => {
    const id = await sentAgain(ACCEPTED)
    await ended(id)
    expect(await attemptsOf(id)).toEqual(['1 t refused', '2 t succeeded R1'])
    expect(former.history).toEqual(['send', 'ask', 'ask'])
  })

  test('is shown, where it says nothing, and nothing is sent until it is decided', async () => {
    const id = await sentAgain(SILENT)
    await until(async () => (await changed()).length === 1)
    for (const ms of [15_000, HOUR]) {
      shop.clock.advance(ms)
      await until(() => isWaiting(id))
    }
    expect(former.history).toEqual(['send', 'ask'])
    await decide((await changed())[0]?.id, { kind: 'dismiss' })
    shop.clock.advance(30_000)
    await until(() => former.history.length > 2)
    expect(former.history).toEqual(['send', 'ask', 'send'])
  })
})

const decide = (review: number | undefined, decision: Decision) =>
  resolveReview(shop.sql, review as never, decision, { actor: 'cli:ann', why: 'asked them' }, shop.clock)

describe('a person', () => {
  /** `doubted` gives an order whose item waits for a person, because its former supplier says that it has it. */
  async function doubted() {
    const id = await refusedOnce()
    const item = { accountId: shop.account, orderId: id, position: 1 }
    await openReviews(
      shop.sql,
      [{ item, attempt: 1, kind: 'changed', detail: SAYS_SUCCESS }],
      shop.clock.now(),
    )
    await offered(id)
    await seen(id)
    expect(next.calls).toEqual([])
    const [review] = await changed()
    return { id, item, review: review?.id }
  }

  test('who dismisses what was shown has the item sent on, and is not asked again', async () => {
    const { id, review } = await doubted()
    await decide(review, { kind: 'dismiss' })
    formerSays = () => SUCCESS
    await workers.askSoon(SANDBOX, 'R1')
    // It has said the same again, and it is recorded.
    await until(
      async () =>
        (
          await shop.sql`select from attempts where order_id = ${id} and number = 1 and recheck_lease is not null`
        ).length === 0,
    )
    await offered(id)
    await ended(id)
    expect(next.history).toEqual(['send'])
    expect(await changed()).toHaveLength(1)
  })

  test('may give the money back', async () => {
    const { id, review } = await doubted()
    await decide(review, { kind: 'give_back' })
    expect(await shop.order(id)).toMatchObject({ state: 'failed' })
    expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
    await shop.idle()
    expect(next.calls).toEqual([])
  })

  test('is asked, where the reseller wants the item cancelled', async () => {
    const { id } = await doubted()
    const answer = await requestCancel(
      shop.sql,
      shop.outcomes,
      { accountId: shop.account, orderId: id },
      'acme',
      shop.clock,
    )
    expect(answer).toEqual({ cancelled: 0, asked: 1, ended: 0 })
    const review = (await reviews()).find(({ kind }) => kind === 'cancel')
    await decide(review?.id, { kind: 'grant' })
    expect(await shop.order(id)).toMatchObject({ state: 'cancelled' })
  })

  test('who knows what one supplier did says nothing of the one that has the item by now', async () => {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    const id = await refusedOnce()
    const item = { accountId: shop.account, orderId: id, position: 1 }
    await shop.sql`update services set expiry_seconds = 60`
    shop.clock.advance(61_000)
    await openReviews(shop.sql, [{ item, attempt: 1, kind: 'expired', detail: 'open' }], shop.clock.now())
    nextSays = () => promise
    await offered(id)
    await until(() => next.underWay === 1)
    const expired = async () => (await reviews()).find(({ kind }) => kind === 'expired')
    const review = (await expired())?.id
    for (const decision of [
      { kind: 'send_again' },
      { kind: 'result', text: 'x' },
      { kind: 'found', reference: 'S' },
    ] as Decision[])
      await expect(decide(review, decision)).rejects.toMatchObject({ code: 'conflict', field: 'id' })
    resolve({ kind: 'accepted', reference: 'S-2' })
    // The question is about the one that has it, once that one has answered.
    await until(async () => (await expired())?.attempt === 2)
    await decide(review, { kind: 'result', text: 'by hand' })
    expect(await attemptsOf(id)).toEqual(['1 t refused R1', '2 f succeeded S-2'])
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'by hand' }] })
  })
})
