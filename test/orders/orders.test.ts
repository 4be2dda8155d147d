import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool, type Sql, STEADY_PLANS } from '../../src/database/database.ts'
import { Refusal } from '../../src/errors.ts'
import type { AccountId, OrderId } from '../../src/lib/ids.ts'
import type { OrderReader } from '../../src/orders/read/order-reader.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { imei, TestClock } from '../support/server.ts'
import { input, newAccount, newService, openPlacement, orderReader, purchase } from './orders.fixtures.ts'

let database: TestDatabase
let steady: Sql
let orders: OrderReader
const accounts: AccountId[] = []
const mine: { account: AccountId; id: OrderId; n: number }[] = []

beforeAll(async () => {
  database = await testDatabase()
  steady = openPool(database.address, { max: 4, session: STEADY_PLANS })
  orders = orderReader(steady)
  const service = await newService(database.sql)
  for (let n = 0; n < 4; n++) accounts.push(await newAccount(database.sql, 1_000_000n))
  const { placement, close } = openPlacement(database, new TestClock())
  const placing = Array.from({ length: 400 }, async (_, n) => {
    const account = accounts[n % accounts.length] as AccountId
    const items = [input(service, imei(n)), input(service, imei(n + 1000))]
    const placed = await placement.place(purchase(account, service, n, { items, reference: `row ${n}` }))
    if (placed instanceof Refusal) throw placed
    mine.push({ account, id: placed.orderId, n })
  })
  await Promise.all(placing)
  await close()
})
afterAll(async () => {
  await steady.end({ timeout: 2 })
  await database.drop()
})

test.each([5, 6, 300, 1000, 1001, 2500])(
  'an order of %i items is read whole, by its account alone, however many ask at once',
  async (count) => {
    const [account, other] = [await newAccount(database.sql, 1_000_000n), accounts[0] as AccountId]
    const service = await newService(database.sql)
    const items = Array.from({ length: count }, (_, n) => input(service, imei(n + 10_000)))
    const { placement, close } = openPlacement(database, new TestClock())
    const placed = await placement.place(purchase(account, service, 0, { items }))
    await close()
    if (placed instanceof Refusal) throw placed
    const { orderId } = placed
    const asked = [account, other, account, other]
    const found = await Promise.all(asked.map((one) => orders.forBuyer(one).find(orderId)))
    const details = await Promise.all(asked.map((one) => orders.forBuyer(one).findDetails(orderId)))
    const summaries = await Promise.all(asked.map((one) => orders.forBuyer(one).findSummary(orderId)))
    const positions = items.map((_, index) => index + 1)
    for (const [index, one] of asked.entries()) {
      const isOwn = one === account
      expect(found[index]?.items.map(({ position }) => position)).toEqual(isOwn ? positions : undefined)
      expect(found[index]?.items.map((item) => item.input)).toEqual(
        isOwn ? items.map((item) => item.input) : undefined,
      )
      expect(details[index]?.order.items.length).toBe(isOwn ? count : undefined)
      expect(summaries[index]?.items.length).toBe(isOwn ? Math.min(count, 100) : undefined)
    }
  },
)

test('a thousand reads at once give each account its own orders, and no other', async () => {
  const reads = Array.from({ length: 1000 }, (_, index) => {
    const order = mine[(index * 7) % mine.length] as (typeof mine)[0]
    // Every other read names somebody else's order.
    const account =
      index % 2 === 0 ? order.account : (accounts.find((id) => id !== order.account) as AccountId)
    return { order, account }
  })
  const found = await Promise.all(reads.map(({ order, account }) => orders.forBuyer(account).find(order.id)))
  for (const [index, { order, account }] of reads.entries()) {
    if (account !== order.account) expect(found[index]).toBeUndefined()
    else {
      expect(found[index]).toMatchObject({
        id: order.id,
        accountId: order.account,
        reference: `row ${order.n}`,
        items: [
          { position: 1, input: imei(order.n) },
          { position: 2, input: imei(order.n + 1000) },
        ],
      })
    }
  }
})

test('the same order may be read by its owner and by others in the same moment', async () => {
  const { account, id } = mine[0] as (typeof mine)[0]
  const found = await Promise.all([...accounts, ...accounts].map((one) => orders.forBuyer(one).find(id)))
  expect(found.map((order) => order?.accountId)).toEqual(
    [...accounts, ...accounts].map((one) => (one === account ? account : undefined)),
  )
  expect(found.find(Boolean)?.items).toHaveLength(2)
})

test('what is no order is none', async () => {
  for (const id of [1, 999_999_999_999_999] as OrderId[]) {
    expect(await orders.forBuyer(accounts[0] as AccountId).find(id)).toBeUndefined()
  }
})
