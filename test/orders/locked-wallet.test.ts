import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Service } from '../../src/catalogue/service.ts'
import { openPool, STEADY_PLANS } from '../../src/database/database.ts'
import { pools } from '../../src/database/pools.ts'
import { OutcomeWriter } from '../../src/fulfilment/outcome/outcome-writer.ts'
import type { ItemUpdate } from '../../src/fulfilment/outcome/outcomes.sql.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import { systemClock } from '../../src/lib/time.ts'
import { Placement, queueOf } from '../../src/orders/place/placement.ts'
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

/** `lockWallets` holds the wallets of accounts locked, as somebody does who hangs in the middle of a transaction. */
async function lockWallets(...accounts: AccountId[]): Promise<() => Promise<void>> {
  const locked = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const holding = sql.begin(async (transaction) => {
    await transaction`select 1 from wallets where account_id = any(${accounts}::int[]) for update`
    locked.resolve()
    await release.promise
  })
  await locked.promise
  return async () => {
    release.resolve()
    await holding
  }
}

const ordersOf = async (accountId: AccountId): Promise<bigint[]> =>
  (await sql<{ id: bigint }[]>`select id from orders where account_id = ${accountId}`).map(({ id }) => id)

/** `accountsIn` makes an account for each of so many queues, and one more for the queue of the first. */
async function accountsIn(queues: number): Promise<{ apart: AccountId[]; beside: AccountId }> {
  const apart: (AccountId | undefined)[] = Array.from({ length: queues })
  for (;;) {
    const account = await newAccount(sql, 1_000n)
    const queue = queueOf(account, queues)
    if (apart[queue] === undefined) apart[queue] = account
    else if (queue === 0 && apart.every((one) => one !== undefined)) return { apart, beside: account }
  }
}

test('accounts are spread over the queues evenly, and each stays in one', () => {
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

test('a queue that waits for a lock gives its turn to the others', async () => {
  const patient = {
    ...pools.placement,
    session: { ...pools.placement.session, lock_timeout: '30000', statement_timeout: '30000' },
  }
  const connections = [0, 1].map(() => openPool(database.address, patient))
  const placement = new Placement({ connections, clock: systemClock })
  const { apart } = await accountsIn(connections.length)
  const [locked, other] = apart as [AccountId, AccountId]
  const unlock = await lockWallets(locked)
  const first = placement.place(purchase(locked, checks, 1))
  await expect.poll(waiting).toBe(1)
  expect(await placement.place(purchase(other, checks, 1))).toMatchObject({ replayed: false })
  expect(await waiting()).toBe(1)
  await unlock()
  expect(await first).toMatchObject({ replayed: false })
  await placement.stop()
  await Promise.all(connections.map((one) => one.end({ timeout: 1 })))
})

test('a wallet that somebody holds locked stops nobody else, and its orders are refused until it is free', async () => {
  const connections = [0, 1, 2].map(() => openPool(database.address, pools.placement))
  const placement = new Placement({ connections, clock: systemClock })
  const { apart, beside } = await accountsIn(connections.length)
  const [locked, ...others] = apart as [AccountId, ...AccountId[]]
  const unlock = await lockWallets(locked)
  const refusal = { code: 'temporarily_unavailable', message: 'Temporarily unavailable, try again' }
  // Round after round, so that those come too that find the lock known.
  for (let round = 1; round <= 4; round++) {
    const [refused, ...placed] = await Promise.all(
      [locked, beside, ...others].map((account) => placement.place(purchase(account, checks, round))),
    )
    expect(refused).toMatchObject(refusal)
    for (const one of placed) expect(one).toMatchObject({ replayed: false })
  }
  expect(await ordersOf(locked)).toEqual([])
  expect(await ordersOf(beside)).toHaveLength(4)
  await unlock()
  expect(await placement.place(purchase(locked, checks, 1))).toMatchObject({ replayed: false })
  expect(await placement.place(purchase(locked, checks, 2))).toMatchObject({ replayed: false })
  expect(await new LedgerReader(sql).wallet(locked)).toMatchObject({ available: 980n, held: 20n })
  expect(await brokenPromises(sql)).toEqual([])
  await placement.stop()
  await Promise.all(connections.map((one) => one.end({ timeout: 1 })))
})

test.each([
  ['a service that allows repeats', () => credits],
  ['a service whose repeats are replayed', () => checks],
])(
  'an order of %s whose connection was lost is placed once, also when the first try comes late',
  async (_, service) => {
    const account = await newAccount(sql, 1_000n)
    const relay = await Relay.open(database.address)
    const { placement, close } = openPlacement({ ...database, address: relay.address }, systemClock)
    await placement.place(purchase(account, service(), 1))
    const unlock = await lockWallets(account)
    const second = placement.place(purchase(account, service(), 2))
    await expect.poll(waiting).toBe(1)
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

test('while the first try of an order still holds its wallet, the order is not said to be refused and its id serves no other', async () => {
  const [account, other] = [await newAccount(sql, 1_000n), await newAccount(sql, 1_000n)]
  const relay = await Relay.open(database.address)
  const steady = openPool(relay.address, { max: 1, session: { ...STEADY_PLANS, lock_timeout: '200ms' } })
  const placement = new Placement({ connections: [steady], clock: systemClock })
  await placement.place(purchase(other, checks, 1))
  // The first try stops with its wallet in hand, without waiting for a lock, until the test lets it go on.
  await sql`create sequence stopped_tries`
  await sql.unsafe(`
    create function stop_try() returns trigger language plpgsql as $$
    begin
      if new.account_id = ${account} then
        perform nextval('stopped_tries');
        while not pg_try_advisory_xact_lock(9) loop perform pg_sleep(0.01); end loop;
      end if;
      return new;
    end $$;
    create trigger stop_try before insert on orders for each row execute function stop_try()`)
  const goOn = Promise.withResolvers<void>()
  const stopping = Promise.withResolvers<void>()
  const holding = sql.begin(async (transaction) => {
    await transaction`select pg_advisory_xact_lock(9)`
    stopping.resolve()
    await goOn.promise
  })
  await stopping.promise
  const first = placement.place(purchase(account, credits, 0)).catch((error: unknown) => error)
  const isStopped = async (): Promise<boolean | undefined> =>
    (await sql<{ is_called: boolean }[]>`select is_called from stopped_tries`)[0]?.is_called
  await expect.poll(isStopped).toBe(true)
  relay.dropClients()
  expect(await first).toMatchObject({ code: 'CONNECTION_LOST' })
  // As many as take every id that was given back.
  for (let n = 2; n < 12; n++) {
    expect(await placement.place(purchase(other, checks, n))).toMatchObject({ replayed: false })
  }
  goOn.resolve()
  await holding
  await expect.poll(async () => (await ordersOf(account)).length).toBe(1)
  const ids = [...(await ordersOf(account)), ...(await ordersOf(other))]
  expect(new Set(ids).size).toBe(ids.length)
  expect(await brokenPromises(sql)).toEqual([])
  await sql`drop trigger stop_try on orders`
  await placement.stop()
  await steady.end({ timeout: 1 })
  await relay.close()
})

test('a lack of money is no proof that nothing is placed while an earlier try may still be committed', async () => {
  const account = await newAccount(sql, 20n)
  const relay = await Relay.open(database.address)
  const { placement, close } = openPlacement({ ...database, address: relay.address }, systemClock)
  await placement.place(purchase(account, checks, 1))
  const spent = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const spending = sql.begin(async (transaction) => {
    await transaction`update wallets set available = 0 where account_id = ${account}`
    spent.resolve()
    await release.promise
  })
  await spent.promise
  const order = placement.place(purchase(account, credits, 2))
  const answer = order.then(
    (placed) => placed,
    (error: { code: string }) => error.code,
  )
  await expect.poll(waiting).toBe(1)
  relay.dropClients()
  await expect.poll(waiting).toBe(2)
  release.resolve()
  await spending
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
  const unlock = await lockWallets(locked)
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
})
