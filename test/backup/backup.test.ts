import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { startServer } from '../../src/app/server.ts'
import { checkChain } from '../../src/audit/chain-check.ts'
import { chainNext } from '../../src/audit/chain-writer.ts'
import { makeBackup } from '../../src/backup/backup.ts'
import { restore } from '../../src/backup/restore.ts'
import { readConfig } from '../../src/config.ts'
import { asking, type DatabaseAddress, type Sql } from '../../src/database/database.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { micros } from '../../src/lib/money.ts'
import { HOUR_MS } from '../../src/lib/time.ts'
import { newAccount } from '../orders/orders.fixtures.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, migratedFolder, temporaryFolder } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { imei, type Shop, TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const KEY = 'ab'.repeat(32)
const folder = temporaryFolder()
const opened: TestDatabase[] = []
let database: TestDatabase
let server: TestServer
let shop: Shop
let source: Record<string, string>
/** `whole` and `sealed` are backups of the same moment; the second one is encrypted. */
const whole = join(folder, 'whole.backup')
const sealed = join(folder, 'sealed.backup')
const passphrase = join(folder, 'passphrase.txt')

beforeAll(async () => {
  writeFileSync(passphrase, 'correct horse battery staple\n')
  database = await testDatabase()
  source = settingsOn(database.address)
  server = await serverOn(database)
  shop = await server.shop({ deposit: '1000' })
  await fill()
  // From here on the database stays as it is.
  await server.stop()
  expect(await run(['backup', whole], source)).toMatchObject({ code: 0 })
  expect(await run(['backup', sealed, '--passphrase-file', passphrase], source)).toMatchObject({ code: 0 })
})
afterAll(async () => {
  await database.drop()
  await cleanUp()
})
afterEach(async () => {
  for (const database of opened.splice(0)) await database.drop()
})

const settingsOn = (address: DatabaseAddress): Record<string, string> => ({
  ...settingsFor(address),
  IMEIGATE_SECRET_KEY: KEY,
  IMEIGATE_DATA: join(folder, 'none'),
})

/** `serverOn` starts a server whose stop leaves the database as it is. */
async function serverOn(on: TestDatabase, role: 'all' | 'api' = 'all'): Promise<TestServer> {
  const log = pino({ level: 'silent' })
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', IMEIGATE_ROLE: role, IMEIGATE_SECRET_KEY: KEY })
  const started = await startServer(config, on.access, log)
  return new TestServer(started, { sql: on.sql, owner: on.owner, drop: async () => {} })
}

const run = (args: string[], settings: Record<string, string>): Promise<Run> => imeigate(args, settings)

/** `fill` makes rows in many tables: suppliers with secrets, texts that COPY must escape, orders in every state. */
async function fill(): Promise<void> {
  const secret = join(folder, 'secret.txt')
  writeFileSync(secret, 'hidden\n')
  const words = ['--url', 'https://panel.example', '--username', 'us', '--apiaccesskey-file', secret]
  expect(
    await run(['supplier', 'add', '--kind', 'dhru', '--name', 'Big Panel', ...words], source),
  ).toMatchObject({
    code: 0,
  })
  await database.sql`update accounts set name = ${'tab\t, break\n, back\\slash, \\N, quote", ünï, 中文, \\.'} where id = ${shop.accountId}`
  const quick = await server.service()
  const slow = await server.service({ processing: 'manual' })
  for (let n = 0; n < 20; n++) {
    const answer = await server.place(shop, { ID: n % 4 === 3 ? slow : quick, IMEI: imei(n) })
    if (n % 4 !== 3) await server.ended(shop, answer.SUCCESS[0].REFERENCEID)
  }
  while (await chainNext(database.sql, new Date())) {}
}

const target = async (): Promise<TestDatabase> => {
  const database = await emptyDatabase()
  opened.push(database)
  return database
}

const restoring = (into: TestDatabase, file: string, ...more: string[]): Promise<Run> =>
  run(['restore', file, ...more], settingsOn(into.ownerAddress))

/** `contentOf` gives what every table holds, but for what a restore changes: which server it is, what is held, and backups themselves. */
async function contentOf(sql: Sql): Promise<Record<string, unknown>> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relpersistence = 'p'
       and relname not in ('backups', 'placement_probes', 'schema_migrations') order by 1`
  const content: Record<string, unknown> = {}
  for (const { name } of tables) {
    const [row] = await sql.unsafe<{ count: bigint; hash: string }[]>(
      `select count(*), md5(string_agg(line, E'\\n' order by line)) as hash
         from (select (to_jsonb(t) - 'server' - 'restored')::text as line from "${name}" t) as lines`,
    )
    content[name] = [row?.count, row?.hash]
  }
  return content
}

describe('a backup', () => {
  it.each([
    ['plain', () => whole, []],
    ['encrypted', () => sealed, ['--passphrase-file', passphrase]],
  ])('%s, is restored as it was', async (_name, file, words) => {
    const other = await target()
    const restored = await restoring(other, file(), ...words, '--json')
    expect(restored).toMatchObject({ code: 0 })
    expect(restored.json()).toMatchObject({
      ledger_ok: true,
      secrets_open: true,
      open_items: { waiting: 5, sent: 0 },
    })
    const before = await contentOf(database.owner)
    expect(await contentOf(other.owner)).toEqual(before)
    expect(Object.values(before).filter((one) => (one as [bigint])[0] > 0n).length).toBeGreaterThan(15)
    // It is served, and a trail and a chain go on behind it.
    await other.owner`update accounts set name = 'another' where id = ${shop.accountId}`
    while (await chainNext(other.owner, new Date(Date.now() + HOUR_MS))) {}
    const checks = [...(await checkLedger(other.owner)), ...(await checkChain(other.owner))]
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
  })

  it('opens with BACKUP_PASSPHRASE where no other is given, which is no matter for one that is not encrypted', async () => {
    const settings = { BACKUP_PASSPHRASE_FILE: passphrase }
    for (const file of [whole, sealed]) {
      expect(await run(['backup', 'check', file], { ...source, ...settings })).toMatchObject({ code: 0 })
      const other = await target()
      const into = { ...settingsOn(other.ownerAddress), ...settings }
      expect(await run(['restore', file], into)).toMatchObject({ code: 0 })
    }
    const wrong = { ...source, BACKUP_PASSPHRASE: 'another long one' }
    expect(await run(['backup', 'check', sealed], wrong)).toMatchObject({ code: 2 })
    const given = ['--passphrase-file', passphrase]
    expect(await run(['backup', 'check', sealed, ...given], wrong)).toMatchObject({ code: 0 })
  })

  it('gives no number again that may have been given since', async () => {
    const other = await target()
    await restoring(other, whole)
    const lastOf = async (sql: Sql) => {
      const rows = await sql<{ name: string; last: bigint | null }[]>`
        select sequencename as name, last_value as last from pg_sequences where schemaname = 'public' order by 1`
      return new Map(rows.map(({ name, last }) => [name, last ?? 0n]))
    }
    const [before, after] = [await lastOf(database.owner), await lastOf(other.owner)]
    expect([...after.keys()]).toEqual([...before.keys()])
    for (const [name, last] of before)
      expect([name, (after.get(name) ?? 0n) - last > 9_000n]).toEqual([name, true])
    expect(String(after.get('order_ids'))).toHaveLength(12)
  })

  it('made while money moves between the tables that it reads holds one moment', async () => {
    const busy = await testDatabase()
    opened.push(busy)
    const account = await newAccount(busy.sql, 1_000_000n)
    const before = await contentOf(busy.owner)
    const file = join(folder, 'busy.backup')
    let moved = 0
    await makeBackup(busy.address, file, {
      onProgress: async () => {
        moved++
        await new Adjustments(busy.sql).deposit(account, micros(1n), { actor: 'cli:anna' })
      },
    })
    expect(moved).toBeGreaterThan(Object.keys(before).length - 1)
    const other = await target()
    expect((await restoring(other, file, '--json')).json()).toMatchObject({ ledger_ok: true })
    const restored = await contentOf(other.owner)
    expect([restored['wallets'], restored['ledger_entries']]).toEqual([
      before['wallets'],
      before['ledger_entries'],
    ])
  })

  it("of an embedded database goes into an empty folder, and into a database of one's own", async () => {
    const data = await migratedFolder()
    const settings = { IMEIGATE_DATA: data }
    const add = [
      'account',
      'create',
      '--name',
      'A',
      '--email',
      'a@example.com',
      '--username',
      'aa',
      '--currency',
      'USD',
    ]
    expect(await run(add, settings)).toMatchObject({ code: 0 })
    const made = await run(['backup', '--json'], settings)
    expect(made).toMatchObject({ code: 0 })
    const { file } = made.json()
    expect(readdirSync(join(data, 'backups'))).toEqual([file.split('/').at(-1)])
    const elsewhere = join(temporaryFolder(), 'new')
    expect(await run(['restore', file], { IMEIGATE_DATA: elsewhere })).toMatchObject({ code: 0 })
    const list = await run(['account', 'list', '--json'], { IMEIGATE_DATA: elsewhere })
    expect(list.json()).toMatchObject([{ username: 'aa' }])
    expect(await restoring(await target(), file)).toMatchObject({ code: 0 })
  })
})

/** `isUntouched` tells whether nothing was made in a database. */
const isUntouched = async (other: TestDatabase): Promise<boolean> => {
  const tables = await other.owner`select from pg_class where relnamespace = 'public'::regnamespace`
  return tables.length === 0
}

describe('a restore is refused, and changes nothing,', () => {
  const secret = ['--passphrase-file', passphrase]
  /** `changed` makes a file of a backup's bytes. */
  const changed = (from: string, change: (bytes: Buffer) => Buffer): string => {
    const file = join(folder, 'changed.backup')
    writeFileSync(file, change(readFileSync(from)))
    return file
  }
  const head = (bytes: Buffer, change: (head: Record<string, unknown>) => object): Buffer => {
    const [from, to] = [bytes.indexOf(10) + 1, bytes.indexOf(10, bytes.indexOf(10) + 1)]
    const text = JSON.stringify(change(JSON.parse(bytes.toString('utf8', from, to))))
    return Buffer.concat([bytes.subarray(0, from), Buffer.from(text), bytes.subarray(to)])
  }

  it.each<[string, string[], RegExp, () => string]>([
    ['of a file that is not there', [], /cannot read .*nowhere \(ENOENT\)$/, () => join(folder, 'nowhere')],
    ['of a folder', [], /cannot be read \(EISDIR\)$/, () => folder],
    ['of another file', [], /is no backup of imeigate/, () => passphrase],
    ['of an empty file', [], /is no backup of imeigate/, () => changed(whole, () => Buffer.alloc(0))],
    ['of one cut off in its head', [], /is cut off/, () => changed(whole, (bytes) => bytes.subarray(0, 40))],
    [
      'of one cut off at its half',
      [],
      /is cut off/,
      () => changed(whole, (bytes) => bytes.subarray(0, bytes.length / 2)),
    ],
    ['of one that lacks a byte', [], /is cut off/, () => changed(whole, (bytes) => bytes.subarray(0, -1))],
    [
      'of an encrypted one that lacks a byte',
      secret,
      /is cut off/,
      () => changed(sealed, (bytes) => bytes.subarray(0, -1)),
    ],
    [
      'of one with something behind it',
      secret,
      /is broken/,
      () => changed(sealed, (bytes) => Buffer.concat([bytes, Buffer.from('more')])),
    ],
    [
      'of a head that is no JSON',
      [],
      /is broken: what it begins with/,
      () => changed(whole, (bytes) => Buffer.concat([bytes.subarray(0, 17), bytes])),
    ],
    [
      'of a newer format',
      [],
      /is of version 2 of the format/,
      () => changed(whole, (bytes) => head(bytes, (one) => ({ ...one, version: 2 }))),
    ],
    [
      'of a newer schema',
      [],
      /other|newer|is broken/,
      () => changed(whole, (bytes) => head(bytes, (one) => ({ ...one, schema: 99 }))),
    ],
    [
      'of another moment in its head',
      [],
      /is broken/,
      () => changed(whole, (bytes) => head(bytes, (one) => ({ ...one, madeAt: '2020-01-01T00:00:00.000Z' }))),
    ],
    ['without a passphrase', [], /is encrypted: give its passphrase/, () => sealed],
    ['with a passphrase too many', secret, /is not encrypted/, () => whole],
    [
      'with a wrong passphrase',
      ['--passphrase', 'something else'],
      /does not open with this passphrase/,
      () => sealed,
    ],
  ])('%s', async (_name, words, message, file) => {
    const other = await target()
    const refused = await restoring(other, file(), ...words, '--json')
    expect(refused.code).not.toBe(0)
    expect(refused.error()).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) })
    expect(await isUntouched(other)).toBe(true)
  })

  it('of a file in which any byte is another', async () => {
    const random = randomNumbers(inject('seed'))
    for (const [from, words] of [
      [whole, []],
      [sealed, secret],
    ] as const) {
      const length = readFileSync(from).length
      // The head of gzip has a time and a system that mean nothing.
      const body = readFileSync(from).indexOf(10, 17) + 11
      for (let n = 0; n < 8; n++) {
        const at = body + Math.floor(random() * (length - body))
        const file = changed(from, (bytes) =>
          Buffer.concat([bytes.subarray(0, at), Buffer.from([(bytes[at] ?? 0) ^ 1]), bytes.subarray(at + 1)]),
        )
        const { code, stderr } = await run(['backup', 'check', file, ...words], source)
        expect([at, code, stderr]).toEqual([
          at,
          expect.not.toBeOneOf([0]),
          expect.stringMatching(/changed.backup (is broken|is cut off)/),
        ])
      }
    }
  })

  it('into a database that has something, or that somebody uses', async () => {
    const other = await target()
    await other.owner`create table theirs (id integer)`
    expect((await restoring(other, whole, '--json')).error()).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('tables of something else'),
    })
    const used = await testDatabase()
    opened.push(used)
    await used.sql`select 1`
    expect((await restoring(used, whole, '--json')).error()).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('stop imeigate first'),
    })
    const filled = await target()
    expect(await restoring(filled, whole)).toMatchObject({ code: 0 })
    const before = await contentOf(database.owner)
    expect((await restoring(filled, whole, '--json')).error()).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/has rows in this one/),
    })
    expect(await contentOf(filled.owner)).toEqual(before)
  })

  it('and goes well afterwards, where it broke off in the middle', async () => {
    const other = await target()
    const file = changed(whole, (bytes) => head(bytes, (one) => ({ ...one, program: 'another' })))
    await expect(restore(other.ownerAddress, file)).rejects.toThrow(/is broken/)
    const accounts = await asking(other.ownerAddress, (sql) => sql`select from accounts`)
    expect(accounts).toHaveLength(0)
    expect(await restoring(other, whole)).toMatchObject({ code: 0 })
  })
})

describe('what was open in a backup', () => {
  it('is sent to no supplier before a person has said so', async () => {
    const before = await testDatabase()
    opened.push(before)
    const placing = await serverOn(before, 'api')
    const shop = await placing.shop()
    const service = await placing.service()
    const ids: string[] = []
    for (let n = 0; n < 3; n++) {
      const answer = await placing.place(shop, { ID: service, IMEI: imei(n) })
      ids.push(answer.SUCCESS[0].REFERENCEID)
    }
    await placing.stop()
    const file = join(folder, 'open.backup')
    expect(await run(['backup', file], settingsOn(before.address))).toMatchObject({ code: 0 })
    const other = await target()
    const restored = await restoring(other, file)
    expect(restored.stdout).toContain('imeigate review list --kind changed')

    const server = await serverOn({
      ...other,
      sql: other.owner,
      access: { serving: other.ownerAddress, owner: other.ownerAddress },
    })
    try {
      const settings = settingsOn(other.ownerAddress)
      const waiting = async () =>
        (await run(['review', 'list', '--kind', 'changed', '--json'], settings)).json()
      await until('all wait for a person', async () => (await waiting()).length === 3)
      expect(await other.owner`select from attempts`).toHaveLength(0)
      const reviews = new Map<string, string>(
        (await waiting()).map((one: { id: number; order: number }) => [String(one.order), String(one.id)]),
      )
      const [first, second, third] = ids.map((id) => reviews.get(id) as string) as [string, string, string]
      const decide = (...words: string[]) =>
        run(['review', 'resolve', ...words, '--why', 'asked them'], settings)
      expect((await decide(first, '--found', '77', '--json')).error()).toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('knows of no supplier'),
      })
      expect(await decide(first, '--dismiss')).toMatchObject({ code: 0 })
      expect(await decide(second, '--give-back')).toMatchObject({ code: 0 })
      expect(await decide(third, '--dismiss')).toMatchObject({ code: 0 })
      expect(await server.ended(shop, ids[0] as string)).toMatchObject({ STATUS: '4' })
      expect(await server.ended(shop, ids[1] as string)).toMatchObject({ STATUS: '3' })
      expect(await server.ended(shop, ids[2] as string)).toMatchObject({ STATUS: '4' })
      expect(await other.owner`select from attempts`).toHaveLength(2)
      expect((await checkLedger(other.owner)).filter(({ ok }) => !ok)).toEqual([])
    } finally {
      await server.stop()
    }
  })
})
