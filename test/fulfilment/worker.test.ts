import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openPool, STEADY_PLANS } from '../../src/database/database.ts'
import { Fulfilment } from '../../src/fulfilment/fulfilment.ts'
import { OutcomeWriter } from '../../src/fulfilment/outcome/outcome-writer.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import { lockWallets } from '../../src/ledger/wallets.ts'
import { Cuts } from '../../src/runtime/cuts.ts'
import { brokenPromises, input } from '../orders/orders.fixtures.ts'
import { imei } from '../support/server.ts'
import { directoryOf, SANDBOX, takePending, takeSent } from './fixed-directory.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from './fulfilment.fixtures.ts'

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(async () => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  expect(await brokenPromises(shop.sql)).toEqual([])
  await shop.close()
})
const wallet = () => new LedgerReader(shop.sql).wallet(shop.account)

test('the supplier is called after the intent was committed', async () => {
  const seen: unknown[] = []
  const supplier = new FakeSupplier(async ({ work }) => {
    // Another connection: it sees what is committed, and nothing else.
    const [order, position, number] = work.attemptKey.split('-').map(Number) as [number, number, number]
    const [row] = await shop.sql`
      select a.state as attempt, i.state as item, o.state as "order", a.created_at = ${work.sentAt} as "inTime"
        from attempts a join items i using (account_id, order_id, position)
        join orders o on o.account_id = a.account_id and o.id = a.order_id
       where a.order_id = ${order} and a.position = ${position} and a.number = ${number}`
    seen.push(row)
    return SUCCESS
  })
  shop.workers(supplier)
  const both = [input(shop.service, imei(1)), input(shop.service, imei(2))]
  const id = await shop.place(1, { items: both })
  await until(async () => (await shop.order(id)).state === 'success')
  const intent = { attempt: 'sent', item: 'processing', order: 'processing', inTime: true }
  expect(seen).toEqual([intent, intent])
  expect(supplier.history).toEqual(['send', 'send'])
})

test('success is captured, a refusal is given back, and the words of both are kept', async () => {
  shop.workers(new FakeSupplier(async ({ work }) => (work.input === imei(1) ? SUCCESS : REFUSED)))
  const [one, two] = [await shop.place(1), await shop.place(2)]
  await until(async () => (await shop.order(one)).finishedAt !== null)
  await until(async () => (await shop.order(two)).finishedAt !== null)
  expect(await shop.order(one)).toMatchObject({
    state: 'success',
    items: [{ result: 'clean', reason: null }],
  })
  expect(await shop.order(two)).toMatchObject({
    state: 'failed',
    items: [{ result: null, reason: 'no such device' }],
  })
  expect(await wallet()).toMatchObject({ available: 999_990n, held: 0n })
})

test('an accepted item is asked about when the supplier said, and not sent again', async () => {
  const supplier = new FakeSupplier(async ({ call }) =>
    call === 'send' ? { kind: 'accepted', reference: 'S-7', askAgainAfterMs: 90_000 } : SUCCESS,
  )
  shop.workers(supplier)
  const id = await shop.place(1)
  const askAt = new Date(shop.clock.now().getTime() + 90_000)
  await until(async () => (await shop.order(id)).items[0]?.dueAt?.getTime() === askAt.getTime())
  shop.clock.advance(89_999)
  await shop.idle()
  expect(supplier.history).toEqual(['send'])
  shop.clock.advance(1)
  await until(async () => (await shop.order(id)).state === 'success')
  expect(supplier.history).toEqual(['send', 'ask'])
  expect(supplier.calls[1]?.work).toMatchObject({ reference: 'S-7', attemptKey: `${id}-1-1` })
})

test('a clock that is set forward takes nothing from a worker that is in the middle of a call', async () => {
  const answer = Promise.withResolvers<SupplierOutcome>()
  const supplier = new FakeSupplier(() => answer.promise)
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(() => supplier.underWay === 1)
  shop.clock.advance(2 * 3_600_000)
  await shop.idle()
  answer.resolve(SUCCESS)
  await until(async () => (await shop.order(id)).state === 'success')
  expect(supplier.history).toEqual(['send'])
  expect([...(await shop.sql`select kind from reviews`)]).toEqual([])
})

test('a number with characters that the database does not take loses no answer', async () => {
  const supplier = new FakeSupplier(async ({ call }) =>
    call === 'send' ? { kind: 'accepted', reference: 'S\0 7\ud800', askAgainAfterMs: 1_000 } : SUCCESS,
  )
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(async () => {
    shop.clock.advance(1_000)
    return (await shop.order(id)).state === 'success'
  })
  expect(supplier.calls[1]?.work).toMatchObject({ reference: 'S\ufffd 7\ufffd' })
})

const clueless: [string, () => Promise<SupplierOutcome>][] = [
  ['an error', () => Promise.reject(new Error('socket hang up'))],
  ['a thrown text', async () => Promise.reject('half a JSON')],
  ['an answer of no known kind', async () => ({ kind: 'perhaps' }) as unknown as SupplierOutcome],
]
test.each(clueless)(
  'after %s the outcome is unknown, and only asked about: 30 s, 2 min, 10 min, hourly',
  async (_name, fail) => {
    const supplier = new FakeSupplier(fail)
    shop.workers(supplier)
    const id = await shop.place(1)
    const [seconds, minutes] = [1000, 60_000]
    const waits = [30 * seconds, 2 * minutes, 10 * minutes, 60 * minutes, 60 * minutes]
    for (const [asked, wait] of waits.entries()) {
      const next = shop.clock.now().getTime() + wait
      await until(async () => (await shop.order(id)).items[0]?.dueAt?.getTime() === next)
      expect(await shop.order(id)).toMatchObject({ state: 'processing', items: [{ state: 'unknown' }] })
      expect(supplier.history).toEqual(['send', ...Array(asked).fill('ask')])
      expect(await wallet()).toMatchObject({ available: 999_990n, held: 10n })
      shop.clock.advance(wait - 1)
      await shop.idle()
      expect(supplier.calls).toHaveLength(asked + 1)
      shop.clock.advance(1)
    }
    expect(new Set(supplier.calls.map(({ work }) => work.attemptKey))).toEqual(new Set([`${id}-1-1`]))
  },
)

test.each([
  ['success', SUCCESS, { available: 999_990n, held: 0n }],
  ['failed', REFUSED, { available: 1_000_000n, held: 0n }],
] as const)('an unknown outcome that the supplier clears up ends as %s', async (state, outcome, balances) => {
  const supplier = new FakeSupplier(async ({ call }) => {
    if (call === 'send') throw new Error('reply lost')
    return outcome
  })
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(async () => (await shop.order(id)).items[0]?.state === 'unknown')
  shop.clock.advance(30_000)
  await until(async () => (await shop.order(id)).state === state)
  expect(await wallet()).toMatchObject(balances)
})

test('a call that takes longer than 30 s is broken off: its outcome is unknown', async () => {
  const { begin } = Cuts.prototype
  const limits: number[] = []
  vi.spyOn(Cuts.prototype, 'begin').mockImplementation(function (this: Cuts, ms) {
    limits.push(ms)
    return begin.call(this, 50)
  })
  // One that ends with its signal, and one that forgets about it.
  const supplier = new FakeSupplier(({ work }, signal) =>
    work.input === imei(1)
      ? new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      : new Promise(() => {}),
  )
  shop.workers(supplier)
  for (const id of [await shop.place(1), await shop.place(2)]) {
    await until(async () => (await shop.order(id)).items[0]?.state === 'unknown')
  }
  expect(limits).toEqual([30_000, 30_000])
  expect(await wallet()).toMatchObject({ held: 20n })
})

test('stopping breaks calls off after the grace time, and their outcome is recorded as unknown', async () => {
  const supplier = new FakeSupplier(() => new Promise(() => {}))
  const workers = shop.workers(supplier)
  const id = await shop.place(1)
  await until(() => supplier.calls.length === 1)
  await workers.stop(50)
  expect((await shop.order(id)).items[0]?.state).toBe('unknown')
  expect(await wallet()).toMatchObject({ held: 10n })
})

test('stopping does not wait for a wallet that somebody holds, though an item without a route left is to be ended', async () => {
  const id = await shop.place(1)
  await shop.sql`
    insert into attempts (account_id, order_id, position, number, supplier_id, route_id, remote_service, state, fault, detail,
                          created_at, finished_at)
    select ${shop.account}, ${id}, 1, 1, supplier_id, id, '1', 'refused', 'item', 'no', ${shop.clock.now()}, ${shop.clock.now()}
      from supplier_routes where service_id = ${shop.service.id}`
  await shop.sql`update orders set state = 'processing' where id = ${id}`
  const sql = openPool(shop.database.address, { max: 4, session: { ...STEADY_PLANS, lock_timeout: '100' } })
  const supplier = new FakeSupplier(async () => SUCCESS)
  const ended = vi.spyOn(OutcomeWriter.prototype, 'record')
  const directory = directoryOf(new Map([[SANDBOX, supplier]]))
  const workers = new Fulfilment({ sql, directory, clock: shop.clock, log: pino({ level: 'silent' }) })
  await shop.sql.begin(async (held) => {
    await lockWallets(held, [shop.account])
    workers.start()
    await until(() => ended.mock.calls.length > 0)
    await workers.stop(0)
  })
  await sql.end({ timeout: 2 })
  expect(supplier.calls).toEqual([])
  expect((await shop.order(id)).items[0]?.state).toBe('pending')
})

test('stopping lets calls end by themselves within the grace time', async () => {
  const supplier = new FakeSupplier(async () => {
    await new Promise((resolve) => setTimeout(resolve, 200))
    return SUCCESS
  })
  const workers = shop.workers(supplier)
  const id = await shop.place(1)
  await until(() => supplier.calls.length === 1)
  await workers.stop(20_000)
  expect((await shop.order(id)).state).toBe('success')
})

test.each([
  ['refused', REFUSED, SUCCESS],
  ['success', SUCCESS, REFUSED],
] as const)(
  'a worker that lost its lease changes nothing: the other said %s first',
  async (_name, first, late) => {
    const gate = Promise.withResolvers<SupplierOutcome>()
    const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? await gate.promise : first))
    shop.workers(supplier)
    const id = await shop.place(1)
    await until(() => supplier.calls.length === 1)
    shop.workers(supplier)
    await shop.loseLeases()
    await until(async () => (await shop.order(id)).finishedAt !== null)
    const [order, balances] = [await shop.order(id), await wallet()]
    gate.resolve(late)
    await shop.idle()
    expect(await shop.order(id)).toEqual(order)
    expect(await wallet()).toEqual(balances)
    expect(supplier.history).toEqual(['send', 'ask'])
  },
)

test('a worker that lost its lease changes nothing while the other is still at it', async () => {
  const [sent, asked] = [Promise.withResolvers<SupplierOutcome>(), Promise.withResolvers<SupplierOutcome>()]
  const supplier = new FakeSupplier(({ call }) => (call === 'send' ? sent.promise : asked.promise))
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(() => supplier.calls.length === 1)
  await shop.loseLeases()
  await until(() => supplier.calls.length === 2)
  sent.resolve(REFUSED)
  await shop.idle()
  expect((await shop.order(id)).items[0]?.state).toBe('processing')
  asked.resolve(SUCCESS)
  await until(async () => (await shop.order(id)).state === 'success')
})

test('a worker that lives keeps its lease, however long the call lasts', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  const gate = Promise.withResolvers<SupplierOutcome>()
  const supplier = new FakeSupplier(() => gate.promise)
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(() => supplier.calls.length === 1)
  for (let times = 0; times < 5; times++) {
    shop.clock.advance(5_000)
    vi.advanceTimersByTime(5_000)
    const kept = shop.clock.now().getTime() + 15_000
    await until(async () => (await shop.order(id)).items[0]?.dueAt?.getTime() === kept)
  }
  shop.clock.advance(14_999)
  await shop.idle()
  expect(supplier.history).toEqual(['send'])
  gate.resolve(SUCCESS)
  await until(async () => (await shop.order(id)).state === 'success')
})

test('a supplier that says what PostgreSQL cannot store holds up neither its item nor others', async () => {
  const supplier = new FakeSupplier(async ({ work }) => {
    if (work.input === imei(3)) throw new Error('nul \0 in an error')
    return work.input === imei(2) ? { kind: 'refused', reason: 'a\0b' } : { ...SUCCESS, result: 'c\0d' }
  })
  shop.workers(supplier)
  const ids = [await shop.place(1), await shop.place(2), await shop.place(3)]
  for (const [index, state] of ['success', 'failed', 'unknown'].entries()) {
    await until(async () => (await shop.order(ids[index] as (typeof ids)[0])).items[0]?.state === state)
  }
  expect((await shop.order(ids[0] as (typeof ids)[0])).items[0]?.result).toBe('cd')
})

test('a report that cannot be written fails alone', async () => {
  await shop.placeMany(3)
  const now = shop.clock.now()
  const taken = await takePending(shop.sql, { limit: 3, now })
  const reports = taken.map((item, index) =>
    shop.outcomes.record({
      item,
      itemState: 'success',
      attempt: {
        number: index === 1 ? 99_999 : 1,
        state: 'succeeded',
        reference: null,
        detail: null,
        asked: 0,
        fault: null,
        recheckAt: null,
      },
      result: '',
      reason: null,
      dueAt: null,
      review: null,
      claim: null,
    }),
  )
  const results = await Promise.allSettled(reports)
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('workers that look at the same time never take the same item', async () => {
  await shop.placeMany(400)
  const now = shop.clock.now()
  const options = { limit: 60, now }
  const rounds = await Promise.all(Array.from({ length: 9 }, () => takePending(shop.sql, options)))
  const names = rounds.flatMap((taken) => taken.map((item) => `${item.orderId}-${item.position}`))
  expect(new Set(names).size).toBe(names.length)
  shop.clock.advance(15_000)
  const later = { ...options, now: shop.clock.now() }
  const asked = (await Promise.all(Array.from({ length: 9 }, () => takeSent(shop.sql, later)))).flat()
  expect(new Set(asked.map((item) => `${item.orderId}-${item.position}`)).size).toBe(asked.length)
})

test('two processes share the work and send every item once', async () => {
  const supplier = new FakeSupplier(async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return SUCCESS
  })
  const both = [shop.workers(supplier), shop.workers(supplier)]
  for (let wave = 0; wave < 10; wave++) {
    await Promise.all(Array.from({ length: 40 }, (_, n) => shop.place(wave * 40 + n)))
    for (const one of both) one.wake()
  }
  await until(async () => (await wallet()).held === 0n)
  expect(await wallet()).toMatchObject({ available: 996_000n, held: 0n })
  const keys = supplier.calls.map(({ call, work }) => `${call} ${work.attemptKey}`)
  expect(keys).toHaveLength(400)
  expect(new Set(keys).size).toBe(400)
})
