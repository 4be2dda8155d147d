import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createKey, revokeKey } from '../../../src/accounts/keys.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import { RestClient, type RestReply } from '../../support/rest.ts'
import { imei, type Shop, TestClock, type TestServer, testServer } from '../../support/server.ts'

/**
 * The API whose integrations must work unchanged, field by field and error by error. What is written here is that API,
 * not ours: a field may be added to ours, and none may go or change its type.
 */
let server: TestServer
let shop: Shop
let client: RestClient
const clock = new TestClock()
beforeAll(async () => {
  server = await testServer({ OUTBOUND_ALLOW: '127.0.0.0/8' }, clock)
  shop = await server.shop({ deposit: '100' })
  client = new RestClient(server, shop)
  await server.service({ code: 'blacklist', price: '1.25' })
})
afterAll(() => server.stop())

type Kind =
  | 'number'
  | 'integer'
  | 'string'
  | 'boolean'
  | 'array'
  | 'object'
  | 'time'
  | 'null'
  | `${string}|null`

function fits(value: unknown, kind: string): boolean {
  return kind.split('|').some((one) => {
    switch (one) {
      case 'null':
        return value === null
      case 'integer':
        return Number.isSafeInteger(value)
      case 'array':
        return Array.isArray(value)
      case 'object':
        return typeof value === 'object' && value !== null && !Array.isArray(value)
      case 'time':
        return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)
      default:
        return typeof value === one || JSON.stringify(value) === one
    }
  })
}

/** `mustHave` expects every field to be there and of its kind. */
// biome-ignore lint/suspicious/noExplicitAny: a JSON object.
function mustHave(object: any, fields: Record<string, Kind | string>): void {
  for (const [name, kind] of Object.entries(fields)) {
    expect(object, name).toHaveProperty([name])
    expect(fits(object[name], kind), `${name}: ${JSON.stringify(object[name])} is no ${kind}`).toBe(true)
  }
}

const done = (reply: RestReply): RestReply => {
  expect(reply.status, reply.text).toBe(200)
  return reply
}

let next = 1
const newOrder = (count = 1) => ({
  code: 'blacklist',
  data: { imeis: Array.from({ length: count }, () => imei(next++)) },
})

async function ended(id: number): Promise<RestReply> {
  return done(await client.get(`/api/order/${id}?wait=30`))
}

const order = {
  status: '"pending"|"success"|"partial"|"failed"',
  reference_id: 'string|null',
  message: 'string',
  processed: 'integer',
  processed_success: 'integer',
  processed_error: 'integer',
  remaining_balance: 'number',
  result: 'array',
  error_message: 'string|null',
  order_id: 'integer',
  transaction_id: 'integer',
  service_code: 'string',
  total: 'integer',
  price: 'number',
  total_price: 'number',
  charged_amount: 'number',
  refunded_amount: 'number',
  balance_before: 'number',
  created_at: 'time',
}

const service = {
  id: 'integer',
  code: 'string',
  name: 'string',
  description: 'string|null',
  open_time: 'string|null',
  close_time: 'string|null',
  is_active: 'boolean',
  processing_type: '"automatic"|"manual"',
  service_type: 'object',
  created_at: 'time',
  updated_at: 'time',
}

const transaction = {
  id: 'integer',
  access_channel: 'string',
  type: 'string',
  status: 'string',
  amount: 'number',
  description: 'string|null',
  reference_id: 'string',
  external_reference: 'string|null',
  related_order_id: 'integer|null',
  related_deposit_id: 'integer|null',
  related_transfer_id: 'integer|null',
  metadata: 'object|null',
  created_at: 'time',
  completed_at: 'time|null',
  cancelled_at: 'time|null',
}

const mutation = {
  id: 'integer',
  reference_transaction_id: 'integer',
  type: '"credit"|"debit"',
  reason: 'string',
  amount: 'number',
  balance_after: 'number',
  note: 'string|null',
  created_at: 'time',
}

describe('every documented field', () => {
  test('GET /api/me', async () => {
    const { body } = done(await client.get('/api/me'))
    mustHave(body, {
      user_id: 'integer',
      via: '"client_api_key"',
      access_channel: '"api"',
      account_type: '"basic"',
      role: '"user"',
      phone: 'string|null',
      profile_picture_url: 'string|null',
      username: 'string',
      email: 'string',
      session_id: 'string|null',
      api_key_id: 'integer',
      api_key_type: '"client"',
      external_user: 'object|null',
      permissions: 'array',
      token: 'object',
    })
    mustHave(body.token, { expires_at: 'time|null', expires_in: 'integer|null' })
    for (const one of [
      'user.me.read',
      'service.list',
      'service.read_detail',
      'order.create',
      'deposit.create',
      'deposit.read',
      'deposit.provider.list',
      'transaction.read',
      'wallet.balance.read',
      'wallet.ledger.read',
      'transfer.create',
      'transfer.read',
    ]) {
      expect(body.permissions).toContain(one)
    }
  })

  test('GET /api/services', async () => {
    const { body } = done(await client.get('/api/services?limit=50'))
    const { items, next_cursor: cursor } = body.data.page
    expect(cursor).toBe(null)
    const [item] = items
    mustHave(item, service)
    mustHave(item.service_type, {
      id: 'integer',
      code: 'string',
      name: 'string',
      description: 'string|null',
      is_active: 'boolean',
      input_schema: 'object',
      result_schema: 'object|null',
    })
    expect(item.service_type.input_schema).toMatchObject({
      type: 'object',
      required: ['imeis'],
      properties: { imeis: { type: 'array', minItems: 1, items: { pattern: '^[0-9]{15}$' } } },
      'x-quantityFrom': '/imeis',
      'x-requestFrom': '/imeis',
    })
  })

  test('GET /api/services/{idOrCode}, by both', async () => {
    const { body } = done(await client.get('/api/services/blacklist'))
    mustHave(body.data, { ...service, scope: 'object', rule: 'object' })
    expect(body.data).toHaveProperty('availability')
    mustHave(body.data.scope, { access_channel: 'string', account_type: 'string', source: 'string' })
    mustHave(body.data.rule, {
      unit_price: 'number',
      min_items: 'integer',
      max_items: 'integer|null',
      processing_type: 'string',
    })
    expect(body.data.rule.unit_price).toBe(1.25)
    const byId = done(await client.get(`/api/services/${body.data.id}`))
    expect(byId.body).toEqual(body)
  })

  test('POST /api/order, of many items', async () => {
    const before = done(await client.get('/api/wallet/snap')).body.balance
    const { body } = done(await client.post('/api/order', newOrder(3)))
    mustHave(body, order)
    expect(body).toMatchObject({
      service_code: 'blacklist',
      total: 3,
      price: 1.25,
      total_price: 3.75,
      balance_before: before,
      remaining_balance: before - 3.75,
    })
    const { body: end } = await ended(body.order_id)
    mustHave(end, order)
    expect(end).toMatchObject({
      status: 'success',
      processed: 3,
      processed_success: 3,
      processed_error: 0,
      charged_amount: 3.75,
      refunded_amount: 0,
      error_message: null,
    })
  })

  test('GET /api/order/{id}/status', async () => {
    const { body: placed } = done(await client.post('/api/order', newOrder()))
    const { body } = done(await client.get(`/api/order/${placed.order_id}/status`))
    mustHave(body, { order_id: 'integer', status: order.status, message: 'string' })
  })

  test('GET /api/order, with every filter', async () => {
    const { body: placed } = done(await client.post('/api/order', newOrder()))
    await ended(placed.order_id)
    const [device] = placed.result
    const from = new Date(Date.parse(placed.created_at) - 1000).toISOString()
    const to = new Date(Date.parse(placed.created_at) + 1000).toISOString()
    const { body } = done(
      await client.get(
        `/api/order?q=${device.imei}&status=success&processing_type=automatic&service_code=blacklist` +
          `&created_from=${from}&created_to=${to}&limit=5`,
      ),
    )
    expect(body.data.page.items.map((item: { order_id: number }) => item.order_id)).toEqual([placed.order_id])
    mustHave(body.data.page.items[0], order)
    for (const other of [
      'q=999999999999999',
      'status=failed',
      'processing_type=manual',
      'service_code=nothing',
      `created_to=${from}`,
      'created_from=2999-01-01T00:00:00Z',
    ]) {
      const { body: none } = await client.get(`/api/order?${other}`)
      const ids = (none.data?.page.items ?? []).map((item: { order_id: number }) => item.order_id)
      expect(ids, other).not.toContain(placed.order_id)
    }
  })

  test('lists go on by a numeric cursor to an end that is null', async () => {
    for (let count = 0; count < 3; count++) done(await client.post('/api/order', newOrder()))
    const seen: number[] = []
    let cursor: number | null = null
    do {
      const { body }: RestReply = done(
        await client.get(`/api/order?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`),
      )
      const { items, next_cursor } = body.data.page
      seen.push(...items.map((item: { order_id: number }) => item.order_id))
      expect(next_cursor === null || Number.isInteger(next_cursor)).toBe(true)
      cursor = next_cursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(3)
  })

  test('GET /api/wallet/snap', async () => {
    mustHave(done(await client.get('/api/wallet/snap')).body, {
      balance: 'number',
      reserved: 'number',
      wallet_id: 'integer',
    })
  })

  test('GET /api/transactions and /api/transactions/{id}', async () => {
    const { body: placed } = done(await client.post('/api/order', newOrder()))
    await ended(placed.order_id)
    const { body } = done(await client.get('/api/transactions'))
    const item = body.data.page.items.find((one: { id: number }) => one.id === placed.transaction_id)
    mustHave(item, transaction)
    expect(item).toMatchObject({
      status: 'succeeded',
      amount: 1.25,
      related_order_id: placed.order_id,
      reference_id: `TX-${placed.transaction_id}`,
    })
    const one = done(await client.get(`/api/transactions/${placed.transaction_id}`))
    expect(one.body.data).toEqual(item)
  })

  test('GET /api/mutation and /api/mutation/{id}', async () => {
    const { body: placed } = done(await client.post('/api/order', newOrder()))
    await ended(placed.order_id)
    const { body } = done(await client.get('/api/mutation'))
    const item = body.data.page.items.find(
      (one: { reference_transaction_id: number }) => one.reference_transaction_id === placed.transaction_id,
    )
    mustHave(item, mutation)
    expect(item).toMatchObject({ type: 'debit', reason: 'order', amount: 1.25, note: 'Final capture' })
    const one = done(await client.get(`/api/mutation/${item.id}`))
    expect(one.body.data).toEqual(item)
  })

  test('POST /api/transfer and GET /api/transfer/{id}', async () => {
    const receiver = await server.shop()
    const key = randomUUID()
    const wanted = { receiver: receiver.username, amount: 2.5, description: 'for the phones' }
    const first = done(await client.post('/api/transfer', wanted, { 'idempotency-key': key }))
    expect(first.body.replayed).toBe(false)
    mustHave(first.body.data, {
      transferId: 'integer',
      transactionId: 'integer',
      senderLedgerId: 'integer',
      receiverLedgerId: 'integer',
    })
    const again = done(await client.post('/api/transfer', wanted, { 'idempotency-key': key }))
    expect(again.body).toEqual({ data: first.body.data, replayed: true })
    const other = await client.post('/api/transfer', { ...wanted, amount: 3 }, { 'idempotency-key': key })
    expect(other.status).toBe(409)
    const { text } = done(await client.get(`/api/transfer/${first.body.data.transferId}`))
    expect(text).toContain('***')
    expect(text).not.toContain(`${receiver.username}@example.com`)
  })

  test('deposits and their providers', async () => {
    const { body } = done(await client.get('/api/deposit/provider'))
    expect(body.data.page.items).toBeInstanceOf(Array)
  })
})

describe('every documented error', () => {
  const says = (reply: RestReply, status: number, code: string): void => {
    expect(reply.status, reply.text).toBe(status)
    expect(reply.body).toMatchObject({ error: true, code })
    expect(reply.headers.get('x-request-id')).toBe(reply.body.traceId)
  }

  test('400: what does not match the document, by field', async () => {
    const reply = await client.post('/api/order', { data: [] })
    says(reply, 400, 'REQUEST_NOT_MATCH_SPEC_ERROR')
    expect(reply.body.source).toBe('body')
    expect(Object.keys(reply.body.errors).sort()).toEqual(['code', 'data'])
    const query = await client.get('/api/services?limit=501')
    says(query, 400, 'REQUEST_NOT_MATCH_SPEC_ERROR')
    expect(query.body).toMatchObject({ source: 'query', errors: { limit: [expect.any(String)] } })
    says(
      await client.ask('/api/order', { method: 'POST', body: '{"code":' }),
      400,
      'REQUEST_NOT_MATCH_SPEC_ERROR',
    )
  })

  test('401: a key that is malformed, wrong, expired, revoked', async () => {
    const as = (authorization: string) => new RestClient(server).get('/api/me', { authorization })
    for (const authorization of ['', 'Bearer', 'Bearer x', `Basic ${shop.securityId}.${shop.secret}`]) {
      says(await as(authorization), 401, 'INVALID_CREDENTIALS_ERROR')
    }
    says(await as(`Bearer ${shop.securityId}.wrong`), 401, 'INVALID_CREDENTIALS_ERROR')
    const account = shop.accountId as AccountId
    const old = await createKey(
      server.sql,
      account,
      { expiresAt: new Date(clock.now().getTime() + 60_000) },
      clock,
    )
    done(await as(`Bearer ${old.securityId}.${old.secret}`))
    clock.advance(120_000)
    says(await as(`Bearer ${old.securityId}.${old.secret}`), 401, 'KEY_EXPIRED_ERROR')
    const gone = await createKey(server.sql, account, {})
    await revokeKey(server.sql, gone.id)
    says(await as(`Bearer ${gone.securityId}.${gone.secret}`), 401, 'KEY_REVOKED_ERROR')
  })

  test('402: more than there is', async () => {
    const poor = new RestClient(server, await server.shop({ deposit: '1' }))
    const reply = await poor.post('/api/order', newOrder())
    says(reply, 402, 'INSUFFICIENT_BALANCE_ERROR')
    expect(reply.body.source).toBe('order')
  })

  test('403: a valid key without the permission', async () => {
    const key = await createKey(server.sql, shop.accountId as AccountId, { permissions: ['user.me.read'] })
    const limited = new RestClient(server, { ...shop, securityId: key.securityId, secret: key.secret })
    done(await limited.get('/api/me'))
    says(await limited.get('/api/services'), 403, 'PERMISSION_DENIED_ERROR')
    says(await limited.post('/api/order', newOrder()), 403, 'PERMISSION_DENIED_ERROR')
  })

  test('a key that may list orders lists them and reads none; one that may read them does both', async () => {
    const { order_id: id } = done(await client.post('/api/order', newOrder())).body
    for (const [permission, may] of [
      ['order.list', false],
      ['order.read', true],
    ] as const) {
      const key = await createKey(server.sql, shop.accountId as AccountId, { permissions: [permission] })
      const limited = new RestClient(server, { ...shop, securityId: key.securityId, secret: key.secret })
      done(await limited.get('/api/order'))
      done(await limited.get(`/api/order/${id}/items`))
      for (const path of [`/api/order/${id}`, `/api/order/${id}/status`]) {
        const reply = await limited.get(path)
        if (may) done(reply)
        else says(reply, 403, 'PERMISSION_DENIED_ERROR')
      }
    }
  })

  test('404: what is missing, and what is another account’s', async () => {
    says(await client.get('/api/services/nothing'), 404, 'SERVICE_NOT_FOUND_ERROR')
    says(await client.post('/api/order', { ...newOrder(), code: 'nothing' }), 404, 'SERVICE_NOT_FOUND_ERROR')
    says(await client.get('/api/order/999999999'), 404, 'ORDER_NOT_FOUND_ERROR')
    says(await client.get('/api/nothing'), 404, 'NOT_FOUND_ERROR')
    const { body } = done(await client.post('/api/order', newOrder()))
    const stranger = new RestClient(server, await server.shop())
    says(await stranger.get(`/api/order/${body.order_id}`), 404, 'ORDER_NOT_FOUND_ERROR')
    says(await stranger.get(`/api/transactions/${body.transaction_id}`), 404, 'NOT_FOUND_ERROR')
  })

  test('409: an idempotency key that was used for something else', async () => {
    const key = { 'idempotency-key': randomUUID() }
    done(await client.post('/api/order', newOrder(), key))
    says(await client.post('/api/order', newOrder(), key), 409, 'IDEMPOTENCY_CONFLICT_ERROR')
  })

  test('422: data that the service does not take, by field', async () => {
    const reply = await client.post('/api/order', {
      code: 'blacklist',
      data: { imeis: [imei(next++), '12345'] },
    })
    expect(reply.status, reply.text).toBe(422)
    expect(Object.keys(reply.body.errors)).toEqual(['data.imeis.1'])
    expect((await client.post('/api/order', { code: 'blacklist', data: {} })).status).toBe(422)
    expect((await client.post('/api/order', { code: 'blacklist', data: { imeis: [] } })).status).toBe(422)
  })

  test('429: more than a key may ask in a minute', async () => {
    const strict = await testServer({ REST_REQUESTS_PER_MINUTE: '2' })
    try {
      const asks = new RestClient(strict, await strict.shop())
      const first = done(await asks.get('/api/me'))
      expect(first.headers.get('ratelimit-remaining')).toBe('1')
      done(await asks.get('/api/me'))
      const third = await asks.get('/api/me')
      says(third, 429, 'TOO_MANY_REQUESTS_ERROR')
      expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
      // Another key is another matter, and may have a limit of its own.
      const other = await strict.shop()
      done(await new RestClient(strict, other).get('/api/me'))
      const key = await createKey(strict.sql, other.accountId as AccountId, { requestsPerMinute: 4 })
      const more = new RestClient(strict, { ...other, securityId: key.securityId, secret: key.secret })
      for (let n = 0; n < 4; n++) done(await more.get('/api/me'))
      says(await more.get('/api/me'), 429, 'TOO_MANY_REQUESTS_ERROR')
    } finally {
      await strict.stop()
    }
  })

  test('500: a fault of ours, of which nothing is told but its number', async () => {
    const broken = await testServer()
    try {
      const asks = new RestClient(broken, await broken.shop())
      await broken.owner`alter table wallets rename column available to hidden`
      const reply = await asks.get('/api/wallet/snap')
      says(reply, 500, 'INTERNAL_ERROR')
      expect(reply.text).not.toMatch(/wallets|column|available|sql/i)
    } finally {
      await broken.stop()
    }
  })

  test('503: the database is away', async () => {
    const alone = await testServer()
    try {
      const asks = new RestClient(alone, await alone.shop())
      done(await asks.get('/api/wallet/snap'))
      const locked = Promise.withResolvers<void>()
      const held = Promise.withResolvers<void>()
      const holding = alone.sql
        .begin(async (sql) => {
          await sql`lock table wallets`
          locked.resolve()
          await held.promise
        })
        .catch(() => {})
      await locked.promise
      const asked = asks.get('/api/wallet/snap')
      await expect
        .poll(
          () =>
            alone.sql`select pg_terminate_backend(pid) from pg_stat_activity
                       where wait_event_type = 'Lock' and datname = current_database()
                         and query ~ '^\\s*select currency, available'`,
        )
        .toHaveLength(1)
      says(await asked, 503, 'TEMPORARILY_UNAVAILABLE_ERROR')
      held.resolve()
      await holding
    } finally {
      await alone.stop()
    }
  })
})
