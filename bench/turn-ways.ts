import { request } from 'node:http'
import type { Sql } from '../src/database/database.ts'
import { until } from '../test/support/until.ts'
import { nthImei } from './figures.ts'

/** MANY_ITEMS is how many items an order has, and MANY_SERVICES how many services a catalogue, whose work must be done in turns. */
export const MANY_ITEMS = 10_000
export const MANY_SERVICES = 20_000
/** MAX_RUNS is how often an order may be placed anew. */
export const MAX_RUNS = 6

/** Seller is a server in this process, with an account that has money, and the id of a service of which an order may have MANY_ITEMS items. */
export interface Seller {
  url: string
  sql: Sql
  key: { securityId: string; secret: string }
  service: string
}

/** Way is one thing that a server does much for. It can be run several times. */
export interface Way {
  name: string
  run: () => Promise<void>
}

interface Answer {
  bytes: number
  /** `begins` is how the body begins. */
  begins: string
}

/** `ask` reads an answer and looks at none of it but its beginning: the event loop is the server's, too. */
function ask({ url, key }: Seller, path: string, body?: string, type = 'application/json'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const method = body === undefined ? 'GET' : 'POST'
  const headers = {
    authorization: `Bearer ${key.securityId}.${key.secret}`,
    ...(body !== undefined && { 'content-type': type }),
  }
  const sent = request(`${url}${path}`, { method, headers }, (reply) => {
    const answer = { bytes: 0, begins: '' }
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

/** `orderWays` are those of one order of many items; `lastOrder` gives the number of the one that was placed last. */
export async function orderWays(seller: Seller): Promise<{ ways: Way[]; lastOrder: () => number }> {
  const bodyOf = (first: number, items: number): string =>
    JSON.stringify({
      code: seller.service,
      data: { imeis: Array.from({ length: items }, (_, n) => nthImei(first + n)) },
    })
  const small = bodyOf(1, 2)
  await until('the server sells so many', async () =>
    (await ask(seller, '/api/order', small)).begins.includes('order_id'),
  )
  const unsent = Array.from({ length: MAX_RUNS }, (_, run) => bodyOf(1000 + run * MANY_ITEMS, MANY_ITEMS))
  let last = ''
  let id = 0
  const ways = [
    {
      name: 'placed',
      run: async () => {
        last = unsent.pop() as string
        const { begins } = await ask(seller, '/api/order', last)
        id = Number(/"order_id":(\d+)/.exec(begins)?.[1])
      },
    },
    {
      name: 'repeated',
      run: async () => {
        const { begins } = await ask(seller, '/api/order', last)
        if (!begins.includes(`"order_id":${id},`)) throw new Error(`order ${id} is not repeated: ${begins}`)
      },
    },
    {
      name: 'read',
      run: async () => {
        const { bytes } = await ask(seller, `/api/order/${id}`)
        if (bytes < 100 * MANY_ITEMS) throw new Error(`order ${id} has ${bytes} bytes`)
      },
    },
  ]
  return { ways, lastOrder: () => id }
}

/** `catalogueWays` are those of a catalogue of many services, which has changed since it was used last. */
export async function catalogueWays(seller: Seller): Promise<Way[]> {
  const { sql, service, key } = seller
  await sql`
    insert into services (code, name, group_name, kind, input_schema, fields, duplicate_policy, unrouted_since)
    select 'x' || n, 'Service number ' || n, 'Group ' || n % 200, kind, input_schema, fields, duplicate_policy, null
      from services, generate_series(1, ${MANY_SERVICES}::int) n where id = ${Number(service)}`
  await sql`
    insert into prices (service_id, currency, unit_price)
    select id, 'USD', 1000000 from services where code like 'x%'`
  await sql`update services set unrouted_since = null where code like 'x%'`
  const dhru = (requestformat: string): Promise<Answer> => {
    const form = {
      username: key.securityId,
      apiaccesskey: key.secret,
      requestformat,
      action: 'imeiservicelist',
    }
    return ask(seller, '/api/dhru', `${new URLSearchParams(form)}`, 'application/x-www-form-urlencoded')
  }
  await until('all are sold', async () => (await dhru('JSON')).bytes > 5_000_000)
  let changes = 0
  const changed = (name: string, way: () => Promise<unknown>): Way => ({
    name,
    run: async () => {
      // The change makes the server forget the lists that it had made of the catalogue.
      const text = `Service ${++changes}`
      await sql`update services set name = ${text} where code = 'x1'`
      await until('the change is seen', async () =>
        (await ask(seller, '/api/services/x1')).begins.includes(text),
      )
      await way()
    },
  })
  return [
    changed('read and listed', () => ask(seller, '/api/services?limit=500')),
    changed('searched', () => ask(seller, '/api/services?limit=500&q=number')),
    changed('changed since', () => ask(seller, '/api/services?limit=500&updated_since=2020-01-01')),
    changed('as JSON', () => dhru('JSON')),
    changed('as XML', () => dhru('XML')),
  ]
}
