import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { NotSent } from '../../src/outbound/outbound.ts'
import { closePeers, listen, reply } from './peer.ts'

const proxies: Server[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await Promise.all(proxies.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
  await closePeers()
})

/** `proxy` passes on what it is asked for, or answers otherwise; `heads` are what it was told. */
async function proxy(answer = 'HTTP/1.1 200 Connection established') {
  const heads: string[] = []
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    let head = ''
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      socket.off('data', onData)
      heads.push(head)
      const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) /.exec(head) ?? []
      if (!answer.includes(' 200 ')) return void socket.end(`${answer}\r\n\r\n`)
      const onward = connect(Number(port), host, () => {
        socket.write(`${answer}\r\nVia: test\r\n\r\n`)
        socket.pipe(onward).pipe(socket)
      })
      sockets.add(onward.on('error', () => socket.destroy()))
    }
    socket.on('data', onData)
  })
  proxies.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { heads, url: (user = '') => `http://${user}127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const LOCAL = ['127.0.0.0/8']
const ask = (url: string, wayOut: { proxy?: string; localAddress?: string }, allow = LOCAL) => {
  const client = new GuardedOutbound({ allow }).open({ wayOut })
  return client.request({ method: 'GET', url }).finally(() => client.close())
}

describe('a proxy', () => {
  it('is told the address that was checked, and who we are, and carries what is sent', async () => {
    const peer = await listen({ answer: (socket) => socket.end(reply('through')) })
    const { heads, url } = await proxy()
    const { body } = await ask(peer.url, { proxy: url('me:p%40ss@') })
    expect(body.toString()).toBe('through')
    const login = Buffer.from('me:p@ss').toString('base64')
    expect(heads).toEqual([
      `CONNECT 127.0.0.1:${peer.port} HTTP/1.1\r\nHost: 127.0.0.1:${peer.port}\r\nProxy-Authorization: Basic ${login}\r\n\r\n`,
    ])
    expect(peer.requests[0]).not.toContain('Proxy-Authorization')
  })

  it.each([
    ['HTTP/1.1 407 Proxy Authentication Required', 'proxy status 407'],
    ['HTTP/1.1 502 Bad Gateway', 'proxy status 502'],
    ['SSH-2.0-OpenSSH', 'proxy status unknown'],
  ])('that answers "%s" has carried nothing', async (answer, why) => {
    const peer = await listen({})
    const { url } = await proxy(answer)
    const error = await ask(peer.url, { proxy: url('me:secret@') }).catch((one: unknown) => one)
    expect(error).toBeInstanceOf(NotSent)
    expect((error as Error).message).toBe(
      `the proxy ${new URL(url()).host} did not connect us to 127.0.0.1:${peer.port} (${why})`,
    )
    expect((error as Error).message).not.toContain('secret')
    expect(peer.received).toEqual([])
  })

  it('that is down is named, and not what is behind it', async () => {
    const peer = await listen({})
    await expect(ask(peer.url, { proxy: 'http://me:secret@127.0.0.1:1' })).rejects.toThrow(
      /^cannot reach the proxy 127\.0\.0\.1:1 \(ECONNREFUSED\)$/,
    )
    expect(peer.received).toEqual([])
  })

  it('must be at an address that may be called, as must what is behind it', async () => {
    const peer = await listen({})
    const { url, heads } = await proxy()
    await expect(ask(peer.url, { proxy: 'http://10.255.255.1:3128' })).rejects.toThrow(
      'may not reach the proxy 10.255.255.1:3128',
    )
    await expect(ask('http://10.0.0.1/', { proxy: url() })).rejects.toThrow('may not reach 10.0.0.1:80')
    expect(heads).toEqual([])
    expect(peer.received).toEqual([])
  })
})

it('calls come from the address of ours that is named', async () => {
  let from = ''
  const peer = await listen({
    onConnection: (socket) => {
      from = socket.remoteAddress ?? ''
    },
    answer: (socket) => socket.end(reply('here')),
  })
  await ask(peer.url, { localAddress: '127.0.0.9' })
  expect(from).toBe('127.0.0.9')
})
