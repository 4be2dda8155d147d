import type { Socket } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { closePeers, listen, reply } from './peer.ts'

const client = new GuardedOutbound({ allow: ['127.0.0.1'] }).open({ maxBytes: 100_000 })
afterEach(closePeers)

describe('a request', () => {
  it('is sent once, head and body, as it was given', async () => {
    const peer = await listen((socket) => socket.write(reply('{}')))
    const answer = await client.request({
      method: 'POST',
      url: peer.url,
      headers: { 'X-Api-Key': 'k', 'Content-Type': 'text/plain' },
      body: 'naïve=1',
    })
    expect(answer).toMatchObject({ status: 200, body: Buffer.from('{}') })
    const [head = '', body] = (peer.received[0] ?? '').split('\r\n\r\n')
    expect(peer.received).toHaveLength(1)
    expect(head.split('\r\n')).toEqual([
      'POST /api?token=s3cret HTTP/1.1',
      `host: 127.0.0.1:${peer.port}`,
      'connection: keep-alive',
      'user-agent: imeigate',
      'accept: */*',
      'accept-encoding: gzip',
      'x-api-key: k',
      'content-type: text/plain',
      'content-length: 8',
    ])
    expect(Buffer.from(body ?? '', 'latin1').toString()).toBe('naïve=1')
  })

  it('uses the connection of the one before', async () => {
    const peer = await listen((socket) => socket.write(reply('one')))
    const one = new GuardedOutbound({ allow: ['127.0.0.1'] }).open({ connections: 1 })
    await one.request({ method: 'GET', url: peer.url })
    await one.request({ method: 'POST', url: peer.url, body: 'two' })
    expect(peer.received).toHaveLength(1)
    expect(peer.requests).toHaveLength(2)
  })

  it('lets go of its connection after a while, whatever the other side promises', async () => {
    const gone = Promise.withResolvers<void>()
    const peer = await listen({
      onConnection: (socket) => socket.once('close', gone.resolve),
      answer: (socket) => socket.write(reply('one', 'keep-alive: timeout=600\r\n')),
    })
    await client.request({ method: 'GET', url: peer.url })
    await gone.promise
  })

  it('takes a connection of its own while another is under way, up to the limit', async () => {
    const peer = await listen((socket, _request, count) => {
      if (count === 2) for (const other of sockets) other.write(reply('late'))
      if (count > 2) socket.write(reply('late'))
    })
    const sockets: Socket[] = []
    peer.server.on('connection', (socket) => sockets.push(socket))
    const two = new GuardedOutbound({ allow: ['127.0.0.1'] }).open({ connections: 2 })
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => two.request({ method: 'POST', url: peer.url, body: 'x' })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(peer.received).toHaveLength(2)
    expect(peer.requests).toHaveLength(4)
  })
})

describe('an answer', () => {
  it.each([
    ['301 Moved Permanently', 301],
    ['307 Temporary Redirect', 307],
  ])('that is a %s is not followed', async (line, status) => {
    const other = await listen((socket) => socket.write(reply('there')))
    const peer = await listen((socket) => socket.write(reply('', `location: ${other.url}\r\n`, line)))
    const answer = await client.request({ method: 'POST', url: peer.url, body: 'x' })
    expect(answer).toMatchObject({ status, headers: { location: other.url } })
    expect(other.received).toEqual([])
  })

  it('of any status is an answer', async () => {
    const peer = await listen((socket) => socket.write(reply('<html>', '', '503 No')))
    expect(await client.request({ method: 'POST', url: peer.url, body: 'x' })).toMatchObject({
      status: 503,
      body: Buffer.from('<html>'),
    })
  })

  it('has lower-case header names, and of a repeated header the first value', async () => {
    const peer = await listen((socket) =>
      socket.write(reply('', 'X-A: 1\r\nSet-Cookie: a\r\nset-cookie: b\r\n')),
    )
    expect((await client.request({ method: 'GET', url: peer.url })).headers).toEqual({
      'content-length': '0',
      'x-a': '1',
      'set-cookie': 'a',
    })
  })

  it.each([
    ['gzip', gzipSync('{"a":1}')],
    ['x-gzip', gzipSync('{"a":1}')],
    ['GZIP', gzipSync('{"a":1}')],
    ['deflate', deflateSync('{"a":1}')],
    ['identity', Buffer.from('{"a":1}')],
  ])('in %s is decoded, whole and as a stream', async (coding, bytes) => {
    const peer = await listen((socket) => socket.write(reply(bytes, `content-encoding: ${coding}\r\n`)))
    const request = { method: 'GET', url: peer.url } as const
    expect((await client.request(request)).body.toString()).toBe('{"a":1}')
    const { body } = await client.stream(request)
    let text = ''
    for await (const chunk of body) text += chunk
    expect(text).toBe('{"a":1}')
  })

  it('without a body may still say that it is in gzip', async () => {
    const peer = await listen((socket) =>
      socket.write(reply('', 'content-encoding: gzip\r\nlocation: /x\r\n', '302 Found')),
    )
    expect((await client.request({ method: 'GET', url: peer.url })).body).toHaveLength(0)
  })

  it('can be read while it comes in', async () => {
    const peer = await listen((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n'),
    )
    const { status, body } = await client.stream({ method: 'GET', url: peer.url })
    const chunks = body[Symbol.asyncIterator]()
    expect(status).toBe(200)
    expect((await chunks.next()).value?.toString()).toBe('one')
    await chunks.return?.()
  })

  it('that is left in the middle frees its connection for nobody, and the next request gets its own', async () => {
    const peer = await listen((socket, _request, count) =>
      socket.write(count === 1 ? 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\none' : reply('two')),
    )
    const { body } = await client.stream({ method: 'GET', url: peer.url })
    for await (const chunk of body) {
      expect(chunk.toString()).toBe('one')
      break
    }
    expect((await client.request({ method: 'GET', url: peer.url })).body.toString()).toBe('two')
    expect(peer.received).toHaveLength(2)
  })
})

describe('closing', () => {
  it('waits for what is under way, and sends nothing any more', async () => {
    let finish = (): void => {}
    const peer = await listen((socket) => {
      finish = () => socket.write(reply('done'))
    })
    const closing = new GuardedOutbound({ allow: ['127.0.0.1'] }).open()
    const answer = closing.request({ method: 'GET', url: peer.url })
    await peer.heard(1)
    const closed = closing.close()
    await expect(closing.request({ method: 'GET', url: peer.url })).rejects.toMatchObject({ name: 'NotSent' })
    finish()
    expect((await answer).body.toString()).toBe('done')
    await closed
    expect(peer.requests).toHaveLength(1)
  })
})
