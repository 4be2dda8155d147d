import { connect, type Socket } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { forwardedFor } from '../../src/admission/forwarded-for.ts'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import { exchange, login, type Pairs, readDhru, urlencoded } from '../support/dhru.ts'
import { testDatabase } from '../support/postgres.ts'
import { type Shop, TestServer } from '../support/server.ts'

const PER_SECOND = 65_536
const AT_ONCE = 30
const log: Record<string, unknown>[] = []
let server: TestServer
let shop: Shop

beforeAll(async () => {
  const database = await testDatabase()
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    // A test is a proxy, and says whose requests it brings.
    TRUST_PROXY: '127.0.0.1',
    REQUESTS_PER_ADDRESS: String(AT_ONCE),
    ANONYMOUS_BYTES_PER_SECOND: String(PER_SECOND),
    FAILED_LOGINS_PER_MINUTE: '0',
  })
  const logger = pino({ level: 'warn' }, { write: (line: string) => void log.push(JSON.parse(line)) })
  server = new TestServer(await startServer(config, database.access, logger), database)
  shop = await server.shop()
})
afterAll(() => server?.stop())

const from = (address: string) => ({ 'x-forwarded-for': address })

/** `begin` begins a request of an address, and sends so much of its body. */
async function begin(
  address: string,
  length: number,
  sent: string,
): Promise<{ socket: Socket; heard: () => string }> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let heard = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    heard += chunk.toString('latin1')
  })
  socket.write(
    `POST /api/dhru HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\nContent-Length: ${length}\r\n\r\n${sent}`,
  )
  return { socket, heard: () => heard }
}

const ask = async (address: string, fields: Pairs) => {
  const request = urlencoded(fields)
  return readDhru(
    await exchange(server.url, { ...request, headers: { ...request.headers, ...from(address) } }),
  )
}
const said = async (address: string, fields: Pairs): Promise<string> =>
  (await ask(address, fields)).says.ERROR?.[0].FULL_DESCRIPTION ?? 'SUCCESS'
const account: Pairs = [['action', 'accountinfo']]

describe('an address', () => {
  it('has so many requests at a time, an IPv6 network of 64 bits together, and others go on', async () => {
    const begun = []
    for (let index = 0; index < AT_ONCE; index++) begun.push(await begin(`2001:db8::${index}`, 10, 'x'))
    const known = login(shop)
    await expect
      .poll(() => said('2001:db8:0:0:ffff::3', [...known, ...account]))
      .toBe('too_many_requests: wait 1 s')
    expect(await said('2001:db8:0:1::1', [...known, ...account])).toBe('SUCCESS')
    const rest = await exchange(server.url, {
      method: 'GET',
      path: '/api/wallet/snap',
      headers: { ...from('2001:db8::4'), authorization: `Bearer ${shop.username}.${shop.secret}` },
    })
    expect([rest.status, rest.headers['retry-after']]).toEqual([429, '1'])
    for (const { socket } of begun) socket.destroy()
    await expect.poll(() => said('2001:db8::5', [...known, ...account])).toBe('SUCCESS')
    expect(log).toContainEqual(
      expect.objectContaining({ why: 'requests_of_address', address: '2001:db8::/64' }),
    )
  })

  it('sends only so many bytes without credentials, and as many as it likes with them', async () => {
    const padded = (fields: Pairs): Pairs => [...fields, ...account, ['padding', 'x'.repeat(2 * PER_SECOND)]]
    for (let index = 0; index < 8; index++)
      expect(await said('192.0.2.7', padded(login(shop)))).toBe('SUCCESS')
    const wrong: Pairs = [
      ['username', 'nobody'],
      ['apiaccesskey', 'x'],
    ]
    // A minute's worth at once, of which four seconds' may come.
    const answers = await Promise.all(Array.from({ length: 25 }, () => said('192.0.2.8', padded(wrong))))
    expect(answers).toContain('invalid_credentials')
    expect(answers).toContainEqual(expect.stringMatching(/^too_many_requests: wait \d+ s$/))
    expect(await said('192.0.2.9', padded(wrong))).toBe('invalid_credentials')
  })

  it('is the real one only: nonsense that a client wrote before the proxy is not shown', async () => {
    for (const nonsense of [
      '<script>alert(1)</script>',
      'unknown',
      '203.0.113.1, _hidden, 198.51.100.7:4711',
    ]) {
      await ask(nonsense, [
        ['username', 'nobody'],
        ['apiaccesskey', 'x'],
        ['action', nonsense.slice(0, 20)],
      ])
    }
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toMatch(/imeigate_turned_away\{why="requests_of_address"\} [1-9]/)
    expect(JSON.stringify(log)).not.toMatch(/script|_hidden/)
  })
})

describe('what is left of X-Forwarded-For', () => {
  it.each([
    ['198.51.100.7', '198.51.100.7'],
    ['203.0.113.1, 198.51.100.7', '203.0.113.1, 198.51.100.7'],
    ['nonsense, 198.51.100.7', '198.51.100.7'],
    ['203.0.113.1, nonsense, 198.51.100.7', '198.51.100.7'],
    ['198.51.100.7, nonsense', ''],
    ['198.51.100.7:4711', '198.51.100.7'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['', ''],
    ['1.2.3', ''],
    ["' or 1=1; --", ''],
    ['fe80::1%eth0', 'fe80::1%eth0'],
  ])('of %j is %j', (header, left) => {
    expect(forwardedFor(header)).toBe(left)
  })

  it('is little, whatever was sent', () => {
    expect(forwardedFor('1.2.3.4,'.repeat(2000)).length).toBeLessThan(400)
    expect(forwardedFor(`${'1.2.3.4,'.repeat(2000)}5.6.7.8`)).toMatch(/^(1\.2\.3\.4, ){19}5\.6\.7\.8$/)
  })
})

describe('a body', () => {
  it('in thousands of small pieces is refused, and its connection ended', async () => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    let heard = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      heard += chunk.toString()
    })
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.write('POST /api/dhru HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    socket.write('1\r\na\r\n'.repeat(20_000))
    await ended
    expect(heard).toContain('body_too_large: it comes in more than 1000 small pieces')
  })
})

describe('a connection on which no HTTP comes', () => {
  it('is destroyed, and not only half-closed, though its client never closes', async () => {
    const { hostname, port } = new URL(server.url)
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true })
    const ended = new Promise((resolve) => socket.once('end', resolve))
    const broken = new Promise((resolve) => socket.once('error', resolve))
    socket.resume()
    socket.write('nonsense\r\n\r\n')
    await ended
    // A connection that is only half-closed would take this for ever.
    const writing = setInterval(() => socket.write('x'), 20)
    await broken
    clearInterval(writing)
  })
})
