import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Preparation } from '../../src/app/preparation.ts'
import type { Sql } from '../../src/database/database.ts'
import { sharesSessions } from '../../src/database/session-sharing.ts'
import { imeigate } from '../support/command.ts'
import { freePort } from '../support/operator-postgres.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder, until } from '../support/process.ts'

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
  expect(await sharesSessions(database.address)).toBe(false)
})

test.each([
  ['none is free', [], 'last'],
  ['the one that was free last is given', [1, 2, 3, 4, 5, 6], 'last'],
  ['the one that was free first is given', [1, 2], 'first'],
] as const)(
  'a pooler that gives sessions by the transaction is found out where %s',
  async (_, free, takes) => {
    expect(await sharesSessions('', new FakePooler([...free], takes).open)).toBe(true)
  },
)

const hasPgbouncer = spawnSync('pgbouncer', ['--version']).status === 0
const isOnSocket = (): boolean => typeof database.address !== 'string'

describe.runIf(hasPgbouncer)('PgBouncer, where it is installed,', () => {
  const children: ChildProcess[] = []
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
  })

  async function pooled(mode: string): Promise<string> {
    const {
      host,
      user,
      database: name,
    } = database.address as { host: string; user: string; database: string }
    const [folder, port] = [temporaryFolder({ mode: 0o755 }), await freePort()]
    const file = join(folder, 'pgbouncer.ini')
    writeFileSync(
      file,
      `[databases]
${name} = host=${host} user=${user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
ignore_startup_parameters = options
`,
    )
    // It refuses to run as root, and the socket is its owner's.
    const { uid, gid } = statSync(host)
    chownSync(folder, uid, gid)
    children.push(spawn('pgbouncer', ['-q', file], { uid, gid, cwd: '/', stdio: 'ignore' }))
    const url = `postgres://${user}@127.0.0.1:${port}/${name}`
    await until('PgBouncer answers', () =>
      sharesSessions(url).then(
        () => true,
        () => false,
      ),
    )
    return url
  }

  test('in session mode is as good as PostgreSQL itself', async ({ skip }) => {
    skip(!isOnSocket())
    expect(await sharesSessions(await pooled('session'))).toBe(false)
  })

  test.each(['transaction'])('in %s mode is refused by name', async (mode) => {
    if (!isOnSocket()) return
    const url = await pooled(mode)
    const preparation = new Preparation({ serving: url, owner: url }, pino({ level: 'silent' }))
    await expect(preparation.start()).rejects.toThrow('pooler in transaction mode (PgBouncer')
    const { checks } = (await imeigate(['doctor', '--json'], { DATABASE_URL: url })).json()
    expect(checks).toContainEqual(
      expect.objectContaining({
        name: 'database',
        status: 'fail',
        detail: expect.stringContaining('PgBouncer'),
      }),
    )
  })
})
