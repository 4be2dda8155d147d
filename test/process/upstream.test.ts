import { afterEach, expect, inject, test } from 'vitest'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { addRoute } from '../../src/supplier-routes/routes.ts'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import { brokenPromises } from '../orders/orders.fixtures.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, shopOn, start } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { imei, type Shop, TestClock, type TestServer, testServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const KEY = 'c3'.repeat(32)
const ORDERS = 60

const databases: TestDatabase[] = []
const servers: TestServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
  await cleanUp()
  await Promise.all(databases.splice(0).map((database) => database.drop()))
})

async function newDatabase(): Promise<TestDatabase> {
  const database = await testDatabase()
  databases.push(database)
  return database
}

/** `downstreamOf` starts an imeigate that sells what another imeigate does, which is added as any Dhru panel is. */
async function downstreamOf(url: string, account: Shop, service: string) {
  const clock = new TestClock()
  const server = await testServer(
    { IMEIGATE_SECRET_KEY: KEY, OUTBOUND_ALLOW: '127.0.0.0/8', UNROUTED_SERVICES: 'wait' },
    clock,
  )
  servers.push(server)
  await createSupplier(server.sql, new Sealer(Buffer.from(KEY, 'hex')), {
    kind: 'dhru',
    name: 'upstream',
    url: `${url}/api/dhru`,
    settings: { username: account.securityId },
    secrets: { apiaccesskey: account.secret },
  })
  const sold = await server.service({ supplier: undefined, price: '2', minPollSeconds: 1, maxPollSeconds: 2 })
  await addRoute(server.sql, { service: sold, supplier: 'upstream', remoteService: service, cost: '1' })
  return { server, sold, clock }
}

const place = async (
  server: TestServer,
  shop: Shop,
  service: string,
  n: number,
  tac?: string,
): Promise<string> => {
  const answer = await server.place(shop, { ID: service, IMEI: imei(n, tac) })
  return answer.SUCCESS[0].REFERENCEID
}

test('an order placed downstream ends with what upstream says of it', async () => {
  const { address } = await newDatabase()
  const upstream = await shopOn(start(settingsFor(address)), address)
  const account = await upstream.shop()
  const { server, sold } = await downstreamOf(upstream.url, account, await upstream.service())
  const shop = await server.shop()
  const [done, refused] = [await place(server, shop, sold, 1), await place(server, shop, sold, 1, '00100102')]
  expect(await server.ended(shop, done)).toMatchObject({
    STATUS: '4',
    COMMENTS: `Sandbox result, not a real one: ${imei(1)} is clean`,
  })
  // In the words of this operator, not of its supplier.
  expect(await server.ended(shop, refused)).toMatchObject({
    STATUS: '3',
    COMMENTS: 'Not available for this input',
  })
  expect(await new LedgerReader(upstream.sql).wallet(account.accountId as AccountId)).toMatchObject({
    available: 99_000_000n,
    held: 0n,
  })
  expect(await new LedgerReader(server.sql).wallet(shop.accountId as AccountId)).toMatchObject({
    available: 98_000_000n,
    held: 0n,
  })
})

test('upstream is killed and started again while orders come in: each is bought once, and ends', async () => {
  const { address } = await newDatabase()
  let process = start(settingsFor(address))
  // Where it was, it is again.
  const { port: PORT } = new URL(await process.url())
  const upstream = await shopOn(process, address)
  const account = await upstream.shop()
  const { server, sold, clock } = await downstreamOf(upstream.url, account, await upstream.service())
  const shop = await server.shop({ deposit: '1000' })

  const random = randomNumbers(inject('seed'))
  const orders: string[] = []
  const placing = (async () => {
    for (let n = 0; n < ORDERS; n++) {
      // One in four is done only when it is asked about; one in four has its reply lost upstream.
      const tac = ['35000000', '35000000', '00100101', '00100103'][n % 4]
      orders.push(await place(server, shop, sold, n, tac))
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })()
  const ordersMore = (more: number): Promise<void> => {
    const enough = Math.min(orders.length + more, ORDERS)
    return until('orders are placed', () => orders.length >= enough)
  }
  for (let life = 0; life < 3; life++) {
    await ordersMore(8 + random() * 12)
    await process.kill()
    await ordersMore(6)
    process = start({ ...settingsFor(address), PORT })
    await process.url()
  }
  await placing
  const open = async (): Promise<number> =>
    (await server.sql`select from items where finished_at is null`).length
  await until(
    'every order has ended',
    async () => {
      // What upstream was asked about while it was away is asked about two minutes later.
      clock.advance(10_000)
      // The clock of upstream is the real one. What is due later than a lease of 15 seconds ends is in nobody's hands.
      await upstream.sql`update items set due_at = now() where due_at > now() + interval '20 seconds'`
      return (await open()) === 0
    },
    open,
  )

  for (const id of orders) expect(await server.status(shop, id)).toMatchObject({ STATUS: '4' })
  const bought = await upstream.sql<{ input: string; n: number }[]>`
    select input, count(*)::int as n from items group by input`
  expect(bought.filter(({ n }) => n > 1)).toEqual([])
  expect(bought).toHaveLength(ORDERS)
  expect(await new LedgerReader(upstream.sql).wallet(account.accountId as AccountId)).toMatchObject({
    available: 100_000_000n - BigInt(ORDERS) * 1_000_000n,
    held: 0n,
  })
  expect(await brokenPromises(server.sql)).toEqual([])
  expect(await brokenPromises(upstream.sql)).toEqual([])
})
