import { createServer } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import type { OutboundLimits } from '../../src/outbound/outbound.ts'
import { certificate, closePeers, listen, type Peer, reply } from './peer.ts'

afterEach(closePeers)

const here = async () => [{ address: '127.0.0.1' }]
const open = (limits: Partial<OutboundLimits> = {}, lookup = here) =>
  new GuardedOutbound({ allow: ['127.0.0.1'], lookup }).open(limits)

const order = (url: string) =>
  ({ method: 'POST', url, headers: { authorization: 's3cret' }, body: 'key=s3cret' }) as const

/** `expectNotSent` expects a failure with exactly this message, and nothing of the request in it but host and port. */
async function expectNotSent(request: Promise<unknown>, message: string): Promise<void> {
  const error = await request.then(
    () => undefined,
    (thrown: Error) => thrown,
  )
  expect(error).toMatchObject({ name: 'NotSent', message })
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('s3cret')
  expect(error?.cause).toBeUndefined()
}

describe('nothing was sent', () => {
  it('when the connection is refused', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await new Promise((resolve) => server.close(resolve))
    await expectNotSent(
      open().request(order(`http://127.0.0.1:${port}/s3cret`)),
      `cannot reach 127.0.0.1:${port} (ECONNREFUSED)`,
    )
  })

  it('when the name is unknown', async () => {
    const lookup = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND panel.test'), { code: 'ENOTFOUND' })
    }
    await expectNotSent(
      open({}, lookup).request(order('https://panel.test/s3cret')),
      'cannot reach panel.test:443 (ENOTFOUND)',
    )
  })

  it('when looking up a real name that cannot exist fails', async () => {
    const client = new GuardedOutbound({ allow: [] }).open()
    await expect(client.request(order('https://nobody.invalid/'))).rejects.toMatchObject({ name: 'NotSent' })
  })

  it('when looking up the name takes too long', async () => {
    const lookup = () => new Promise<{ address: string }[]>(() => {})
    await expectNotSent(
      open({ connectTimeoutMs: 50 }, lookup).request(order('https://panel.test/s3cret')),
      'cannot reach panel.test:443 (ETIMEDOUT)',
    )
  })

  it('when the other side accepts and says no word of TLS', async () => {
    const peer = await listen({})
    await expectNotSent(
      open({ connectTimeoutMs: 50 }).request(order(`https://panel.test:${peer.port}/s3cret`)),
      `cannot reach panel.test:${peer.port} (ETIMEDOUT)`,
    )
  })

  it('when the other side speaks no TLS', async () => {
    const peer = await listen({ onConnection: (socket) => socket.write('HTTP/1.1 400 Bad\r\n\r\n') })
    await expectNotSent(
      open().request(order(`https://panel.test:${peer.port}/`)),
      `cannot reach panel.test:${peer.port} (ERR_SSL_WRONG_VERSION_NUMBER)`,
    )
  })

  it('when the other side hangs up in the middle of the TLS handshake', async () => {
    const peer = await listen({ onConnection: (socket) => socket.once('data', () => socket.destroy()) })
    await expectNotSent(
      open().request(order(`https://panel.test:${peer.port}/`)),
      `cannot reach panel.test:${peer.port} (ECONNRESET)`,
    )
    expect(peer.received.join('')).not.toContain('s3cret')
  })

  it('when the certificate is signed by nobody we know', async () => {
    const peer = await listen({ tls: true, answer: (socket) => socket.write(reply('{}')) })
    await expectNotSent(
      open().request(order(`https://panel.test:${peer.port}/`)),
      `cannot reach panel.test:${peer.port} (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    )
    expect(peer.requests).toEqual([])
  })

  it('when the header cannot be written', async () => {
    const peer = await listen((socket) => socket.write(reply('{}')))
    const request = { ...order(peer.url), headers: { 'x-key': 's3cret\r\nx: y' } }
    await expectNotSent(
      open().request(request),
      `nothing was sent to 127.0.0.1:${peer.port} (invalid x-key header)`,
    )
    expect(peer.requests).toEqual([])
  })

  it('when the caller had given up before', async () => {
    const peer = await listen((socket) => socket.write(reply('{}')))
    await expectNotSent(
      open().request({ ...order(peer.url), signal: AbortSignal.abort(new Error('s3cret')) }),
      `nothing was sent to 127.0.0.1:${peer.port} (aborted)`,
    )
    expect(peer.received).toEqual([])
  })

  it('when the caller gives up while the connection comes about, and nothing is sent afterwards', async () => {
    const peer = await listen((socket) => socket.write(reply('{}')))
    let found: (addresses: { address: string }[]) => void = () => {}
    const lookup = () =>
      new Promise<{ address: string }[]>((resolve) => {
        found = resolve
      })
    const client = open({ connections: 1 }, lookup)
    const giveUp = new AbortController()
    const request = client.request({ ...order(`http://panel.test:${peer.port}/`), signal: giveUp.signal })
    giveUp.abort()
    await expectNotSent(request, `nothing was sent to panel.test:${peer.port} (aborted)`)
    found([{ address: '127.0.0.1' }])
    await client.request({ method: 'GET', url: `http://panel.test:${peer.port}/next` })
    expect(peer.requests.map((one) => one.split(' ')[1])).toEqual(['/next'])
  })

  it.each([
    ['its time is up', { totalTimeoutMs: 50 }, undefined, 'not within 50 ms'],
    ['its caller gives up', {}, new AbortController(), 'aborted'],
  ])('when the request is queued until %s, and it never is', async (_when, limits, giveUp, why) => {
    let answerFirst = (): void => {}
    const peer = await listen((socket, _request, count) => {
      if (count === 1) answerFirst = () => socket.write(reply('first'))
      else socket.write(reply('later'))
    })
    const client = open({ connections: 1 })
    const first = client.request({ method: 'POST', url: `${peer.url}&n=1`, body: 'x' })
    await peer.heard(1)
    const queued = client.request({
      ...order(`${peer.url}&n=2`),
      ...limits,
      ...(giveUp && { signal: giveUp.signal }),
    })
    giveUp?.abort()
    await expectNotSent(queued, `nothing was sent to 127.0.0.1:${peer.port} (${why})`)
    answerFirst()
    expect((await first).body.toString()).toBe('first')
    expect((await client.request({ method: 'POST', url: `${peer.url}&n=3`, body: 'x' })).status).toBe(200)
    expect(peer.requests.map((one) => /n=(\d)/.exec(one)?.[1])).toEqual(['1', '3'])
  })

  it.each([
    ['on a new connection', 1],
    ['on one that was used before', 2],
  ])('when it is too late at the first byte, %s, and the connection stays of use', async (_where, nth) => {
    const peer = await listen((socket, _request, count) => socket.write(reply(`answer ${count}`)))
    const client = open({ connections: 1 })
    if (nth === 2) await client.request({ method: 'POST', url: `${peer.url}&n=1`, body: 'x' })
    let asked = 0
    const mayBegin = (): boolean => ++asked > 1
    await expectNotSent(
      client.request({ ...order(`${peer.url}&n=2`), mayBegin }),
      `nothing was sent to 127.0.0.1:${peer.port} (it was too late to begin)`,
    )
    expect(asked).toBe(1)
    const next = await client.request({ ...order(`${peer.url}&n=3`), mayBegin })
    expect(next.body.toString()).toBe(`answer ${nth}`)
    expect(peer.requests.map((one) => /n=(\d)/.exec(one)?.[1])).toEqual(nth === 2 ? ['1', '3'] : ['3'])
  })

  it('when it was queued until it is too late', async () => {
    let answerFirst = (): void => {}
    const peer = await listen((socket) => {
      answerFirst = () => socket.write(reply('first'))
    })
    const client = open({ connections: 1 })
    const first = client.request({ method: 'POST', url: `${peer.url}&n=1`, body: 'x' })
    await peer.heard(1)
    let isLate = false
    const queued = client.request({ ...order(`${peer.url}&n=2`), mayBegin: () => !isLate })
    isLate = true
    answerFirst()
    await first
    await expectNotSent(queued, `nothing was sent to 127.0.0.1:${peer.port} (it was too late to begin)`)
    expect(peer.requests).toHaveLength(1)
  })

  it('when many requests wait for a connection that cannot be made', async () => {
    const peer = await listen({})
    const client = open({ connectTimeoutMs: 50, connections: 2 })
    const waiting = [1, 2, 3, 4, 5].map(() =>
      expectNotSent(
        client.request(order(`https://panel.test:${peer.port}/`)),
        `cannot reach panel.test:${peer.port} (ETIMEDOUT)`,
      ),
    )
    await Promise.all(waiting)
  })
})

describe('with a certificate that is trusted', () => {
  const trusted = getCACertificates('default')
  beforeAll(() => setDefaultCACertificates([...trusted, certificate]))
  afterAll(() => setDefaultCACertificates(trusted))

  const secure = (): Promise<Peer> => listen({ tls: true, answer: (socket) => socket.write(reply('sealed')) })

  it('the request is sent, to the name', async () => {
    const peer = await secure()
    const names: (string | false | null | undefined)[] = []
    peer.server.on('secureConnection', (socket: { servername?: string | false }) =>
      names.push(socket.servername),
    )
    const { body } = await open().request({ method: 'GET', url: `https://panel.test:${peer.port}/` })
    expect(body.toString()).toBe('sealed')
    expect(names).toEqual(['panel.test'])
    expect(peer.requests[0]).toContain(`host: panel.test:${peer.port}\r\n`)
  })

  it('the request is sent to an address that the certificate names', async () => {
    const peer = await secure()
    const { body } = await open().request({ method: 'GET', url: `https://127.0.0.1:${peer.port}/` })
    expect(body.toString()).toBe('sealed')
  })

  it('the next address of a name is tried when the first accepts and stays silent', async () => {
    const peer = await secure()
    const silent = await listen({}, '127.0.0.2', peer.port)
    const lookup = async () => [{ address: '127.0.0.2' }, { address: '127.0.0.1' }]
    const client = new GuardedOutbound({ allow: ['127.0.0.0/8'], lookup }).open({ connectTimeoutMs: 3_000 })
    const { body } = await client.request({ method: 'GET', url: `https://panel.test:${peer.port}/` })
    expect(body.toString()).toBe('sealed')
    expect(silent.received).toHaveLength(1)
  })

  it('nothing is sent when the certificate is for another name', async () => {
    const peer = await secure()
    await expectNotSent(
      open().request(order(`https://other.test:${peer.port}/`)),
      `cannot reach other.test:${peer.port} (ERR_TLS_CERT_ALTNAME_INVALID)`,
    )
    expect(peer.requests).toEqual([])
  })
})
