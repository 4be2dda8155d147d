import { afterEach, expect, inject, test } from 'vitest'
import { systemClock } from '../../src/lib/time.ts'
import { FAILING_FROM } from '../../src/webhooks/schedule.ts'
import { newAccount, newService, openPlacement, purchase } from '../orders/orders.fixtures.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, start } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { until } from '../support/until.ts'
import { type Arrival, type Reaction, Receiver } from './receiver.ts'
import { expectSigned, newHook, SECRET_KEY } from './webhooks.fixtures.ts'

const ORDERS = 1250
const KILLS = 6
/** `WAVE` orders are placed at once. */
const WAVE = 250

const random = randomNumbers(inject('seed'))

let database: TestDatabase | undefined
const receiver = new Receiver()
afterEach(async () => {
  await cleanUp()
  await receiver.close()
  await database?.drop()
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** `atRandom` answers mostly well, and in every way that an endpoint may not. */
async function atRandom(): Promise<Reaction> {
  const dice = random()
  if (dice < 0.01) return 500
  if (dice < 0.02) return 'hang up'
  if (dice < 0.03) return 'half an answer'
  if (dice < 0.05) await pause(random() * 500)
  // Long enough for its worker to give up.
  return dice > 0.9998 ? 'silence' : 200
}

test('1,250 orders are told, through workers that are killed and an endpoint that is not there', async () => {
  database = await testDatabase()
  const { sql, address } = database
  const account = await newAccount(sql, 1_000_000n)
  const service = await newService(sql)
  await receiver.open()
  const hook = await newHook(sql, account, receiver.url)
  const settings = {
    ...settingsFor(address),
    IMEIGATE_ROLE: 'worker',
    IMEIGATE_SECRET_KEY: SECRET_KEY,
    OUTBOUND_ALLOW: '127.0.0.1',
    LOG_LEVEL: 'silent',
  }
  receiver.react = atRandom
  const workers = [start(settings), start(settings)]
  const { placement, close } = openPlacement(database, systemClock)
  const place = async (from: number): Promise<void> => {
    const some = Array.from({ length: WAVE }, (_, n) =>
      purchase(account, service, from + n, { via: 'rest', keyId: hook.key.id }),
    )
    await Promise.all(some.map((one) => placement.place(one)))
  }
  const placing = (async () => {
    for (let at = 0; at < ORDERS - WAVE; at += WAVE) {
      await place(at)
      await pause(500)
    }
  })()
  const endpoint = async (): Promise<{ failures: number } | undefined> =>
    (await sql<{ failures: number }[]>`select failures from webhooks`)[0]
  const isFailing = async (): Promise<boolean> => ((await endpoint())?.failures ?? 0) >= FAILING_FROM

  /** `hasArrived` lets the time pass for what no worker has in hand: a slow machine's late answers are failures, after which it rests for minutes. */
  const hasArrived = async (count: number): Promise<boolean> => {
    if (receiver.arrivals.length > count) return true
    await sql`update order_events set due_at = now() where due_at > now() + interval '10 seconds' and leased_until is null`
    await sql`update webhooks set rest_until = now() where rest_until > now() + interval '10 seconds'`
    return false
  }
  const state = async (): Promise<unknown> => ({
    arrived: receiver.arrivals.length,
    endpoint: await endpoint(),
  })

  for (let kills = 0; kills < KILLS; kills++) {
    const enough = receiver.arrivals.length + 80 + random() * 240
    await until('more arrives', () => hasArrived(enough), state)
    const victim = kills % workers.length
    await workers[victim]?.kill()
    workers[victim] = start(settings)
    if (kills === 1) {
      receiver.react = () => 500
      await until('it is found to fail', isFailing, endpoint)
      receiver.react = atRandom
    }
  }
  await placing
  const waiting = async (): Promise<number> =>
    (await sql<{ n: number }[]>`select count(*)::int as n from order_events where due_at is not null`)[0]
      ?.n ?? 0
  // On a slow machine orders end long before they are told of.
  await until('half is told in spite of the troubles', () => hasArrived(ORDERS - WAVE), state)
  // Now nobody is there, and more happens.
  await receiver.close()
  await place(ORDERS - WAVE)
  await close()
  await until('it is found to be away', isFailing, endpoint)
  const open = () => sql`select state from orders where state in ('pending', 'processing')`
  await until('every order has ended', async () => (await open()).length === 0, open)
  // Whoever comes back is told at once all that waits. A while passes, while no worker lives that holds a lease.
  await Promise.all(workers.map((worker) => worker.kill()))
  await sql`update order_events set due_at = now(), leased_until = null where due_at is not null`
  await sql`update webhooks set rest_until = null`
  receiver.react = () => 200
  await receiver.open()
  for (const index of workers.keys()) workers[index] = start(settings)
  await until('nothing waits', async () => (await waiting()) === 0, waiting)
  await Promise.all(workers.map((worker) => worker.stop()))

  const events = await sql<{ id: string; order_id: string; state: string; delivered: boolean }[]>`
    select 'evt_' || id as id, order_id::text, state, delivered_at is not null as delivered from order_events e order by e.id`
  expect(events).toHaveLength(2 * ORDERS)
  expect(events.filter(({ delivered }) => !delivered)).toEqual([])

  const arrived = Map.groupBy(receiver.arrivals, ({ id }) => id)
  const firsts = new Map<string, Arrival>()
  const orders = Map.groupBy(events, ({ order_id }) => order_id)
  for (const { id, order_id, state } of events) {
    const [first, ...again] = arrived.get(id) ?? []
    if (!first) throw new Error(`${id} (${state}) has never arrived`)
    firsts.set(id, first)
    expect(String(first.order.order_id)).toBe(order_id)
    expect(first.order.status === 'pending').toBe(state === 'processing')
    for (const other of again) expect(other.body).toBe(first.body)
  }
  for (const arrival of receiver.arrivals) expectSigned(arrival, hook)
  for (const [order, both] of orders) {
    expect(both, order).toHaveLength(2)
    const [begun, ended] = both.map(({ id }) => arrived.get(id) ?? []) as [Arrival[], Arrival[]]
    expect(begun[0]?.at, order).toBeLessThan(ended[0]?.at ?? 0)
    // Its beginning was acknowledged before its end was told at all, and is not told again after that.
    expect(
      begun.some(({ acknowledgedAt }) => (acknowledgedAt ?? Infinity) < (ended[0]?.at ?? 0)),
      order,
    ).toBe(true)
    const known = ended.find(({ acknowledgedAt }) => acknowledgedAt !== undefined)?.acknowledgedAt ?? Infinity
    expect(begun.at(-1)?.at, order).toBeLessThan(known)
  }
  // The troubles did hit deliveries.
  expect(receiver.arrivals.length).toBeGreaterThan(2 * ORDERS + 20)
})
