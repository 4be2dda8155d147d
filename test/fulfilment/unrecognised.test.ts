import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Meaning, meaningOf } from '../../src/fulfilment/people/answer-rule.ts'
import { resolveReview } from '../../src/fulfilment/people/decisions.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import { listUnrecognised, previewRule, teachRule } from '../../src/fulfilment/people/teach.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import type { OrderId, ReviewId, SupplierId } from '../../src/lib/ids.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { FakeSupplier, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const odd = (text: string): SupplierOutcome => ({
  kind: 'unknown',
  reason: `It said: ${text}`,
  askable: false,
  unrecognised: text,
})
const SILENT: SupplierOutcome = { kind: 'unknown', reason: 'nobody can ask it', askable: false }
const decider = { actor: 'ann', why: 'the supplier says so' }
const states = (orders: OrderId[]): Promise<unknown[]> =>
  Promise.all(orders.map(async (id) => (await shop.order(id)).items[0]?.state))
const open = async () =>
  (await listReviews(shop.sql)).map(({ id, kind, detail, orderId }) => ({ id, kind, detail, orderId }))
const onlyReview = async (): Promise<ReviewId> => {
  const [review, ...others] = await open()
  expect(others).toEqual([])
  return review?.id as ReviewId
}

/** `refusedOddly` has orders placed that the supplier refuses in words that nobody knows. */
async function refusedOddly(count: number, says: () => SupplierOutcome = () => odd('ask sales')) {
  const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? says() : SILENT))
  const workers = shop.workers(supplier)
  const orders = await shop.placeMany(count)
  await until(() => supplier.calls.length === count && supplier.underWay === 0)
  await shop.idle()
  return { supplier, workers, orders }
}

test('words that nobody knows hold the money and ask once, however many items they are said of', async () => {
  const { orders } = await refusedOddly(5)
  expect(await states(orders)).toEqual(orders.map(() => 'unknown'))
  expect(await open()).toMatchObject([{ kind: 'unrecognised answer', detail: 'It said: ask sales' }])
  // Nobody can be asked, which is no reason to ask a person again.
  shop.clock.advance(3_600_000)
  await shop.idle()
  expect(await states(orders)).toEqual(orders.map(() => 'unknown'))
  expect(await open()).toHaveLength(1)
})

test('words with characters that the database does not take are shown to a person all the same', async () => {
  const { orders } = await refusedOddly(
    1,
    () => ({ ...odd('ask sales'), reason: 'ask\0 sales \ud800' }) as SupplierOutcome,
  )
  expect(await states(orders)).toEqual(['unknown'])
  expect(await open()).toMatchObject([{ kind: 'unrecognised answer', detail: 'ask\ufffd sales \ufffd' }])
})

test('other words are another question', async () => {
  let n = 0
  await refusedOddly(4, () => odd(n++ % 2 === 0 ? 'ask sales' : 'ask support'))
  expect((await open()).map(({ kind }) => kind)).toEqual(['unrecognised answer', 'unrecognised answer'])
})

test('a decision that is kept gives the money back for all that wait, and for later ones at once', async () => {
  const { orders, supplier } = await refusedOddly(4)
  const resolved = await resolveReview(
    shop.sql,
    await onlyReview(),
    { kind: 'give_back', message: 'Not possible' },
    { ...decider, keep: true },
    shop.clock,
  )
  expect(resolved).toMatchObject({ resolution: 'give_back', alike: 3 })
  expect(await states(orders)).toEqual(orders.map(() => 'failed'))
  const later = await shop.place(9)
  await until(async () => (await shop.order(later)).state === 'failed')
  expect(supplier.history).toEqual(['send', 'send', 'send', 'send', 'send'])
  expect(await open()).toEqual([])
})

test('a decision that is kept has all that wait sent again, and later ones in their time', async () => {
  let answer = odd('ask sales')
  const { orders } = await refusedOddly(3, () => answer)
  answer = SUCCESS
  await resolveReview(
    shop.sql,
    await onlyReview(),
    { kind: 'send_again' },
    { ...decider, keep: true },
    shop.clock,
  )
  shop.clock.advance(1_000)
  await until(async () => (await states(orders)).every((state) => state === 'success'))
  answer = odd('ask sales')
  const later = await shop.place(9)
  await until(
    async () =>
      (await shop.sql`select from attempts where order_id = ${later} and fault = 'supplier'`).length > 0,
  )
  expect((await shop.order(later)).items[0]?.state).toBe('pending')
  expect(await open()).toEqual([])
})

test('a decision that is not kept is of one item, and the next one is asked about', async () => {
  const { orders } = await refusedOddly(3)
  const first = await onlyReview()
  await resolveReview(shop.sql, first, { kind: 'give_back' }, decider, shop.clock)
  expect((await states(orders)).filter((state) => state === 'failed')).toHaveLength(1)
  const second = await onlyReview()
  expect(second).not.toBe(first)
  await resolveReview(shop.sql, second, { kind: 'result', text: 'it was done' }, decider, shop.clock)
  await resolveReview(shop.sql, await onlyReview(), { kind: 'give_back' }, decider, shop.clock)
  expect(await open()).toEqual([])
})

test('an item that began to wait while a decision was kept is settled when it is looked at next', async () => {
  const { orders } = await refusedOddly(1)
  const [{ supplierId } = { supplierId: 0 }] = await shop.sql<{ supplierId: number }[]>`
    select supplier_id from attempts`.records()
  await shop.sql`
    insert into answer_rules (supplier_id, words, is_phrase, meaning, taught_by, why, taught_at)
    values (${supplierId}, 'ask sales', false, 'refused', 'ann', 'so', now())`
  shop.clock.advance(3_600_000)
  await until(async () => (await states(orders))[0] === 'failed')
  expect(await open()).toEqual([])
})

test('an item that the supplier has taken after all is not ended by what is decided about its words later', async () => {
  let asked: SupplierOutcome = { kind: 'accepted', reference: 'R1', askAgainAfterMs: 60_000 }
  const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? odd('ask sales') : asked))
  shop.workers(supplier)
  const [taken] = await shop.placeMany(1)
  await until(() => supplier.calls.length === 1 && supplier.underWay === 0)
  await shop.idle()
  shop.clock.advance(3_600_000)
  await until(async () => (await states([taken as OrderId]))[0] === 'processing')
  // Somebody decides about the same words, said of another item.
  await shop.place(2)
  await until(async () => (await open()).length === 1)
  const keep = { ...decider, keep: true }
  await resolveReview(shop.sql, await onlyReview(), { kind: 'give_back' }, keep, shop.clock)
  asked = SUCCESS
  shop.clock.advance(60_000)
  await until(async () => (await states([taken as OrderId]))[0] !== 'processing')
  expect(await states([taken as OrderId])).toEqual(['success'])
})

test.each<[string, SupplierOutcome]>([
  ['no clear answer', { kind: 'unknown', reason: 'the answer was cut off', askable: true }],
  [
    'an answer about another device',
    { kind: 'unknown', reason: 'about another', askable: false, contradicts: true },
  ],
  ['that it has one', { kind: 'duplicate', reference: null, reason: 'it has one' }],
])(
  'an item about which the supplier has said since, when it was asked, %s, waits for the words no more',
  async (_what, said) => {
    const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? odd('ask sales') : said))
    shop.workers(supplier)
    const [doubted] = await shop.placeMany(1)
    await until(() => supplier.calls.length === 1 && supplier.underWay === 0)
    await shop.idle()
    shop.clock.advance(3_600_000)
    await until(() => supplier.calls.length === 2 && supplier.underWay === 0)
    await shop.idle()
    expect((await open()).map(({ kind }) => kind)).not.toContain('unrecognised answer')
    const other = await shop.place(2)
    await until(async () => (await open()).some(({ orderId }) => orderId === other))
    const about = (await open()).find(({ orderId }) => orderId === other)
    const keep = { ...decider, keep: true }
    await resolveReview(shop.sql, about?.id as ReviewId, { kind: 'give_back' }, keep, shop.clock)
    shop.clock.advance(3_600_000)
    await shop.idle()
    // The order may have been repeated when it was asked about: what the first words meant says nothing of that.
    expect(await states([doubted as OrderId, other])).toEqual(['unknown', 'failed'])
  },
)

test.each<[string, SupplierOutcome, then: string | null, later: string]>([
  [
    'no clear answer',
    { kind: 'unknown', reason: 'the answer was cut off', askable: true },
    'unknown',
    'unknown',
  ],
  ['that it has one', { kind: 'duplicate', reference: null, reason: 'it has one' }, 'unknown', 'unknown'],
  [
    'that it was taken',
    { kind: 'accepted', reference: 'R7', askAgainAfterMs: 9e7 },
    'processing',
    'processing',
  ],
  ['that it is done', SUCCESS, 'success', 'success'],
  // The words still stand, and the workers carry the decision out with one of their next looks.
  ['nothing', SILENT, null, 'failed'],
])(
  'a decision is kept while the supplier is being asked about another item, and the answer to that is %s',
  async (_what, said, then, later) => {
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    let asked = 0 as OrderId
    const supplier = new FakeSupplier(async ({ call, work }) =>
      call === 'send' ? odd('ask sales') : work.orderId === asked ? promise : SILENT,
    )
    shop.workers(supplier)
    const first = await shop.place(1)
    await until(async () => (await open()).length === 1)
    asked = await shop.place(2)
    await until(() => supplier.calls.length === 2 && supplier.underWay === 0)
    await shop.idle()
    shop.clock.advance(3_600_000)
    await until(() => supplier.calls.length === 4 && supplier.underWay === 1)
    const keep = { ...decider, keep: true }
    // The first one's own answer may still be on its way to the database.
    await until(async () => {
      const [row] = await shop.sql`select leased_until from items where order_id = ${first}`
      return row?.['leased_until'] === null
    })
    await resolveReview(shop.sql, await onlyReview(), { kind: 'give_back' }, keep, shop.clock)
    resolve(said)
    await until(() => supplier.underWay === 0)
    await shop.idle()
    const [one, other] = await states([first, asked])
    expect([one, then ?? other]).toEqual(['failed', other])
    shop.clock.advance(3_600_000)
    await until(async () => (await states([asked]))[0] === later)
    await shop.idle()
    expect(await states([asked])).toEqual([later])
  },
)

test('only what all such items have in common can be kept', async () => {
  await refusedOddly(1)
  const id = await onlyReview()
  const keep = { ...decider, keep: true }
  await expect(
    resolveReview(shop.sql, id, { kind: 'found', reference: '7' }, keep, shop.clock),
  ).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'keep',
  })
  expect(await open()).toHaveLength(1)
})

test('where it cannot be read what was taught, the supplier is asked as ever, and its room for calls comes back', async () => {
  let sent = 0
  const supplier = new FakeSupplier(async ({ call }) =>
    call === 'ask' ? SILENT : sent++ === 0 ? odd('ask sales') : SUCCESS,
  )
  const workers = shop.workers(supplier, { concurrency: 1 })
  await shop.placeMany(1)
  await until(() => supplier.calls.length === 1 && supplier.underWay === 0)
  await shop.idle()
  await shop.database.owner`alter table answer_rules rename to hidden`
  shop.clock.advance(3_600_000)
  await until(() => supplier.calls.length === 2 && supplier.underWay === 0)
  await shop.database.owner`alter table hidden rename to answer_rules`
  expect(supplier.history).toEqual(['send', 'ask'])
  // The second of two: the first is what is open already.
  await shop.placeMany(2)
  await until(() => supplier.calls.length === 3)
  expect(supplier.history.at(-1)).toBe('send')
  await workers.stop(0)
})

const teaching = { actor: 'ann', why: 'their support says so' }
const sandbox = async (): Promise<string> => {
  const [row] = await shop.sql<{ name: string }[]>`select name from suppliers order by id limit 1`
  return row?.name ?? ''
}
const available = async (): Promise<bigint> => {
  const [row] = await shop.sql<{ available: bigint }[]>`
    select available from wallets where account_id = ${shop.account}`
  return row?.available ?? 0n
}

test('what a person teaches settles what waits and what comes later, as it was previewed', async () => {
  const { orders, supplier } = await refusedOddly(12)
  const lesson = { supplier: await sandbox(), ofKind: false, words: 'ask sales', meaning: 'refused' as const }
  const before = await available()
  const seen = await previewRule(shop.sql, lesson)
  expect(seen.waiting.map(({ orderId }) => orderId)).toEqual(orders)
  expect(seen).toMatchObject({
    fitting: 12,
    known: 0,
    samples: [{ said: 'It said: ask sales', knownAs: null }],
  })
  expect(await states(orders)).toEqual(orders.map(() => 'unknown'))
  expect(await teachRule(shop.sql, lesson, { ...teaching, mark: seen.mark }, shop.clock)).toMatchObject({
    waiting: 12,
  })
  await until(async () => (await states(orders)).every((state) => state === 'failed'))
  expect((await available()) - before).toBe(120n)
  const later = await shop.place(99)
  await until(async () => (await shop.order(later)).state === 'failed')
  expect(supplier.calls).toHaveLength(13)
  expect(await open()).toEqual([])
})

test('what waits otherwise than it was previewed is not settled', async () => {
  await refusedOddly(2)
  const lesson = { supplier: await sandbox(), ofKind: false, words: 'ask sales', meaning: 'refused' as const }
  const { mark } = await previewRule(shop.sql, lesson)
  await shop.place(50)
  await until(
    async () => (await shop.sql`select from attempts where unrecognised = 'ask sales'`).length === 3,
  )
  await shop.idle()
  const taught = teachRule(shop.sql, lesson, { ...teaching, mark }, shop.clock)
  await expect(taught).rejects.toMatchObject({ code: 'conflict', field: 'mark' })
  await expect(
    teachRule(shop.sql, { ...lesson, meaning: 'done' }, { ...teaching, mark }, shop.clock),
  ).rejects.toMatchObject({ code: 'conflict' })
  expect(await shop.sql`select from answer_rules`).toEqual([])
})

test.each([
  ['credit', 'success'],
  ['login', 'success'],
  ['busy', 'success'],
  ['refused', 'failed'],
  ['duplicate', 'failed'],
  ['done', 'success'],
  ['working', 'processing'],
] as const)('taught to mean %s, items that wait end as %s', async (meaning, state) => {
  let answer = odd('ask sales')
  const supplier = new FakeSupplier(async ({ call }) =>
    call === 'send' ? answer : { kind: 'accepted', reference: 'R1', askAgainAfterMs: 3_600_000 },
  )
  shop.workers(supplier)
  const orders = await shop.placeMany(2)
  await until(() => supplier.calls.length === 2 && supplier.underWay === 0)
  await shop.idle()
  answer = SUCCESS
  const lesson = { supplier: await sandbox(), ofKind: false, phrase: 'ask', meaning }
  await teachRule(shop.sql, lesson, { ...teaching, mark: undefined }, shop.clock)
  await until(async () => {
    shop.clock.advance(1_000)
    return (await states(orders)).every((one) => one === state)
  })
  const { items } = await shop.order(orders[0] as OrderId)
  // What the supplier said is the result, whole, where it was taught to be one.
  if (meaning === 'done') expect(items[0]?.result).toBe('It said: ask sales')
  expect((await open()).filter(({ kind }) => kind === 'unrecognised answer')).toEqual([])
})

test('a rule of one supplier goes before that of its kind, all of the words before a phrase, and what is taken before what gives back', async () => {
  const of = (own: boolean, words: string, isPhrase: boolean, meaning: Meaning) => ({
    ...{ supplierId: own ? (1 as SupplierId) : null, supplierKind: own ? null : 'sandbox' },
    ...{ words, isPhrase, meaning },
  })
  const rules = [
    of(false, 'ask', true, 'done'),
    of(false, 'ask sales', false, 'busy'),
    of(true, 'sales', true, 'refused'),
    of(true, 'ask', true, 'working'),
    of(true, 'ask sales', false, 'duplicate'),
  ]
  const seen: unknown[] = []
  for (let left = rules; left.length > 0; ) {
    const rule = meaningOf(left, 'ask sales')
    seen.push(rule?.meaning)
    left = left.filter((one) => one !== rule)
  }
  expect(seen).toEqual(['duplicate', 'working', 'refused', 'busy', 'done'])
  expect(meaningOf(rules, 'nothing of it')).toBeUndefined()
})

test('a rule of a kind is about all its suppliers, and one that would fit whatever is said is refused', async () => {
  const other = await shop.addSupplier('Other')
  const supplier = () => new FakeSupplier(async ({ call }) => (call === 'send' ? odd('ask sales') : SILENT))
  const [first, second] = [supplier(), supplier()]
  const [row] = await shop.sql<{ id: SupplierId }[]>`select id from suppliers order by id limit 1`
  shop.workers(
    new Map([
      [row?.id as SupplierId, first],
      [other, second],
    ]),
  )
  const orders = await shop.placeMany(1)
  await until(async () => (await states(orders))[0] === 'unknown')
  await shop.idle()
  const lesson = { supplier: 'Other', ofKind: true, words: 'ASK sales 77!', meaning: 'refused' as const }
  expect((await previewRule(shop.sql, { ...lesson, ofKind: false })).waiting).toEqual([])
  await teachRule(shop.sql, lesson, { ...teaching, mark: undefined }, shop.clock)
  // The first is refused at once, and so is the second, which the item goes to then.
  await until(async () => (await states(orders))[0] === 'failed')
  expect([first.history, second.history]).toEqual([['send'], ['send']])
  for (const [over, field] of [
    [{ words: undefined, phrase: '...' }, 'phrase'],
    [{ words: undefined, phrase: 'x? y? *' }, 'phrase'],
    [{ phrase: 'both' }, 'words'],
    [{ words: undefined }, 'words'],
    [{ supplier: 'nobody' }, 'supplier'],
  ] as const)
    await expect(previewRule(shop.sql, { ...lesson, ...over })).rejects.toMatchObject({ field })
})

test('how often words were said is counted, with some of what was said', async () => {
  let n = 0
  await refusedOddly(7, () => ({ ...odd('ask sales'), reason: `ask sales ${n++ % 6}` }) as SupplierOutcome)
  const [heard, ...others] = await listUnrecognised(shop.sql, 10)
  expect(others).toEqual([])
  expect(heard).toMatchObject({ text: 'ask sales', heard: 7n, waiting: 7, price: 70n, rule: undefined })
  expect(heard?.samples.length).toBeGreaterThan(0)
  expect(heard?.samples.length).toBeLessThanOrEqual(5)
})
