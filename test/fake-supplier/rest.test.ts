import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { FakeOptions } from '../../src/fake-supplier/options.ts'
import { type FakeSupplier, startFakeSupplier } from '../../src/fake-supplier/server.ts'
import { bytesOf, control, exchange, imeiOf, rest, say } from './wire.ts'

let fake: FakeSupplier | undefined
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  await fake?.stop()
  fake = undefined
  for (const close of closing.splice(0)) await close()
})

async function start(options: Partial<FakeOptions> = {}): Promise<string> {
  fake = await startFakeSupplier({ port: 0, finishMs: 0, ...options })
  return fake.url
}

const imei = (n: number): string => imeiOf('35000000', n)
const order = (imeis: string[], key?: string, code = 'fake-101') =>
  rest('POST', '/api/order', { code, data: { imeis } }, key === undefined ? {} : { 'idempotency-key': key })

describe('the REST side', () => {
  it('says who we are and what we have', async () => {
    const url = await start({ balance: 12_500_000n as FakeOptions['balance'] })
    expect(await say(url, rest('GET', '/api/me'))).toMatchObject({ username: 'fake', via: 'client_api_key' })
    expect(await say(url, rest('GET', '/api/wallet/snap'))).toEqual({
      balance: '12.50',
      reserved: '0.00',
      wallet_id: 1,
    })
  })

  it('lists its services in pages, and each with its price', async () => {
    const url = await start({ services: 45 })
    const codes: string[] = []
    let cursor: number | null = 0
    while (cursor !== null) {
      const page: { items: { code: string }[]; next_cursor: number | null } = (
        await say(url, rest('GET', `/api/services?limit=20&cursor=${cursor}`))
      ).data.page
      codes.push(...page.items.map(({ code }) => code))
      cursor = page.next_cursor
    }
    expect(new Set(codes).size).toBe(45)
    for (const name of ['101', 'fake-101']) {
      expect((await say(url, rest('GET', `/api/services/${name}`))).data).toMatchObject({
        id: 101,
        code: 'fake-101',
        rule: { unit_price: '0.80', min_items: 1 },
        service_type: { input_schema: { required: ['imeis'], 'x-quantityFrom': '/imeis' } },
      })
    }
  })

  it('has one order for many IMEIs, one verdict for each, and what is refused back in the wallet', async () => {
    const url = await start({ finishMs: 0 })
    await control(url, { balance: '10' })
    const imeis = [imei(1), imeiOf('00100202', 1), imeiOf('00100218', 1), imeiOf('00100214', 1)]
    const placed = await say(url, order(imeis))
    expect(placed).toMatchObject({
      order_id: 1001,
      status: 'pending',
      total: 4,
      price: '0.80',
      total_price: '3.20',
    })
    expect(placed.result.map(({ status }: { status: string }) => status)).toEqual([
      'success',
      'failed',
      'failed',
      'pending',
    ])
    expect(await control(url)).toMatchObject({ balance: '8.40', bought: 3, open: 1 })
    const ended = await say(url, order([imei(2), imeiOf('00100218', 2)]))
    expect(ended).toMatchObject({ status: 'partial', charged_amount: '0.80', refunded_amount: '0.80' })
    expect(await say(url, rest('GET', `/api/order/${ended.order_id}`))).toMatchObject({ status: 'partial' })
    expect(Object.keys(await say(url, rest('GET', `/api/order/${ended.order_id}/status`)))).toEqual([
      'order_id',
      'status',
      'message',
      'result',
      'error_message',
    ])
  })

  it('buys once under an idempotency key, and refuses the key for anything else', async () => {
    const url = await start()
    const first = await say(url, order([imei(1), imei(2)], 'key'))
    expect(await say(url, order([imei(1), imei(2)], 'key'))).toMatchObject({ order_id: first.order_id })
    const { status, body } = await exchange(url, order([imei(1)], 'key'))
    expect([status, JSON.parse(body)]).toEqual([
      409,
      expect.objectContaining({ error: true, code: 'CONFLICT_ERROR' }),
    ])
    expect(await control(url)).toMatchObject({ bought: 2 })
  })

  it('finds orders by IMEI, service, state and time', async () => {
    const url = await start()
    await say(url, order([imei(1), imei(2)]))
    await say(url, order([imeiOf('00100214', 1)], undefined, 'fake-102'))
    await say(url, order([imeiOf('00100220', 1)]))
    const found = async (query: string) =>
      (await say(url, rest('GET', `/api/order?${query}`))).data.page.items.map(
        (one: { order_id: number }) => one.order_id,
      )
    expect(await found('')).toEqual([1001, 1002])
    expect(await found(`q=${imei(2)}&service_code=fake-101&created_from=2026-01-01T00:00:00Z`)).toEqual([
      1001,
    ])
    expect(await found('service_code=fake-102')).toEqual([1002])
    expect(await found('status=pending')).toEqual([1002])
    expect(await found('created_from=2100-01-01T00:00:00Z')).toEqual([])
    expect(await found('limit=1&cursor=1')).toEqual([1002])
  })

  it.each([
    [401, 'UNAUTHORIZED_ERROR', bytesOf('GET', '/api/me')],
    [401, 'UNAUTHORIZED_ERROR', rest('GET', '/api/me', undefined, { authorization: 'Bearer fake.wrong' })],
    [402, 'INSUFFICIENT_BALANCE_ERROR', order([imei(1), imei(2)])],
    [404, 'NOT_FOUND_ERROR', rest('GET', '/api/order/77')],
    [404, 'NOT_FOUND_ERROR', order([imei(1)], undefined, 'nothing')],
    [400, 'REQUEST_NOT_MATCH_SPEC_ERROR', order([imei(1), imei(1)])],
    [
      400,
      'REQUEST_NOT_MATCH_SPEC_ERROR',
      bytesOf('POST', '/api/order', '{', { authorization: 'Bearer fake.fake' }),
    ],
    [422, 'REQUEST_NOT_MATCH_SPEC_ERROR', order([])],
  ])('refuses with HTTP %d and %s', async (status, code, request) => {
    const url = await start({ apiaccesskey: 'fake', balance: 1_000_000n as FakeOptions['balance'] })
    const reply = await exchange(url, request)
    expect(reply.status).toBe(status)
    expect(JSON.parse(reply.body)).toMatchObject({ error: true, code, message: expect.any(String) })
    expect(await control(url)).toMatchObject({ bought: 0 })
  })

  it('tells a webhook of the end and of a change of mind, signed, and again until it is taken', async () => {
    const heard: { headers: Record<string, unknown>; says: Record<string, unknown> }[] = []
    let refusals = 1
    const receiver = createServer(async (request, response) => {
      const says = JSON.parse(await text(request))
      if (refusals-- > 0) response.writeHead(503).end()
      else {
        heard.push({ headers: request.headers, says })
        response.end()
      }
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    closing.push(() => new Promise((resolve) => receiver.close(resolve)))
    const webhook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/told`
    const url = await start({ webhook, apiaccesskey: 'fake', finishMs: 20 })
    await say(url, order([imeiOf('00100212', 1)]))
    await expect.poll(() => heard.length).toBe(2)
    expect(heard.map(({ says }) => says['status'])).toEqual(['success', 'failed'])
    for (const { headers, says } of heard) {
      const amount = says['status'] === 'failed' ? '0' : says['charged_amount']
      const signed = JSON.stringify({ orderId: 1001, amount })
      expect(headers).toMatchObject({
        'x-webhook-event': 'dispatch.webhook.order',
        'x-signature': createHmac('sha256', 'fake').update(signed).digest('hex'),
      })
    }
  })
})

describe('the instant check', () => {
  it('has its result at once, or is asked for again', async () => {
    const url = await start({ finishMs: 60_000 })
    const check = (query: string) => say(url, bytesOf('GET', `/check?${query}&key=k`))
    expect(await check(`service=101&imei=${imei(1)}`)).toEqual({
      status: 'success',
      order: 1001,
      imei: imei(1),
      result: `Fake result, not a real one: ${imei(1)} is clean`,
    })
    expect(await check(`service=101&imei=${imeiOf('00100218', 1)}`)).toMatchObject({ status: 'failed' })
    expect(await check(`service=101&imei=${imeiOf('00100214', 1)}`)).toEqual({
      status: 'pending',
      order: 1003,
    })
    expect(await check('order=1003')).toEqual({ status: 'pending', order: 1003 })
    expect(await check('order=1001')).toMatchObject({ status: 'success' })
    expect(await check('order=77')).toMatchObject({ status: 'error', message: 'Order not found' })
    expect(await check(`service=103&imei=${imei(2)}&network=Any`)).toMatchObject({ status: 'success' })
    expect(await say(url, bytesOf('GET', `/check?service=101&imei=${imei(3)}`))).toMatchObject({
      message: 'Authentication Failed',
    })
  })
})
