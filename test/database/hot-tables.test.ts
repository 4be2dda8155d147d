import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { CONFIGURATION, HOT, tablesIn } from './tables.ts'

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

test('no trigger of a hot table joins what operators configure', async () => {
  const functions = await database.sql<{ name: string; text: string }[]>`
    select distinct p.proname as name, p.prosrc as text
      from pg_trigger g join pg_class t on t.oid = g.tgrelid join pg_proc p on p.oid = g.tgfoid
     where t.relname = any(${HOT}::text[]) and not g.tgisinternal`
  expect(functions.map(({ name }) => name)).toContain('write_order_events')
  expect(functions.filter(({ text }) => tablesIn(text, CONFIGURATION).length > 0)).toEqual([])
})
