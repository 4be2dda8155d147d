import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeOf } from '../../src/fulfilment/ask/rechecks.ts'
import { requestCancel } from '../../src/fulfilment/people/cancel-verify.ts'
import { resolveReview } from '../../src/fulfilment/people/decisions.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import type { ConnectedSupplier } from '../../src/suppliers/directory.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
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

const HOUR = 3_600_000
const SILENT: SupplierOutcome = { kind: 'unknown', reason: 'HTTP 502', askable: true }

/** `rechecked` suppliers are asked once more an hour and a day after the end. */
const rechecked: Partial<ConnectedSupplier> = {
  config: {
    id: SANDBOX,
    kind: 'dhru',
    name: 'sandbox',
    url: null,
    currency: 'USD',
    settings: { recheck: [86_400, 3_600] },
    secrets: {},
  },
}
const stateOf = async (id: OrderId) => [
  await shop.order(id),
  await new LedgerReader(shop.sql).wallet(shop.account),
]
const nextLook = async (id: OrderId): Promise<number | null> => {
  const [row] = await shop.sql<
    { recheck_at: Date | null }[]
  >`select recheck_at from attempts where order_id = ${id}`
  return row?.recheck_at ? row.recheck_at.getTime() - shop.clock.now().getTime() : null
}

/** `endedWith` gives an order that has ended with `first`, at a supplier that says `later()` from then on. */
async function endedWith(first: SupplierOutcome, later: () => SupplierOutcome | Promise<SupplierOutcome>) {
  const supplier: FakeSupplier = new FakeSupplier(async ({ call }) => {
    if (call === 'send') return { kind: 'accepted', reference: 'R1', askAgainAfterMs: 1_000 }
    return supplier.calls.length === 2 ? first : later()
  })
  const workers = shop.workers(supplier, rechecked)
  const id = await shop.place(1)
  const next = shop.clock.now().getTime() + 1_000
  await until(async () => (await shop.order(id)).items[0]?.dueAt?.getTime() === next)
  shop.clock.advance(1_000)
  await until(async () => (await shop.order(id)).finishedAt !== null)
  return { id, supplier, workers }
}

test('a supplier that does not answer holds up no other’s rechecks', async () => {
  const b = await shop.addSupplier('b')
  const gate = Promise.withResolvers<SupplierOutcome>()
  let wait: AbortSignal | undefined
  const silent: FakeSupplier = new FakeSupplier(async ({ call }, signal) => {
    if (call === 'ask') {
      wait = signal
      return await gate.promise
    }
    return silent.calls.length === 1 ? SUCCESS : REFUSED
  })
  const other = new FakeSupplier(async () => SUCCESS)
  shop.workers(
    new Map([
      [SANDBOX, silent],
      [b, other],
    ]),
    rechecked,
  )
  for (let n = 1; n <= 2; n++) {
    const id = await shop.place(n)
    await until(async () => (await shop.order(id)).finishedAt !== null)
    if (n === 1) shop.clock.advance(10_000)
  }
  shop.clock.advance(HOUR - 10_000)
  await until(() => silent.history.includes('ask'))
  shop.clock.advance(10_000)
  await until(() => other.history.includes('ask'))
  expect(wait?.aborted).toBe(false)
  gate.resolve(SUCCESS)
  await shop.idle()
})

test.each([
  [
    'success after a refusal',
    REFUSED,
    SUCCESS,
    'sandbox says success now, with "clean"; it had been refused',
  ],
  [
    'a refusal after success',
    SUCCESS,
    REFUSED,
    'sandbox refuses it now: "no such device"; it had succeeded with "clean"',
  ],
  [
    'another result',
    SUCCESS,
    { ...SUCCESS, result: 'blacklisted' } as SupplierOutcome,
    'sandbox says success now, with "blacklisted"; it had succeeded with "clean"',
  ],
])('%s is shown to a person, and touches neither item nor money', async (_name, first, later, words) => {
  const { id, supplier } = await endedWith(first, () => later)
  const before = await stateOf(id)
  shop.clock.advance(HOUR - 1)
  await shop.idle()
  expect(supplier.history).toEqual(['send', 'ask'])
  shop.clock.advance(1)
  await until(async () => (await listReviews(shop.sql)).length === 1)
  expect(await listReviews(shop.sql)).toMatchObject([
    { kind: 'changed', detail: words, attempt: 1, reference: 'R1' },
  ])
  expect(supplier.calls.at(-1)?.work).toMatchObject({ reference: 'R1', attemptKey: `${id}-1-1` })
  expect(await stateOf(id)).toEqual(before)
})

test('a supplier that says the same is asked at its times, and no more', async () => {
  const { id, supplier } = await endedWith(SUCCESS, () => SUCCESS)
  expect(await nextLook(id)).toBe(HOUR)
  shop.clock.advance(HOUR)
  await until(async () => (await nextLook(id)) === 23 * HOUR)
  shop.clock.advance(23 * HOUR)
  await until(async () => (await nextLook(id)) === null)
  expect(supplier.history).toEqual(['send', 'ask', 'ask', 'ask'])
  expect(await listReviews(shop.sql, { all: true })).toEqual([])
})

test.each([
  'a\0b',
  '\0Code: 1\0',
  'lone \ud800',
  '<b>Code</b>: 1<br>',
  '{"Code":1}',
  ' Code: 1\n',
  'Code:\u200b 1',
  'a\r\nb',
])('a supplier that says the same %j again has not changed its mind', async (result) => {
  const done: SupplierOutcome = { kind: 'success', result, reference: 'R1' }
  const { id } = await endedWith(done, () => done)
  shop.clock.advance(HOUR)
  await until(async () => (await nextLook(id)) === 23 * HOUR)
  expect(await listReviews(shop.sql, {})).toEqual([])
})

test('without a clear answer it is asked again every ten minutes, for a day after the last time', async () => {
  const { id, supplier } = await endedWith(SUCCESS, () => SILENT)
  shop.clock.advance(HOUR)
  await until(async () => (await nextLook(id)) === 600_000)
  shop.clock.advance(46 * HOUR)
  await until(async () => (await nextLook(id)) === 600_000)
  shop.clock.advance(2 * HOUR)
  await until(async () => (await nextLook(id)) === null)
  expect(supplier.history).toEqual(['send', 'ask', 'ask', 'ask', 'ask'])
  expect(await listReviews(shop.sql, { all: true })).toEqual([])
})

test('a change that a person has seen is not shown again; another one is', async () => {
  let later = REFUSED
  const { id } = await endedWith(SUCCESS, () => later)
  shop.clock.advance(HOUR)
  await until(async () => (await listReviews(shop.sql)).length === 1)
  const [review] = await listReviews(shop.sql)
  if (!review) throw new Error('it was shown')
  const decider = { actor: 'cli:ann', why: 'they are mistaken' }
  await resolveReview(shop.sql, review.id, { kind: 'dismiss' }, decider, shop.clock)
  await until(async () => (await nextLook(id)) === 23 * HOUR)
  shop.clock.advance(23 * HOUR)
  await until(async () => (await nextLook(id)) === null)
  expect(await listReviews(shop.sql)).toEqual([])
  later = { kind: 'refused', reason: 'wrong model' }
  await shop.sql`update attempts set recheck_at = ${shop.clock.now()}`
  await until(async () => (await listReviews(shop.sql)).length === 1)
})

test('a word from the supplier has it asked at once, also after the end', async () => {
  const { supplier, workers } = await endedWith(SUCCESS, () => REFUSED)
  await workers.askSoon(SANDBOX, 'R1')
  await until(async () => (await listReviews(shop.sql)).length === 1)
  expect(supplier.history).toEqual(['send', 'ask', 'ask'])
})

test('what a person gave up is not asked about', async () => {
  const workers = shop.workers(
    new FakeSupplier(async () => ({ kind: 'accepted', reference: 'R1' })),
    rechecked,
  )
  const id = await shop.place(1)
  await until(async () => (await shop.sql`select from attempts where reference = 'R1'`).length === 1)
  await requestCancel(shop.sql, shop.outcomes, { accountId: shop.account, orderId: id }, 'acme', shop.clock)
  const [review] = await listReviews(shop.sql)
  if (!review) throw new Error('it was asked for')
  await resolveReview(shop.sql, review.id, { kind: 'grant' }, { actor: 'cli:ann', why: 'yes' }, shop.clock)
  await workers.askSoon(SANDBOX, 'R1')
  expect(await nextLook(id)).toBeNull()
})

test('of two processes one asks', async () => {
  const gate = Promise.withResolvers<SupplierOutcome>()
  const { id, supplier, workers } = await endedWith(SUCCESS, () => gate.promise)
  const another = shop.workers(supplier, rechecked)
  shop.clock.advance(HOUR)
  await until(() => supplier.calls.length === 3)
  // The one that asks is at it until it has an answer.
  await Promise.race([workers.idle(), another.idle()])
  gate.resolve(SUCCESS)
  await until(async () => (await nextLook(id)) === 23 * HOUR)
  expect(supplier.history).toEqual(['send', 'ask', 'ask'])
})

test('only clear words are a change of mind', () => {
  const done = { state: 'succeeded', result: 'clean', supplierName: 'Panel' } as const
  const refused = { state: 'refused', result: null, supplierName: 'Panel' } as const
  expect(changeOf(done, SUCCESS)).toBeNull()
  expect(changeOf(refused, { kind: 'refused', reason: 'in other words' })).toBeNull()
  expect(changeOf(done, { kind: 'accepted', reference: 'R1' })).toBe(
    'Panel says that it is in process again; it had succeeded with "clean"',
  )
  for (const unclear of [
    undefined,
    SILENT,
    { kind: 'unavailable', why: 'busy', reason: '' },
    { kind: 'duplicate', reason: '', reference: null },
  ] as (SupplierOutcome | undefined)[]) {
    expect(changeOf(done, unclear)).toBeUndefined()
    expect(changeOf(refused, unclear)).toBeUndefined()
  }
})
