import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cancelByOperator } from '../../src/fulfilment/people/cancel-verify.ts'
import { resendOrder } from '../../src/fulfilment/people/resend.ts'
import { openReviews } from '../../src/fulfilment/people/reviews.sql.ts'
import type { Supplier, SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { OrderId, RouteId, SupplierId } from '../../src/lib/ids.ts'
import { MINUTE_MS } from '../../src/lib/time.ts'
import { brokenPromises, input } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
import { SANDBOX } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

const ANN = 'cli:ann'
const BUSY: SupplierOutcome = { kind: 'unavailable', why: 'busy', reason: 'try later' }
const TAKEN: SupplierOutcome = { kind: 'accepted', reference: 'R1' }

let shop: Workshop
let first: FakeSupplier
let second: FakeSupplier
let says: { first: SupplierOutcome; second: SupplierOutcome }
let secondId: SupplierId
let workers: ReturnType<Workshop['workers']>
beforeEach(async () => {
  shop = await Workshop.open()
  says = { first: BUSY, second: BUSY }
  first = new FakeSupplier(async () => says.first)
  second = new FakeSupplier(async () => says.second)
  secondId = await shop.addSupplier('second')
  workers = shop.workers(
    new Map<SupplierId, Supplier>([
      [SANDBOX, first],
      [secondId, second],
    ]),
  )
})
afterEach(async () => {
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})

const routeOf = async (supplier: SupplierId): Promise<RouteId> => {
  const [row] = await shop.sql<{ id: RouteId }[]>`
    select id from supplier_routes where supplier_id = ${supplier} and service_id = ${shop.service.id}`
  return row?.id as RouteId
}
const resend = async (order: OrderId, supplier: SupplierId, over: object = {}) =>
  await resendOrder(shop.sql, order, { route: await routeOf(supplier), why: 'now', ...over }, ANN, shop.clock)
const attempts = (order: OrderId) =>
  shop.sql<{ number: number; supplier_id: number; state: string; fault: string | null }[]>`
    select number, supplier_id, state::text, fault from attempts where order_id = ${order} order by position, number`
/** `waiting` gives an order that the first supplier has put off, while the second one took none. */
async function waiting(count = 1): Promise<OrderId> {
  await shop.sql`update suppliers set enabled = false where id = ${secondId}`
  const items = Array.from({ length: count }, (_, n) => input(shop.service, imei(n + 1)))
  const order = await shop.place(1, { items })
  await until(async () => (await attempts(order)).filter(({ state }) => state === 'refused').length === count)
  await shop.idle()
  await shop.sql`update suppliers set enabled = true where id = ${secondId}`
  return order
}
const ended = (id: OrderId): Promise<void> => until(async () => (await shop.order(id)).finishedAt !== null)
const keysOf = ({ calls }: FakeSupplier) =>
  calls.filter(({ call }) => call === 'send').map(({ work }) => work.attemptKey)

describe('what waits is sent by the route that a person chooses', () => {
  it('at once, before the routes that come first', async () => {
    const order = await waiting()
    says = { first: SUCCESS, second: SUCCESS }
    const before = first.calls.length
    expect(await resend(order, secondId)).toEqual({ positions: [1], supplier: 'second' })
    await workers.idle()
    await ended(order)
    expect(first.calls).toHaveLength(before)
    expect(second.history).toEqual(['send'])
    expect(await attempts(order)).toMatchObject([
      { number: 1, supplier_id: SANDBOX, state: 'refused', fault: 'supplier' },
      { number: 2, supplier_id: secondId, state: 'succeeded', fault: null },
    ])
    expect(await new LedgerReader(shop.sql).wallet(shop.account)).toMatchObject({ held: 0n })
  })

  it('also by one that has refused it, which gets another key', async () => {
    says = { first: REFUSED, second: BUSY }
    const order = await shop.place(1)
    await until(async () => (await attempts(order)).filter(({ state }) => state === 'refused').length === 2)
    await shop.idle()
    says.first = SUCCESS
    await resend(order, SANDBOX)
    await workers.idle()
    await ended(order)
    expect(new Set(keysOf(first)).size).toBe(2)
    expect(await shop.order(order)).toMatchObject({ state: 'success' })
  })

  it('by one that was in trouble under the same key, so that it is done once', async () => {
    const order = await waiting()
    says.first = SUCCESS
    await resend(order, SANDBOX)
    await workers.idle()
    await ended(order)
    expect(new Set(keysOf(first)).size).toBe(1)
    expect((await attempts(order)).map(({ number }) => number)).toEqual([1, 2])
  })

  it('by the last one that was chosen; and goes on by itself where that one cannot', async () => {
    const order = await waiting()
    await workers.stop(0)
    await resend(order, secondId)
    await resend(order, SANDBOX)
    await resend(order, secondId)
    expect(await attempts(order)).toMatchObject([
      { number: 1, state: 'refused' },
      { number: 2, supplier_id: secondId, state: 'given_up', fault: 'chosen' },
    ])
    says = { first: SUCCESS, second: REFUSED }
    workers = shop.workers(
      new Map<SupplierId, Supplier>([
        [SANDBOX, first],
        [secondId, second],
      ]),
    )
    await until(async () => (await attempts(order)).some(({ fault }) => fault === 'item'))
    shop.clock.advance(10 * MINUTE_MS)
    await ended(order)
    expect(second.history).toEqual(['send'])
    expect(await attempts(order)).toMatchObject([
      { number: 1, supplier_id: SANDBOX },
      { number: 2, supplier_id: secondId, state: 'refused', fault: 'item' },
      { number: 3, supplier_id: SANDBOX, state: 'succeeded' },
    ])
  })

  it('but for what was cancelled before it went', async () => {
    const order = await waiting()
    await workers.stop(0)
    await resend(order, secondId)
    const name = { accountId: shop.account, orderId: order }
    expect(await cancelByOperator(shop.sql, name, { actor: ANN }, shop.clock)).toMatchObject({ cancelled: 1 })
    await expect(resend(order, secondId)).rejects.toMatchObject({ code: 'conflict' })
    expect(second.calls).toEqual([])
  })

  it('one item of several, or all that wait', async () => {
    const order = await waiting(3)
    says = { first: BUSY, second: TAKEN }
    expect(await resend(order, secondId, { items: [2] })).toMatchObject({ positions: [2] })
    await workers.idle()
    await until(async () => (await attempts(order)).some(({ state }) => state === 'accepted'))
    expect(await resend(order, secondId)).toMatchObject({ positions: [1, 3] })
    await workers.idle()
    await until(async () => (await attempts(order)).filter(({ state }) => state === 'accepted').length === 3)
  })
})

describe('nothing is sent of which something may still be bought or answered', () => {
  const refused = async (order: OrderId, words: string, over: object = {}) => {
    const before = await attempts(order)
    await expect(resend(order, secondId, over)).rejects.toMatchObject({
      ...{ code: 'conflict', message: expect.stringContaining(words) },
    })
    await workers.idle()
    expect(await attempts(order)).toEqual(before)
  }

  it('neither what a supplier has, nor what it may have', async () => {
    says.first = TAKEN
    const order = await shop.place(1)
    await until(async () => (await attempts(order))[0]?.state === 'accepted')
    await refused(order, 'sandbox has it, and may do it')
    await shop.sql`update items set state = 'unknown'`
    await refused(order, 'decide its review')
    await shop.sql`update items set state = 'processing'`
  })

  it('nor what has ended', async () => {
    says.first = SUCCESS
    const done = await shop.place(1)
    await ended(done)
    await refused(done, 'it is done, and was charged')
    says = { first: REFUSED, second: REFUSED }
    const failed = await shop.place(2)
    await ended(failed)
    await refused(failed, 'its price was given back')
  })

  it('nor what a former supplier is asked about, or says that it has, or may have got', async () => {
    const order = await waiting()
    await shop.sql`update attempts set recheck_lease = ${new Date(shop.clock.now().getTime() + 5000)}`
    await refused(order, 'is being asked about it at this moment')
    await shop.sql`update attempts set recheck_lease = null`
    const item = { accountId: shop.account, orderId: order, position: 1 }
    await openReviews(
      shop.sql,
      [{ item, attempt: 1, kind: 'changed', detail: 'done after all' }],
      shop.clock.now(),
    )
    await refused(order, 'says that it has it')
    await shop.sql`update reviews set resolution = 'dismiss', resolved_by = 'x', why = 'x', resolved_at = now()`
    await shop.sql`update items set restored = true`
    await refused(order, 'a backup that was restored')
    await shop.sql`update items set restored = false`
    // A person has said that it was not taken, while the supplier was asked.
    await shop.sql`update attempts set fault = null where number = 1`
    await refused(order, 'may still answer')
    await shop.sql`update attempts set finished_at = finished_at - interval '40 seconds' where number = 1`
    says.second = SUCCESS
    await resend(order, secondId)
    await workers.idle()
    await ended(order)
  })

  it('nor by a route that takes none, or costs too much', async () => {
    const order = await waiting()
    await shop.sql`update supplier_routes set cost = 1000000 where supplier_id = ${secondId}`
    await refused(order, 'second: costs 1.00')
    await shop.sql`update supplier_routes set cost = null where supplier_id = ${secondId}`
    await shop.sql`update suppliers set enabled = false where id = ${secondId}`
    await refused(order, 'nothing goes to second by this route')
    await shop.sql`update suppliers set enabled = true where id = ${secondId}`
    await shop.sql`
      insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at)
      values (${secondId}, true, 'busy', 'x', now(), ${new Date(shop.clock.now().getTime() + 60_000)})
      on conflict (supplier_id) do update set open = true, why = 'busy', reason = 'x', opened_at = now(), probe_at = excluded.probe_at`
    await refused(order, 'is in trouble')
    await shop.sql`update services set processing = 'manual'`
    await refused(order, 'the service is done by hand')
    await shop.sql`update services set processing = 'automatic'`
    for (const [over, code] of [
      [{ route: 999_999 }, 'not_found'],
      [{ items: [2] }, 'not_found'],
      [{ why: ' ' }, 'invalid_input'],
    ] as const) {
      await expect(resend(order, secondId, over)).rejects.toMatchObject({ code })
    }
    await expect(resend(999_999 as OrderId, secondId)).rejects.toMatchObject({ code: 'order_not_found' })
  })

  it('nor one item where another one may not be', async () => {
    const order = await waiting(2)
    await shop.sql`update items set restored = true where order_id = ${order} and position = 2`
    await refused(order, 'item 2 is pending')
    await shop.sql`update items set restored = false`
  })
})
