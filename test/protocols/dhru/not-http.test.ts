import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, login, talk, urlencoded } from '../../support/dhru.ts'
import { type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop

beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
})
afterAll(() => server?.stop())

/** `notHttp` are bytes that are no HTTP at all, or stop being it. */
const notHttp: [words: string, bytes: string | Buffer, hangUp?: boolean][] = [
  ['nothing', '', true],
  ['line ends', '\r\n\r\n\r\n', true],
  ['zeroes', Buffer.alloc(1000)],
  ['a TLS greeting', Buffer.from('16030100c8010000c40303', 'hex')],
  ['a wrong request line', 'POST\r\n\r\n'],
  ['an unknown method', 'PLACE /api/dhru HTTP/1.1\r\n\r\n'],
  ['an unknown version', 'POST /api/dhru HTTP/9.9\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a header without a colon', 'POST /api/dhru HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n'],
  ['two lengths', 'POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a length below zero', 'POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
  [
    'a length and chunks',
    'POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['broken chunks', 'POST /api/dhru HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['headers that are too long', `POST /api/dhru HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`],
  ['half a head', 'POST /api/dhru HTT', true],
  [
    'half a body',
    'POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\naction=accountinfo',
    true,
  ],
  ['half a chunk', 'POST /api/dhru HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc', true],
]

describe('the server', () => {
  it.each(notHttp)('outlives %s where a request should be', async (_words, bytes, hangUp) => {
    const heard = await talk(server.url, bytes, hangUp)
    expect(heard).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/)
    const good = urlencoded([...login(shop), ['action', 'accountinfo']])
    expect((await ask(server, good)).SUCCESS).toHaveLength(1)
  })

  it('answers a client that closes its own half of the connection behind the request', async () => {
    const body = urlencoded([...login(shop), ['action', 'accountinfo']]).body
    const head = `POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body?.length}\r\n\r\n`
    const heard = await talk(server.url, `${head}${body}`, true)
    expect(heard).toMatch(/^HTTP\/1\.1 200 [\s\S]*"creditraw"/)
  })

  it.each(['é', '\0', 'ab'])('answers a whole request that %j follows, which is no request', async (tail) => {
    const body = urlencoded([...login(shop), ['action', 'accountinfo']]).body
    const head = `POST /api/dhru HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body?.length}\r\n\r\n`
    const heard = await talk(server.url, `${head}${body}${tail}`)
    expect(heard).toMatch(/^HTTP\/1\.1 200 [\s\S]*"creditraw"/)
  })
})
