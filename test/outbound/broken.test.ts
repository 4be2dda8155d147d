import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import type { OutboundLimits } from '../../src/outbound/outbound.ts'
import { closePeers, listen, type Peer, reply } from './peer.ts'

/** LONG_MS are over when `timeIsUp` says so: what really passed would be as long on a machine that is slow. */
const LONG_MS = 3_600_000
const UP = `not within ${LONG_MS} ms`
let timeIsUp: () => void
beforeEach(() => {
  const begin = setTimeout
  const watched = (callback: () => void, ms?: number): NodeJS.Timeout => {
    if (ms === LONG_MS) timeIsUp = callback
    return begin(callback, ms)
  }
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(watched as typeof setTimeout)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await closePeers()
})

const open = (limits: Partial<OutboundLimits> = {}) =>
  new GuardedOutbound({ allow: ['127.0.0.1'] }).open(limits)

const order = (peer: Peer) =>
  ({ method: 'POST', url: peer.url, headers: { authorization: 's3cret' }, body: 'key=s3cret' }) as const

async function expectBroken(request: Promise<unknown>, peer: Peer, why: string | RegExp): Promise<void> {
  const error = await request.then(
    () => undefined,
    (thrown: Error) => thrown,
  )
  expect(error).toMatchObject({ name: 'Broken' })
  const [, said] = /^no whole answer from 127\.0\.0\.1:(?:\d+) \((.+)\)$/.exec(error?.message ?? '') ?? []
  if (typeof why === 'string') expect(said).toBe(why)
  else expect(said).toMatch(why)
  expect(error?.message).toContain(`:${peer.port} `)
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cret')
  expect(error?.cause).toBeUndefined()
}

const HEAD = 'HTTP/1.1 200 OK\r\n'
const CLOSED = 'other side closed'
const drip = (socket: Socket, bytes: string | Buffer): void => {
  const timer = setInterval(() => socket.write(bytes), 5)
  socket.once('close', () => clearInterval(timer))
}
const flood = (socket: Socket, bytes: Buffer): void => {
  const more = (): void => {
    while (socket.write(bytes));
  }
  socket.on('drain', more)
  more()
}

type Limits = Partial<OutboundLimits>
const ways: [what: string, answer: (socket: Socket) => void, why: string | RegExp, limits?: Limits][] = [
  ['closes without a word', (socket) => socket.end(), CLOSED],
  ['resets the connection', (socket) => socket.resetAndDestroy(), 'ECONNRESET'],
  ['never answers', () => timeIsUp(), UP, { totalTimeoutMs: LONG_MS }],
  ['sends half a status line and closes', (socket) => socket.end('HTTP/1.1 2'), CLOSED],
  ['sends half a head and closes', (socket) => socket.end(`${HEAD}content-le`), CLOSED],
  [
    'sends half a head and waits',
    (socket) => socket.write(HEAD, () => setTimeout(() => timeIsUp(), 20)),
    UP,
    { totalTimeoutMs: LONG_MS },
  ],
  [
    'resets in the middle of the head',
    (socket) => socket.write(HEAD, () => socket.resetAndDestroy()),
    'ECONNRESET',
  ],
  ['sends no HTTP', (socket) => socket.end('<html>no</html>'), 'HTTPParserError'],
  [
    'sends a head that is too long',
    (socket) => {
      socket.write(HEAD)
      flood(socket, Buffer.from('a: b\r\n'))
    },
    'UND_ERR_HEADERS_OVERFLOW',
  ],
  ['sends 100 Continue, unasked', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 'bad response'],
  [
    'switches protocols',
    (socket) => socket.write('HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    'bad upgrade',
  ],
  [
    'sends two lengths',
    (socket) => socket.end(`${HEAD}content-length: 1\r\ncontent-length: 2\r\n\r\nab`),
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  ],
  ['closes before the body', (socket) => socket.end(`${HEAD}content-length: 9\r\n\r\n`), CLOSED],
  [
    'closes in the middle of the body',
    (socket) => socket.end(`${HEAD}content-length: 9\r\n\r\nhalf`),
    CLOSED,
  ],
  [
    'closes in the middle of its last body',
    (socket) => socket.end(`${HEAD}connection: close\r\ncontent-length: 9\r\n\r\nhalf`),
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  ],
  [
    'resets in the middle of its last body',
    (socket) =>
      socket.write(`${HEAD}connection: close\r\ncontent-length: 9\r\n\r\nhalf`, () =>
        socket.resetAndDestroy(),
      ),
    /^(ECONNRESET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/,
  ],
  [
    'closes in the middle of a chunk',
    (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n9\r\nhalf`),
    CLOSED,
  ],
  [
    'closes between two chunks',
    (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`),
    CLOSED,
  ],
  [
    'closes between its last chunks',
    (socket) => socket.end(`${HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`),
    'HTTPParserError',
  ],
  [
    'sends a chunk whose length is none',
    (socket) => socket.end(`${HEAD}transfer-encoding: chunked\r\n\r\nzz\r\nhalf\r\n`),
    'HTTPParserError',
  ],
  [
    'drips for ever',
    (socket) => {
      socket.write(`${HEAD}content-length: 99999\r\n\r\n`)
      drip(socket, '.')
      setTimeout(() => timeIsUp(), 50)
    },
    UP,
    { totalTimeoutMs: LONG_MS },
  ],
  [
    'has no end',
    (socket) => {
      socket.write(`${HEAD}\r\n`)
      flood(socket, Buffer.alloc(10_000, '.'))
    },
    'longer than 50000 bytes',
    { maxBytes: 50_000 },
  ],
  [
    'is longer than allowed',
    (socket) => socket.write(reply('0123456789x')),
    'longer than 10 bytes',
    { maxBytes: 10 },
  ],
  [
    'is longer than allowed once it is decoded',
    (socket) => socket.write(reply(gzipSync(Buffer.alloc(1_000_000)), 'content-encoding: gzip\r\n')),
    'longer than 5000 bytes',
    { maxBytes: 5_000 },
  ],
  [
    'sends half of the gzip',
    (socket) => socket.write(reply(gzipSync('a long text').subarray(0, 18), 'content-encoding: gzip\r\n')),
    'Z_BUF_ERROR',
  ],
  [
    'says gzip and sends none',
    (socket) => socket.write(reply('{}', 'content-encoding: gzip\r\n')),
    'Z_DATA_ERROR',
  ],
  [
    'closes in the middle of the gzip',
    (socket) => socket.end(`${HEAD}content-encoding: gzip\r\ncontent-length: 99\r\n\r\n\x1f`, 'latin1'),
    CLOSED,
  ],
  [
    'answers in a coding that we do not know',
    (socket) => socket.write(reply('zz', 'content-encoding: br\r\n')),
    'unknown content-encoding',
  ],
]

describe('the answer is broken, and the request is not sent again, when the other side', () => {
  it.each(ways)('%s', async (_what, answer, why, limits) => {
    const peer = await listen(answer)
    const client = open(limits)
    await expectBroken(client.request(order(peer)), peer, why)
    // Whatever would be sent again would be sent before the client has closed.
    await client.close()
    expect(peer.requests).toHaveLength(1)
    expect(peer.received.join('')).toBe(peer.requests[0])
  })

  it.each(ways)('%s, on a connection that was used before', async (_what, answer, why, limits) => {
    const peer = await listen((socket, _request, count) =>
      count === 1 ? socket.write(reply('1')) : answer(socket),
    )
    const client = open({ ...limits, connections: 1 })
    await client.request({ method: 'GET', url: peer.url })
    await expectBroken(client.request(order(peer)), peer, why)
    await client.close()
    expect(peer.requests).toHaveLength(2)
    expect(peer.received).toEqual([peer.requests.join('')])
  })

  it('closes a connection that was used before in the moment in which the request arrives, also for a GET', async () => {
    const peer = await listen((socket, _request, count) =>
      count === 1 ? socket.write(reply('1')) : socket.end(),
    )
    const client = open({ connections: 1 })
    await client.request({ method: 'GET', url: peer.url })
    await expectBroken(client.request({ method: 'GET', url: peer.url }), peer, CLOSED)
    await client.close()
    expect(peer.requests).toHaveLength(2)
  })
})

describe('the other side accepts and closes at once', () => {
  it.each([
    ['closes', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])(
    '%s: what cannot be proven unsent is broken, and at most one request was written',
    async (_how, hangUp) => {
      const peer = await listen({ onConnection: hangUp })
      const client = open()
      const error = await client.request(order(peer)).catch((thrown: Error) => thrown)
      expect(error).toMatchObject({ name: expect.stringMatching(/^(Broken|NotSent)$/) })
      // What says that nothing was sent is right.
      await client.close()
      expect(peer.requests.length).toBeLessThanOrEqual(
        error instanceof Error && error.name === 'Broken' ? 1 : 0,
      )
    },
  )
})

describe('a connection that was closed while nobody used it', () => {
  it.each(['end', 'resetAndDestroy'] as const)(
    '(%s) costs nothing: the next request gets another',
    async (how) => {
      const sockets: Socket[] = []
      const peer = await listen((socket) => {
        sockets.push(socket)
        socket.write(reply('{}'))
      })
      const client = open({ connections: 1 })
      await client.request({ method: 'GET', url: peer.url })
      const gone = new Promise((resolve) => sockets[0]?.once('close', resolve))
      sockets[0]?.[how]()
      await gone
      await client.request(order(peer))
      expect(peer.received).toHaveLength(2)
      expect(peer.requests).toHaveLength(2)
    },
  )
})

describe('the caller gives up', () => {
  it('after the request was sent: it is broken', async () => {
    const peer = await listen(() => {})
    const giveUp = new AbortController()
    const request = open().request({ ...order(peer), signal: giveUp.signal })
    await peer.heard(1)
    giveUp.abort(new Error('s3cret'))
    await expectBroken(request, peer, 'aborted')
  })

  it('in the middle of the answer: its stream is broken', async () => {
    const peer = await listen((socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nhalf`))
    const giveUp = new AbortController()
    const { body } = await open().stream({ ...order(peer), signal: giveUp.signal })
    const chunks = body[Symbol.asyncIterator]()
    expect((await chunks.next()).value?.toString()).toBe('half')
    giveUp.abort()
    await expectBroken(chunks.next(), peer, 'aborted')
  })

  it('before it begins to read the answer: its stream is broken', async () => {
    const peer = await listen((socket) =>
      socket.write(`${HEAD}content-encoding: gzip\r\ncontent-length: 9\r\n\r\n\x1f`, 'latin1'),
    )
    const giveUp = new AbortController()
    const { body } = await open().stream({ ...order(peer), signal: giveUp.signal })
    giveUp.abort()
    await new Promise(setImmediate)
    await expectBroken(body[Symbol.asyncIterator]().next(), peer, 'aborted')
  })
})

describe('a stream', () => {
  it('is broken when its time is up while it is read', async () => {
    const peer = await listen((socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nhalf`))
    const { body } = await open().stream({ ...order(peer), totalTimeoutMs: LONG_MS })
    const chunks = body[Symbol.asyncIterator]()
    expect((await chunks.next()).value?.toString()).toBe('half')
    timeIsUp()
    await expectBroken(chunks.next(), peer, UP)
  })

  it('that nobody reads lets go of its connection when its time is up', async () => {
    const peer = await listen((socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nhalf`))
    const client = open({ connections: 1 })
    await client.stream({ ...order(peer), totalTimeoutMs: LONG_MS })
    timeIsUp()
    // Resolves when the connection is free again.
    await client.close()
    expect(peer.requests).toHaveLength(1)
  })

  it('gives what it has before it is broken', async () => {
    const peer = await listen((socket) => socket.end(`${HEAD}content-length: 9\r\n\r\nhalf`))
    const { body } = await open().stream(order(peer))
    let text = ''
    const read = (async () => {
      for await (const chunk of body) text += chunk
    })()
    await expectBroken(read, peer, CLOSED)
    expect(text).toBe('half')
  })
})
