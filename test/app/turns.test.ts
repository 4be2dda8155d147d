import { request } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { setPrice } from '../../src/catalogue/prices.ts'
import { imei, type Shop, type TestServer, testServer } from '../support/server.ts'
import { type TurnsTaken, turnMs, turnsOf } from '../support/turns.ts'
import { until } from '../support/until.ts'

const ITEMS = 10_000
/**
 * Work is done in turns if none is longer than 20 ms on an ordinary machine, or than a third of all the work, which a slow or busy machine cannot
 * change: done in one turn, it is the whole. How long a turn is, is measured by bench/turns.ts.
 */
const isInTurns = ({ longest, all }: TurnsTaken): boolean => longest < Math.max(turnMs(), all / 3)

let server: TestServer
let shop: Shop
let service: string
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop({ deposit: '100000' })
  service = await server.service({ supplier: undefined, processing: 'manual' })
  await setPrice(server.sql, { service, currency: 'USD', price: '0.01', maxItems: ITEMS })
})
afterAll(() => server?.stop())

interface Answer {
  status: number
  bytes: number
  /** `begins` is how the body begins. */
  begins: string
}

/** `ask` reads an answer and looks at none of it but its beginning: the event loop is the server's, too. */
function ask(path: string, body?: string, type = 'application/json'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const method = body === undefined ? 'GET' : 'POST'
  const headers = {
    authorization: `Bearer ${shop.securityId}.${shop.secret}`,
    ...(body !== undefined && { 'content-type': type }),
  }
  const sent = request(`${server.url}${path}`, { method, headers }, (reply) => {
    const answer = { status: reply.statusCode ?? 0, bytes: 0, begins: '' }
    reply.on('data', (chunk: Buffer) => {
      if (answer.bytes === 0) answer.begins = chunk.toString('utf8', 0, 100)
      answer.bytes += chunk.length
    })
    reply.on('end', () => resolve(answer))
    reply.on('error', reject)
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

/** `inTurns` tries some times, because some runs pay for being compiled, and any may pay for garbage; it gives what the last one took. */
async function inTurns(run: () => Promise<unknown>): Promise<TurnsTaken | 'in turns'> {
  let taken: TurnsTaken | undefined
  for (let runs = 0; runs < 6; runs++) {
    taken = await turnsOf(run)
    if (isInTurns(taken)) return 'in turns'
  }
  return taken as TurnsTaken
}

it('an order of 10,000 items is placed, repeated and read in many turns', async () => {
  await until('the server sells so many', async () => {
    const { begins } = await ask(
      '/api/order',
      JSON.stringify({ code: service, data: { imeis: [imei(1), imei(2)] } }),
    )
    return begins.includes('order_id')
  })
  const bodies = Array.from({ length: 6 }, (_, run) =>
    JSON.stringify({
      code: service,
      data: { imeis: Array.from({ length: ITEMS }, (_, n) => imei(1000 + run * ITEMS + n)) },
    }),
  )
  const unsent = [...bodies]
  let id = 0
  let last = ''
  const placed = await inTurns(async () => {
    last = unsent.pop() as string
    const { begins } = await ask('/api/order', last)
    id = Number(/"order_id":(\d+)/.exec(begins)?.[1])
  })
  expect(placed, 'placed').toBe('in turns')
  const repeated = await inTurns(async () => {
    expect((await ask('/api/order', last)).begins).toContain(`"order_id":${id},`)
  })
  expect(repeated, 'repeated').toBe('in turns')
  const read = await inTurns(async () => {
    expect((await ask(`/api/order/${id}`)).bytes).toBeGreaterThan(100 * ITEMS)
  })
  expect(read, 'read').toBe('in turns')
  const [{ items, positions }] = (await server.sql`
    select count(*) as items, count(distinct position) as positions from items where order_id = ${id}`) as unknown as [
    { items: bigint; positions: bigint },
  ]
  expect([items, positions]).toEqual([BigInt(ITEMS), BigInt(ITEMS)])
})

it('a catalogue of 20,000 services is read, listed and written for Dhru clients in many turns', async () => {
  await server.sql`
    insert into services (code, name, group_name, kind, input_schema, fields, duplicate_policy, unrouted_since)
    select 'x' || n, 'Service number ' || n, 'Group ' || n % 200, kind, input_schema, fields, duplicate_policy, null
      from services, generate_series(1, 20000) n where id = ${Number(service)}`
  await server.sql`
    insert into prices (service_id, currency, unit_price)
    select id, 'USD', 1000000 from services where code like 'x%'`
  await server.sql`update services set unrouted_since = null where code like 'x%'`
  const dhru = (format: string) => {
    const { securityId: username, secret: apiaccesskey } = shop
    const form = { username, apiaccesskey, requestformat: format, action: 'imeiservicelist' }
    return ask('/api/dhru', `${new URLSearchParams(form)}`, 'application/x-www-form-urlencoded')
  }
  await until('all are sold', async () => (await dhru('JSON')).bytes > 5_000_000)
  let changes = 0
  const ways: [name: string, way: () => Promise<unknown>][] = [
    ['read and listed', () => ask('/api/services?limit=500')],
    ['searched', () => ask('/api/services?limit=500&q=number')],
    ['changed since', () => ask('/api/services?limit=500&updated_since=2020-01-01')],
    ['as JSON', () => dhru('JSON')],
    ['as XML', () => dhru('XML')],
  ]
  for (const [name, way] of ways) {
    const taken = await inTurns(async () => {
      // What was made of the catalogue before is worth nothing any more.
      const name = `Service ${++changes}`
      await server.sql`update services set name = ${name} where code = 'x1'`
      await until('the change is seen', async () => (await ask('/api/services/x1')).begins.includes(name))
      await way()
    })
    expect(taken, name).toBe('in turns')
  }
})
