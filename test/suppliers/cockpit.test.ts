import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  claimProbes,
  closeBreaker,
  openBreaker,
  postponeProbe,
  preferOthers,
} from '../../src/fulfilment/breakers.sql.ts'
import type { Supplier } from '../../src/integrations/suppliers/supplier.ts'
import type { SupplierId } from '../../src/lib/ids.ts'
import { type Micros, micros } from '../../src/lib/money.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/lib/time.ts'
import { conditions } from '../../src/notices/conditions.ts'
import { foldNext } from '../../src/sales/folder.ts'
import { ASK_BALANCES, balanceJobs } from '../../src/suppliers/balances.ts'
import { readSupplierFigures } from '../../src/suppliers/figures.ts'
import { recordBalance } from '../../src/suppliers/suppliers.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'

let shop: Workshop
let upstream: SupplierId
beforeEach(async () => {
  shop = await Workshop.open()
  await shop.sql`delete from supplier_routes`
  upstream = await shop.addSupplier('upstream', { cost: 4n })
})
afterEach(() => shop.close())

const figures = (days = 7) => readSupplierFigures(shop.sql, 'upstream', { now: shop.clock.now(), days })
const said = (balance: bigint) =>
  recordBalance(
    shop.sql,
    upstream,
    { balance: micros(balance), currency: 'USD', name: null },
    shop.clock.now(),
  )

test('a balance has a history of what it was, one an hour, and lasts as long as it is spent', async () => {
  expect(await figures()).toMatchObject({
    balance: null,
    daysLeft: null,
    balances: [],
    perDay: 0n,
    successRate: null,
  })
  await said(1_000n)
  shop.clock.advance(HOUR_MS)
  await said(1_000n)
  await said(900n)
  shop.clock.advance(MINUTE_MS)
  await said(800n)
  expect(await shop.sql`select balance from supplier_balances order by at`).toEqual([
    { balance: 1_000n },
    { balance: 900n },
    { balance: 800n },
  ])
  expect((await figures()).balances.map(({ balance }) => balance)).toEqual([1_000n, 800n])
  let sent = 0
  shop.workers(new Map([[upstream, new FakeSupplier(async () => (sent++ % 5 === 4 ? REFUSED : SUCCESS))]]))
  for (const id of await shop.placeMany(5))
    await until(async () => (await shop.order(id)).finishedAt !== null)
  while (await foldNext(shop.sql, shop.clock)) {}
  expect(await figures()).toMatchObject({
    ...{ perDay: 16n, daysLeft: 50, successRate: 0.8, open: { working: 0, unknown: 0 } },
    calls: { succeeded: 4, refused: 1, unavailable: 0, waited: 0, settled: 0 },
  })
  const ofToday = (await figures()).days
  expect(ofToday).toHaveLength(7)
  expect(ofToday.slice(5).map(({ balance, spent }) => ({ balance, spent }))).toEqual([
    { balance: null, spent: 0n },
    { balance: 800n, spent: 16n },
  ])
  // The same spending, over four days.
  shop.clock.advance(3 * DAY_MS)
  expect(await figures()).toMatchObject({ perDay: 4n, daysLeft: 200 })
  // A balance holds until another one is told; one of a former currency says nothing of days of the present one.
  expect((await figures(4)).days.map(({ balance, spent }) => [balance, spent])).toEqual([
    [800n, 16n],
    ...Array.from({ length: 3 }, () => [800n, 0n]),
  ])
  await shop.sql`update supplier_balances set currency = 'EUR'`
  expect((await figures(1)).days).toMatchObject([{ balance: null, spent: 0n }])
  await shop.sql`update supplier_balances set currency = 'USD'`
  shop.clock.advance(4 * DAY_MS + MINUTE_MS)
  expect(await figures()).toMatchObject({ perDay: 0n, daysLeft: null, calls: { succeeded: 0 } })
  expect((await figures(8)).calls).toMatchObject({ succeeded: 4, refused: 1 })
})

test('operators are told of a balance below its mark, with how long it lasts', async () => {
  const told = () => conditions['supplier.low_balance'](shop.sql)
  await said(500n)
  expect(await told()).toEqual([])
  await shop.sql`update suppliers set low_balance = 501 where id = ${upstream}`
  const [one, ...others] = await told()
  expect(others).toEqual([])
  expect(one).toMatchObject({
    subject: String(upstream),
    accountId: null,
    messages: { operator: { title: expect.stringContaining('upstream') } },
  })
  await shop.sql`update suppliers set enabled = false where id = ${upstream}`
  expect(await told()).toEqual([])
})

test('pauses are kept with the words that caused them', async () => {
  const { sql, clock } = shop
  const opening = {
    supplierId: upstream,
    why: 'busy' as const,
    reason: 'maintenance',
    needed: null,
    wasWell: true,
    probeAfterMs: 0,
  }
  const opened = clock.now()
  await openBreaker(sql, opening, opened)
  await postponeProbe(sql, upstream, 'still', clock.now())
  expect((await figures()).pauses).toEqual([
    { openedAt: opened, closedAt: null, why: 'busy', reason: 'maintenance' },
  ])
  clock.advance(HOUR_MS)
  await claimProbes(sql, clock.now())
  await closeBreaker(sql, upstream, clock.now())
  const closed = clock.now()
  clock.advance(HOUR_MS)
  await openBreaker(sql, { ...opening, why: 'credit', reason: 'no money' }, clock.now())
  expect((await figures()).pauses).toEqual([
    { openedAt: clock.now(), closedAt: null, why: 'credit', reason: 'no money' },
    { openedAt: opened, closedAt: closed, why: 'busy', reason: 'maintenance' },
  ])
  clock.advance(3 * DAY_MS)
  expect((await figures(1)).pauses).toHaveLength(1)
})

test('a pause that a person wanted is told of once its probe went wrong', async () => {
  const { sql, clock } = shop
  const told = async () => (await conditions['supplier.trouble'](sql)).map(({ subject }) => subject)
  const until = new Date(clock.now().getTime() + HOUR_MS)
  await preferOthers(sql, upstream, { reason: 'it is slow', until, now: clock.now() })
  expect(await told()).toEqual([])
  await postponeProbe(sql, upstream, 'no answer', clock.now())
  expect(await told()).toEqual([String(upstream)])
  expect((await figures()).pauses).toMatchObject([{ why: 'person', reason: 'it is slow' }])
})

test('each supplier in use is asked for our balance, once an interval, by one process', async () => {
  const { sql, clock } = shop
  // The clock of the test is ahead of the database's.
  await sql`update suppliers set created_at = ${clock.now()}, enabled = id = ${upstream}`
  let asked = 0
  const account = async () => {
    asked++
    if (asked === 3) throw new Error('it is away')
    return {
      balance: micros(BigInt(100 - asked)) as Micros,
      currency: asked === 4 ? 'EUR' : null,
      name: null,
    }
  }
  const supplier = { account } as unknown as Supplier
  const open = async () => ({ config: { currency: 'USD' }, supplier }) as never
  const tasks = balanceJobs({
    sql,
    open,
    everyMinutes: async () => 10,
    clock,
    log: pino({ level: 'silent' }),
  })
  const run = () => tasks[ASK_BALANCES]?.(undefined, new AbortController().signal)
  const after = async (minutes: number) => {
    clock.advance(minutes * MINUTE_MS)
    await Promise.all([run(), run()])
    const [row] = await sql<
      { balance: bigint | null }[]
    >`select balance from supplier_health where supplier_id = ${upstream}`
    return [asked, row?.balance ?? null]
  }
  expect(await after(9)).toEqual([0, null])
  expect(await after(1)).toEqual([1, 99n])
  expect(await after(9)).toEqual([1, 99n])
  expect(await after(1)).toEqual([2, 98n])
  // It does not answer, or is in another currency: what it said before stands.
  expect(await after(10)).toEqual([3, 98n])
  expect(await after(10)).toEqual([4, 98n])
  // While it is paused its breaker asks.
  await openBreaker(
    sql,
    { supplierId: upstream, why: 'busy', reason: 'x', needed: null, wasWell: true, probeAfterMs: 0 },
    clock.now(),
  )
  expect(await after(30)).toEqual([4, 98n])
})
