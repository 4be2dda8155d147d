import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let api: RestClient
let check: string
let n = 0
beforeAll(async () => {
  server = await testServer()
  check = await server.service({ price: '0.01' })
})
afterAll(() => server.stop())
const open: Stream[] = []
beforeEach(async () => {
  shop = await server.shop()
  api = new RestClient(server, shop)
})
afterEach(() => {
  for (const stream of open.splice(0)) stream.close()
})

interface Event {
  id: number
  order_id: number
  status: string
  processed: number
}

/** `Stream` is a client that follows orders. */
class Stream {
  readonly events: Event[] = []
  /** `id` is that of the last event, or where the stream began. */
  id = 0
  status = 0
  ended = false
  readonly #gone = new AbortController()

  async open(of: Shop, url = server.url, lastEventId?: number): Promise<this> {
    open.push(this)
    const reply = await fetch(`${url}/api/order/events`, {
      headers: {
        authorization: `Bearer ${of.securityId}.${of.secret}`,
        ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }),
      },
      signal: this.#gone.signal,
    })
    this.status = reply.status
    void this.#read(reply).finally(() => {
      this.ended = true
    })
    if (reply.ok) await expect.poll(() => this.id).toBeGreaterThan(0)
    return this
  }

  close(): void {
    this.#gone.abort()
  }

  async #read(reply: Response): Promise<void> {
    let text = ''
    try {
      for await (const bytes of reply.body ?? []) {
        text += new TextDecoder().decode(bytes)
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.#take(block)
      }
    } catch {
      // Closed.
    }
  }

  #take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]))
    if (fields.has('id')) this.id = Number(fields.get('id'))
    if (fields.get('event') === 'order') {
      this.events.push({ id: this.id, ...JSON.parse(fields.get('data') ?? '') })
    }
  }
}

const place = async (count = 1): Promise<number> => {
  const data = { imeis: Array.from({ length: count }, () => imei(++n)) }
  return (await api.post('/api/order', { code: check, data })).body.order_id
}
const last = (stream: Stream, id: number): Event | undefined =>
  stream.events.filter(({ order_id }) => order_id === id).at(-1)

it('what becomes of an account’s orders is told as it happens', async () => {
  const [stream, other] = await Promise.all([new Stream().open(shop), new Stream().open(await server.shop())])
  const one = await place()
  const many = await place(200)
  await expect.poll(() => last(stream, one)?.status).toBe('success')
  await expect.poll(() => last(stream, many)).toMatchObject({ status: 'success', processed: 200 })
  const ids = stream.events.map(({ id }) => id)
  expect(ids).toEqual(ids.toSorted((a, b) => a - b))
  // What happens in one moment is one event.
  expect(stream.events.length).toBeLessThan(100)
  expect(other.events).toEqual([])
})

it('who comes back misses nothing and hears nothing twice', async () => {
  const whole = await new Stream().open(shop)
  const from = whole.id
  const orders: number[] = []
  for (let times = 0; times < 3; times++) orders.push(await place())
  for (const id of orders) await expect.poll(() => last(whole, id)?.status).toBe('success')
  const again = await new Stream().open(shop, server.url, from)
  for (const id of orders) await expect.poll(() => last(again, id)?.status).toBe('success')
  // From the middle: exactly what came behind it.
  const middle = again.events[1]?.id ?? 0
  const late = await new Stream().open(shop, server.url, middle)
  const rest = again.events.filter(({ id }) => id > middle).map(({ order_id }) => order_id)
  await expect.poll(() => late.events.map(({ order_id }) => order_id)).toEqual(rest)
})

it('a key follows its orders ten times at once, and again when one has gone', async () => {
  const streams = await Promise.all(Array.from({ length: 10 }, () => new Stream().open(shop)))
  const refused = await api.get('/api/order/events')
  expect(refused.status).toBe(429)
  expect(refused.body.code).toBe('TOO_MANY_REQUESTS_ERROR')
  streams[0]?.close()
  await expect.poll(async () => (await new Stream().open(shop)).status).toBe(200)
  expect((await api.get('/api/order/events', { 'last-event-id': 'x' })).status).toBe(422)
})

it('a server that stops ends what waits', async () => {
  const brief = await testServer()
  const waiting = await brief.service({ supplier: undefined, processing: 'manual' })
  const buyer = await brief.shop()
  const client = new RestClient(brief, buyer)
  const stream = await new Stream().open(buyer, brief.url)
  const { body } = await client.post('/api/order', { code: waiting, data: { imeis: [imei(++n)] } })
  await expect.poll(() => stream.events).toHaveLength(1)
  const poll = client.get(`/api/order/${body.order_id}/status?wait=30`)
  // It has arrived: its connection is busy.
  await client.get(`/api/order/${body.order_id}/status?wait=1`)
  await brief.stop()
  expect((await poll).body.status).toBe('pending')
  await expect.poll(() => stream.ended).toBe(true)
})
