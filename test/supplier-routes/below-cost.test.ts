import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { setPrice } from '../../src/catalogue/prices.ts'
import { createService, updateService } from '../../src/catalogue/services.ts'
import { Rates } from '../../src/ledger/rates.ts'
import { type Micros, micros } from '../../src/lib/money.ts'
import { findBelowCost } from '../../src/supplier-routes/below-cost.ts'
import { addRoute } from '../../src/supplier-routes/routes.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { randomNumbers } from '../support/random.ts'

let database: TestDatabase
let sql: TestDatabase['sql']
const random = randomNumbers(inject('seed'))
const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  await sql`insert into suppliers (kind, name, url, currency, settings) values
    ('dhru', 'In dollars', 'https://one.example/', 'USD', '{}'), ('dhru', 'In euros', 'https://two.example/', 'EUR', '{}'),
    ('dhru', 'In dong', 'https://three.example/', 'VND', '{}'), ('dhru', 'Off', 'https://four.example/', 'USD', '{}')`
  await sql`update suppliers set enabled = false where name = 'Off'`
  await sql`insert into price_groups (name) values ('Gold')`
  const rates = new Rates(sql)
  const validFrom = new Date(0)
  await rates.set({ base: 'EUR', quote: 'USD', rate: '1.1', validFrom, actor: 'test' })
  await rates.set({ base: 'USD', quote: 'VND', rate: '25000', validFrom, actor: 'test' })
})
afterAll(() => database.drop())

const amount = (value: Micros): string =>
  `${value / 1_000_000n}.${String(value % 1_000_000n).padStart(6, '0')}`

it('prices below the cost of the cheapest working route are found, whatever the currencies', async () => {
  const rates = await new Rates(sql).load(new Date())
  const expected: string[] = []
  for (let n = 0; n < 40; n++) {
    const code = `random-${n}`
    const prices = ['USD', 'EUR', 'VND', 'GBP'].map((currency) => ({
      currency,
      group: oneOf([undefined, 'Gold']),
      price: micros(BigInt(Math.floor(random() * 4_000_000)) * (currency === 'VND' ? 25_000n : 1n)),
    }))
    const [first, ...others] = prices as [(typeof prices)[0], ...typeof prices]
    const { id } = await createService(sql, {
      ...{ code, name: code, group: 'G', price: amount(first.price), currency: first.currency },
    })
    for (const { price, ...other } of others) await setPrice(sql, { service: code, price, ...other })
    const isActive = random() < 0.9
    const costs: { cost: Micros; currency: string }[] = []
    for (const [supplier, currency] of [
      ['In dollars', 'USD'],
      ['In euros', 'EUR'],
      ['In dong', 'VND'],
      ['Off', 'USD'],
    ] as const) {
      if (random() < 0.4) continue
      const cost = micros(BigInt(Math.floor(random() * 4_000_000)) * (currency === 'VND' ? 25_000n : 1n))
      const isKnown = random() < 0.8
      const isAvailable = random() < 0.8
      const remoteService = `${n}`
      const route = await addRoute(sql, {
        ...{ service: code, supplier, remoteService },
        ...(isKnown && { cost: amount(cost) }),
      })
      await sql`update supplier_routes set available = ${isAvailable ? null : false} where id = ${route.id}`
      if (supplier !== 'Off' && isKnown && isAvailable) costs.push({ cost, currency })
    }
    await updateService(sql, code, { active: isActive })
    for (const { currency, price, group } of [{ ...first, group: undefined }, ...others]) {
      const inOurs = costs.flatMap((one) => rates.convert(one.cost, one.currency, currency) ?? [])
      const cheapest = inOurs.reduce<bigint | undefined>(
        (least, one) => (least === undefined || one < least ? one : least),
        undefined,
      )
      if (isActive && cheapest !== undefined && price < cheapest) {
        expected.push(`${id} ${group ?? '-'} ${currency} ${price} < ${cheapest}`)
      }
    }
  }
  const { prices, count } = await findBelowCost(sql, { limit: 1000 })
  const found = prices.map(
    ({ serviceId, group, currency, unitPrice, cost }) =>
      `${serviceId} ${group ?? '-'} ${currency} ${unitPrice} < ${cost}`,
  )
  expect(found.toSorted()).toEqual(expected.toSorted())
  expect(expected.length).toBeGreaterThan(5)
  expect(count).toBe(expected.length)
  expect(await findBelowCost(sql, { limit: 2 })).toMatchObject({ prices: { length: 2 }, count })
})

it('people are told when they set one, by a list, and by doctor', async () => {
  await sql`update services set active = false`
  const run = (...args: string[]) => imeigate(args, settingsFor(database.address))
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
  const json = async (...args: string[]): Promise<any> => (await run(...args, '--json')).json()
  const prices = async () =>
    (await json('doctor')).checks.find(({ name }: { name: string }) => name === 'prices')
  await createService(sql, { code: 'sold', name: 'Sold', group: 'G', price: '2', currency: 'USD' })
  await addRoute(sql, { service: 'sold', supplier: 'In euros', remoteService: '1', cost: '1.00' })
  expect(await prices()).toMatchObject({ status: 'ok', detail: 'none is below its cost' })
  expect((await run('price', 'list', '--below-cost')).stdout.trim()).toBe('no prices below their cost')

  const well = await run('price', 'set', '--service', 'sold', '--currency', 'USD', '--price', '1.10')
  expect(well.stderr).toBe('')
  const set = ['price', 'set', '--service', 'sold', '--currency', 'USD', '--price', '1.09', '--group', 'Gold']
  expect((await run(...set)).stderr).toBe('warning: it is below the cost of $1.10 at In euros\n')
  expect(await json('price', 'list', '--below-cost')).toMatchObject([
    {
      service_code: 'sold',
      group: 'Gold',
      price: '1.09',
      cost: '1.10',
      currency: 'USD',
      supplier: 'In euros',
    },
  ])
  expect(await prices()).toMatchObject({
    status: 'warn',
    detail: '1 below the cost: sold for group Gold in USD',
  })
  // Since the list named a greater cost, which waits for a person, items are sent by that one.
  await sql`
    insert into supplier_services (supplier_id, remote_id, group_name, name, kind, cost, waiting_cost, waiting_since, currency,
                                   delivery_time, description, min_quantity, max_quantity, fields, hash, first_seen_at, last_seen_at)
    select id, '1', 'G', 'One', 'imei', 1000000, 2000000, now(), 'EUR', '', '', 1, 1, '[]', gen_random_uuid(), now(), now()
      from suppliers where name = 'In euros'`
  expect(await prices()).toMatchObject({
    status: 'warn',
    detail: '2 below the cost: sold for everyone in USD, sold for group Gold in USD',
  })
  const neither = await run('price', 'list', '--json')
  expect(neither).toMatchObject({ code: 2 })
  expect(neither.stderr).toContain('--service')
})
