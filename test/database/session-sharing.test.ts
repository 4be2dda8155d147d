import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Preparation } from '../../src/app/preparation.ts'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import { openPool, type Sql } from '../../src/database/database.ts'
import { sessionSharing } from '../../src/database/session-sharing.ts'
import { imeigate } from '../support/command.ts'
import { freePort } from '../support/operator-postgres.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import { imei, TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  await database.drop()
  await cleanUp()
})

/** `FakePooler` gives a transaction any session that is free, the one that was free first or last, and makes another where none is. */
class FakePooler {
  readonly #free: number[]
  readonly #takes: 'first' | 'last'
  #made = 100

  constructor(free: number[], takes: 'first' | 'last') {
    this.#free = free
    this.#takes = takes
  }

  open = (): Sql => {
    const during = async <T>(work: (pid: number) => Promise<T>): Promise<T> => {
      const pid = (this.#takes === 'last' ? this.#free.pop() : this.#free.shift()) ?? ++this.#made
      const result = await work(pid)
      this.#free.push(pid)
      return result
    }
    const on = (pid: number) => ({ unsafe: async () => [{ pid }] })
    return {
      unsafe: () => during(async (pid) => [{ pid }]),
      begin: (work: (sql: unknown) => Promise<unknown>) => during((pid) => work(on(pid))),
      end: async () => {},
    } as unknown as Sql
  }
}

test('connections to PostgreSQL itself have sessions of their own', async () => {
  expect(await sessionSharing(database.address)).toBeUndefined()
})

test.each([
  ['none is free', [], 'last'],
  ['the one that was free last is given', [1, 2, 3, 4, 5, 6], 'last'],
  ['the one that was free first is given', [1, 2], 'first'],
] as const)(
  'a pooler that gives sessions by the transaction is found out where %s',
  async (_, free, takes) => {
    expect(await sessionSharing('', new FakePooler([...free], takes).open)).toBe('transaction')
  },
)

const hasPgbouncer = spawnSync('pgbouncer', ['--version']).status === 0
const isOnSocket = (): boolean => typeof database.address !== 'string'

describe.runIf(hasPgbouncer)('PgBouncer, where it is installed,', () => {
  const children: ChildProcess[] = []
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
  })

  /** `pooled` gives the URL of a PgBouncer that has these settings beside what it needs. */
  async function pooled(settings: Record<string, string | number>): Promise<string> {
    const { host, user } = database.address as { host: string; user: string }
    const [folder, port] = [temporaryFolder({ mode: 0o755 }), await freePort()]
    const file = join(folder, 'pgbouncer.ini')
    const lines = {
      listen_addr: '127.0.0.1',
      listen_port: port,
      unix_socket_dir: '',
      auth_type: 'any',
      ...settings,
    }
    writeFileSync(
      file,
      [
        `[databases]\n${database.name} = host=${host} user=${user}\n[pgbouncer]`,
        ...Object.entries(lines).map(([name, value]) => `${name} = ${value}`),
      ].join('\n'),
    )
    // It refuses to run as root, and the socket is its owner's.
    const { uid, gid } = statSync(host)
    chownSync(folder, uid, gid)
    children.push(spawn('pgbouncer', ['-q', file], { uid, gid, cwd: '/', stdio: 'ignore' }))
    await until('PgBouncer listens', () => isListening(port))
    return `postgres://${user}@127.0.0.1:${port}/${database.name}`
  }

  const doctor = async (url: string): Promise<{ name: string; status: string; detail: string }[]> =>
    (await imeigate(['doctor', '--json'], { DATABASE_URL: url })).json().checks

  test.each([
    ['as it comes', {}],
    ['where it drops settings that come with a connection', { ignore_startup_parameters: 'options' }],
    ['where it leaves in a session what others did', { server_reset_query: '', default_pool_size: 1 }],
  ])('in session mode %s is as good as PostgreSQL itself', async (_, settings) => {
    if (!isOnSocket()) return
    const url = await pooled({ pool_mode: 'session', ...settings })
    const settled = `select current_setting('TimeZone') as zone, current_setting('lock_timeout') as lock,
                            current_setting('imeigate.actor') as actor`
    for (const timeout of ['7000', '9000', undefined]) {
      const session = timeout === undefined ? {} : { lock_timeout: timeout, 'imeigate.actor': "o'clock" }
      const sql = openPool(url, { max: 1, session })
      const expected = timeout ? [`${Number(timeout) / 1000}s`, "o'clock"] : ['0', 'imeigate']
      expect([...(await sql.unsafe(settled))]).toEqual([
        { zone: 'UTC', lock: expected[0], actor: expected[1] },
      ])
      // Its name is that of the next one's statement, too.
      expect([...(await sql`select ${timeout ?? 'none'}::text as is`)]).toEqual([{ is: timeout ?? 'none' }])
      await sql.end()
    }
    if (!('default_pool_size' in settings)) expect(await sessionSharing(url)).toBeUndefined()
  })

  test('in session mode serves: orders are placed and fulfilled, changes told of, reads cancelled', async () => {
    if (!isOnSocket()) return
    const url = await pooled({ pool_mode: 'session', default_pool_size: 60 })
    const log: string[] = []
    const server = await startServer(
      readConfig({ HOST: '127.0.0.1', PORT: '0', IMEIGATE_SECRET_KEY: 'ab'.repeat(32) }),
      { serving: url, owner: url },
      pino({ level: 'warn' }, { write: (line) => void log.push(line) }),
    )
    const shop = new TestServer(server, { sql: database.sql, owner: database.owner, drop: async () => {} })
    try {
      const buyer = await shop.shop()
      const service = await shop.service()
      const placed = await shop.place(buyer, { ID: service, IMEI: imei(1) })
      expect(placed).toMatchObject({ SUCCESS: [{}] })
      expect(await shop.ended(buyer, placed.SUCCESS[0].REFERENCEID)).toMatchObject({ STATUS: '4' })
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
      expect((await doctor(url)).find(({ name }) => name === 'database')).toMatchObject({ status: 'ok' })
    } finally {
      await server.stop()
    }
    // The role of this database both owns and serves.
    expect(log.filter((line) => !line.includes('imeigate doctor'))).toEqual([])
  })

  test.each(['transaction', 'statement'])('in %s mode is refused by name', async (mode) => {
    if (!isOnSocket()) return
    const url = await pooled({ pool_mode: mode })
    const preparation = new Preparation({ serving: url, owner: url }, pino({ level: 'silent' }))
    await expect(preparation.start()).rejects.toThrow(`pool_mode = ${mode}`)
    expect(await doctor(url)).toContainEqual(
      expect.objectContaining({
        name: 'database',
        status: 'fail',
        detail: expect.stringContaining('PgBouncer'),
      }),
    )
  })
})

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
