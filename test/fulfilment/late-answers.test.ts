import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { openPool, type Sql, STEADY_PLANS } from '../../src/database/database.ts'
import type { Breakers } from '../../src/fulfilment/breakers.ts'
import type { ClaimedItem } from '../../src/fulfilment/claimed-item.ts'
import { LEASE_MS } from '../../src/fulfilment/dispatch/claim-due-items.ts'
import { extendLeases } from '../../src/fulfilment/dispatch/dispatch.sql.ts'
import { itemUpdate, updateFor } from '../../src/fulfilment/outcome/item-update.ts'
import { verdictOf } from '../../src/fulfilment/outcome/late-answers.ts'
import { OutcomeWriter, type Recorded } from '../../src/fulfilment/outcome/outcome-writer.ts'
import type { ItemUpdate } from '../../src/fulfilment/outcome/outcomes.sql.ts'
import type { Decision } from '../../src/fulfilment/people/decision.ts'
import { resolveReview } from '../../src/fulfilment/people/decisions.ts'
import { openReviews } from '../../src/fulfilment/people/reviews.sql.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import { SupplierLimiter } from '../../src/fulfilment/supplier-limiter.ts'
import { Worker } from '../../src/fulfilment/worker.ts'
import type { Supplier, SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import type { AttemptState } from '../../src/lib/states.ts'
import type { ConnectedSupplier } from '../../src/suppliers/directory.ts'
import { brokenPromises, newAccount } from '../orders/orders.fixtures.ts'
import { lock } from '../support/lock.ts'
import { directoryOf, SANDBOX, takePending } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, StillClock, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

const accepted = (reference: string | null): SupplierOutcome => ({ kind: 'accepted', reference })
const away: SupplierOutcome = { kind: 'unavailable', why: 'transport', reason: 'nothing went out' }
const unknown: SupplierOutcome = { kind: 'unknown', reason: '?', askable: true }
const anothers: SupplierOutcome = {
  ...unknown,
  reason: 'the number is that of our order 7',
  contradicts: true,
}

describe('an answer after its lease', () => {
  type Current = [
    state: AttemptState,
    reference: string | null,
    latest?: number,
    result?: string | undefined,
    isHeld?: true,
  ]
  it.each<[SupplierOutcome, Current, 'write' | 'show' | 'nothing']>([
    [SUCCESS, ['sent', null], 'write'],
    [SUCCESS, ['unknown', null], 'write'],
    [SUCCESS, ['accepted', 'R1'], 'write'],
    [SUCCESS, ['accepted', 'R2'], 'show'],
    [SUCCESS, ['succeeded', 'R1', 1, 'clean'], 'nothing'],
    [SUCCESS, ['succeeded', 'R1', 1, 'dirty'], 'show'],
    [SUCCESS, ['refused', null], 'show'],
    [SUCCESS, ['given_up', null], 'show'],
    [SUCCESS, ['refused', null, 2], 'show'],
    [accepted('R1'), ['unknown', null], 'write'],
    [accepted('R1'), ['accepted', 'R1'], 'nothing'],
    [accepted('R1'), ['accepted', 'R2'], 'show'],
    [accepted('R1'), ['refused', null, 2], 'show'],
    [accepted('R1'), ['given_up', null], 'show'],
    [accepted(null), ['unknown', null], 'nothing'],
    [REFUSED, ['sent', null], 'write'],
    [REFUSED, ['unknown', null], 'write'],
    [REFUSED, ['unknown', null, 1, undefined, true], 'show'],
    [SUCCESS, ['unknown', null, 1, undefined, true], 'write'],
    [away, ['unknown', null, 1, undefined, true], 'nothing'],
    [REFUSED, ['accepted', 'R1'], 'show'],
    [REFUSED, ['succeeded', 'R1', 1, 'clean'], 'show'],
    [REFUSED, ['refused', null, 2], 'nothing'],
    [away, ['unknown', null], 'write'],
    [away, ['accepted', 'R1'], 'nothing'],
    [unknown, ['sent', null], 'nothing'],
    [anothers, ['sent', null], 'show'],
    [anothers, ['unknown', null], 'show'],
    [anothers, ['refused', null], 'show'],
    [anothers, ['succeeded', 'R1'], 'nothing'],
    [unknown, ['refused', null], 'nothing'],
  ])(
    '%j, where the attempt is %j by now: %s',
    (outcome, [state, reference, latest = 1, result, isHeld = false], verdict) => {
      const isFinished = result !== undefined || state === 'given_up'
      const attempt = { latest, state, reference, fault: 'item' as const }
      const current = { isFinished, isWaiting: false, isHeld, result: result ?? null, attempt }
      expect(verdictOf(outcome, { attempt: 1 }, current)).toBe(verdict)
    },
  )
})

describe('with a database', () => {
  let shop: Workshop
  let answer: (outcome: SupplierOutcome) => void
  let said: Promise<SupplierOutcome>
  let supplier: FakeSupplier
  beforeEach(async () => {
    shop = await Workshop.open()
    const { promise, resolve } = Promise.withResolvers<SupplierOutcome>()
    answer = resolve
    said = promise
    supplier = new FakeSupplier(() => promise)
  })
  afterEach(async () => {
    expect(await brokenPromises(shop.sql)).toEqual([])
    await shop.close()
  })

  /** `sent` is an order that is with the supplier, and whose lease is over: somebody else has looked at it since. */
  const sent = async (): Promise<OrderId> => {
    shop.workers(supplier)
    const id = await shop.place(1)
    await until(() => supplier.underWay === 1)
    await shop.sql`update items set fence = fence + 1, leased_until = null where order_id = ${id}`
    return id
  }
  const reviews = () => listReviews(shop.sql, { all: true })

  test('proof that comes late is written: the order has its result, and is paid once', async () => {
    const id = await sent()
    answer(SUCCESS)
    await until(async () => (await shop.order(id)).finishedAt !== null)
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
    expect(await reviews()).toEqual([])
  })

  test('proof that contradicts what a person decided is shown, and no money moves', async () => {
    const id = await sent()
    const item = { accountId: shop.account, orderId: id, position: 1 }
    await openReviews(shop.sql, [{ item, attempt: 1, kind: 'unknown', detail: 'lost' }], shop.clock.now())
    const [review] = await reviews()
    const decider = { actor: 'ana', why: 'the panel has nothing' }
    await resolveReview(shop.sql, review?.id as never, { kind: 'give_back' }, decider, shop.clock)
    answer(SUCCESS)
    await until(async () => (await reviews()).length === 2)
    expect(await shop.order(id)).toMatchObject({ state: 'failed' })
    expect(await reviews()).toMatchObject([
      {
        kind: 'changed',
        resolution: null,
        detail: expect.stringContaining('answered late: success, with "clean"'),
      },
      { kind: 'unknown', resolution: 'give_back' },
    ])
  })

  const done: SupplierOutcome = { kind: 'success', result: 'clean', reference: 'L1' }
  const given: Decision = { kind: 'give_back' }
  const byHand: Decision = { kind: 'result', text: 'by hand' }
  const found: Decision = { kind: 'found', reference: 'L9' }
  const again: Decision = { kind: 'send_again' }
  const money = {
    free: { available: 1_000_000n, held: 0n },
    held: { available: 999_990n, held: 10n },
    paid: { available: 999_990n, held: 0n },
  }
  test.each<[Decision, SupplierOutcome, string, keyof typeof money, isShown: boolean]>([
    [given, done, 'failed', 'free', true],
    [given, accepted('L1'), 'failed', 'free', true],
    [given, REFUSED, 'failed', 'free', false],
    [given, away, 'failed', 'free', false],
    [given, unknown, 'failed', 'free', false],
    [byHand, done, 'success', 'paid', true],
    [byHand, { ...done, result: 'by hand' }, 'success', 'paid', false],
    [byHand, accepted('L1'), 'success', 'paid', false],
    [byHand, REFUSED, 'success', 'paid', true],
    [byHand, unknown, 'success', 'paid', false],
    [found, done, 'processing', 'held', true],
    [found, { ...done, reference: 'L9' }, 'success', 'paid', false],
    [found, accepted('L1'), 'processing', 'held', true],
    [found, REFUSED, 'processing', 'held', true],
    [found, away, 'processing', 'held', false],
    [again, done, 'processing', 'held', true],
    [again, accepted('L1'), 'processing', 'held', true],
    [again, REFUSED, 'processing', 'held', false],
    [again, unknown, 'processing', 'held', false],
  ])(
    'after a person has decided %j, the late answer %j leaves the item %s, its money %s, and is shown: %s',
    async (decision, outcome, state, its, isShown) => {
      // What is asked or sent after the decision is under way at the supplier for long.
      let first = true
      supplier = new FakeSupplier(async ({ work: { reference } }) => {
        if (!first) return { kind: 'accepted', reference: reference ?? 'L2', askAgainAfterMs: 9e7 }
        first = false
        return await said
      })
      const id = await sent()
      const item = { accountId: shop.account, orderId: id, position: 1 }
      await openReviews(shop.sql, [{ item, attempt: 1, kind: 'unknown', detail: 'lost' }], shop.clock.now())
      const [review] = await reviews()
      await resolveReview(shop.sql, review?.id as never, decision, { actor: 'ana', why: 'so' }, shop.clock)
      shop.clock.advance(1_000)
      const isAskedOrSent = decision.kind === 'found' || decision.kind === 'send_again'
      await until(() => supplier.calls.length === (isAskedOrSent ? 2 : 1) && supplier.underWay === 1)
      await until(async () => {
        const [row] = await shop.sql`select leased_until from items where order_id = ${id}`
        return row?.['leased_until'] === null
      })
      answer(outcome)
      await until(() => supplier.underWay === 0)
      await shop.idle()
      expect((await shop.order(id)).items[0]?.state).toBe(state)
      expect(await new LedgerReader(shop.sql).wallet(shop.account)).toMatchObject(money[its])
      const open = (await reviews()).filter(({ resolution }) => resolution === null)
      expect(open.map(({ detail }) => detail)).toEqual(
        isShown ? [expect.stringContaining('answered late')] : [],
      )
    },
  )

  test('proof under the number of another order is shown, and buys this one nothing', async () => {
    const { promise: silence, resolve: end } = Promise.withResolvers<SupplierOutcome>()
    let first = true
    supplier = new FakeSupplier(() => {
      if (!first) return silence
      first = false
      return said
    })
    const id = await sent()
    const other = await shop.place(2)
    await until(() => supplier.underWay === 2)
    await shop.sql`update attempts set state = 'accepted', reference = 'R1' where order_id = ${other}`
    answer(SUCCESS)
    await until(async () => (await reviews()).some(({ orderId }) => orderId === id))
    expect((await reviews()).find(({ orderId }) => orderId === id)).toMatchObject({
      kind: 'unknown',
      resolution: null,
      detail: expect.stringContaining(`number R1 for our order ${id} is that of our order ${other}`),
    })
    expect((await shop.order(id)).finishedAt).toBeNull()
    end(SUCCESS)
    await until(async () => (await shop.order(other)).finishedAt !== null)
    const [captured] = await shop.sql<{ count: number }[]>`
      select count(*)::int as count from ledger_entries where kind = 'capture'`
    expect(captured).toEqual({ count: 1 })
  })

  test('proof that contradicts is added to the review that is open', async () => {
    const id = await sent()
    const item = { accountId: shop.account, orderId: id, position: 1 }
    await shop.sql`update attempts set state = 'accepted', reference = 'R9' where order_id = ${id}`
    await openReviews(
      shop.sql,
      [{ item, attempt: 1, kind: 'expired', detail: 'open for long' }],
      shop.clock.now(),
    )
    answer(SUCCESS)
    await until(async () => (await reviews())[0]?.detail.includes('clean') ?? false)
    expect(await reviews()).toMatchObject([
      { kind: 'expired', resolution: null, detail: expect.stringMatching(/^open for long\n.*answered late/) },
    ])
    expect(await shop.order(id)).toMatchObject({ state: 'processing' })
  })

  test('of two processes that are told the same number for two items at once, one keeps it', async () => {
    const accountId = await newAccount(shop.sql, 1_000_000n)
    await shop.place(1)
    await shop.place(1, { accountId })
    const now = shop.clock.now()
    const items = await takePending(shop.sql, { limit: 2, now })
    const traits = { recheck: [], hadItBefore: false, ordersHoldMany: false }
    const updates = items.map((item) => updateFor(item, 'send', SUCCESS, traits, now))
    // Each process has connections of its own, and the first one hangs between its writing and its commit.
    const other = openPool(shop.database.address, { max: 2, session: STEADY_PLANS })
    const writers = [new OutcomeWriter(shop.steady, shop.clock), new OutcomeWriter(other, shop.clock)]
    const held = items[0]?.orderId as OrderId
    const unlock = await lock(shop.sql, (sql) => sql`select 1 from orders where id = ${held} for update`)
    const waiting = async (): Promise<number> => {
      const rows = await shop.sql`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return rows.length
    }
    const first = writers[0]?.record(updates[0] as ItemUpdate)
    await until(async () => (await waiting()) === 1)
    const second = writers[1]?.record(updates[1] as ItemUpdate)
    await Promise.race([second, until(async () => (await waiting()) === 2)])
    await unlock()
    const recorded = await Promise.all([first, second])
    expect(recorded.filter((one) => one === true)).toHaveLength(1)
    expect(recorded.filter((one) => typeof one === 'object')).toHaveLength(1)
    const [row] = await shop.sql<{ captured: number; having: number }[]>`
      select (select count(*)::int from ledger_entries where kind = 'capture') as captured,
             (select count(*)::int from attempts where reference = 'R1') as having`
    expect(row).toEqual({ captured: 1, having: 1 })
    await Promise.all(writers.map((writer) => writer.stop()))
    await other.end({ timeout: 2 })
  })

  test('nothing is sent when the lease is over before the first byte', async () => {
    const directory = await directoryOf(new Map([[SANDBOX, supplier]])).current()
    const limiter = new SupplierLimiter(directory.get(SANDBOX) as ConnectedSupplier)
    const worker = new Worker({
      sql: shop.sql,
      outcomes: shop.outcomes,
      breakers: { note: () => {} } as unknown as Breakers,
      clock: shop.clock,
      log: pino({ level: 'silent' }),
    })
    const id = await shop.place(1)
    const items = await takePending(shop.sql, { limit: 1, now: shop.clock.now() })
    // The process stands still between the intent and the call.
    shop.clock.advance(LEASE_MS)
    worker.work({ limiter, call: 'send', items })
    await until(async () => (await shop.order(id)).items[0]?.state === 'pending')
    expect(supplier.calls).toEqual([])
    const [first] = await shop.sql`select state, fault, detail from attempts where order_id = ${id}`
    expect(first).toMatchObject({
      state: 'refused',
      fault: 'supplier',
      detail: expect.stringContaining('not sent'),
    })
    await worker.stop(0)
  })

  let steady = 0
  test.each([
    ['by the clock', () => shop.clock.advance(LEASE_MS)],
    [
      'by a clock that nobody sets, while the other was set back',
      () => {
        shop.clock.advance(-3_600_000)
        steady += LEASE_MS
      },
    ],
  ])(
    'a request that waited for its first byte until the lease was over %s is not sent, and nobody is blamed',
    async (_, pass) => {
      const noted: unknown[] = []
      const begins: boolean[] = []
      const waiting: Supplier = {
        sendAtOnce: 1,
        askAtOnce: 1,
        async send(_tasks, _signal, mayBegin = () => true) {
          begins.push(mayBegin())
          pass()
          begins.push(mayBegin())
          return [away]
        },
        ask: () => Promise.reject(new Error('nobody asks')),
      }
      const directory = await directoryOf(new Map([[SANDBOX, waiting]])).current()
      const limiter = new SupplierLimiter(directory.get(SANDBOX) as ConnectedSupplier)
      const worker = new Worker({
        sql: shop.sql,
        outcomes: shop.outcomes,
        breakers: { note: (...call: unknown[]) => noted.push(call) } as unknown as Breakers,
        clock: shop.clock,
        log: pino({ level: 'silent' }),
        steady: () => steady,
      })
      const id = await shop.place(1)
      worker.work({
        limiter,
        call: 'send',
        items: await takePending(shop.sql, { limit: 1, now: shop.clock.now() }),
      })
      await until(async () => (await shop.order(id)).items[0]?.state === 'pending')
      expect({ begins, noted }).toEqual({ begins: [true, false], noted: [] })
      await worker.stop(0)
    },
  )

  test('a lease that was extended is not over, and one that somebody else has is', async () => {
    const id = await shop.place(1)
    const [item] = await takePending(shop.sql, { limit: 1, now: shop.clock.now() })
    const until = new Date(shop.clock.now().getTime() + 2 * LEASE_MS)
    expect(await extendLeases(shop.sql, [item as ClaimedItem], until)).toEqual([item])
    await shop.sql`update items set fence = fence + 1 where order_id = ${id}`
    expect(await extendLeases(shop.sql, [item as ClaimedItem], until)).toEqual([])
  })

  test('a lease is not extended behind the answer, so that the supplier is asked again when it is time', async () => {
    const id = await shop.place(1)
    const now = shop.clock.now()
    const [item] = (await takePending(shop.sql, { limit: 1, now })) as [ClaimedItem]
    const traits = { recheck: [], hadItBefore: false, ordersHoldMany: false }
    const accepted = updateFor(item, 'send', { kind: 'accepted', reference: '77' }, traits, now)
    const outcomes = new OutcomeWriter(shop.sql, shop.clock)
    expect(await outcomes.record(accepted)).toBe(true)
    await outcomes.stop()
    expect(await extendLeases(shop.sql, [item], new Date(now.getTime() + 2 * LEASE_MS))).toEqual([])
    const [row] = await shop.sql<{ due_at: Date }[]>`select due_at from items where order_id = ${id}`
    expect(row?.due_at).toEqual(accepted.dueAt)
  })
})

describe('an answer in memory', () => {
  afterEach(() => {
    vi.useRealTimers()
  })
  const update = itemUpdate({
    item: { accountId: 1 as never, orderId: 1001 as never, position: 1, fence: 1 },
    itemState: 'success',
  })
  /** `writerOn` writes to a database that is away until `back` is called. */
  const writerOn = () => {
    const lost = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    const seen = { tries: 0, away: true }
    const begin = async () => {
      seen.tries++
      if (seen.away) throw lost
      return [{ ord: 1, takenBy: null }]
    }
    return { seen, writer: new OutcomeWriter({ begin } as unknown as Sql, new StillClock()) }
  }

  it('waits for the database as long as the process lives', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    const { seen, writer } = writerOn()
    let written: Recorded | undefined
    const recorded = writer.record(update).then((one) => {
      written = one
    })
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(written).toBeUndefined()
    expect(seen.tries).toBeGreaterThan(3_000)
    seen.away = false
    await vi.advanceTimersByTimeAsync(1_000)
    await recorded
    expect(written).toBe(true)
  })

  it('is tried a few times more when the process is to end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] })
    const { writer } = writerOn()
    const failed = expect(writer.record(update)).rejects.toThrow('ECONNREFUSED')
    await vi.advanceTimersByTimeAsync(60_000)
    writer.hurry()
    await vi.advanceTimersByTimeAsync(5_000)
    await failed
  })
})
