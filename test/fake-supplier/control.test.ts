import { afterEach, describe, expect, it } from 'vitest'
import { answerControl } from '../../src/fake-supplier/control.ts'
import { defaults } from '../../src/fake-supplier/options.ts'
import { Orders } from '../../src/fake-supplier/orders.ts'
import { Panel } from '../../src/fake-supplier/panel.ts'
import { type FakeSupplier, startFakeSupplier } from '../../src/fake-supplier/server.ts'
import { ServiceList } from '../../src/fake-supplier/service-list.ts'
import { bytesOf, control, dhru, exchange, imeiOf, rest, say, Wire } from './wire.ts'

let fake: FakeSupplier | undefined
afterEach(async () => {
  await fake?.stop()
  fake = undefined
})

async function start(): Promise<string> {
  fake = await startFakeSupplier({ port: 0, slowMs: 20, finishMs: 60_000 })
  return fake.url
}

const imei = (n: number): string => imeiOf('35000000', n)
const tries = (n: number) => ({
  dhru: dhru('placeimeiorder', { ID: '101', IMEI: imei(n) }),
  rest: rest('POST', '/api/order', { code: '101', data: { imeis: [imei(n)] } }),
  http: bytesOf('GET', `/check?service=101&imei=${imei(n)}&key=k`),
})

describe('the control endpoint', () => {
  it('counts what was bought, what is open and what was asked', async () => {
    const url = await start()
    for (const request of Object.values(tries(1))) await say(url, request)
    await say(url, dhru('getimeiorder', { ID: '1001' }))
    await control(url, { balance: '12.5' })
    expect(await control(url)).toEqual({
      mode: 'ok',
      list: 'whole',
      price_factor: '1.00',
      balance: '12.50',
      bought: 3,
      open: 2,
      requests: { placeimeiorder: 1, 'POST order': 1, check: 1, getimeiorder: 1 },
    })
  })

  it.each([
    ['credit', 'CreditprocessError'],
    ['login', 'Authentication Failed'],
    ['maintenance', 'Maintenance'],
  ])('lets the panel refuse every order: %s', async (mode, words) => {
    const url = await start()
    await control(url, { mode })
    for (const request of Object.values(tries(1)))
      expect((await exchange(url, request)).body).toContain(words)
    expect(await control(url, { mode: 'ok' })).toMatchObject({ bought: 0 })
    for (const request of Object.values(tries(2))) await say(url, request)
    expect(await control(url)).toMatchObject({ bought: 3 })
  })

  it('lets the panel be down, or a page, and buys nothing then', async () => {
    const url = await start()
    await control(url, { mode: 'down' })
    for (const request of [...Object.values(tries(1)), dhru('accountinfo')]) {
      const wire = new Wire(url, request)
      expect([await wire.reply(), wire.heard]).toEqual([undefined, ''])
    }
    await control(url, { mode: 'html' })
    for (const request of [...Object.values(tries(1)), dhru('accountinfo')]) {
      const { status, body, headers } = await exchange(url, request)
      expect([status, headers.get('content-type'), body.slice(0, 9)]).toEqual([
        200,
        'text/html; charset=utf-8',
        '<!DOCTYPE',
      ])
    }
    expect(await control(url, { mode: 'ok' })).toMatchObject({ bought: 0 })
  })

  it('lets every answer be slow, and buys all the same', async () => {
    const url = await start()
    await control(url, { mode: 'slow' })
    for (const request of Object.values(tries(1))) await say(url, request)
    expect(await control(url)).toMatchObject({ mode: 'slow', bought: 3 })
  })

  it('ends a mode after the time that was set', async () => {
    const url = await start()
    await control(url, { mode: 'down', for_ms: 50 })
    await expect.poll(async () => (await control(url)).mode).toBe('ok')
    expect(await say(url, dhru('accountinfo'))).toHaveProperty('SUCCESS')
  })

  it.each([
    ['{', 'a JSON object is expected'],
    ['[]', 'object'],
    ['{"mode":"broken"}', 'mode'],
    ['{"balance":"much"}', 'balance'],
    ['{"price_factor":-1}', 'price_factor'],
    ['{"colour":"red"}', 'colour'],
    ['{"mode":"down","for_ms":0}', 'for_ms'],
  ])('changes nothing and says what is wrong for %s', async (body, words) => {
    const url = await start()
    const before = await control(url)
    const reply = await exchange(url, bytesOf('POST', '/control', body))
    expect([reply.status, JSON.parse(reply.body).error]).toEqual([400, expect.stringContaining(words)])
    expect(await control(url)).toEqual(before)
  })

  it('is for the same machine only', () => {
    const panel = new Panel(defaults)
    const parts = { panel, orders: new Orders(panel), list: new ServiceList(panel) }
    const asked = {
      method: 'GET',
      path: '/control',
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.alloc(0),
    }
    const statusFrom = (address: string): number => answerControl(parts, asked, address).status
    for (const near of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
      expect(statusFrom(near), near).toBe(200)
    for (const far of ['203.0.113.7', '10.0.0.1', '::ffff:203.0.113.7', '2001:db8::1', ''])
      expect(statusFrom(far), far).toBe(403)
  })
})
