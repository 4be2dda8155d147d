import { readFileSync } from 'node:fs'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClockWatch } from '../../src/app/clock-watch.ts'
import type { SupplierOutcome } from '../../src/integrations/suppliers/supplier.ts'
import { FakeSupplier, SUCCESS, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'

const HOURS_MS = 2 * 3_600_000

let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
})
afterEach(() => shop.close())

/** `ofDatabaseMs` is how far the database's clock is ahead of the shop's. */
let ofDatabaseMs = 0

/** `watched` moves the shop's clock, and has that seen; gives by how much jobs were moved back. */
async function watched(...moves: number[]): Promise<number[]> {
  const back: number[] = []
  const jobs = { setBack: async (_: unknown, { byMs }: { byMs: number }) => void back.push(byMs) }
  const watch = new ClockWatch({
    ...{ sql: shop.sql, clock: shop.clock, jobs, steady: () => 0 },
    log: pino({ level: 'silent' }),
    askDatabase: async () => new Date(shop.clock.now().getTime() + ofDatabaseMs),
  })
  watch.start()
  try {
    for (const ms of moves) {
      shop.clock.advance(ms)
      await watch.nextRun()
    }
  } finally {
    await watch.stop()
  }
  return back
}

test('a clock that was ahead by two hours and is set right keeps no order waiting for them', async () => {
  const later: SupplierOutcome = { kind: 'accepted', reference: 'R1', askAgainAfterMs: 90_000 }
  const supplier = new FakeSupplier(async ({ call }) => (call === 'send' ? later : SUCCESS))
  shop.workers(supplier)
  const id = await shop.place(1)
  await until(async () => (await shop.order(id)).items[0]?.dueAt !== null && supplier.calls.length === 1)
  await until(async () => (await shop.sql`select from items where leased_until is not null`).length === 0)
  expect(await watched(-HOURS_MS)).toEqual([HOURS_MS])
  expect((await shop.order(id)).items[0]?.dueAt?.getTime()).toBe(shop.clock.now().getTime() + 90_000)
  shop.clock.advance(90_000)
  await until(async () => (await shop.order(id)).state === 'success')
})

test('nor does the lease of a worker that died before', async () => {
  const supplier = new FakeSupplier(async () => SUCCESS)
  const id = await shop.place(1)
  const until15s = new Date(shop.clock.now().getTime() + 15_000)
  await shop.sql`update items set due_at = ${until15s}, leased_until = ${until15s} where order_id = ${id}`
  await watched(-HOURS_MS)
  shop.clock.advance(15_000)
  shop.workers(supplier)
  await until(async () => (await shop.order(id)).state === 'success')
})

test('a clock that is set back to another time than that of the database moves nothing: leases of other machines stand', async () => {
  const id = await shop.place(1)
  const times = () => shop.sql`select due_at, leased_until from items where order_id = ${id}`
  await shop.sql`update items set due_at = now() + interval '15 s', leased_until = now() + interval '15 s'`
  const before = await times()
  ofDatabaseMs = HOURS_MS
  try {
    expect(await watched(-HOURS_MS)).toEqual([])
  } finally {
    ofDatabaseMs = 0
  }
  expect(await times()).toEqual(before)
})

test('a clock that is set forward, or a little back, moves nothing', async () => {
  expect(await watched(HOURS_MS, -29_000, -29_000, 0)).toEqual([])
})

test('all that is due at some time is moved back, whatever it is', async () => {
  const sql = readFileSync(new URL('../../src/app/clock-watch.sql.ts', import.meta.url), 'utf8')
  const columns = await shop.sql<{ table: string; column: string }[]>`
    select table_name as table, column_name as column from information_schema.columns
     where table_schema = 'public' and data_type like 'timestamp%'
       and column_name ~ '^(due|next|check|probe|recheck)_at$|^(leased|rest)_until$|lease$'`
  expect(columns.length).toBeGreaterThan(9)
  const updates = sql.split(/\bupdate (?=\w+ )(?!skip)/).slice(1)
  const isMoved = ({ table, column }: { table: string; column: string }): boolean =>
    updates.some((text) => text.startsWith(`${table} `) && text.includes(`${column} = `))
  expect(columns.filter((one) => !isMoved(one))).toEqual([])
})
