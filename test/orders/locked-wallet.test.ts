import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { openPool, type Sql, STEADY_PLANS } from '../../src/database/database.ts'
import { OutcomeWriter } from '../../src/fulfilment/outcome/outcome-writer.ts'
import type { ItemUpdate } from '../../src/fulfilment/outcome/outcomes.sql.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { systemClock } from '../../src/lib/time.ts'
import { queueOf } from '../../src/orders/place/placement.ts'
import { lock, lockWallets } from '../support/lock.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { Relay } from '../support/relay.ts'
import { brokenPromises, newAccount, newService, openPlacement, purchase } from './orders.fixtures.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
let checks: Service
let credits: Service
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  checks = await newService(sql)
  credits = await newService(sql, { kind: 'server', minQuantity: 1, maxQuantity: 1000 })
})
afterAll(() => database.drop())

const ordersOf = async (accountId: AccountId): Promise<bigint[]> =>
  (await sql<{ id: bigint }[]>`select id from orders where account_id = ${accountId}`).map(({ id }) => id)

test('accounts are spread over the queues for locked accounts evenly, and each stays in one', () => {
  const counts = [0, 0, 0, 0]
  for (let id = 1; id <= 1000; id++) {
    const queue = queueOf(id as AccountId, counts.length)
    expect(queueOf(id as AccountId, counts.length)).toBe(queue)
    counts[queue] = (counts[queue] ?? 0) + 1
  }
  for (const count of counts) expect(count).toBeGreaterThan(200)
})

/** `waiting` counts the sessions that wait for a lock. */
const waiting = async (): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`
  return row?.count ?? 0
}

/** `waitingForLong` counts those that have waited longer than the common queue does. */
const waitingForLong = async (): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'
       and query_start < clock_timestamp() - interval '300 ms'`
  return row?.count ?? 0
}

const temporarilyUnavailable = {
  code: 'temporarily_unavailable',
  message: 'Temporarily unavailable, try again',
}

test('while an account waits for its wallet, other accounts are placed', async () => {
  const { placement, connections, close } = openPlacement(database, systemClock, { lockedTimeout: '9000' })
  const [locked, other] = [await newAccount(sql, 1_000n), await newAccount(sql, 1_000n)]
  const unlock = await lockWallets(sql, locked)
  const orders = [1, 2, 3].map((n) => placement.place(purchase(locked, checks, n)))
  const others: unknown[] = []
  for (let n = 1; n <= 5; n++) others.push(await placement.place(purchase(other, checks, n)))
  await expect.poll(waiting).toBe(1)
  await unlock()
  const placed = [...others, ...(await Promise.all(orders))]
  for (const order of placed) expect(order).toMatchObject({ replayed: false })
  expect(new Set(placed.map((order) => (order as { orderId: OrderId }).orderId)).size).toBe(placed.length)
  // The account goes the common way again.
  await Promise.all(connections.locked.map((pool) => pool.end({ timeout: 2 })))
  expect(await placement.place(purchase(locked, checks, 4))).toMatchObject({ replayed: false })
  expect(await new LedgerReader(sql).wallet(locked)).toMatchObject({ available: 960n, held: 40n })
  expect(await brokenPromises(sql)).toEqual([])
  await close()
})

const sessionOf = async (pool: Sql): Promise<number | undefined> =>
  (await pool<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid

const isWaiting = async (session: number | undefined): Promise<boolean> => {
  const [row] = await sql<{ wait_event_type: string | null }[]>`
    select wait_event_type from pg_stat_activity where pid = ${session}`
  return row?.wait_event_type === 'Lock'
}

test('a wallet that somebody holds locked stops nobody else, and its orders are refused until it is free', async () => {
  const { placement, close } = openPlacement(database, systemClock, { lockedQueues: 1 })
  // One lock is let go earlier, so that the two accounts, which share the one queue for locked accounts, part.
  const [locked, longer, ...others] = await Promise.all(
    Array.from({ length: 5 }, () => newAccount(sql, 1_000n)),
  )
  const unlock = await lockWallets(sql, locked as AccountId)
  const unlockLonger = await lockWallets(sql, longer as AccountId)
  const place = (accounts: (AccountId | undefined)[], n: number) =>
    Promise.all(accounts.map((account) => placement.place(purchase(account as AccountId, checks, n))))
  // Round after round, so that those come too that find the lock known.
  for (let round = 1; round <= 2; round++) {
    const [one, two, ...placed] = await place([locked, longer, ...others], round)
    expect([one, two]).toMatchObject([temporarilyUnavailable, temporarilyUnavailable])
    for (const one of placed) expect(one).toMatchObject({ replayed: false })
  }
  expect(await ordersOf(locked as AccountId)).toEqual([])
  for (const account of others) expect(await ordersOf(account)).toHaveLength(2)
  await unlock()
  for (let round = 3; round <= 4; round++) {
    const [free, refused] = await place([locked, longer], round)
    expect(free).toMatchObject({ replayed: false })
    expect(refused).toMatchObject(temporarilyUnavailable)
  }
  await unlockLonger()
  expect(await place([locked, longer], 5)).toMatchObject([{ replayed: false }, { replayed: false }])
  expect(await new LedgerReader(sql).wallet(locked as AccountId)).toMatchObject({
    available: 970n,
    held: 30n,
  })
  expect(await new LedgerReader(sql).wallet(longer as AccountId)).toMatchObject({
    available: 990n,
    held: 10n,
  })
  expect(await brokenPromises(sql)).toEqual([])
  await close()
})

test('orders wait for a table that somebody holds locked, and are placed when it is free', async () => {
  const { placement, connections, close } = openPlacement(database, systemClock, {
    lockedTimeout: '9000',
    lockedQueues: 1,
  })
  const session = await sessionOf(connections.locked[0] as Sql)
  const accounts = [await newAccount(sql, 1_000n), await newAccount(sql, 1_000n)]
  const unlock = await lock(sql, (transaction) => transaction`lock table orders in share mode`)
  const orders = accounts.map((account) => placement.place(purchase(account, checks, 1)))
  await expect.poll(() => isWaiting(session)).toBe(true)
  await unlock()
  for (const order of await Promise.all(orders)) expect(order).toMatchObject({ replayed: false })
  for (const account of accounts) expect(await ordersOf(account)).toHaveLength(1)
  expect(await brokenPromises(sql)).toEqual([])
  await close()
})

test.each([
  ['a service that allows repeats', 'common', () => credits],
  ['a service that allows repeats', 'locked', () => credits],
  ['a service whose repeats are replayed', 'common', () => checks],
  ['a service whose repeats are replayed', 'locked', () => checks],
] as const)(
  'an order of %s whose connection was lost is placed once, also when the first try comes late (%s queue)',
  async (_, queue, service) => {
    const account = await newAccount(sql, 1_000n)
    const relay = await Relay.open(database.address)
    const { placement, connections, close } = openPlacement(relay, systemClock, {
      lockTimeout: queue === 'common' ? '9000' : '50',
      lockedTimeout: '9000',
      lockedQueues: 1,
    })
    await placement.place(purchase(account, service(), 1))
    const session = await sessionOf(queue === 'common' ? connections.common : (connections.locked[0] as Sql))
    const unlock = await lockWallets(sql, account)
    const second = placement.place(purchase(account, service(), 2))
    await expect.poll(() => isWaiting(session)).toBe(true)
    // The server does not notice: the first try goes on waiting for the wallet, and the retry queues behind it.
    relay.dropClients()
    await expect.poll(waiting).toBe(2)
    await unlock()
    const placed = await second
    expect(placed).toMatchObject({ orderId: expect.any(Number), replayed: false })
    await expect.poll(waiting).toBe(0)
    expect(await ordersOf(account)).toHaveLength(2)
    expect(await ordersOf(account)).toContain(BigInt((placed as { orderId: number }).orderId))
    expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 980n, held: 20n })
    expect(await brokenPromises(sql)).toEqual([])
    await close()
    await relay.close()
  },
)

/** `stopTries` has the next try to place an order of an account stop, with its wallet in hand, until it is called back. */
async function stopTries(account: AccountId) {
  // It waits for no lock, so that no lock time-out ends it.
  await database.owner`create sequence stopped_tries`
  await database.owner.unsafe(`
    grant all on sequence stopped_tries to public;
    create function stop_try() returns trigger language plpgsql as $$
    begin
      if new.account_id = ${account} then
        perform nextval('stopped_tries');
        while not pg_try_advisory_xact_lock(9) loop perform pg_sleep(0.01); end loop;
      end if;
      return new;
    end $$;
    create trigger stop_try before insert on orders for each row execute function stop_try()`)
  const goOn = await lock(sql, (transaction) => transaction`select pg_advisory_xact_lock(9)`)
  return {
    isStopped: async () =>
      (await sql<{ is_called: boolean }[]>`select is_called from stopped_tries`)[0]?.is_called,
    goOn,
    drop: () =>
      database.owner.unsafe(
        'drop trigger stop_try on orders; drop function stop_try; drop sequence stopped_tries',
      ),
  }
}

test('while the first try of an order still holds its wallet, the order is not said to be refused and its id serves no other', async () => {
  const [account, other] = [await newAccount(sql, 1_000n), await newAccount(sql, 1_000n)]
  const relay = await Relay.open(database.address)
  const { placement, close } = openPlacement(relay, systemClock, { lockedTimeout: '200' })
  await placement.place(purchase(other, checks, 1))
  const { isStopped, goOn, drop } = await stopTries(account)
  const first = placement.place(purchase(account, credits, 0)).catch((error: unknown) => error)
  await expect.poll(isStopped).toBe(true)
  relay.dropClients()
  expect(await first).toMatchObject({ code: 'CONNECTION_LOST' })
  // As many as take every id that was given back.
  for (let n = 2; n < 12; n++) {
    expect(await placement.place(purchase(other, checks, n))).toMatchObject({ replayed: false })
  }
  await goOn()
  await expect.poll(async () => (await ordersOf(account)).length).toBe(1)
  const ids = [...(await ordersOf(account)), ...(await ordersOf(other))]
  expect(new Set(ids).size).toBe(ids.length)
  expect(await brokenPromises(sql)).toEqual([])
  await drop()
  await close()
  await relay.close()
})

test('an order whose connection was lost and whose first try is committed while another queue retries it is placed once', async () => {
  const account = await newAccount(sql, 1_000n)
  const relay = await Relay.open(database.address)
  const { placement, close } = openPlacement(relay, systemClock, { lockedTimeout: '9000' })
  await placement.place(purchase(account, credits, 1))
  const { isStopped, goOn, drop } = await stopTries(account)
  const second = placement.place(purchase(account, credits, 2))
  await expect.poll(isStopped).toBe(true)
  relay.dropClients()
  // The common queue's lock time-out ends its own waiting; what waits for longer is the other queue.
  await expect.poll(waitingForLong).toBe(1)
  await goOn()
  const placed = await second
  expect(placed).toMatchObject({ replayed: false })
  expect(await ordersOf(account)).toContain(BigInt((placed as { orderId: number }).orderId))
  expect(await ordersOf(account)).toHaveLength(2)
  expect(await new LedgerReader(sql).wallet(account)).toMatchObject({ available: 980n, held: 20n })
  expect(await brokenPromises(sql)).toEqual([])
  await drop()
  await close()
  await relay.close()
})

test('a lack of money is no proof that nothing is placed while an earlier try may still be committed', async () => {
  const account = await newAccount(sql, 20n)
  const relay = await Relay.open(database.address)
  const { placement, close } = openPlacement(relay, systemClock, { lockTimeout: '9000' })
  await placement.place(purchase(account, checks, 1))
  const commit = await lock(
    sql,
    (transaction) => transaction`update wallets set available = 0 where account_id = ${account}`,
  )
  const order = placement.place(purchase(account, credits, 2))
  const answer = order.then(
    (placed) => placed,
    (error: { code: string }) => error.code,
  )
  await expect.poll(waiting).toBe(1)
  relay.dropClients()
  await expect.poll(waiting).toBe(2)
  await commit()
  expect(await answer).toBe('CONNECTION_LOST')
  expect(await ordersOf(account)).toHaveLength(1)
  await sql`update wallets set available = 10 where account_id = ${account}`
  await close()
  await relay.close()
})

test('the outcomes of an account whose wallet is locked are written when it is free, those of others at once', async () => {
  const [locked, other] = [await newAccount(sql, 1_000n), await newAccount(sql, 1_000n)]
  const { placement, close } = openPlacement(database, systemClock)
  const orders = await Promise.all(
    [locked, other].flatMap((account) =>
      [1, 2].map(async (n) => ({ account, placed: await placement.place(purchase(account, checks, n)) })),
    ),
  )
  const steady = openPool(database.address, { max: 2, session: { ...STEADY_PLANS, lock_timeout: '200ms' } })
  const outcomes = new OutcomeWriter(steady, systemClock)
  const unlock = await lockWallets(sql, locked)
  const records = orders.map(({ account, placed }) => ({
    account,
    written: outcomes.record(cancelled(account, (placed as { orderId: OrderId }).orderId)),
  }))
  const ofOthers = records.filter(({ account }) => account === other)
  expect(await Promise.all(ofOthers.map(({ written }) => written))).toEqual([true, true])
  expect(await new LedgerReader(sql).wallet(other)).toMatchObject({ available: 1_000n, held: 0n })
  expect(await new LedgerReader(sql).wallet(locked)).toMatchObject({ available: 980n, held: 20n })
  await unlock()
  expect(await Promise.all(records.map(({ written }) => written))).toEqual([true, true, true, true])
  expect(await new LedgerReader(sql).wallet(locked)).toMatchObject({ available: 1_000n, held: 0n })
  expect(await brokenPromises(sql)).toEqual([])
  await outcomes.stop()
  await steady.end({ timeout: 1 })
  await close()
})

const cancelled = (accountId: AccountId, orderId: OrderId): ItemUpdate => ({
  item: { accountId, orderId, position: 1, fence: 0 },
  itemState: 'cancelled',
  attempt: null,
  result: null,
  reason: 'cancelled',
  dueAt: null,
  review: null,
  claim: null,
})
