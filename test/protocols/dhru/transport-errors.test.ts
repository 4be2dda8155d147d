import { connect } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../../../src/app/server.ts'
import { readConfig } from '../../../src/config.ts'
import {
  exchange,
  type Format,
  login,
  type Pairs,
  type RawRequest,
  readDhru,
  urlencoded,
} from '../../support/dhru.ts'
import { testDatabase } from '../../support/postgres.ts'
import { imei, type Shop, TestServer } from '../../support/server.ts'

const FORMATS: Format[] = ['JSON', 'XML']
const BODY_LIMIT = 65_536

let server: TestServer
let shop: Shop
let service: string
const log: string[] = []

beforeAll(async () => {
  const database = await testDatabase()
  const config = readConfig({ HOST: '127.0.0.1', PORT: '0', BODY_LIMIT: String(BODY_LIMIT) })
  const logger = pino({ level: 'error' }, { write: (line: string) => void log.push(line) })
  server = new TestServer(await startServer(config, database.access, logger), database)
  shop = await server.shop()
  service = await server.service()
})
afterAll(() => server?.stop())

const NOT_A_POST = ['Method not allowed: send a POST', 'method_not_allowed: send a POST']

async function refused(request: RawRequest, format: Format): Promise<[string, string]> {
  const read = readDhru(await exchange(server.url, request))
  expect(read.format).toBe(format)
  const { MESSAGE, FULL_DESCRIPTION } = read.says.ERROR[0]
  return [MESSAGE, FULL_DESCRIPTION]
}

describe('an error', () => {
  it.each(FORMATS)('method_not_allowed is said in %s of anything but a POST', async (format) => {
    const request = urlencoded([...login(shop, format), ['action', 'accountinfo']])
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'LOCK']) {
      for (const path of ['/api/dhru', '/api/dhru/index.php', '/api/index.php']) {
        expect(await refused({ ...request, method, path }, format), method).toEqual(NOT_A_POST)
      }
    }
    const path = `/api/dhru?requestformat=${format}`
    expect(await refused({ method: 'GET', path }, format)).toEqual(NOT_A_POST)
    const head = await exchange(server.url, { method: 'HEAD', path })
    expect(head.status).toBe(200)
  })

  it.each(FORMATS)('body_too_large is said in %s, with a length and without one', async (format) => {
    const fields: Pairs = [...login(shop, format), ['action', 'accountinfo'], ['padding', '']]
    const request = urlencoded(fields)
    const length = Buffer.byteLength(request.body as string)
    const padded = (more: number): RawRequest => ({ ...request, body: request.body + 'x'.repeat(more) })
    for (const chunked of [false, true]) {
      const fits = { ...padded(BODY_LIMIT - length), chunked }
      expect(readDhru(await exchange(server.url, fits)).says.SUCCESS).toHaveLength(1)
      for (const more of [1, BODY_LIMIT, 10 * BODY_LIMIT]) {
        const tooLarge = { ...padded(BODY_LIMIT - length + more), chunked }
        expect(await refused(tooLarge, format)).toEqual([
          `Request too large: at most ${BODY_LIMIT} bytes`,
          `body_too_large: at most ${BODY_LIMIT} bytes`,
        ])
      }
    }
  })

  it('body_too_large is not said before its sender has sent everything, unless that is 16 times the limit', async () => {
    const { hostname, port } = new URL(server.url)
    /** `begin` begins a request of so many bytes, and sends so many of them. */
    const begin = async (length: number, sent: number) => {
      const socket = connect(Number(port), hostname)
      let answer = ''
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1')
      })
      socket.write(`POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`)
      await new Promise((resolve) => socket.write('x'.repeat(sent), resolve))
      return { socket, answer: () => answer }
    }
    const patient = await begin(15 * BODY_LIMIT, 15 * BODY_LIMIT - 1)
    // What is sent behind it on another connection is answered: so it has been read.
    const endless = await begin(1_000 * BODY_LIMIT, 16 * BODY_LIMIT + 1)
    await expect.poll(endless.answer).toContain('body_too_large')
    expect(patient.answer()).toBe('')
    patient.socket.write('x')
    await expect.poll(patient.answer).toContain('body_too_large')
    for (const { socket } of [patient, endless]) socket.destroy()
  })

  it.each(FORMATS)('internal_error in %s says no more than where to look in the log', async (format) => {
    for (const [table, column, fields] of [
      ['wallets', 'available', { action: 'accountinfo' }],
      ['orders', 'state', { action: 'orderstatus', orderid: '1' }],
      ['items', 'input', { action: 'placeimeiorder', ID: service, IMEI: imei(1) }],
    ] as const) {
      const before = log.length
      await server.owner`alter table ${server.sql(table)} rename column ${server.sql(column)} to away`
      try {
        const request = urlencoded([...login(shop, format), ...Object.entries(fields)])
        const [message, description] = await refused(request, format)
        const id = /request ([0-9a-f-]{36})$/.exec(message)?.[1] as string
        expect([message, description]).toEqual([
          `Internal error: request ${id}`,
          `internal_error: request ${id}`,
        ])
        const told = log.slice(before).filter((line) => line.includes(id))
        expect(told).toHaveLength(1)
        expect(JSON.parse(told[0] as string)).toMatchObject({
          err: { message: expect.stringContaining(column) },
          requestId: id,
        })
        expect(told[0]).not.toContain(shop.secret)
      } finally {
        await server.owner`alter table ${server.sql(table)} rename column away to ${server.sql(column)}`
      }
    }
    // Nothing of it stays.
    const good = urlencoded([...login(shop), ['action', 'accountinfo']])
    expect(readDhru(await exchange(server.url, good)).says.SUCCESS).toHaveLength(1)
  })
})
