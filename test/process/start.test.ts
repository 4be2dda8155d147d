import { once } from 'node:events'
import { Agent } from 'node:http'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { post } from '../support/post.ts'
import {
  cleanUp,
  embeddedAddress,
  isRunning,
  migratedFolder,
  Program,
  poolOn,
  postgresEnded,
  postgresOf,
  shopOn,
  start,
  temporaryFolder,
} from '../support/process.ts'
import { imei } from '../support/server.ts'
import { until } from '../support/until.ts'

describe('imeigate start', () => {
  afterEach(cleanUp)

  test('logs one JSON object a line, with where it listens, and answers the three health paths', async () => {
    const server = start(temporaryFolder())
    const url = await server.url()
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${url}/readyz`)).json()).toEqual({ status: 'ready' })
    const metrics = await fetch(`${url}/metrics`)
    expect(metrics.headers.get('content-type')).toContain('text/plain')
    expect(await metrics.text()).toContain('imeigate_open_items')
    expect(await server.stop()).toEqual({ code: 0, signal: null })
    const said = server.log().map(({ msg }) => msg)
    const first = 'nobody can use the console yet: imeigate staff invite --role owner invites the first owner'
    expect(said).toContain(first)
    expect(said.filter((msg, index) => msg !== said[index - 1] && msg !== first)).toEqual([
      ...(process.getuid?.() === 0
        ? [expect.stringMatching(/^imeigate runs as root: run it as a user/)]
        : []),
      'migrated',
      `imeigate listens on ${url}`,
      'stopping on SIGTERM',
      'stopped',
    ])
    expect(server.stderr).toBe('')
  })

  test('is read by people on a terminal', async () => {
    const data = await migratedFolder()
    const command = `'${process.execPath}' bin/imeigate.js start`
    const terminal = new Program(
      ['-qec', command, '/dev/null'],
      { IMEIGATE_DATA: data },
      { node: 'script', file: '-f' },
    )
    await terminal.says(/INFO.*imeigate listens on http:\/\/127\.0\.0\.1:\d+/)
    // The terminal's Ctrl-C: to all of the foreground's processes.
    terminal.child.kill('SIGTERM')
    await terminal.ended
  })

  test('answers everything that it took before a SIGTERM, and is gone within 10 seconds', async () => {
    const data = await migratedFolder()
    const server = start(data)
    const shop = await shopOn(server, embeddedAddress(data))
    const service = await shop.service()
    const buyer = await shop.shop({ deposit: '1000' })
    const postgres = postgresOf(data)
    // A supplier that never answers is being called, and clients hold connections idle and half a request.
    await shop.place(buyer, { ID: service, IMEI: imei(1, '00100104') })
    const idle = await keptAlive(shop.url)
    const half = await halfSent(shop.url)
    const agent = new Agent({ keepAlive: true, maxSockets: 50 })
    const answers = Array.from({ length: 300 }, (_, n) =>
      post(agent, shop.url, buyer, { ID: service, IMEI: imei(n + 10) }),
    )
    await Promise.race(answers)
    const ended = server.stop()
    const outcomes = await Promise.all(answers.map((answer) => answer.catch(() => undefined)))
    expect(await ended).toEqual({ code: 0, signal: null })
    for (const socket of [idle, half]) socket.destroy()
    expect(server.log().at(-1)).toMatchObject({ msg: 'stopped' })
    await until('all of it has ended', () => ![...postgres, server.child.pid as number].some(isRunning))

    // What it had not taken was refused by a closed port; all that was taken was answered, and is there.
    const acknowledged = outcomes.filter((answer) => answer !== undefined)
    expect(acknowledged.every(({ SUCCESS }) => SUCCESS)).toBe(true)
    const next = start(data)
    await next.url()
    const [row] = await poolOn(
      embeddedAddress(data),
    )`select count(*)::int as n from orders where account_id = ${buyer.accountId}`
    expect(row?.['n']).toBe(1 + acknowledged.length)
    expect(await next.stop()).toEqual({ code: 0, signal: null })
  })

  test('says in one line that its port is taken, and leaves no PostgreSQL behind', async () => {
    const data = await migratedFolder()
    const first = start(await migratedFolder())
    const { port } = new URL(await first.url())
    const second = start(data, { PORT: port })
    expect(await second.ended).toEqual({ code: 1, signal: null })
    expect(second.stderr).toBe(
      `error: cannot listen on 127.0.0.1:${port} (the port is in use already): set another HOST or PORT\n`,
    )
    await postgresEnded(data)
  })

  test('says in one line that its address is not this machine’s', async () => {
    const server = start(await migratedFolder(), { HOST: '192.0.2.1' })
    expect(await server.ended).toEqual({ code: 1, signal: null })
    expect(server.stderr).toMatch(/^error: .*192\.0\.2\.1.*HOST.*\n$/)
  })

  test('names every setting that is wrong', async () => {
    const server = start(temporaryFolder(), {
      PORT: 'http',
      IMEIGATE_ROLE: 'boss',
      DATABASE_URL: 'mysql://root:s3cret@localhost/x',
    })
    expect(await server.ended).toEqual({ code: 2, signal: null })
    for (const name of ['PORT', 'IMEIGATE_ROLE', 'DATABASE_URL']) expect(server.stderr).toContain(name)
    expect(server.stderr).not.toContain('s3cret')
    expect(server.stderr).not.toContain('    at ')
    expect(server.stdout).toBe('')
  })

  test('refuses a schema that is newer than itself, and stops what it started', async () => {
    const data = await migratedFolder()
    const older = start(data)
    await older.url()
    await poolOn(
      embeddedAddress(data, 'imeigate'),
    )`insert into schema_migrations (number, file) values (9999, 'x')`
    const newer = start(data)
    expect(await newer.ended).toEqual({ code: 1, signal: null })
    expect(newer.stderr).toMatch(/^error: the database has schema 9999, this imeigate knows \d+: .+\n$/)
    await older.stop()
    await postgresEnded(data)
  })
})

async function keptAlive(url: string): Promise<Socket> {
  const socket = await open(url)
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  return socket
}

async function halfSent(url: string): Promise<Socket> {
  const socket = await open(url)
  socket.write('POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nusername=')
  return socket
}

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}
