import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { Cluster, LOG_LIMIT } from '../../src/database/embedded/cluster.ts'
import { takeForItself } from '../../src/database/embedded.ts'
import {
  cleanUp,
  embeddedAddress,
  isRunning,
  killAll,
  migratedFolder,
  Program,
  poolOn,
  postgresEnded,
  postgresOf,
  postmasterOf,
  program,
  shopOn,
  start,
  temporaryFolder,
} from '../support/process.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'

const NOBODY = 65534
const NOBODYS = { uid: NOBODY, gid: NOBODY, cwd: '/' }
/** `asNobody` skips where the checkout is in a folder that other users may not enter. */
const asNobody =
  process.getuid?.() === 0 && spawnSync(process.execPath, [program, '--version'], NOBODYS).status === 0

/** Tried is what the log says of a server that could not be started again. */
interface Tried {
  time: number
  err: { message: string }
}

describe('the embedded PostgreSQL', () => {
  afterEach(cleanUp)

  test('is made at the first start, found by the second, and stopped with the last', async () => {
    const data = join(temporaryFolder(), 'data')
    const first = start(data)
    await first.url()
    const postmaster = postmasterOf(data) as number
    const beside = new Program(['account', 'list', '--json'], { IMEIGATE_DATA: data })
    expect(await beside.ended).toMatchObject({ code: 0 })
    expect(beside.stdout).toBe('[]\n')
    expect(postmasterOf(data)).toBe(postmaster)
    const running = postgresOf(data)
    expect(await first.stop()).toEqual({ code: 0, signal: null })
    await until('all of it has ended', () => !running.some(isRunning))
    expect(readdirSync(data).sort()).toEqual(['postgres', 'postgres.log'])

    const second = start(data)
    await second.url()
    expect(second.stdout).not.toContain('migrated')
    expect(await second.stop()).toEqual({ code: 0, signal: null })
    await postgresEnded(data)
  })

  test('is shared by servers that start at once on a new folder, until the last one leaves', async () => {
    const data = temporaryFolder()
    const servers = [start(data), start(data), start(data)]
    await Promise.all(servers.map((server) => server.url()))
    const [postmaster] = postgresOf(data)
    expect(servers.filter(({ stdout }) => stdout.includes('0001-schema.sql'))).toHaveLength(1)
    expect(readdirSync(data).sort()).toEqual(['postgres', 'postgres.log'])
    const [one, two, three] = servers as [Program, Program, Program]
    await one.stop()
    expect(postgresOf(data)[0]).toBe(postmaster)
    // Two that leave at once: one of them is the last.
    await Promise.all([two.stop(), three.stop()])
    await postgresEnded(data)
  })

  test('outlives a server that was killed, and the next one uses it and ends it', async () => {
    const data = await migratedFolder()
    const killed = start(data)
    await killed.url()
    const [postmaster] = postgresOf(data)
    await killed.kill()
    const next = start(data)
    await next.url()
    expect(postgresOf(data)[0]).toBe(postmaster)
    await next.stop()
    await postgresEnded(data)
  })

  test('is used and left by others while a process is frozen: one that uses it, and one that was about to stop it', async () => {
    const data = await migratedFolder()
    const frozen = start(data)
    await frozen.url()
    const [postmaster] = postgresOf(data)
    frozen.child.kill('SIGSTOP')
    const list = (): Promise<unknown> => new Program(['account', 'list'], { IMEIGATE_DATA: data }).ended
    expect(await list()).toMatchObject({ code: 0 })
    expect(postgresOf(data)[0]).toBe(postmaster)

    const where = embeddedAddress(data, 'imeigate') as { host: string; port: number; user: string }
    const last = new pg.Client({ ...where, database: 'postgres' })
    last.on('error', () => {})
    await last.connect()
    expect(await takeForItself(last)).toBe(false)
    await frozen.kill()
    await until('nobody else uses it', () => takeForItself(last))
    // It says nothing more, as a frozen one does.
    expect(await list()).toMatchObject({ code: 0 })
    expect(postgresOf(data)).toEqual([])
  })

  test('comes back under a running server when it was killed, and orders are placed again', async () => {
    const data = await migratedFolder()
    const server = start(data)
    const shop = await shopOn(server, embeddedAddress(data))
    const service = await shop.service()
    const buyer = await shop.shop()
    const [postmaster] = postgresOf(data) as [number]
    killAll([postmaster])
    await until('another postmaster', () => postgresOf(data).length > 0 && postmasterOf(data) !== postmaster)
    await until('ready again', async () => (await fetch(`${shop.url}/readyz`)).status === 200)
    const placed = await shop.place(buyer, { ID: service, IMEI: imei(1) })
    expect(placed).toMatchObject({ SUCCESS: [{}] })
    expect(await shop.ended(buyer, placed.SUCCESS[0].REFERENCEID)).toMatchObject({ STATUS: '4' })
    // News of changes arrive again, too: its own session listens.
    const sql = poolOn(embeddedAddress(data))
    await until('it listens again', async () => {
      const [row] = await sql<
        { n: number }[]
      >`select count(*)::int as n from pg_stat_activity where query ilike 'listen%'`
      return (row?.n ?? 0) > 0
    })
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    await postgresEnded(data)
  })

  test('is tried again ever more seldom while its folder is away, and used again once that is back', async () => {
    const data = await migratedFolder()
    const server = start(data)
    const url = await server.url()
    const ready = async () => (await fetch(`${url}/readyz`)).status === 200
    await until('ready', ready)
    const postmaster = postgresOf(data)
    renameSync(data, `${data}-away`)
    killAll(postmaster)
    const tries = () =>
      server.stdout
        .split('\n')
        .filter((line) => line.includes('starting it failed'))
        .map((line) => JSON.parse(line) as Tried)
    await until('three tries', () => tries().length >= 3)
    const [first, second, third] = tries() as [Tried, Tried, Tried]
    expect(first.err.message).toBe(`the folder ${data}/postgres is not there any more`)
    expect(second.time - first.time).toBeGreaterThan(900)
    expect(third.time - second.time).toBeGreaterThan(1_900)
    renameSync(`${data}-away`, data)
    await until('ready again', ready)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    await postgresEnded(data)
  })

  test('keeps its log as it was, whatever callers have refused or cancelled, and bounds what it writes itself', async () => {
    const data = await migratedFolder()
    const file = join(data, 'postgres.log')
    truncateSync(file, LOG_LIMIT + 1)
    const server = start(data)
    const shop = await shopOn(server, embeddedAddress(data))
    expect([statSync(file).size < LOG_LIMIT, statSync(`${file}.1`).size]).toEqual([true, LOG_LIMIT + 1])
    const service = await shop.service()
    const poor = await shop.shop({ deposit: '0.5' })
    // Checkpoints come by the clock.
    const lines = (): string[] =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => !line.includes('checkpoint'))
    const before = lines()

    for (let from = 0; from < 1_000; from += 500) {
      const rows = Array.from({ length: 500 }, (_, n) => [
        `${from + n}`,
        { ID: service, IMEI: imei(from + n) },
      ])
      const reply = await shop.call(poor, {
        action: 'placeimeiorderbulk',
        parameters: JSON.stringify(Object.fromEntries(rows)),
      })
      expect(Object.values(reply.json()).filter((one) => (one as { ERROR?: unknown }).ERROR)).toHaveLength(
        500,
      )
    }
    for (let n = 0; n < 50; n++) {
      const wrong = await shop.call({ ...poor, secret: `${n}` }, { action: 'accountinfo' })
      expect(wrong.json().ERROR).toBeDefined()
    }
    const sql = poolOn(embeddedAddress(data))
    for (const refused of [
      'insert into installation default values; insert into installation select * from installation',
      'update wallets set held = -1',
      'update trail set at = now()',
      "set statement_timeout = '1ms'; select pg_sleep(10)",
      'set statement_timeout = 0; select 1 / 0',
      'nonsense',
    ])
      await expect(sql.unsafe(refused)).rejects.toThrow()
    expect(lines()).toEqual(before)

    // What goes wrong for others is there, also after the log was cut under the running server.
    const owner = poolOn(embeddedAddress(data, 'imeigate'))
    truncateSync(file, LOG_LIMIT + 1)
    const cluster = await Cluster.open(data, pino({ level: 'silent' }))
    cluster.trimLog()
    await expect(owner.unsafe('select 1 / 0')).rejects.toThrow()
    expect(lines().join('\n')).toMatch(/^\S+ \S+ UTC \[\d+\] ERROR: {2}division by zero\n/)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
  })

  test('leaves nothing of a first start that was killed half-way', async () => {
    const data = temporaryFolder()
    // What initdb had when it was killed, under the id of a process that is gone.
    mkdirSync(join(data, 'postgres.new-4194303/base'), { recursive: true })
    const killed = start(data)
    await until('half a cluster', () => readdirSync(data).length > 1)
    await killed.kill()
    const server = start(data)
    await server.url()
    expect(readdirSync(data).sort()).toEqual(['postgres', 'postgres.log'])
    await server.stop()
  })

  test('starts although its lock file names a process that is another one now', async () => {
    const data = await migratedFolder()
    const other = await migratedFolder()
    const bystander = start(other)
    await bystander.url()
    const lock = readFileSync(join(other, 'postgres/postmaster.pid'), 'utf8').split('\n')
    for (const pid of [process.pid, postmasterOf(other) as number]) {
      writeFileSync(
        join(data, 'postgres/postmaster.pid'),
        [`${pid}`, '/proc/self/cwd', ...lock.slice(2, 6), '       0         0', 'ready', ''].join('\n'),
      )
      const server = start(data)
      await server.url()
      expect(await server.stop()).toEqual({ code: 0, signal: null })
    }
    expect(postgresOf(other)).not.toEqual([])
    await bystander.stop()
  })

  test('says which version made the folder when it is another one', async () => {
    const data = temporaryFolder()
    mkdirSync(join(data, 'postgres'))
    writeFileSync(join(data, 'postgres/PG_VERSION'), '15\n')
    const server = start(data)
    expect(await server.ended).toEqual({ code: 1, signal: null })
    expect(server.stderr).toMatch(
      /^error: \S+\/postgres was made by PostgreSQL 15, this imeigate brings 18: .+\n$/,
    )
  })

  test('says why when it does not start, and does not take long', async () => {
    const data = await migratedFolder()
    writeFileSync(join(data, 'postgres/postgresql.conf'), 'shared_buffers = nonsense\n')
    const server = start(data)
    expect(await server.ended).toEqual({ code: 1, signal: null })
    expect(server.stderr).toContain('the embedded PostgreSQL did not start; its log ends with')
    expect(server.stderr).toContain('nonsense')
  })

  test('works in a folder whose path is too long for a socket', async () => {
    const data = join(temporaryFolder(), 'a-long-name-'.repeat(10), 'another-long-name-'.repeat(5))
    const server = start(data)
    await server.url()
    const beside = new Program(['account', 'list', '--json'], { IMEIGATE_DATA: data })
    expect(await beside.ended).toMatchObject({ code: 0 })
    const socketFolder = readFileSync(join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[4] as string
    expect(existsSync(socketFolder)).toBe(true)
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(existsSync(socketFolder)).toBe(false)
  })

  test.runIf(asNobody)('runs for an ordinary user in a folder of theirs, and root may look in', async () => {
    const data = temporaryFolder()
    chownSync(data, NOBODY, NOBODY)
    const server = start(data, {}, NOBODYS)
    await server.url()
    const beside = new Program(['account', 'list', '--json'], { IMEIGATE_DATA: data })
    expect(await beside.ended).toMatchObject({ code: 0 })
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    await postgresEnded(data)
  })

  test.runIf(asNobody)('says whose folder it is when another user made it', async () => {
    const data = temporaryFolder({ mode: 0o777 })
    mkdirSync(join(data, 'postgres'), { mode: 0o700 })
    chownSync(join(data, 'postgres'), 1, 1)
    const server = start(data, {}, NOBODYS)
    expect(await server.ended).toEqual({ code: 1, signal: null })
    expect(server.stderr).toMatch(/^error: \S+\/postgres belongs to another user.+\n$/)
  })
})
