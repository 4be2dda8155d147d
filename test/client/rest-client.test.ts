import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ClientSettings, ImeigateClient, ImeigateError } from '../../src/client/index.ts'
import { type Got, TestServer } from '../integrations/suppliers/http-server.ts'

let peer: TestServer
beforeAll(async () => {
  peer = await new TestServer().start()
})
afterAll(() => peer.stop())
beforeEach(() => {
  peer.got.length = 0
  peer.says({})
})

const KEY = 'shop.secret'
const clientOf = (settings: Partial<ClientSettings> = {}): ImeigateClient =>
  new ImeigateClient({ url: peer.url, key: KEY, ...settings })

const ORDER = { code: 'blacklist', data: { imeis: ['490154203237518'] } }
const placed = { order_id: 7, status: 'pending', total_price: 0.12 }
const keysOf = (got: Got[]): unknown[] => got.map(({ headers }) => headers['idempotency-key'])

/** `refuses` gives a peer that refuses so many times and then answers. */
function refuses(
  times: number,
  status: number,
  headers: Record<string, string> = {},
  body: unknown = '',
): void {
  let left = times
  peer.answer = () => (left-- > 0 ? { status, headers, body } : { body: placed })
}

const failure = (promise: Promise<unknown>): Promise<ImeigateError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error) => {
      expect(error).toBeInstanceOf(ImeigateError)
      return error
    },
  )

describe('a request', () => {
  it('has its parameters in the path and in the query of a GET, in the body of a POST', async () => {
    await clientOf({ url: `${peer.url}/gate/` }).getOrder({ id: 7, wait: 2 })
    expect(peer.last()).toMatchObject({ method: 'GET', path: '/gate/api/order/7', body: '' })
    expect(peer.last().query.toString()).toBe('wait=2')
    expect(peer.last().headers).toMatchObject({ authorization: `Bearer ${KEY}`, accept: 'application/json' })
    await clientOf().createOrder(ORDER)
    expect(peer.last()).toMatchObject({ method: 'POST', path: '/api/order', body: JSON.stringify(ORDER) })
    expect(peer.last().headers).toMatchObject({ 'content-type': 'application/json' })
  })

  it('leaves out what is undefined, and needs what stands in the path', async () => {
    await clientOf().listOrders({ q: undefined, limit: 3 } as never)
    expect(peer.last().query.toString()).toBe('limit=3')
    await expect(clientOf().getOrder({} as never)).rejects.toThrow('getOrder needs id')
  })

  it('goes through a fetch of your own', async () => {
    const seen: string[] = []
    const own = (url: string, request: RequestInit): Promise<Response> => {
      seen.push(url)
      return fetch(url, request)
    }
    await clientOf({ fetch: own }).getMe()
    expect(seen).toEqual([`${peer.url}/api/me`])
  })

  it('is not made with a url or a key that cannot be one', () => {
    expect(() => clientOf({ url: 'imei.example.com' })).toThrow(TypeError)
    expect(() => clientOf({ url: 'ftp://imei.example.com' })).toThrow('url must begin with https://')
    expect(() => clientOf({ key: 'secret' })).toThrow('key must be <security id>.<secret>')
  })
})

describe('retries', () => {
  it('send a POST again under the key that it had', async () => {
    refuses(2, 503, {}, { error: true, code: 'TEMPORARILY_UNAVAILABLE_ERROR', message: 'try again' })
    expect(await clientOf().createOrder(ORDER)).toMatchObject({ order_id: 7 })
    const keys = keysOf(peer.got)
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
    await clientOf().createOrder(ORDER)
    expect(keysOf(peer.got).at(-1)).not.toBe(keys[0])
  })

  it('keep the key that was given', async () => {
    refuses(1, 502)
    await clientOf().createOrder(ORDER, { idempotencyKey: 'cart-77' })
    expect(keysOf(peer.got)).toEqual(['cart-77', 'cart-77'])
  })

  it('come after connections that break, before the answer and in the middle of it', async () => {
    let times = 0
    peer.answer = (_got, response) => {
      times++
      if (times === 1) response.destroy()
      else if (times === 2) {
        response.writeHead(200, { 'content-length': '1000' })
        response.write('{"order_id":', () => response.destroy())
      } else return { body: placed }
      return undefined
    }
    expect(await clientOf().createOrder(ORDER)).toMatchObject({ order_id: 7 })
    expect(new Set(keysOf(peer.got)).size).toBe(1)
    expect(peer.got).toHaveLength(3)
  })

  it('wait for as long as the server says', async () => {
    refuses(1, 429, { 'retry-after': '1' })
    const before = performance.now()
    await clientOf().getMe()
    expect(performance.now() - before).toBeGreaterThanOrEqual(990)
  })

  it('are not made where the server wants to be left alone for long', async () => {
    refuses(1, 503, { 'retry-after': '3600' })
    expect((await failure(clientOf().getMe())).retryAfterMs).toBe(3_600_000)
    refuses(1, 429, { 'ratelimit-remaining': '0', 'ratelimit-reset': '90' })
    expect((await failure(clientOf().getMe())).retryAfterMs).toBe(90_000)
    expect(peer.got).toHaveLength(2)
  })

  it('are not made of what was refused for good', async () => {
    for (const status of [400, 401, 402, 404, 409, 422, 500]) {
      peer.says({ error: true, code: 'X', message: 'no', source: 'body', errors: {}, traceId: 't' }, status)
      expect((await failure(clientOf().createOrder(ORDER))).status).toBe(status)
    }
    expect(peer.got).toHaveLength(7)
  })

  it('have an end', async () => {
    refuses(9, 503)
    expect((await failure(clientOf({ retries: 1 }).getMe())).status).toBe(503)
    expect(peer.got).toHaveLength(2)
    refuses(9, 503)
    await failure(clientOf({ retries: 0 }).getMe())
    expect(peer.got).toHaveLength(3)
  })
})

describe('an error', () => {
  it('says what the error object says', async () => {
    const body = {
      error: true,
      code: 'INVALID_INPUT_ERROR',
      message: 'Invalid input: data.imeis.0',
      source: 'order',
      errors: { 'data.imeis.0': ['must match'] },
      traceId: 'trace-1',
    }
    peer.says(body, 422)
    expect(await failure(clientOf().createOrder(ORDER, { idempotencyKey: 'k' }))).toMatchObject({
      name: 'ImeigateError',
      message: body.message,
      code: body.code,
      status: 422,
      source: 'order',
      errors: body.errors,
      traceId: 'trace-1',
      idempotencyKey: 'k',
    })
  })

  it('is told from a proxy that answers with a page', async () => {
    peer.answer = () => ({ status: 500, headers: { 'x-request-id': 'r1' }, body: '<html>Oops' })
    expect(await failure(clientOf().getMe())).toMatchObject({
      code: 'UNREADABLE_ANSWER_ERROR',
      status: 500,
      traceId: 'r1',
    })
    peer.says('<html>Login')
    expect(await failure(clientOf().getMe())).toMatchObject({ code: 'UNREADABLE_ANSWER_ERROR', status: 200 })
  })

  it('is a redirect, which no POST survives', async () => {
    peer.answer = () => ({ status: 301, headers: { location: 'https://www.example.com/' }, body: '' })
    const error = await failure(clientOf().createOrder(ORDER))
    expect(error.code).toBe('REDIRECT_ERROR')
    expect(error.message).toContain('https://www.example.com/')
    expect(peer.got).toHaveLength(1)
  })

  it('is nobody there, or nobody who answers in time', async () => {
    peer.answer = (_got, response) => void response.destroy()
    expect(await failure(clientOf({ retries: 0 }).getMe())).toMatchObject({
      code: 'CONNECTION_ERROR',
      status: 0,
    })
    peer.answer = () => undefined
    const late = await failure(clientOf({ retries: 0, timeoutMs: 50 }).getMe())
    expect(late).toMatchObject({ code: 'TIMEOUT_ERROR', message: 'no answer within 50 ms' })
  })

  it('never has the key in it', async () => {
    peer.answer = (_got, response) => void response.destroy()
    const error = await failure(clientOf({ retries: 0 }).createOrder(ORDER))
    expect(JSON.stringify(error) + error.stack + String(error.cause)).not.toContain('secret')
  })
})

describe('a signal', () => {
  it('ends a request with its reason', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    peer.answer = () => void resolve()
    const stop = new AbortController()
    const call = clientOf().getMe({}, { signal: stop.signal })
    await asked
    stop.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })

  it('ends the wait before a retry', async () => {
    refuses(1, 503, { 'retry-after': '60' })
    const stop = new AbortController()
    const call = clientOf().getMe({}, { signal: stop.signal })
    await expect.poll(() => peer.got).toHaveLength(1)
    stop.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

describe('amounts', () => {
  const text = '{"order_id":7,"price":12345678901.123456,"total_price":0.10,"message":"\\"price\\":1"}'

  it('are numbers, or exact texts', async () => {
    peer.says(text)
    expect(await clientOf().getOrder({ id: 7 })).toMatchObject({
      total_price: 0.1,
    })
    const exact = new ImeigateClient({ url: peer.url, key: KEY, exactAmounts: true })
    const order = await exact.getOrder({ id: 7 })
    expect(order).toEqual({
      order_id: 7,
      price: '12345678901.123456',
      total_price: '0.10',
      message: '"price":1',
    })
    order.price satisfies string
  })
})

describe('a list', () => {
  it('is read page after page', async () => {
    const pages = new Map([
      [null, { items: [{ order_id: 3 }, { order_id: 2 }], next_cursor: 2 }],
      ['2', { items: [{ order_id: 1 }], next_cursor: null }],
    ])
    peer.answer = ({ query }) => ({ body: { data: { page: pages.get(query.get('cursor')) } } })
    const ids: number[] = []
    for await (const { order_id } of clientOf().each('listOrders', { status: 'success', limit: 2 })) {
      ids.push(order_id)
    }
    expect(ids).toEqual([3, 2, 1])
    expect(peer.got.map(({ query }) => query.toString())).toEqual([
      'status=success&limit=2',
      'status=success&limit=2&cursor=2',
    ])
  })

  it('is not read further than you go', async () => {
    peer.says({ data: { page: { items: [{ order_id: 3 }], next_cursor: 3 } } })
    for await (const _ of clientOf().each('listOrders', {})) break
    expect(peer.got).toHaveLength(1)
  })
})

describe('an order', () => {
  it('is waited for until it has ended', async () => {
    peer.answer = () => ({ body: { ...placed, status: peer.got.length < 2 ? 'pending' : 'success' } })
    expect(await clientOf().waitForOrder(7)).toMatchObject({ status: 'success' })
    expect(peer.got.map(({ path }) => path)).toEqual(['/api/order/7/status', '/api/order/7/status'])
    expect(peer.got.map(({ query }) => query.get('wait'))).toEqual(['30', '30'])
  })

  it('has all of its items in the end', async () => {
    peer.answer = ({ path }) => ({
      body: { ...placed, status: 'success', result_truncated: path !== '/api/order/7' },
    })
    expect(await clientOf().waitForOrder(7)).toMatchObject({ result_truncated: false })
  })
})

describe('an answer that is no JSON', () => {
  it('comes as it is', async () => {
    peer.answer = () => ({ headers: { 'content-type': 'text/csv' }, body: 'a;b' })
    const response = await clientOf().response('getMe', {}, { accept: 'text/csv' })
    expect(await response.text()).toBe('a;b')
    expect(peer.last().headers['accept']).toBe('text/csv')
  })
})

describe('news of orders', () => {
  const news = (id: number, status = 'pending'): string =>
    `id: ${id}\nevent: order\ndata: ${JSON.stringify({ order_id: 7, status, price: 0.5 })}\n\n`

  it('go on where they were when the connection breaks', async () => {
    peer.answer = (_got, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunks =
        peer.got.length === 1
          ? [`: hello\n\n${news(1).slice(0, 20)}`, news(1).slice(20), news(2).slice(0, -1)]
          : [news(2, 'success')]
      void (async () => {
        for (const chunk of chunks) {
          response.write(chunk)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        if (peer.got.length === 1) response.destroy()
      })()
      return undefined
    }
    const seen: [string, string][] = []
    for await (const { id, order } of clientOf().followOrders()) {
      seen.push([id, order.status])
      if (order.status === 'success') break
    }
    // The second was not whole before the break.
    expect(seen).toEqual([
      ['1', 'pending'],
      ['2', 'success'],
    ])
    expect(peer.got.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '1'])
    expect(peer.last().headers['accept']).toBe('text/event-stream')
  })

  it('go on behind what is known already, also where only an id came', async () => {
    peer.answer = (_got, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      if (peer.got.length === 1) response.end('id: 9\n\n')
      else response.write(news(10))
      return undefined
    }
    for await (const { id } of clientOf().followOrders({ after: '5' })) {
      expect(id).toBe('10')
      break
    }
    expect(peer.got.map(({ headers }) => headers['last-event-id'])).toEqual(['5', '9'])
  })

  it('survive a restart of the server, and end with what is refused', async () => {
    peer.answer = (_got, response) => {
      if (peer.got.length === 1) {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(news(1))
      } else if (peer.got.length < 5) response.destroy()
      else
        return { status: 401, body: { error: true, code: 'KEY_REVOKED_ERROR', message: 'API key revoked' } }
      return undefined
    }
    const events = clientOf({ retries: 0 }).followOrders()
    expect((await events.next()).value).toMatchObject({ id: '1' })
    expect((await failure(events.next())).code).toBe('KEY_REVOKED_ERROR')
    expect(peer.got).toHaveLength(5)
  })

  it('end with the signal, and hang up when nobody listens any more', async () => {
    const hungUp: Promise<unknown>[] = []
    peer.answer = (_got, response) => {
      hungUp.push(once(response, 'close'))
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(news(1))
      return undefined
    }
    const stop = new AbortController()
    const events = clientOf().followOrders({ signal: stop.signal })
    await events.next()
    stop.abort(new Error('enough'))
    await expect(events.next()).rejects.toThrow('enough')
    for await (const _ of clientOf().followOrders()) break
    await Promise.all(hungUp)
    expect(hungUp).toHaveLength(2)
  })
})
