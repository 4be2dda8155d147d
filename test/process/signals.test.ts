import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../src/database/database.ts'
import { migrate } from '../../src/database/migrate.ts'
import { OperatorPostgres } from '../support/operator-postgres.ts'
import { cleanUp, Program, postgresEnded, start, temporaryFolder } from '../support/process.ts'
import { until } from '../support/until.ts'

/** SERVICES lists the lines of the log at which a start is told to stop. */
const SERVICES = [
  'pools',
  'migration',
  'change notifications',
  'authenticator',
  'request log',
  'suppliers',
  'payment gateways',
  'webhooks',
  'jobs',
  'fulfilment',
  'key sweeper',
  'http',
]
const BEFORE_MIGRATION = ['pools', 'migration']
const SECRET = { IMEIGATE_SECRET_KEY: 'ab'.repeat(32), LOG_LEVEL: 'debug' }

const said = (server: Program): string[] => server.log().map(({ msg }) => msg)

let postgres: OperatorPostgres
let databases = 0
beforeAll(async () => {
  postgres = await OperatorPostgres.start()
  await migrate(await postgres.create('migrated'))
})
afterEach(() => cleanUp({ keepFolders: true }))
afterAll(async () => {
  await postgres.kill()
  await cleanUp()
})

async function begin(template?: 'migrated'): Promise<Program> {
  return start({ DATABASE_URL: await postgres.create(`signals_${++databases}`, template), ...SECRET })
}

describe('a signal is obeyed at every moment', () => {
  test.each(SERVICES)('when it comes as %s starts', async (service) => {
    const server = await begin(BEFORE_MIGRATION.includes(service) ? undefined : 'migrated')
    await server.says(new RegExp(`"service":"${service}","msg":"starting"`))
    expect(await server.stop(), server.stdout).toEqual({ code: 0, signal: null })
    expect(said(server)).toEqual(expect.arrayContaining(['stopping on SIGTERM', 'stopped']))
    expect(server.stderr).toBe('')
  })

  test('when it comes in the midst of the migration', async () => {
    const server = await begin()
    await server.says(/"msg":"migrated"/)
    expect(await server.stop('SIGINT')).toEqual({ code: 0, signal: null })
    expect(said(server).at(-1)).toBe('stopped')
  })

  test.each([
    ['start', { code: 0, signal: null }],
    ['migrate', { code: 1, signal: null }],
  ])('when the migration of %s lasts: it is cancelled, and nothing is half done', async (command, ended) => {
    const DATABASE_URL = await postgres.create(`signals_${++databases}`)
    const sql = openPool(DATABASE_URL, { max: 1 })
    try {
      // As a file that takes long: the migration waits for as long as another process migrates.
      await sql`select pg_advisory_lock(7164001)`
      const program = new Program([command], { DATABASE_URL, ...SECRET })
      await until('the migration waits', async () => {
        const waiting = await sql`select from pg_locks where locktype = 'advisory' and not granted`
        return waiting.length > 0
      })
      expect(await program.stop()).toEqual(ended)
      expect(program.stdout + program.stderr).toContain('the migration was cancelled')
      await until('no session is left', async () => {
        const left = await sql`
          select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
        return left.length === 0
      })
      expect(await sql`select to_regclass('schema_migrations') as made`).toEqual([{ made: null }])
    } finally {
      await sql.end()
    }
    const again = new Program(['migrate'], { DATABASE_URL })
    expect(await again.ended).toEqual({ code: 0, signal: null })
  })

  test('when the process has hardly begun: nothing was started, and the signal itself may end it', async () => {
    const server = await begin()
    const { code, signal } = await server.stop()
    expect(signal ?? code).toBe(signal === null ? 0 : 'SIGTERM')
  })

  test('a later one, while the stop lasts, ends the process at once with code 1', async () => {
    const server = await begin('migrated')
    // Half a request holds the stop up for 4 seconds.
    const { hostname, port } = new URL(await server.url())
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    socket.write(
      'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nPOST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n',
    )
    await once(socket, 'data')
    const timer = setInterval(() => server.child.kill('SIGTERM'), 100)
    try {
      expect(await server.ended).toEqual({ code: 1, signal: null })
    } finally {
      clearInterval(timer)
      socket.destroy()
    }
    expect(said(server)).toContain('stopping on SIGTERM')
    expect(said(server)).not.toContain('stopped')
  })
})

test('what still waits does not keep a process that has stopped', async () => {
  const waits = '--import=data:text/javascript,setInterval(()=>{},1e6)'
  const url = await postgres.create(`signals_${++databases}`, 'migrated')
  const server = start({ DATABASE_URL: url }, { ...SECRET, NODE_OPTIONS: waits })
  await server.url()
  expect(await server.stop(), server.stdout).toEqual({ code: 0, signal: null })
})

test.each([
  ['is set up', 'SIGTERM'],
  ['is started', 'SIGINT'],
] as const)('a signal while the embedded PostgreSQL %s leaves nothing running', async (moment, signal) => {
  const data = temporaryFolder()
  const server = start(data, { LOG_LEVEL: 'debug' })
  await server.says(new RegExp(`"msg":"the embedded PostgreSQL ${moment}"`))
  expect(await server.stop(signal)).toEqual({ code: 0, signal: null })
  expect(said(server).at(-1)).toBe('stopped')
  await postgresEnded(data)
  if (moment === 'is set up') expect(readdirSync(data)).toEqual([])
})
