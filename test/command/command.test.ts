import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exitCodes, exitKindOf } from '../../src/command/exit-codes.ts'
import { build } from '../../src/command/program.ts'
import { Refusal } from '../../src/errors.ts'
import { commandsOf, imeigate, imeigateProcess } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let settings: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  settings = settingsFor(database.address)
})
afterAll(() => database.drop())

const run = (...args: string[]) => imeigate(args, settings)
const json = async (...args: string[]) => {
  const { code, stderr, json } = await run(...args, '--json')
  expect(stderr).toBe('')
  expect(code).toBe(0)
  return json()
}

test('an operator makes an account, gives it a key and money, and sees both', async () => {
  const group = await json('group', 'create', '--name', 'Gold')
  expect(group).toEqual({ id: 1, name: 'Gold' })
  const made = await json(
    ...['account', 'create', '--name', 'Café Phones', '--email', 'cafe@example.com', '--currency', 'USD'],
    ...['--username', 'cafe', '--group', 'gold', '--deposit', '100', '--credit-limit', '20'],
  )
  expect(made).toMatchObject({
    id: 1,
    username: 'cafe',
    email: 'cafe@example.com',
    name: 'Café Phones',
    currency: 'USD',
    group: 'Gold',
    status: 'active',
    available: '100.00',
    held: '0.00',
    credit_limit: '20.00',
  })
  expect(new Date(made.created_at).toISOString()).toBe(made.created_at)

  const key = await json(
    'key',
    'create',
    '--account',
    'cafe',
    '--allow-ip',
    '10.0.0.0/8',
    '--allow-ip',
    '::1',
  )
  expect(key.key).toBe(`${key.username}.${key.apiaccesskey}`)
  expect(await json('key', 'list', '--account', '1')).toMatchObject([
    {
      id: key.id,
      account: 1,
      username: key.username,
      allowed_ips: ['10.0.0.0/8', '::1'],
      last_used_at: null,
    },
  ])
  expect((await run('key', 'list')).stdout).not.toContain(key.apiaccesskey)
  expect(await json('key', 'revoke', String(key.id))).toMatchObject({ id: key.id })

  expect(await json('deposit', 'cafe', '0.000001')).toMatchObject({
    kind: 'deposit',
    available: '100.000001',
  })
  expect(await json('account', 'show', 'cafe')).toMatchObject({ id: 1, available: '100.000001' })
  expect(await json('account', 'list', '--search', 'CAFE@')).toHaveLength(1)
  expect(await json('account', 'list', '--search', 'nobody')).toEqual([])
  expect(await json('group', 'list')).toMatchObject([{ id: 1, name: 'Gold', accounts: 1 }])
  expect(await json('account', 'close', '1', '--why', 'asked for')).toMatchObject({ status: 'closed' })
  expect(await json('account', 'reopen', '1')).toMatchObject({ status: 'active' })
  expect(await json('account', 'set', '1', '--group', '', '--name', 'Café')).toMatchObject({
    group: null,
    name: 'Café',
  })
})

test('an amount below 0 is taken in every form', async () => {
  await json(
    'account',
    'create',
    '--name',
    'minus',
    '--email',
    'm@example.com',
    '--currency',
    'USD',
    '--deposit',
    '50',
  )
  for (const [args, available] of [
    [['minus', '-5'], '45.00'],
    [['--account', 'minus', '--amount', '-5.50'], '39.50'],
    [['--account=minus', '--amount=-5'], '34.50'],
    [['--account', 'minus', '-5'], '29.50'],
    [['--amount', '-5', 'minus'], '24.50'],
    [['minus', '+5'], undefined],
    [['minus', '-25'], undefined],
    [['minus', '5', '--amount', '5'], undefined],
    [['minus'], undefined],
  ] as const) {
    if (available)
      expect(await json('adjust', ...args, '--note', 'test')).toMatchObject({
        kind: 'adjust_down',
        available,
      })
    else expect([2, 3]).toContain((await run('adjust', ...args, '--note', 'test')).code)
  }
  expect((await run('adjust', 'minus', '-1')).stderr).toBe(
    'error: Invalid input: an adjustment needs a note\n',
  )
})

test('people get aligned tables without colours', async () => {
  const { stdout } = await run('account', 'list', '--search', 'minus')
  expect(stdout.replace(/\d+/, 'N')).toBe(
    `${'id  username  name   group  status  available   held'}\n${' N  minus     minus  -      active     $24.50  $0.00'}\n`,
  )
})

test('every error goes to stderr, in words and with --json also as one line, and the exit code says of what kind it is', async () => {
  for (const [args, code, field] of [
    [['account', 'create', '--name', 'x', '--email', 'x@y'], 'invalid_input', 'currency'],
    [
      ['account', 'create', '--name', 'x', '--email', 'x@y', '--currency', 'usd', '--deposit', '1e3'],
      'invalid_input',
      'deposit',
    ],
    [
      ['account', 'create', '--name', 'x', '--email', 'x@y', '--currency', 'usd', '--username', 'minus'],
      'conflict',
      'username',
    ],
    [['account', 'show', 'nobody'], 'not_found', 'account'],
    [['account', 'show'], 'invalid_input', null],
    [['account', 'frob'], 'invalid_input', null],
    [['account'], 'invalid_input', null],
    [['frob'], 'invalid_input', null],
    [['--frob'], 'invalid_input', 'frob'],
    [[], 'invalid_input', null],
    [['key', 'create', '--account', 'minus', '--dialect', 'x'], 'invalid_input', 'dialect'],
    [['key', 'create', '--account', 'minus', '--expires', '2030-02-30'], 'invalid_input', 'expires'],
    [['key', 'create', '--account', 'minus', '--expires', '2020-01-01'], 'invalid_input', 'expires'],
    [['key', 'create', '--account', 'minus', '--allow-ip', '10.0.0.0/33'], 'invalid_input', 'allow-ip'],
    [['key', 'revoke', 'x'], 'invalid_input', 'id'],
    [['deposit', 'minus', '0'], 'invalid_input', 'amount'],
    [['adjust', 'minus', '-1000', '--note', 'x'], 'insufficient_balance', 'amount'],
    [['group', 'create', '--name', ' '], 'invalid_input', 'name'],
  ] as const) {
    const { code: exit, stdout, stderr, error } = await run(...args, '--json')
    const name = args.join(' ')
    expect(exit, name).toBe(exitCodes[exitKindOf(new Refusal(code))].code)
    expect(stdout, name).toBe('')
    expect(stderr, name).toMatch(/^error: /m)
    expect(error(), name).toMatchObject({ code, field })
  }
})

test('every command tells how it is used', async () => {
  const whole = await build()
  const all = commandsOf(whole)
  for (const [words, command] of all) {
    const name = `imeigate ${words}`.trimEnd()
    const help = command.helpInformation()
    expect(help, name).toContain(`Usage: ${name}`)
    expect(help, name).toContain('--json')
    expect(command.parent === null || command.description() !== '', name).toBe(true)
  }
  // Each is found where only its own file is loaded.
  for (const name of whole.commands.map((command) => command.name())) {
    const alone = await build([name])
    const helpOf = (program: Command) =>
      program.commands.find((command) => command.name() === name)?.helpInformation()
    expect(helpOf(alone), name).toBe(helpOf(whole))
  }
  expect(all.length).toBeGreaterThan(60)
  // As processes: all of them would cost a minute.
  for (const name of ['imeigate', 'imeigate order', 'imeigate order show']) {
    const { code, stdout, stderr } = await imeigateProcess([...name.split(' ').slice(1), '--help'], settings)
    expect([code, stderr], name).toEqual([0, ''])
    expect(stdout, name).toContain(`Usage: ${name}`)
  }
})

test('the ledger check shows broken rows to people and machines, and ends with 6', async () => {
  expect(await json('ledger', 'check')).toMatchObject({ ok: true })
  const { sql } = database
  await sql`update wallets set available = available + 1500000 where account_id = 1`
  try {
    const forMachines = await run('ledger', 'check', '--json')
    expect(forMachines).toMatchObject({ code: 6, stderr: '' })
    const broken = forMachines.json().checks.filter(({ ok }: { ok: boolean }) => !ok)
    expect(broken).toMatchObject([
      {
        name: 'balances are the sums of the ledger entries',
        rows: [{ account_id: 1, available: '101.500001', available_by_entries: '100.000001' }],
      },
    ])
    const forPeople = await run('ledger', 'check')
    expect(forPeople.code).toBe(6)
    expect(forPeople.stdout).toMatch(/^BROKEN {2}balances are the sums of the ledger entries$/m)
    expect(forPeople.stdout).toContain('101.500001')
  } finally {
    await sql`update wallets set available = available - 1500000 where account_id = 1`
  }
})

test('a database without a schema is made by migrate, and by no other command', async () => {
  const empty = await testDatabase()
  const settings = settingsFor(empty.ownerAddress)
  try {
    await empty.owner.unsafe('drop schema public, graphile_worker cascade; create schema public')
    const refused = await imeigate(['account', 'list', '--json'], settings)
    expect(refused.error()).toMatchObject({ code: 'not_found' })
    const made = await imeigate(['migrate', '--json'], settings)
    expect(made.json().applied.length).toBeGreaterThan(1)
    expect(await imeigate(['account', 'list', '--json'], settings)).toMatchObject({ code: 0, stdout: '[]\n' })
  } finally {
    await empty.drop()
  }
})

test('a database that is newer than the program is left alone', async () => {
  const newer = await testDatabase()
  try {
    await newer.owner`insert into schema_migrations (number, file) values (9999, 'from the future')`
    const { code, stderr } = await imeigate(['account', 'list'], settingsFor(newer.address))
    expect(code).toBe(1)
    expect(stderr).toContain('the database has schema 9999')
    const doctor = await imeigate(['doctor', '--json'], settingsFor(newer.address))
    expect(doctor.code).toBe(6)
    expect(doctor.json().checks).toContainEqual(expect.objectContaining({ name: 'schema', status: 'fail' }))
  } finally {
    await newer.drop()
  }
})

test('a database that was made before the first release is refused in clear words', async () => {
  const older = await testDatabase()
  try {
    await older.owner`update schema_migrations set file = '0001-foundation.sql'`
    // Its first file has the number of the newest schema.
    const list = await imeigate(['account', 'list'], settingsFor(older.address))
    expect(list.stderr).toContain(
      'the database was made before the first release of imeigate: make a new one',
    )
    const doctor = await imeigate(['doctor', '--json'], settingsFor(older.address))
    expect(doctor.json().checks).toContainEqual(expect.objectContaining({ name: 'schema', status: 'fail' }))
    await older.owner`update schema_migrations set file = '0010-notices.sql' where number = 10`
    const { code, stderr } = await imeigate(['migrate'], settingsFor(older.address))
    expect(code).toBe(1)
    expect(stderr).toContain('the database was made before the first release of imeigate: make a new one')
  } finally {
    await older.drop()
  }
})

test('the password of an unreachable database is told to nobody', async () => {
  const DATABASE_URL = 'postgres://someone:hunter2@127.0.0.1:1/books'
  for (const args of [
    ['account', 'list', '--json'],
    ['migrate', '--json'],
    ['doctor', '--json'],
    ['doctor'],
  ]) {
    const { code, stdout, stderr } = await imeigate(args, { DATABASE_URL })
    expect(code).toBe(args[0] === 'doctor' ? 6 : 5)
    expect(stdout + stderr).toContain('127.0.0.1:1/books')
    expect(stdout + stderr).not.toContain('hunter2')
  }
})

test('the doctor names a database that takes no changes', async () => {
  const still = await testDatabase()
  try {
    const [{ name }] = (await still.owner`select current_database() as name`) as [{ name: string }]
    await still.owner`alter database ${still.sql(name)} set default_transaction_read_only = on`
    const { code, json } = await imeigate(['doctor', '--json'], settingsFor(still.address))
    expect(code).toBe(6)
    expect(json().checks).toContainEqual({
      name: 'database',
      status: 'fail',
      detail: expect.stringMatching(/^PostgreSQL [\d.]+ takes no changes$/),
      advice: expect.stringContaining('default_transaction_read_only'),
    })
  } finally {
    await still.drop()
  }
})

test('a wrong setting is named', async () => {
  const { code, stderr } = await imeigate(['account', 'list'], { ...settings, PORT: 'x' })
  expect(code).toBe(2)
  expect(stderr).toContain('PORT="x"')
})

test('the doctor compares where people are to reach the server with what it knows of the proxy', async () => {
  const found = async (more: Record<string, string>) => {
    const { checks } = (await imeigate(['doctor', '--json'], { ...settings, ...more })).json()
    return checks.find(({ name }: { name: string }) => name === 'public address')
  }
  const https = 'https://imei.example.com'
  for (const [more, status, detail] of [
    [{}, 'ok', /not set/],
    [{ PUBLIC_URL: https }, 'warn', /TRUST_PROXY names no proxy/],
    [{ PUBLIC_URL: 'http://imei.example.com' }, 'warn', /has no TLS/],
    [{ PUBLIC_URL: `${https}/`, TRUST_PROXY: '127.0.0.1' }, 'ok', /^https:\/\/imei\.example\.com$/],
    [{ PUBLIC_URL: 'http://localhost:8080' }, 'ok', /localhost/],
  ] as const) {
    expect([more, await found(more)]).toEqual([
      ...[more, expect.objectContaining({ status, detail: expect.stringMatching(detail) })],
    ])
  }
  const wrong = await imeigate(['doctor'], { ...settings, PUBLIC_URL: `${https}/shop` })
  expect(wrong.stdout).toContain('PUBLIC_URL')
})

test('the doctor names a server of another version', async () => {
  const other = createServer((request, reply) => {
    const isReady = request.url === '/readyz'
    reply.end(
      JSON.stringify(isReady ? { status: 'ready' } : { info: { title: 'imeigate', version: '0.0.1' } }),
    )
  })
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  try {
    const PORT = String((other.address() as AddressInfo).port)
    const { checks } = (await imeigate(['doctor', '--json'], { ...settings, PORT })).json()
    expect(checks).toContainEqual(expect.objectContaining({ name: 'port', status: 'ok' }))
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'version',
        status: 'warn',
        detail: expect.stringMatching(/^0\.0\.1 serves/),
      }),
    )
  } finally {
    await new Promise((resolve) => other.close(resolve))
  }
})

test('the doctor finds a port that another program has', async () => {
  const other = createServer((_request, reply) => reply.end('something else'))
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  try {
    const PORT = String((other.address() as AddressInfo).port)
    const taken = await imeigate(['doctor', '--json'], { ...settings, PORT })
    expect(taken.code).toBe(6)
    expect(taken.json().checks).toContainEqual(expect.objectContaining({ name: 'port', status: 'fail' }))
  } finally {
    other.close()
  }
})

test('without DATABASE_URL commands share the embedded database of the data folder, which the doctor finds healthy', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-command-'))
  const embedded = { IMEIGATE_DATA: join(folder, 'data') }
  try {
    expect(await imeigateProcess(['migrate'], embedded)).toMatchObject({ code: 0 })
    const both = await Promise.all(
      ['One', 'Two'].map((name) =>
        imeigateProcess(
          ['account', 'create', '--name', name, '--email', 'a@b.c', '--currency', 'EUR', '--json'],
          embedded,
        ),
      ),
    )
    expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ])
    expect((await imeigateProcess(['account', 'list', '--json'], embedded)).json()).toHaveLength(2)
    const { ok, checks } = (await imeigateProcess(['doctor', '--json'], embedded)).json()
    expect(ok).toBe(true)
    expect(checks.map(({ name }: { name: string }) => name)).toEqual(
      expect.arrayContaining(['Node.js', 'database', 'schema', 'durability', 'clock', 'port']),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
