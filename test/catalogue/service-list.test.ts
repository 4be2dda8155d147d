import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countServices, listServices } from '../../src/catalogue/services.ts'
import type { ServiceId } from '../../src/lib/ids.ts'
import { listWebhooks } from '../../src/webhooks/webhooks.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { RowsRead } from '../support/rows-read.ts'

/** A catalogue of so many services, in groups of 100, each with a price and a route. */
const SERVICES = 4_000
const WEBHOOKS = 300
/** WAITING is what waits for the first webhook. */
const WAITING = 12_000

let database: TestDatabase
let read: RowsRead
beforeAll(async () => {
  database = await testDatabase()
  const { sql } = database
  await sql`
    insert into services (code, name, group_name, kind, input_schema, duplicate_policy, active)
    select 's-' || n, 'Service ' || n, 'Group ' || (n / 100), 'imei', '{}', 'replay', n % 10 <> 0 from generate_series(1, ${SERVICES}::int) n`
  await sql`insert into prices (service_id, currency, unit_price) select id, 'USD', 1000000 from services`
  await sql`insert into supplier_routes (service_id, supplier_id) select id, 1 from services`
  await sql`
    insert into accounts (name, username, email, currency)
    select 'a' || n, 'a' || n, n || '@example.com', 'USD' from generate_series(1, ${WEBHOOKS}::int) n`
  await sql`
    insert into api_keys (account_id, security_id, secret_hash, dialect) select id, 'aaaaaa' || id, decode(repeat('00', 32), 'hex'), 'contract' from accounts`
  await sql`
    insert into webhooks (account_id, key_id, url, secrets, created_at, updated_at)
    select account_id, id, 'https://shop.example', '\\x00', now(), now() from api_keys order by id`
  await sql`
    insert into order_events (webhook_id, account_id, order_id, state, created_at, due_at)
    select w.id, w.account_id, n, 'success', now(), now()
      from (select id, account_id from webhooks order by id limit 1) w, generate_series(1, ${WAITING}::int) n`
  await sql.unsafe('vacuum analyze')
  read = await new RowsRead(database).open()
})
afterAll(async () => {
  await read.sql.end()
  await database.drop()
})

describe('a page of services', () => {
  test.each([
    ['the first', undefined],
    ['one in the middle', 2_000],
    ['the last', SERVICES - 10],
  ])('%s is read by itself', async (_, behind) => {
    const [row] = await database.sql<{ id: ServiceId }[]>`
      select id from services order by group_name collate "C", id offset ${behind ?? 0} limit 1`
    const after = behind === undefined ? undefined : row?.id
    const rows = await read.of(() => listServices(read.sql, { active: true, after, limit: 20 }))
    // Of each its name, itself, its price, its route with the supplier; and those that are not active on the way.
    expect(rows).toBeLessThan(20 * 8)
  })

  test('a search reads names until the page is full, and only the page whole', async () => {
    const rows = await read.of(() => listServices(read.sql, { search: 'service 1', limit: 20 }))
    expect(rows).toBeLessThan(1_000 + 20 * 8)
    const none = await read.of(() => listServices(read.sql, { search: 'nothing', limit: 20 }))
    // So few are sooner read whole than by the index, four times.
    expect(none).toBeLessThan(2 * SERVICES)
  })

  test('all pages together are the whole, and the count is theirs', async () => {
    const ids: ServiceId[] = []
    for (let after: ServiceId | undefined; ; ) {
      const page = await listServices(database.sql, { active: true, after, limit: 700 })
      ids.push(...page.services.map(({ service }) => service.id))
      after = page.next
      if (after === undefined) break
    }
    const all = await database.sql<{ id: ServiceId }[]>`
      select id from services where active order by group_name collate "C", id`
    expect(ids).toEqual(all.map(({ id }) => id))
    expect(await countServices(database.sql, { active: true })).toEqual({ value: ids.length, capped: false })
    expect(await countServices(database.sql, {}, 1_000)).toEqual({ value: 1_000, capped: true })
    expect(await countServices(database.sql, { search: 'service 399' }, 5_000)).toEqual({
      value: 11,
      capped: false,
    })
  })
})

test('a list of webhooks reads those that it gives, and counts so many of what waits for each', async () => {
  const [first] = await listWebhooks(database.sql, {}, 1)
  expect(first?.waiting).toBe(10_000)
  expect(await read.of(() => listWebhooks(read.sql, {}, 20))).toBeLessThan(10_000 + 20 * 4)
  const rows = await read.of(() => listWebhooks(read.sql, { after: first?.id }, 20))
  expect(rows).toBeLessThan(20 * 4 + 1)
})
