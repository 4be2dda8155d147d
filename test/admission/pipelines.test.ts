import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { boundPipelines } from '../../src/admission/pipelines.ts'

const begun = { all: 0, now: 0, most: 0 }
const held: ServerResponse[] = []

/** `answer` counts the requests that are being answered at a time, and answers with the length of the body. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  begun.all++
  begun.most = Math.max(begun.most, ++begun.now)
  response.once('close', () => begun.now--)
  if (request.url === '/held') {
    held.push(response)
    return
  }
  let length = 0
  request.on('data', (chunk: Buffer) => {
    length += chunk.length
  })
  request.on('end', () => {
    const say = () => response.end(`<${length}>`)
    if (request.url === '/later') setImmediate(say)
    else say()
  })
}

const server = createServer(answer)
boundPipelines(server)

let client: Socket
let heard: string
beforeEach(async () => {
  Object.assign(begun, { all: 0, now: 0, most: 0 })
  held.length = 0
  heard = ''
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  client.on('data', (chunk) => {
    heard += chunk.toString()
  })
  client.on('error', () => {})
})
afterEach(() => {
  client.destroy()
  server.close()
})

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
const post = (path: string, length: number): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`
const lengths = (): string[] => heard.match(/<\d+>/g) ?? []
const WAIT = { timeout: 60_000 }

describe('requests that come on one connection without waiting for answers', () => {
  it.each([
    ['without bodies', 1000, () => get('/'), () => 0],
    ['that take a while', 1000, () => get('/later'), () => 0],
    ['with bodies of several lengths', 300, (n: number) => post('/later', n), (n: number) => n],
    ['with bodies larger than what is read at once', 30, () => post('/', 200_000), () => 200_000],
  ])('%s are all answered, in order, 8 at a time', async (_which, count, make, length) => {
    const numbers = Array.from({ length: count }, (_, n) => n)
    client.write(numbers.map(make).join(''))
    await expect.poll(() => lengths().length, WAIT).toBe(count)
    expect(lengths()).toEqual(numbers.map((n) => `<${length(n)}>`))
    expect(begun.most).toBeLessThanOrEqual(8)
  })

  it('wait for those before them, and are not begun for a client that has gone', async () => {
    client.write(get('/held').repeat(100))
    await expect.poll(() => held.length, WAIT).toBe(8)
    held[0]?.end('')
    await expect.poll(() => held.length, WAIT).toBe(9)
    const gone = held.slice(1).map((response) => new Promise((resolve) => response.once('close', resolve)))
    client.destroy()
    await Promise.all(gone)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(begun.all).toBe(9)
  })
})
