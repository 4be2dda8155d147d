import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAccount } from '../../../src/accounts/accounts.ts'
import { imei, type Shop } from '../../support/server.ts'
import { until } from '../../support/until.ts'
import { ask, OperatorOffice } from './office.fixtures.ts'

interface Told {
  topic: string
  id: number | null
}

/** Stream is an event stream as a browser reads it. */
class Stream {
  readonly told: Told[] = []
  /** `lastId` is what a browser would come back with. */
  lastId = ''
  status = 0
  headers: IncomingMessage['headers'] = {}
  isOver = false
  readonly #request: ClientRequest

  constructor(url: string, topics: string, headers: Record<string, string>) {
    this.#request = request(`${url}/api/operator/events?topics=${topics}`, { headers }, (reply) => {
      this.status = reply.statusCode ?? 0
      this.headers = reply.headers
      let text = ''
      reply.on('data', (chunk: Buffer) => {
        text += chunk
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.#take(block)
      })
      reply.on('close', () => {
        this.isOver = true
      })
    })
    this.#request.on('error', () => {
      this.isOver = true
    })
    this.#request.end()
  }

  #take(block: string): void {
    const fields = block.split('\n').map((line) => line.split(/: ?/, 2) as [string, string])
    for (const [name, value] of fields)
      if (name === 'id') this.lastId = block.split('id: ')[1]?.split('\n')[0] ?? value
    const data = /^data: (.*)$/m.exec(block)?.[1]
    if (data !== undefined) this.told.push(JSON.parse(data))
  }

  async open(): Promise<this> {
    await until('the stream has begun', () => this.lastId !== '' || this.status >= 400)
    return this
  }

  async tells(topic: string, id: number | null): Promise<void> {
    await until(
      `${topic} ${id} is told of`,
      () => this.told.some((one) => one.topic === topic && one.id === id),
      () => this.told,
    )
  }

  close(): void {
    this.#request.destroy()
  }
}

let office: OperatorOffice
let shop: Shop
let service: string
const open: Stream[] = []
beforeAll(async () => {
  office = await OperatorOffice.open()
  shop = await office.server.shop({ deposit: '50' })
  service = await office.server.service()
})
afterAll(async () => {
  for (const one of open) one.close()
  await office.stop()
})

const follow = (topics: string, headers: Record<string, string>): Promise<Stream> => {
  const stream = new Stream(office.server.url, topics, headers)
  open.push(stream)
  return stream.open()
}

const place = async (n: number): Promise<number> => {
  const placed = await office.server.place(shop, { ID: service, IMEI: imei(n) })
  return Number(placed.SUCCESS[0].REFERENCEID)
}

describe('what happens is told of', () => {
  it('orders, balances, deposits, reviews, suppliers, services: by id, where that is known', async () => {
    const { headers } = await office.person('owner')
    const stream = await follow(
      'orders,balances,deposits,reviews,suppliers,services,prices,accounts',
      headers,
    )
    expect(stream.headers).toMatchObject({
      ...{ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
    })
    const { sql } = office.server
    const order = await place(1)
    await stream.tells('orders', order)
    await stream.tells('balances', shop.accountId)
    const made = await createAccount(sql, { name: 'New', email: 'new@example.com', currency: 'USD' }, 'test')
    await stream.tells('accounts', made.id)
    await sql`update services set name = 'Another' where id = ${service}`
    await stream.tells('services', Number(service))
    await sql`update prices set unit_price = unit_price + 1 where service_id = ${service}`
    await stream.tells('prices', Number(service))
    await sql`
      insert into supplier_health (supplier_id, open, why, opened_at, probe_at) values (1, true, 'busy', now(), now() + interval '1 day')
      on conflict (supplier_id) do update set open = true, why = excluded.why, opened_at = now(), probe_at = excluded.probe_at`
    await stream.tells('suppliers', null)
    await sql`update suppliers set concurrency = 9 where id = 1`
    await stream.tells('suppliers', 1)
    await sql`
      insert into deposit_providers (code, name, kind, currency, min_amount, created_at, updated_at)
      values ('bank', 'Bank', 'bank-transfer', 'USD', 1000000, now(), now())`
    await sql`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, created_at)
      values (${shop.accountId}, 1, 'review', 'USD', 1000000, 0, 1000000, now() + interval '1 day', now())`
    await stream.tells('deposits', null)
    const [item] = await sql<{ orderId: number }[]>`select order_id from items limit 1`.records()
    await sql`
      insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at)
      values (${shop.accountId}, ${item?.orderId}, 1, 'unknown', 'nobody knows', 'imeigate', now())`
    await stream.tells('reviews', null)
    // Nobody has asked for it.
    expect(stream.told.map(({ topic }) => topic)).not.toContain('webhooks')
  })

  it('a plan by itself, as it is made, goes on and is discarded', async () => {
    const { headers } = await office.person('owner')
    const ask_ = (path: string, body: object) => ask(office.server, 'POST', path, { body, headers })
    const cells = [{ service, currency: 'USD', price: '77' }]
    const { data } = (await ask_('/plans', { kind: 'prices', input: { cells } })).json
    const stream = await follow(`plan:${data.id},services`, headers)
    const all = await follow('plans', headers)
    await ask_(`/plans/${data.id}/discard`, {})
    await stream.tells(`plan:${data.id}`, data.id)
    await all.tells('plans', data.id)
    expect(stream.told.map(({ topic }) => topic)).not.toContain('plans')
  })

  it('only of the topics that were asked for', async () => {
    const { headers } = await office.person('owner')
    const orders = await follow('orders', headers)
    const all = await follow('balances,orders', headers)
    const order = await place(2)
    await all.tells('orders', order)
    await all.tells('balances', shop.accountId)
    await orders.tells('orders', order)
    expect(new Set(orders.told.map(({ topic }) => topic))).toEqual(new Set(['orders']))
  })
})

describe('who was away', () => {
  it('is told of what happened meanwhile, and of nothing twice', async () => {
    const headers = await office.program(['orders.read', 'money.read'])
    const before = await follow('orders', headers)
    const first = await place(3)
    await before.tells('orders', first)
    before.close()
    const meanwhile = [await place(4), await place(5)]
    const after = await follow('orders', { ...headers, 'last-event-id': before.lastId })
    for (const id of meanwhile) await after.tells('orders', id)
    // The end of the first order may have come behind the place that was known.
    const known = new Set([first, ...meanwhile])
    expect(after.told.filter(({ id }) => id === null || !known.has(id))).toEqual([])
  })

  it('is told to read everything again after too long, and with a place that never was', async () => {
    const headers = await office.program(['orders.read', 'money.read'])
    const stand = await follow('orders', headers)
    const [, ...marks] = stand.lastId.split(':')
    for (const link of ['0', '999999999']) {
      const { sql } = office.server
      if (link === '0') {
        await sql`
          insert into chain_links (id, at, accounts, counts, changes, entries_hash, changes_hash, hash)
          select n, now(), '{}', '{}', '{}', '', '', decode(repeat('00', 32), 'hex')
            from generate_series(1000000, 1000700) n`
      }
      const stream = await follow('orders,balances', {
        ...headers,
        'last-event-id': [link, ...marks].join(':'),
      })
      await stream.tells('orders', null)
      await stream.tells('balances', null)
      expect(stream.told.some(({ id }) => id !== null)).toBe(false)
      stream.close()
    }
  })

  it('is refused with what is no place', async () => {
    const headers = await office.program(['orders.read'])
    for (const id of ['x', '1', '1:2:3:4', '9'.repeat(40)]) {
      const { status, json } = await ask(office.server, 'GET', '/events?topics=orders', {
        headers: { ...headers, 'last-event-id': id },
      })
      expect([status, Object.keys(json.errors)]).toEqual([422, ['Last-Event-ID']])
    }
  })
})

describe('a stream ends with what it is followed by', () => {
  it.each<[what: string, end: (person: Awaited<ReturnType<OperatorOffice['person']>>) => Promise<unknown>]>([
    ['signing out', ({ headers }) => ask(office.server, 'DELETE', '/session', { headers })],
    ['suspension', ({ id }) => office.server.sql`update staff set suspended_at = now() where id = ${id}`],
    ['another role', ({ id }) => office.server.sql`update staff set role = 'catalogue' where id = ${id}`],
    [
      'the end of its time',
      async () => {
        office.office.clock.advance(8 * 86_400_000)
      },
    ],
  ])('%s', async (_what, end) => {
    const person = await office.person('support')
    const stream = await follow('deposits', person.headers)
    expect(stream.status).toBe(200)
    await end(person)
    await until('the stream is over', () => stream.isOver)
  })

  it('revocation of the token, and the loss of a permission by its maker', async () => {
    const maker = await office.person('manager')
    const revoked = await follow('orders', await office.program(['orders.read']))
    const lessened = await follow(
      'services',
      await office.program(['catalogue.read', 'notices.edit'], { staffId: maker.id, role: 'manager' }),
    )
    const lost = await follow(
      'notices',
      await office.program(['catalogue.read', 'notices.edit'], { staffId: maker.id, role: 'manager' }),
    )
    await office.server.sql`update staff set role = 'support' where id = ${maker.id}`
    await until('who lost the permission is cut off', () => lost.isOver)
    expect(lessened.isOver).toBe(false)
    const { sql } = office.server
    await sql`update operator_tokens set revoked_at = now() where staff_id is null`
    await until('the revoked one is cut off', () => revoked.isOver)
    expect(lessened.isOver).toBe(false)
  })

  it('and goes on when password and second factor are given again', async () => {
    const person = await office.person('owner')
    const stream = await follow('orders', person.headers)
    const { headers, hired } = person
    const { PASSWORD } = await import('../../staff/people.fixtures.ts')
    const body = { password: PASSWORD, code: hired.nextCode() }
    expect(await ask(office.server, 'POST', '/session/proof', { body, headers })).toMatchObject({
      status: 200,
    })
    const order = await place(6)
    await stream.tells('orders', order)
    expect(stream.isOver).toBe(false)
  })
})

it('topics need their permissions, and a person has ten streams at most', async () => {
  const { headers } = await office.person('catalogue')
  const refused = async (topics: string) => {
    const { status, json } = await ask(office.server, 'GET', `/events?topics=${topics}`, { headers })
    return [status, json.code, json.message]
  }
  expect(await refused('services,deposits')).toEqual([
    ...[403, 'PERMISSION_DENIED_ERROR', 'Permission denied: you may not money.read'],
  ])
  expect(await refused('weather')).toMatchObject([
    422,
    'INVALID_INPUT_ERROR',
    expect.stringContaining('weather'),
  ])
  expect((await refused(''))[0]).toBe(400)
  const streams = await Promise.all(Array.from({ length: 10 }, () => follow('services', headers)))
  expect(streams.map(({ status }) => status)).toEqual(Array(10).fill(200))
  expect((await refused('services')).slice(0, 2)).toEqual([429, 'TOO_MANY_REQUESTS_ERROR'])
  streams[0]?.close()
  await until('there is room again', async () => (await follow('services', headers)).status === 200)
})
