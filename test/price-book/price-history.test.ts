import { afterAll, beforeAll, expect, it } from 'vitest'
import { readTrail } from '../../src/audit/trail.ts'
import { removePrice, setPrice } from '../../src/catalogue/prices.ts'
import { createService } from '../../src/catalogue/services.ts'
import { priceHistory } from '../../src/price-book/price-history.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { Store, wish } from '../sync/sync.fixtures.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

it('every change of a sale price is in the history, whoever makes it, and none that is no change', async () => {
  const { sql } = database
  await sql`insert into price_groups (name) values ('Gold')`
  const { id } = await createService(sql, {
    code: 'sold',
    name: 'Sold',
    group: 'G',
    price: '1',
    currency: 'USD',
  })
  await setPrice(sql, { service: 'sold', currency: 'USD', price: '1.50' })
  await setPrice(sql, { service: 'sold', currency: 'USD', price: '1.50', minItems: 2 })
  await setPrice(sql, { service: 'sold', currency: 'USD', price: '1.20', group: 'gold' })
  await sql.begin(async (transaction) => {
    await transaction`select set_config('imeigate.actor', 'psql:bob', true)`
    await transaction`update prices set unit_price = unit_price * 2 where service_id = ${id}`
  })
  await removePrice(sql, { service: 'sold', currency: 'USD', group: 'Gold' })
  const rows = (await priceHistory(sql, 'sold')).changes.map((one) => [
    one.group,
    one.oldAmount,
    one.newAmount,
    one.actor,
  ])
  expect(rows).toEqual([
    ['Gold', 2_400_000n, null, 'imeigate'],
    ['Gold', 1_200_000n, 2_400_000n, 'psql:bob'],
    [null, 1_500_000n, 3_000_000n, 'psql:bob'],
    ['Gold', null, 1_200_000n, 'imeigate'],
    [null, 1_000_000n, 1_500_000n, 'imeigate'],
    [null, null, 1_000_000n, 'imeigate'],
  ])
  // The trail has who made which price what, by the service that people know.
  const lines = await readTrail(sql, { what: 'price', subject: String(id), limit: 2 })
  const gold = { account_id: null, price_group_id: 1, currency: 'USD' }
  expect(lines.items).toMatchObject([
    { before: { ...gold, unit_price: '2.40', min_items: 1 }, after: null },
    { before: { ...gold, unit_price: '1.20' }, after: { ...gold, unit_price: '2.40' } },
  ])
  const { changes, isPart } = await priceHistory(sql, 'sold', { limit: 1 })
  expect([changes.length, isPart]).toEqual([1, true])
  await expect(priceHistory(sql, 'nothing')).rejects.toMatchObject({ code: 'service_not_found' })
})

it('nothing in it is ever changed or deleted', async () => {
  const { owner } = database
  for (const statement of [
    'update cost_history set new_cost = 0',
    'delete from cost_history',
    'truncate cost_history',
  ]) {
    await expect(owner.unsafe(statement)).rejects.toThrow('is never changed or deleted')
  }
})

it('an operator sees it, costs and prices in one', async () => {
  const store = new Store(database)
  const supplier = await store.supplier('USD', 'Panel')
  await store.apply(supplier, [{ id: '7', cost: '0.80' }], { importing: wish() })
  const { run } = await store.apply(supplier, [{ id: '7', cost: '1.00' }])
  const told = (await priceHistory(database.sql, 'service-7')).changes.find(({ what }) => what === 'cost')
  expect(told).toMatchObject({ runId: run, supplierId: supplier.id, planId: null })
  // What a list says is no change that anybody made of a route.
  expect((await readTrail(database.sql, { what: 'route', limit: 9 })).items).toMatchObject([{ before: null }])
  const settings = settingsFor(database.address)
  const { json } = await imeigate(['price', 'history', 'service-7', '--json'], settings)
  expect(json()).toMatchObject([
    {
      what: 'price',
      currency: 'USD',
      old: '1.00',
      new: '1.25',
      actor: 'test:ada',
      supplier: null,
      account: null,
    },
    { what: 'cost', currency: 'USD', old: '0.80', new: '1.00', supplier: 'Panel', remote_service: '7' },
    { what: 'price', currency: 'USD', old: null, new: '1.00', actor: 'test:ada' },
  ])
  const { stdout, code } = await imeigate(['price', 'history', 'service-7', '--limit', '2'], settings)
  expect(code).toBe(0)
  expect(stdout).toMatch(/price +everyone +\$1\.00 +\$1\.25 +test:ada/)
  expect(stdout).toMatch(/cost +Panel 7 +\$0\.80 +\$1\.00 +test:ada/)
  expect(stdout).toContain('there are older changes: --limit shows up to 1000')
  expect(stdout.split('\n\n')[0]?.split('\n')).toHaveLength(3)
})
