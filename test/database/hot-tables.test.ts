import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { CONFIGURATION, HOT, tablesIn } from './tables.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

/** `uniqueKeys` gives the unique keys of the hot tables and of their partitions; `first` is null where an expression stands first. */
const uniqueKeys = () =>
  database.sql<{ table: string; key: string; first: string | null; primary: boolean }[]>`
    with recursive hot as (
      select oid from pg_class
       where relname = any(${HOT}::text[]) and relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      union all
      select p.inhrelid from hot join pg_inherits p on p.inhparent = hot.oid
    )
    select t.relname as table, k.relname as key, a.attname as first, i.indisprimary as primary
      from hot
      join pg_class t on t.oid = hot.oid
      join pg_index i on i.indrelid = t.oid and (i.indisunique or i.indisexclusion)
      join pg_class k on k.oid = i.indexrelid
      left join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
     order by t.relname, k.relname`

test('every hot table exists, has a primary key, and its unique keys begin with account_id', async () => {
  const keys = await uniqueKeys()
  expect(keys.filter(({ primary }) => primary).map(({ table }) => table)).toEqual(HOT)
  expect(keys.filter(({ first }) => first !== 'account_id')).toEqual([])
})

test('a partition, an index and an expression that come later are looked at, too', async () => {
  await database.owner.unsafe(`
    create table attempts_later () inherits (attempts);
    create unique index attempts_by_number on attempts_later (number, account_id);
    create unique index items_by_input on items (lower(input), account_id);
    alter table orders add constraint orders_once unique (id)`)
  const wrong = (await uniqueKeys()).filter(({ first }) => first !== 'account_id')
  expect(wrong.map(({ key }) => key)).toEqual(['attempts_by_number', 'items_by_input', 'orders_once'])
  await database.owner.unsafe(`
    drop table attempts_later;
    drop index items_by_input;
    alter table orders drop constraint orders_once`)
})

test('no table but the hot ones has an account_id without naming a row of configuration', async () => {
  // A new table that grows with the orders must be added to HOT: those of configuration point to accounts by a foreign key.
  const tables = await database.sql<{ name: string }[]>`
    select t.relname as name
      from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attname = 'account_id'
     where t.relkind in ('r', 'p') and not t.relispartition and t.relnamespace = 'public'::regnamespace
       and not exists (select from pg_constraint c
                        where c.conrelid = t.oid and c.contype = 'f' and c.confrelid = 'accounts'::regclass)
     order by t.relname`
  // Changes of what operators write, and notices, are few and belong to operators; sales figures are sums, made of all accounts; orders of the panel
  // before are written once; what an unclear attempt sent is kept for thirty days.
  const cold = ['attempt_exchanges', 'former_orders', 'notices', 'sales', 'trail']
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
