import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Preparation } from '../../src/app/preparation.ts'
import { prepareDatabase } from '../../src/app/prepare-database.ts'
import type { DatabaseAccess } from '../../src/database/access.ts'
import { reportRole } from '../../src/database/role-report.ts'
import { findRoleFaults, grantServing } from '../../src/database/serving-role.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let role: string
beforeAll(async () => {
  database = await testDatabase()
  const [row] = await database.sql<{ role: string }[]>`select session_user::text as role`
  role = row?.role as string
})
afterAll(() => database.drop())

const FINAL = ['ledger_entries', 'trail', 'chain_links', 'transfers', 'cost_history']

describe('the role that serves is refused', () => {
  const DENIED = /permission denied|must be (superuser|owner)|must have|only roles|not allowed/i
  test.each([
    ...FINAL.flatMap((table) => [
      `update ${table} set id = default`,
      `delete from ${table}`,
      `truncate ${table}`,
      `alter table ${table} disable trigger all`,
      `create trigger mine before insert on ${table} for each row execute function notify_change('x')`,
      `create rule mine as on insert to ${table} do instead nothing`,
      `drop table ${table}`,
    ]),
    'delete from wallets',
    'delete from orders',
    'update entry_kinds set gives_to = gives_to',
    'delete from schema_migrations',
    'alter table wallets drop constraint wallets_not_overdrawn',
    'alter table ledger_entries owner to current_user',
    'alter sequence order_ids restart',
    'drop function refuse_change() cascade',
    'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
    'drop schema public cascade',
    'create table public.mine (id integer)',
    'create function public.mine() returns integer language sql as $$ select 1 $$',
    'create schema mine',
    'create extension file_fdw',
    'set session_replication_role = replica',
    "select set_config('session_replication_role', 'replica', false)",
    'set session authorization pg_monitor',
    'create role mine superuser',
    'alter role current_user superuser',
    'grant pg_execute_server_program to current_user',
    "copy (select 1) to program 'true'",
    "copy throttles from program 'true'",
    "copy (select 1) to '/tmp/imeigate-mine'",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    'alter system set fsync = off',
    "set log_min_messages = 'panic'",
    'drop table graphile_worker._private_jobs',
  ])('%s', async (statement) => {
    await expect(database.sql.unsafe(statement)).rejects.toThrow(DENIED)
  })

  test('another role', async () => {
    const others = await database.sql<{ name: string }[]>`
      select rolname as name from pg_roles where rolname <> current_user`
    expect(others.length).toBeGreaterThan(10)
    for (const { name } of others)
      await expect(database.sql.unsafe(`set role "${name}"`)).rejects.toThrow(DENIED)
  })
})

test('it may do with each table, view and sequence what serving needs, and nothing more', async () => {
  expect(await findRoleFaults(database.sql, role, 'somebody')).toEqual([])
  const granted = await database.sql<{ name: string; may: string }[]>`
    select relname as name,
           (select string_agg(p, ' ') from unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
             where has_table_privilege(current_user, c.oid, p)) as may
      from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')`
  const all = new Map(granted.map(({ name, may }) => [name, may]))
  // A new table that migrations make is named here when nobody may read it.
  expect([...all].filter(([, may]) => may === null)).toEqual([])
  for (const table of FINAL) expect([table, all.get(table)]).toEqual([table, 'SELECT INSERT'])
  expect(all.get('wallets')).toBe('SELECT INSERT UPDATE')
  expect(all.get('requests')).toBe('SELECT INSERT UPDATE DELETE')
})

test('what it lacks and what it may beyond is found by name, and the statements that are told mend it', async () => {
  const other = await testDatabase()
  try {
    await other.owner.unsafe(`
      create table public.forgotten (id integer);
      create sequence public.forgotten_ids;
      revoke update on wallets from "${role}";
      grant update, trigger on ledger_entries to "${role}";
      grant delete on trail to public;
      grant create on schema public to "${role}";
      revoke usage on schema graphile_worker from "${role}";
      revoke execute on function acting() from public`)
    const faults = await findRoleFaults(other.sql, role, 'somebody')
    expect(faults.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([
      'missing: lacks execute on function acting()',
      'missing: lacks usage on schema graphile_worker',
      'excess: has create on schema public',
      'missing: lacks usage, select on sequence public.forgotten_ids',
      'missing: lacks select, insert, update on table public.forgotten',
      'excess: has update, trigger on table public.ledger_entries',
      'excess: has delete on table public.trail',
      'missing: lacks update on table public.wallets',
    ])
    expect(await grantServing(other.owner, role)).toEqual(faults.map(({ statement }) => statement))
    expect(await findRoleFaults(other.sql, role, 'somebody')).toEqual([])
    expect(await grantServing(other.owner, role)).toEqual([])
  } finally {
    await other.drop()
  }
})

test('powers that no grant of the owner takes away are told, each with its statement', async () => {
  const name = `mighty ${database.name}`
  const [row] = await database.owner<{ owner: string }[]>`select current_user::text as owner`
  const told = async (...statements: string[]): Promise<string[]> => {
    await database.owner.unsafe(statements.join(';'))
    return (await findRoleFaults(database.sql, name, row?.owner ?? '')).map(
      ({ what, statement }) => `${what}: ${statement}`,
    )
  }
  await database.owner.unsafe(`create role "${name}"`)
  await grantServing(database.owner, name)
  try {
    expect(await told()).toEqual([])
    const found = await told(
      `alter role "${name}" createrole`,
      `grant pg_execute_server_program, pg_write_all_data to "${name}"`,
      `grant set on parameter session_replication_role to "${name}"`,
      `grant create on database "${database.name}" to "${name}"`,
    )
    expect(found.slice(0, 5)).toEqual([
      `may make roles: alter role "${name}" nocreaterole`,
      `belongs to pg_execute_server_program: revoke pg_execute_server_program from "${name}"`,
      `belongs to pg_write_all_data: revoke pg_write_all_data from "${name}"`,
      `may make schemas: revoke create on database ${database.name} from "${name}"`,
      `may switch triggers off: revoke set on parameter session_replication_role from "${name}"`,
    ])
    for (const line of found.slice(0, 5)) await database.owner.unsafe(line.split(': ')[1] as string)
    expect(await told()).toEqual([])
    expect(await told(`alter table trail owner to "${name}"`)).toEqual([
      `owns public.trail: reassign owned by "${name}" to ${row?.owner}`,
    ])
    await database.owner.unsafe(`reassign owned by "${name}" to ${row?.owner}`)
    expect(await told(`alter role "${name}" superuser`)).toEqual([
      `is a superuser: alter role "${name}" nosuperuser`,
    ])
  } finally {
    await database.owner.unsafe(`drop owned by "${name}"; drop role "${name}"`)
  }
})

test('a database is made by its owner and served by the other role; who serves cannot migrate, and need not', async () => {
  const empty = await testDatabase()
  const access = { serving: empty.address, owner: empty.ownerAddress }
  try {
    await empty.owner.unsafe('drop schema public, graphile_worker cascade; create schema public')
    await expect(prepareDatabase(empty.access)).rejects.toThrow('set MIGRATE_DATABASE_URL')
    const { applied, granted } = await prepareDatabase(access)
    expect([applied.length > 0, granted.length > 0]).toEqual([true, true])
    expect(await prepareDatabase(access)).toEqual({ applied: [], granted: [] })
    expect(await prepareDatabase(empty.access)).toEqual({ applied: [], granted: [] })
    expect(await reportRole(access)).toEqual({ role, faults: [], isApart: true })
    expect(await reportRole({ serving: access.owner, owner: access.owner })).toMatchObject({ isApart: false })
  } finally {
    await empty.drop()
  }
})

describe('the doctor, and the start,', () => {
  const doctor = async (settings: Record<string, string>) => {
    const { checks } = (await imeigate(['doctor', '--json'], settings)).json()
    return checks.find(({ name }: { name: string }) => name === 'database role')
  }
  const started = async (access: DatabaseAccess): Promise<string[]> => {
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line).msg) })
    const preparation = new Preparation(access, log)
    await preparation.start()
    await preparation.stop()
    return lines
  }

  test('find nothing wrong with the role that serves', async () => {
    expect(await doctor(settingsFor(database.address))).toEqual({
      name: 'database role',
      status: 'ok',
      detail: `${role} may serve, and nothing more`,
      advice: '',
    })
    expect(await started(database.access)).toEqual([])
  })

  test('say where what serves may do all, and how another role is made', async () => {
    const { ownerAddress: owner } = database
    expect(await doctor(settingsFor(owner))).toMatchObject({
      status: 'warn',
      detail: expect.stringMatching(/ is a superuser$/),
      advice: "create role imeigate_serving login password '...'; then see docs/operating.md, Two roles",
    })
    expect(await started({ serving: owner, owner })).toEqual([
      expect.stringMatching(
        /^the role that serves, \S+, is a superuser: imeigate doctor says what mends it$/,
      ),
    ])
  })

  // The doctor itself reads the keys.
  test.each(['orders', 'api_keys'])('say what it lacks of %s', async (table) => {
    const other = await testDatabase()
    try {
      await other.owner.unsafe(`revoke select, insert, update on ${table} from "${role}"`)
      expect(await doctor(settingsFor(other.address))).toMatchObject({
        status: 'fail',
        detail: `${role} lacks select, insert, update on table public.${table}`,
        advice: expect.stringContaining(`grant select, insert, update on table public.${table} to ${role}`),
      })
      // A start that knows the owner mends it.
      expect(await started({ serving: other.address, owner: other.ownerAddress })).toEqual([])
      expect(await doctor(settingsFor(other.address))).toMatchObject({ status: 'ok' })
    } finally {
      await other.drop()
    }
  })
})
