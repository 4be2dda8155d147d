import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

/** The tables that grow with every order or request. Their unique keys begin with account_id, so that accounts can be split. */
const HOT = [
  'attempts',
  'idempotency_keys',
  'items',
  'ledger_entries',
  'order_event_bodies',
  'order_events',
  'order_keys',
  'orders',
  'requests',
  'reviews',
  'wallets',
  'webhook_deliveries',
]

/** The tables that operators and resellers write. Hot statements do not join them. */
const CONFIGURATION = [
  'accounts',
  'api_keys',
  'deposit_providers',
  'price_groups',
  'prices',
  'services',
  'supplier_route_fields',
  'supplier_routes',
  'suppliers',
  'webhooks',
]

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test('every hot table exists, has a primary key, and its unique keys begin with account_id', async () => {
  const keys = await database.sql<{ table: string; key: string; first: string; primary: boolean }[]>`
    select t.relname as table, k.relname as key, a.attname as first, i.indisprimary as primary
      from pg_index i
      join pg_class t on t.oid = i.indrelid
      join pg_class k on k.oid = i.indexrelid
      left join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
     where t.relname = any(${HOT}::text[]) and t.relnamespace = 'public'::regnamespace and i.indisunique
     order by t.relname, k.relname`
  expect(keys.filter(({ primary }) => primary).map(({ table }) => table)).toEqual(HOT)
  expect(keys.filter(({ first }) => first !== 'account_id')).toEqual([])
})

test('no table but the hot ones has an account_id without naming a row of configuration', async () => {
  // A new table that grows with the orders must be added to HOT: those of configuration point to accounts by a foreign key.
  const tables = await database.sql<{ name: string }[]>`
    select t.relname as name
      from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attname = 'account_id'
     where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace
       and not exists (select from pg_constraint c
                        where c.conrelid = t.oid and c.contype = 'f' and c.confrelid = 'accounts'::regclass)
     order by t.relname`
  // Changes of prices, and notices, are few and belong to operators.
  const cold = ['notices', 'price_history']
  expect(tables.map(({ name }) => name)).toEqual(
    [...HOT.filter((name) => name !== 'wallets'), ...cold].sort(),
  )
})

test.each([
  ['orders/place/placement.sql.ts'],
  ['fulfilment/dispatch/dispatch.sql.ts'],
  ['fulfilment/ask/poll.sql.ts'],
  ['fulfilment/outcome/outcomes.sql.ts'],
  ['orders/follow/order-feed.sql.ts'],
  ['ledger/wallets.sql.ts'],
  ['ledger/transfers.sql.ts'],
])('no statement of %s that names a hot table joins configuration', (file) => {
  const text = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8')
  const functions = text.split(/^(?=export |async function |function )/m)
  const named = (part: string, tables: string[]): string[] =>
    tables.filter((table) => new RegExp(`\\b(from|join|into|update)\\s+${table}\\b`).test(part))
  expect(functions.flatMap((part) => named(part, HOT))).not.toEqual([])
  for (const part of functions) {
    if (named(part, HOT).length > 0) expect(named(part, CONFIGURATION)).toEqual([])
  }
})
