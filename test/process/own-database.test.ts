import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { OperatorPostgres, PASSWORD } from '../support/operator-postgres.ts'
import { cleanUp, Program, shopOn, start } from '../support/process.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'

describe('imeigate start on the operator’s own PostgreSQL', () => {
  let postgres: OperatorPostgres
  beforeAll(async () => {
    postgres = await OperatorPostgres.start()
  })
  afterAll(async () => {
    await postgres.kill()
    await cleanUp()
  })
  afterEach(() => cleanUp({ keepFolders: true }))

  test('two that start at once on an empty database migrate it once', async () => {
    const url = await postgres.create('at_once')
    const servers = [start({ DATABASE_URL: url }), start({ DATABASE_URL: url })]
    await Promise.all(servers.map((server) => server.url()))
    const migrated = servers.flatMap((server) => server.log().filter(({ msg }) => msg === 'migrated'))
    expect(new Set(migrated.map(({ migration }) => migration)).size).toBe(migrated.length)
    expect(migrated.length).toBeGreaterThan(0)
    for (const server of servers) expect(await server.stop()).toEqual({ code: 0, signal: null })
  })

  test('an api process takes orders, and only a worker fulfils them', async () => {
    const url = await postgres.create('roles')
    const api = start({ DATABASE_URL: url }, { IMEIGATE_ROLE: 'api', LOG_LEVEL: 'debug' })
    const shop = await shopOn(api, url)
    const service = await shop.service()
    const buyer = await shop.shop()
    const { SUCCESS } = await shop.place(buyer, { ID: service, IMEI: imei(1) })
    const started = api.log().map(({ service }) => service)
    expect(started).toContain('http')
    expect(started).not.toContain('fulfilment')
    expect(await shop.status(buyer, SUCCESS[0].REFERENCEID)).toMatchObject({ STATUS: '0' })
    const worker = start({ DATABASE_URL: url }, { IMEIGATE_ROLE: 'worker' })
    const workerUrl = await worker.url()
    expect(await shop.ended(buyer, SUCCESS[0].REFERENCEID)).toMatchObject({ STATUS: '4' })
    expect((await fetch(`${workerUrl}/readyz`)).status).toBe(200)
    expect((await fetch(`${workerUrl}/api/dhru`, { method: 'POST' })).status).toBe(404)
    for (const server of [api, worker]) expect(await server.stop()).toEqual({ code: 0, signal: null })
  })

  test('is not ready while the database is away, and takes orders again when it is back', async () => {
    const url = await postgres.create('away')
    const server = start({ DATABASE_URL: url })
    const shop = await shopOn(server, url)
    const service = await shop.service()
    const buyer = await shop.shop()
    await postgres.kill()
    const ready = async (): Promise<number> => (await fetch(`${shop.url}/readyz`)).status
    await until('not ready', async () => (await ready()) === 503)
    expect((await fetch(`${shop.url}/healthz`)).status).toBe(200)
    const metrics = await fetch(`${shop.url}/metrics`)
    expect(metrics.status).toBe(200)
    expect(await metrics.text()).toContain('process_cpu_seconds_total')
    await until('a round has failed', () => server.log().some(({ loop }) => loop === 'poller'))
    await postgres.start()
    await until('ready', async () => (await ready()) === 200)
    const placed = await shop.place(buyer, { ID: service, IMEI: imei(1) })
    expect(placed).toMatchObject({ SUCCESS: [{}] })
    expect(await shop.ended(buyer, placed.SUCCESS[0].REFERENCEID)).toMatchObject({ STATUS: '4' })
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    expect(server.stdout + server.stderr).not.toContain(PASSWORD)
  })

  test('stops in order while the database is away', async () => {
    const url = await postgres.create('gone')
    const server = start({ DATABASE_URL: url })
    const shop = await shopOn(server, url)
    const service = await shop.service()
    const buyer = await shop.shop()
    await shop.place(buyer, { ID: service, IMEI: imei(1, '00100104') })
    await until('its call is under way', async () => (await shop.sql`select from attempts`).length === 1)
    await postgres.kill()
    try {
      await until('not ready', async () => (await fetch(`${shop.url}/readyz`)).status === 503)
      // The outcome of the call that is broken off cannot be written; it is asked about after the next start.
      expect(await server.stop()).toEqual({ code: 0, signal: null })
    } finally {
      await postgres.start()
    }
  })

  test('says where it looked for a database that is not there, without the password', async () => {
    for (const url of [
      postgres.url('no_such_database'),
      postgres.url('postgres', `${PASSWORD}-but-wrong`),
      `postgres://operator:${PASSWORD}@127.0.0.1:1/imeigate`,
      `postgres://operator:${PASSWORD}#@127.0.0.1:1/imeigate`,
    ]) {
      for (const program of [
        start({ DATABASE_URL: url }),
        new Program(['account', 'list'], { DATABASE_URL: url }),
      ]) {
        expect([1, 2, 5]).toContain((await program.ended).code)
        expect(program.stderr).toMatch(/^error: .+\n$/)
        expect(program.stdout + program.stderr).not.toContain(PASSWORD)
      }
    }
    const away = new Program(['account', 'list', '--json'], {
      DATABASE_URL: 'postgres://x@127.0.0.1:1/imeigate',
    })
    expect(await away.ended).toEqual({ code: 5, signal: null })
    expect(JSON.parse(away.stderr.trimEnd().split('\n').at(-1) as string)).toEqual({
      error: {
        code: 'temporarily_unavailable',
        message:
          'nothing listens for connections to the database at 127.0.0.1:1/imeigate (ECONNREFUSED): see that PostgreSQL runs, and that host and port in DATABASE_URL are right, and try again',
        field: null,
      },
    })
  })
})
