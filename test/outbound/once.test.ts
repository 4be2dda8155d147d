import type { Socket } from 'node:net'
import type { Dispatcher } from 'undici'
import { afterEach, expect, inject, it } from 'vitest'
import { Exchange } from '../../src/outbound/exchange.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { randomNumbers } from '../support/random.ts'
import { closePeers, listen, reply } from './peer.ts'

afterEach(closePeers)

const REQUESTS = 400

/** `whims` are what the other side may do with a request, or with a connection. */
const whims: ((socket: Socket) => void)[] = [
  (socket) => socket.write(reply('{}')),
  (socket) => socket.write(reply('{}')),
  (socket) => setTimeout(() => socket.write(reply('{}')), 5),
  (socket) => setTimeout(() => socket.end(reply('{}')), 2),
  (socket) => socket.end(reply('{}', 'connection: close\r\n')),
  // It closes what it has just promised to keep.
  (socket) => socket.end(reply('{}')),
  (socket) => socket.write(reply('{}'), () => setTimeout(() => socket.resetAndDestroy(), 1)),
  (socket) => socket.write(reply('{}'), () => socket.resetAndDestroy()),
  (socket) => socket.end(),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
  (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nno end'),
  () => {},
]

it.each([1, 2, 3])(
  'whatever breaks, no request is written twice, and what was not sent never is (%d)',
  async (n) => {
    const numbers = randomNumbers(inject('seed') + n)
    /** `random` gives a whole number from 0 to below `limit`. */
    const random = (limit: number): number => Math.floor(numbers() * limit)
    const peer = await listen({
      answer: (socket) => whims[random(whims.length)]?.(socket),
      onConnection: (socket) => random(10) === 0 && socket.resetAndDestroy(),
    })
    const lookup = async () => {
      if (random(5) === 0) throw Object.assign(new Error('try again'), { code: 'EAI_AGAIN' })
      return [{ address: '127.0.0.1' }]
    }
    const client = new GuardedOutbound({ allow: ['127.0.0.1'], lookup }).open({ connections: 6 })
    const send = async (id: number): Promise<string> => {
      await new Promise((resolve) => setTimeout(resolve, random(200)))
      const giveUp = new AbortController()
      if (random(3) === 0) setTimeout(() => giveUp.abort(), random(20))
      const request = {
        method: random(4) === 0 ? 'GET' : 'POST',
        url: `http://panel.test:${peer.port}/${id}`,
        body: `id=${id}`,
        signal: giveUp.signal,
        // Some have the time that an answer takes on a machine that is busy.
        totalTimeoutMs: random(20) === 0 ? 2_000 : 300 + random(300),
      } as const
      try {
        return `${(await client.request(request)).status}`
      } catch (error) {
        return (error as Error).name
      }
    }
    const outcomes = await Promise.all(Array.from({ length: REQUESTS }, (_, id) => send(id)))
    await client.close()

    const written = peer.requests.map((request) => Number(/^\w+ \/(\d+) /.exec(request)?.[1]))
    expect(new Set(written).size).toBe(written.length)
    // Heads that came without their body were written as well.
    const begun = [...peer.received.join('').matchAll(/ \/(\d+) HTTP/g)].map(([, id]) => Number(id))
    expect(new Set(begun).size).toBe(begun.length)
    for (const [id, outcome] of outcomes.entries()) {
      if (outcome === 'NotSent') expect(begun).not.toContain(id)
      else if (outcome === '200') expect(written).toContain(id)
      else expect(outcome).toBe('Broken')
    }
    // Each kind has been seen.
    expect(new Set(outcomes)).toEqual(new Set(['200', 'NotSent', 'Broken']))
  },
)

it('a request that is to be written again is stopped', () => {
  const exchange = new Exchange('panel.test:443', 1_000, {})
  const aborted: string[] = []
  const begin = (name: string, handler: Dispatcher.DispatchHandler): void => {
    const controller = { aborted: false, paused: false, reason: null, pause: () => {}, resume: () => {} }
    handler.onRequestStart?.(
      { ...controller, abort: ({ message }) => aborted.push(`${name}: ${message}`) },
      {},
    )
  }
  let begun = 0
  const twice = exchange.watch((_options, handler) => {
    begin('first', handler)
    begin('second', handler)
    return true
  })
  twice({ path: '/', method: 'POST' }, { onRequestStart: () => begun++ })
  exchange.end()
  expect(begun).toBe(1)
  expect(aborted).toEqual(['second: it was sent before'])
  expect(exchange.explain(new Error())).toMatchObject({ name: 'Broken' })
})
