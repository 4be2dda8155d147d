import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { Addresses } from '../../src/admission/addresses.ts'
import { Connections } from '../../src/admission/connections.ts'

/** Everybody's address is 127.0.0.1 here, and this machine is not counted: so an address stands for each test's callers. */
class OneAddress extends Addresses {
  override peer() {
    return this.caller('192.0.2.1')
  }
}

const open: { server?: Server; sockets: Socket[] } = { sockets: [] }
afterEach(() => {
  for (const socket of open.sockets.splice(0)) socket.destroy()
  open.server?.closeAllConnections()
  open.server?.close()
})

async function guarded(limits: { max: number; perAddress: number }) {
  const closed: string[] = []
  const connections = new Connections(limits, new OneAddress([]), (why) => closed.push(why))
  const answers: (() => void)[] = []
  const server = createServer((request, response) => {
    request.resume()
    if (request.url === '/slow') answers.push(() => response.end('slow'))
    else response.end(request.url === '/endless' ? 'x'.repeat(64 * 1024 * 1024) : 'fast')
  })
  open.server = server
  connections.guard(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  /** `client` opens a connection, sends what it is given, and has what it heard, and its end. */
  const client = async (sent: string) => {
    const socket = connect(port, '127.0.0.1')
    open.sockets.push(socket)
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk.toString()
    })
    const ended = new Promise<string>((resolve) => socket.once('close', () => resolve('closed')))
    socket.on('error', () => {})
    const accepted = new Promise((resolve) => server.once('connection', resolve))
    await new Promise((resolve) => socket.once('connect', resolve))
    await accepted
    socket.write(sent)
    const says = (text: string) => expect.poll(() => heard).toContain(text)
    return { socket, ended, says }
  }
  return { client, connections, closed, answers }
}

const HEAD = 'HTTP/1.1\r\nHost: x\r\n'

describe('connections', () => {
  it.each([
    ['in all', { max: 3, perAddress: 0 }, 'connections'],
    ['of one address', { max: 100, perAddress: 3 }, 'connections_of_address'],
  ])('beyond the most %s: one that waits for its client gives way', async (_which, limits, why) => {
    const { client, connections, closed } = await guarded(limits)
    const silent = await client('')
    const halfHead = await client('GET /')
    const halfBody = await client(`POST / ${HEAD}Content-Length: 10\r\n\r\nx`)
    for (const gone of [silent, halfHead, halfBody]) {
      const next = await client(`GET / ${HEAD}\r\n`)
      await next.says('fast')
      expect(await Promise.race([gone.ended, next.ended])).toBe('closed')
      expect(gone.socket.destroyed).toBe(true)
      expect(next.socket.destroyed).toBe(false)
    }
    expect(connections.count).toBe(3)
    expect(closed).toEqual([why, why, why])
  })

  it('of which a request is being answered are kept, and the new one is closed', async () => {
    const { client, connections, closed, answers } = await guarded({ max: 2, perAddress: 0 })
    const busy = [await client(`GET /slow ${HEAD}\r\n`), await client(`GET /slow ${HEAD}\r\n`)]
    await expect.poll(() => answers.length).toBe(2)
    const late = await client(`GET / ${HEAD}\r\n`)
    expect(await late.ended).toBe('closed')
    for (const answer of answers) answer()
    for (const one of busy) await one.says('slow')
    expect([connections.count, closed]).toEqual([2, ['connections']])
  })

  it('that have ended are not counted', async () => {
    const { client, connections } = await guarded({ max: 2, perAddress: 2 })
    for (let index = 0; index < 5; index++) {
      const one = await client(`GET / ${HEAD}Connection: close\r\n\r\n`)
      await one.ended
      await expect.poll(() => connections.count).toBe(0)
    }
  })

  it('whose clients take nothing of an answer for a minute are closed', async () => {
    const { client, connections, closed } = await guarded({ max: 2, perAddress: 2 })
    const one = await client(`GET /endless ${HEAD}\r\n`)
    one.socket.pause()
    let now = performance.now()
    await expect
      .poll(() => {
        now += 30_000
        connections.closeStuck(now)
        return closed
      })
      .toEqual(['stuck'])
    expect(connections.count).toBe(0)
  })
})
