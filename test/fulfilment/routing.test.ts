import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { updateService } from '../../src/catalogue/services.ts'
import { measureRoutes } from '../../src/fulfilment/dispatch/route-stats.sql.ts'
import {
  attemptFor,
  chooseRoute,
  type EarlierAttempt,
  type RouteOption,
  type RoutingCandidate,
  type Strategy,
} from '../../src/fulfilment/dispatch/routing.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import { Rates } from '../../src/ledger/rates.ts'
import type { OrderId, RouteId, SupplierId } from '../../src/lib/ids.ts'
import { type Micros, micros } from '../../src/lib/money.ts'
import { brokenPromises, input } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
import { SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

describe('a route is chosen', () => {
  const now = new Date('2030-01-01T12:00:00Z')
  const ago = (ms: number): Date => new Date(now.getTime() - ms)
  const route = (id: number, over: Partial<RouteOption> = {}): RouteOption => ({
    routeId: id as RouteId,
    supplierId: id as SupplierId,
    supplierName: `supplier ${id}`,
    remoteService: '',
    fieldNames: null,
    position: id,
    cost: null,
    currency: 'USD',
    marginFloor: 0,
    usable: true,
    openUntil: null,
    tried: 0,
    succeeded: 0,
    medianSeconds: null,
    ...over,
  })
  const item = (over: Partial<RoutingCandidate> = {}): RoutingCandidate => ({
    price: micros(1000n),
    currency: 'USD',
    quantity: 1,
    anyMargin: false,
    tries: [],
    ...over,
  })
  const tried = (id: number, fault: EarlierAttempt['fault'], endedAt = now): EarlierAttempt => ({
    number: 1,
    keyNumber: 1,
    routeId: id as RouteId,
    supplierId: id as SupplierId,
    remoteService: '',
    reference: null,
    fault,
    detail: null,
    endedAt,
  })
  /** `convert` takes two units of any other currency for one dollar; for XXX it has no rate. */
  const convert = (amount: Micros, from: string, to: string): Micros | undefined =>
    from === to ? amount : from === 'XXX' ? undefined : micros(amount / 2n)
  const choose = (one: RoutingCandidate, routes: RouteOption[], strategy: Strategy = 'fixed') =>
    chooseRoute(one, routes, strategy, convert, now)
  test('the route that a person has chosen comes before all others, as long as items go by it', () => {
    const routes = [route(1), route(2), route(3, { usable: false })]
    const chosen = (id: number) => ({ ...tried(id, 'chosen'), number: 5, keyNumber: 5 })
    const refused = [1, 2].map((id) => tried(id, 'item'))
    const choice = (id: number) => choose(item({ tries: [...refused, chosen(id)] }), routes)
    expect(choice(2)).toMatchObject({ kind: 'send', route: { routeId: 2 } })
    expect(choice(1)).toMatchObject({ kind: 'send', route: { routeId: 1 } })
    // It was disabled, or removed, since: then as if nobody had chosen.
    expect(choice(3)).toEqual({ kind: 'refused' })
    expect(choice(4)).toEqual({ kind: 'refused' })
    expect(choose(item({ tries: [chosen(2), tried(1, 'supplier', ago(60_000))] }), routes)).toMatchObject({
      ...{ kind: 'send', route: { routeId: 2 } },
    })
    // The margin counts as for every route, and so does its breaker.
    const dear = [route(1), route(2, { cost: 5_000n })]
    expect(choose(item({ tries: [chosen(2)] }), dear)).toMatchObject({ kind: 'review', review: 'margin' })
    expect(choose(item({ tries: [chosen(2)] }), [route(1), route(2, { openUntil: now })]).kind).toBe('wait')
    const [one, two] = routes as [RouteOption, RouteOption]
    expect(attemptFor(item({ tries: [chosen(2)] }), two)).toEqual({ number: 5, keyNumber: 5 })
    expect(attemptFor(item({ tries: [chosen(2)] }), one)).toEqual({ number: 6, keyNumber: 6 })
    const busy = { ...tried(2, 'supplier'), number: 4, keyNumber: 3 }
    expect(attemptFor(item({ tries: [busy, chosen(2)] }), two)).toEqual({ number: 5, keyNumber: 3 })
  })

  test('what a supplier put off counts for nothing, and is made again as the same attempt', () => {
    const off = Array.from({ length: 20 }, () => tried(1, 'wait'))
    const routes = [route(1)]
    expect(choose(item({ tries: off }), routes)).toMatchObject({ kind: 'send' })
    expect(attemptFor(item({ tries: off }), routes[0] as RouteOption)).toEqual({ number: 1, keyNumber: 1 })
    const busy = { ...tried(1, 'supplier'), number: 2 }
    expect(attemptFor(item({ tries: [busy] }), routes[0] as RouteOption)).toEqual({ number: 3, keyNumber: 1 })
    const refused = { ...tried(1, 'item'), number: 2 }
    expect(attemptFor(item({ tries: [refused] }), routes[0] as RouteOption)).toEqual({
      number: 3,
      keyNumber: 3,
    })
    const taken = { ...busy, reference: '7' }
    expect(attemptFor(item({ tries: [taken] }), routes[0] as RouteOption)).toEqual({
      number: 3,
      keyNumber: 3,
    })
  })

  /** `order` gives the order in which a strategy takes routes: each next one after the others have refused. */
  const order = (strategy: Strategy, routes: RouteOption[]): number[] => {
    const taken: number[] = []
    for (;;) {
      const choice = choose(item({ tries: taken.map((id) => tried(id, 'item')) }), routes, strategy)
      if (choice.kind !== 'send') return taken
      taken.push(choice.route.routeId)
    }
  }

  const measured = [
    route(1, { tried: 200, succeeded: 199, medianSeconds: 90, cost: 500n }),
    route(2, { tried: 200, succeeded: 100, medianSeconds: 5, cost: 400n }),
    route(3, { tried: 4, succeeded: 0 }),
    route(4, { tried: 5, succeeded: 5, medianSeconds: 30, cost: 900n, currency: 'EUR' }),
    route(5, { tried: 9, succeeded: 0, cost: 500n }),
  ]
  test.each<[Strategy, number[]]>([
    ['fixed', [1, 2, 3, 4, 5]],
    // In one currency; the same cost by position, an unknown one last.
    ['cheapest', [2, 4, 1, 5, 3]],
    // What was hardly tried goes first, so that it is measured; what never succeeded goes last.
    ['fastest', [3, 2, 4, 1, 5]],
    ['best', [3, 1, 4, 2, 5]],
  ])('%s: in this order', (strategy, expected) => {
    expect(order(strategy, measured)).toEqual(expected)
    expect(order(strategy, measured.toReversed())).toEqual(expected)
  })

  test('few successes do not count as certainty', () => {
    const routes = [route(1, { tried: 5, succeeded: 5 }), route(2, { tried: 200, succeeded: 199 })]
    expect(order('best', routes)).toEqual([2, 1])
  })

  test('not to a supplier that is off, or whose list has it no more; where none is left, to none', () => {
    expect(order('fixed', [route(1, { usable: false }), route(2)])).toEqual([2])
    expect(choose(item(), [route(1, { usable: false })])).toEqual({ kind: 'unrouted' })
    expect(choose(item(), [])).toEqual({ kind: 'unrouted' })
    expect(choose(item({ tries: [tried(1, 'item')] }), [route(1)])).toEqual({ kind: 'refused' })
  })

  test('with a margin of exactly its floor, and not of a micro less', () => {
    const sold = (price: bigint, cost: bigint, marginFloor = 0, quantity = 1) =>
      choose(item({ price: micros(price), quantity }), [route(1, { cost, marginFloor })])
    expect(sold(1000n, 1000n)).toMatchObject({ kind: 'send', cost: 1000n })
    expect(sold(1000n, 1001n)).toMatchObject({ kind: 'review', review: 'margin' })
    expect(sold(1000n, 900n, 1000)).toMatchObject({ kind: 'send' })
    expect(sold(1000n, 901n, 1000)).toMatchObject({ kind: 'review' })
    expect(sold(1000n, 1100n, -1000)).toMatchObject({ kind: 'send' })
    expect(sold(1000n, 1101n, -1000)).toMatchObject({ kind: 'review' })
    // The price is of the whole item, the cost of one unit.
    expect(sold(1000n, 333n, 0, 3)).toMatchObject({ kind: 'send', cost: 999n })
    expect(sold(1000n, 334n, 0, 3)).toMatchObject({ kind: 'review' })
    expect(sold(3n, 3n, 1)).toMatchObject({ kind: 'review' })
    expect(sold(0n, 0n, 10_000)).toMatchObject({ kind: 'send' })
  })

  test('past those that cost too much, and to none where all do, which says why', () => {
    const dear = route(1, { cost: 1001n, marginFloor: 250 })
    const foreign = route(2, { cost: 1n, currency: 'XXX' })
    expect(order('fixed', [dear, foreign, route(3, { cost: 1999n, currency: 'EUR' })])).toEqual([3])
    expect(choose(item(), [dear, foreign])).toEqual({
      kind: 'review',
      review: 'margin',
      detail:
        'supplier 1: costs 0.001001, sold for 0.001 USD, margin floor 2.5%; no exchange rate from XXX to USD',
      until: new Date(now.getTime() + 60_000),
    })
    expect(choose(item({ anyMargin: true }), [dear, foreign])).toMatchObject({ kind: 'send', route: dear })
    expect(choose(item({ anyMargin: true }), [foreign])).toMatchObject({ kind: 'send', cost: 1n })
  })

  test('past those whose breaker is open; where all are, it waits for the first probe', () => {
    const open = (id: number, inMs: number): RouteOption =>
      route(id, { openUntil: new Date(now.getTime() + inMs) })
    expect(order('fixed', [open(1, 9_000), route(2)])).toEqual([2])
    const waits = (...routes: RouteOption[]) => {
      const choice = choose(item(), routes)
      return choice.kind === 'wait' ? choice.until.getTime() - now.getTime() : choice
    }
    expect(waits(open(1, 9_000), open(2, 4_000))).toBe(4_000)
    expect(waits(open(1, -1))).toBe(500)
    expect(waits(open(1, 300_000))).toBe(30_000)
    // One that costs too much is no way out.
    expect(waits(open(1, 9_000), route(2, { cost: 2000n }))).toBe(9_000)
  })

  test('after a supplier’s fault the others first, then it again: after a second, twice as long each time', () => {
    const routes = [route(1), route(2)]
    const next = (tries: EarlierAttempt[], some = routes) => choose(item({ tries }), some)
    expect(next([tried(1, 'supplier')])).toMatchObject({ kind: 'send', route: { routeId: 2 } })
    expect(next([tried(1, 'supplier'), tried(2, 'item')])).toEqual({
      kind: 'wait',
      until: new Date(now.getTime() + 1_000),
    })
    expect(next([tried(1, 'supplier', ago(1_000)), tried(2, 'item', ago(1_000))])).toMatchObject({
      kind: 'send',
      route: { routeId: 1 },
    })
    const waits = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    for (const [index, seconds] of waits.entries()) {
      const tries = Array.from({ length: index + 1 }, () => tried(1, 'supplier'))
      const until = new Date(now.getTime() + seconds * 1000)
      expect(next(tries, [route(1)])).toEqual({ kind: 'wait', until })
    }
  })

  test('after twelve faults a person is told, and it goes on hourly', () => {
    const twelve = (endedAt: Date) => Array.from({ length: 12 }, () => tried(1, 'supplier', endedAt))
    expect(choose(item({ tries: twelve(now) }), [route(1)])).toEqual({
      kind: 'review',
      review: 'supplier',
      detail: 'supplier 1 failed 12 times',
      until: new Date(now.getTime() + 3_600_000),
    })
    expect(choose(item({ tries: twelve(ago(3_600_000)) }), [route(1)])).toMatchObject({ kind: 'send' })
  })
})

describe('an item', () => {
  let shop: Workshop
  beforeEach(async () => {
    shop = await Workshop.open()
  })
  afterEach(async () => {
    expect(await brokenPromises(shop.sql)).toEqual([])
    await shop.close()
  })

  const wallet = () => new LedgerReader(shop.sql).wallet(shop.account)
  const answers = (outcome: SupplierOutcome): FakeSupplier => new FakeSupplier(async () => outcome)
  const refuses = (reason: string): FakeSupplier => answers({ kind: 'refused', reason })
  const dueAt = async (id: OrderId): Promise<number | undefined> =>
    (await shop.order(id)).items[0]?.dueAt?.getTime()
  /** `putOff` waits until an item was looked at and put off for so long. */
  const putOff = (id: OrderId, ms: number): Promise<void> => {
    const next = shop.clock.now().getTime() + ms
    return until(async () => (await dueAt(id)) === next)
  }
  const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
  const reviews = async () =>
    (await listReviews(shop.sql, { all: true })).map(({ kind, resolution }) => ({ kind, resolution }))

  test('that a route has refused goes to the next, and never there again', async () => {
    const [first, second, third] = [refuses('not mine'), refuses('nor mine'), answers(SUCCESS)]
    const ids = [await shop.addSupplier('b', { position: 2 }), await shop.addSupplier('c', { position: 3 })]
    shop.workers(
      new Map([
        [SANDBOX, first],
        [ids[0] as SupplierId, second],
        [ids[1] as SupplierId, third],
      ]),
    )
    const id = await shop.place(1)
    await ended(id)
    expect(await shop.order(id)).toMatchObject({ state: 'success', items: [{ result: 'clean' }] })
    expect([first, second, third].map(({ history }) => history)).toEqual([['send'], ['send'], ['send']])
    const keys = [first, second, third].map(({ calls }) => calls[0]?.work.attemptKey)
    expect(keys).toEqual([`${id}-1-1`, `${id}-1-2`, `${id}-1-3`])
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  test.each([
    ['the words of the last one where its words are shown', true, 'it said no'],
    ['the words of the service where they are not', false, 'Try another service'],
  ])('that every route has refused fails and is given back, with %s', async (_name, showsReasons, words) => {
    await updateService(shop.sql, String(shop.service.id), { failureMessage: 'Try another service' })
    const b = await shop.addSupplier('b')
    const suppliers = new Map([
      [SANDBOX, refuses('first')],
      [b, refuses('it said no')],
    ])
    shop.workers(suppliers, { showsReasons })
    const id = await shop.place(1)
    await ended(id)
    expect(await shop.order(id)).toMatchObject({ state: 'failed', items: [{ reason: words, result: null }] })
    expect(await wallet()).toMatchObject({ available: 1_000_000n, held: 0n })
    expect(await reviews()).toEqual([])
  })

  test('of several goes its own way: an order may succeed in part', async () => {
    const b = await shop.addSupplier('b')
    const second = new FakeSupplier(async ({ work }) => (work.input === imei(1) ? SUCCESS : REFUSED))
    shop.workers(
      new Map([
        [SANDBOX, answers(REFUSED)],
        [b, second],
      ]),
    )
    const id = await shop.place(1, { items: [input(shop.service, imei(1)), input(shop.service, imei(2))] })
    await ended(id)
    expect(await shop.order(id)).toMatchObject({
      state: 'partial',
      items: [{ state: 'success' }, { state: 'failed' }],
    })
    expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
  })

  test('waits while its supplier is switched off, and goes once it is on', async () => {
    await shop.sql`update suppliers set enabled = false where id = ${SANDBOX}`
    const supplier = answers(SUCCESS)
    shop.workers(supplier)
    const id = await shop.place(1)
    await putOff(id, 30_000)
    await shop.sql`update suppliers set enabled = true where id = ${SANDBOX}`
    shop.clock.advance(30_000)
    await ended(id)
    expect(supplier.history).toEqual(['send'])
  })

  test.each(['credit', 'login', 'transport', 'busy'] as const)(
    'that a supplier could not take (%s) goes to the others first and then to it again',
    async (why) => {
      let times = 0
      const first = new FakeSupplier(async () =>
        times++ < 1 ? { kind: 'unavailable', why, reason: 'not now' } : SUCCESS,
      )
      const second = refuses('not mine')
      const b = await shop.addSupplier('b')
      shop.workers(
        new Map([
          [SANDBOX, first],
          [b, second],
        ]),
      )
      const id = await shop.place(1)
      await putOff(id, 1_000)
      expect([first.history, second.history]).toEqual([['send'], ['send']])
      expect(await shop.order(id)).toMatchObject({ state: 'processing', items: [{ state: 'pending' }] })
      shop.clock.advance(999)
      await shop.idle()
      expect(first.history).toEqual(['send'])
      shop.clock.advance(1)
      await ended(id)
      expect(await shop.order(id)).toMatchObject({ state: 'success' })
      expect([first.history, second.history]).toEqual([['send', 'send'], ['send']])
    },
  )

  const cost = (micros: bigint | null) =>
    shop.sql`update supplier_routes set cost = ${micros} where supplier_id = ${SANDBOX}`

  test('that costs more than it was sold for waits for a person, and goes by itself once the cost allows', async () => {
    await cost(11n)
    const supplier = new FakeSupplier(async ({ call }) =>
      call === 'send' ? { kind: 'accepted', reference: 'R1', askAgainAfterMs: 5_000 } : SUCCESS,
    )
    shop.workers(supplier)
    const id = await shop.place(1)
    await putOff(id, 60_000)
    expect(await listReviews(shop.sql)).toMatchObject([
      { orderId: id, kind: 'margin', detail: 'sandbox: costs 0.000011, sold for 0.00001 USD', attempt: null },
    ])
    shop.clock.advance(60_000)
    await putOff(id, 60_000)
    expect(supplier.calls).toEqual([])
    expect(await listReviews(shop.sql)).toHaveLength(1)
    await cost(10n)
    shop.clock.advance(60_000)
    await putOff(id, 5_000)
    // It is with a supplier now: there is nothing left to decide.
    expect(await reviews()).toEqual([{ kind: 'margin', resolution: 'settled' }])
    shop.clock.advance(5_000)
    await ended(id)
    const [attempt] = await shop.sql`select cost from attempts where order_id = ${id}`
    expect(attempt).toEqual({ cost: 10n })
  })

  test.each([
    ['dearer than the sale', 5n, 11n, 'margin'],
    ['dearer, and no dearer than the sale', 5n, 10n, 10n],
    ['ten times as dear', 8n, 80n, 'margin'],
    ['cheaper, while the known one is dearer than the sale', 11n, 1n, 'margin'],
    ['cheaper', 9n, 1n, 9n],
    ['nothing', 9n, 0n, 9n],
    ['there where none was known', null, 11n, 'margin'],
  ] as const)(
    'whose cost has jumped counts the greater one: it is %s',
    async (_name, known, waiting, becomes) => {
      await shop.sql`
      update supplier_routes set remote_service = '7', cost = ${known} where supplier_id = ${SANDBOX}`
      await shop.sql`
      insert into supplier_services (supplier_id, remote_id, group_name, name, kind, cost, waiting_cost, waiting_since, currency, delivery_time,
                                     description, min_quantity, max_quantity, fields, hash, first_seen_at, last_seen_at)
      values (${SANDBOX}, '7', '', '', 'imei', ${known ?? 0n}, ${waiting}, now(), 'USD', '', '', 1, 1, '[]', gen_random_uuid(), now(), now())`
      const supplier = answers(SUCCESS)
      shop.workers(supplier)
      const id = await shop.place(1)
      if (becomes === 'margin') {
        await putOff(id, 60_000)
        expect(await listReviews(shop.sql)).toMatchObject([{ orderId: id, kind: 'margin' }])
        expect(supplier.calls).toEqual([])
      } else {
        await ended(id)
        expect([...(await shop.sql`select cost from attempts where order_id = ${id}`)]).toEqual([
          { cost: becomes },
        ])
      }
    },
  )

  test('goes to the route that leaves the margin rather than to the first', async () => {
    await cost(11n)
    const b = await shop.addSupplier('b', { cost: 9n, marginFloor: 1000 })
    const [first, second] = [answers(SUCCESS), answers(SUCCESS)]
    shop.workers(
      new Map([
        [SANDBOX, first],
        [b, second],
      ]),
    )
    await ended(await shop.place(1))
    expect([first.history, second.history]).toEqual([[], ['send']])
  })

  test('whose cost has no exchange rate waits for a person, and goes once there is one', async () => {
    await shop.sql`update suppliers set currency = 'IDR' where id = ${SANDBOX}`
    await cost(160_000n)
    const supplier = answers(SUCCESS)
    shop.workers(supplier)
    const id = await shop.place(1)
    await putOff(id, 60_000)
    expect(await listReviews(shop.sql)).toMatchObject([
      { kind: 'margin', detail: 'no exchange rate from IDR to USD' },
    ])
    const rate = { base: 'USD', quote: 'IDR', actor: 'test' }
    await new Rates(shop.sql).set({ ...rate, rate: '15000', validFrom: new Date('2029-01-01') })
    shop.clock.advance(60_000)
    await putOff(id, 60_000)
    expect(supplier.calls).toEqual([])
    await new Rates(shop.sql).set({ ...rate, rate: '16000', validFrom: new Date('2030-01-01') })
    shop.clock.advance(60_000)
    await ended(id)
    expect(supplier.history).toEqual(['send'])
  })

  test('goes where items have succeeded, and first where that is not known', async () => {
    await updateService(shop.sql, String(shop.service.id), { routing: 'best' })
    const b = await shop.addSupplier('b')
    // What one refuses the other takes.
    const [first, second] = [answers(REFUSED), answers(SUCCESS)]
    const suppliers = new Map([
      [SANDBOX, first],
      [b, second],
    ])
    shop.workers(suppliers)
    for (let n = 0; n < 5; n++) await ended(await shop.place(n))
    // Longer than all of that took, however slow the machine is.
    shop.clock.advance(60_000)
    await measureRoutes(shop.sql, shop.clock.now())
    const figures = await shop.sql`select tried, succeeded from route_stats order by succeeded`
    expect([...figures]).toEqual([
      { tried: 5, succeeded: 0 },
      { tried: 5, succeeded: 5 },
    ])
    await ended(await shop.place(6))
    expect([first.calls.length, second.calls.length]).toEqual([5, 6])
  })
})
