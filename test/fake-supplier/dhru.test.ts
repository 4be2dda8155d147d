import { afterEach, describe, expect, it } from 'vitest'
import type { FakeOptions } from '../../src/fake-supplier/options.ts'
import { type FakeSupplier, startFakeSupplier } from '../../src/fake-supplier/server.ts'
import { micros } from '../../src/lib/money.ts'
import { multipart, type Pairs } from '../support/dhru.ts'
import { bytesOf, control, dhru, exchange, imeiOf, say, Wire } from './wire.ts'

let fake: FakeSupplier | undefined
afterEach(async () => {
  await fake?.stop()
  fake = undefined
})

async function start(options: Partial<FakeOptions> = {}): Promise<string> {
  fake = await startFakeSupplier({ port: 0, finishMs: 0, ...options })
  return fake.url
}

const imei = (n: number): string => imeiOf('35000000', n)
const ERROR = (message: string) => [{ MESSAGE: message, FULL_DESCRIPTION: expect.any(String) }]

describe('the Dhru side', () => {
  it.each([
    ['USD', '0.80', '$50.00', '50.00'],
    ['IDR', 'Rp 8.000', 'Rp 50', '50'],
    ['VND', '8.000 ₫', '50 ₫', '50'],
    ['EUR', '0,80 €', '50,00 €', '50.00'],
    ['BRL', 'R$ 0,80', 'R$ 50,00', '50.00'],
  ])('that sells in %s prints its prices as that country does: %s', async (currency, price, credit, raw) => {
    const url = await start({ currency, balance: micros(50_000_000n) })
    const details = await say(url, dhru('getimeiservicedetails', { ID: '101' }))
    expect(details.SUCCESS[0].LIST).toMatchObject({ CREDIT: price })
    const { AccoutInfo } = (await say(url, dhru('accountinfo'))).SUCCESS[0]
    expect(AccoutInfo).toMatchObject({ credit, creditraw: raw, currency })
  })

  it('takes an order as the kit sends it and echoes it, and puts the result into CODE', async () => {
    const url = await start()
    const fields: Pairs = [
      ['username', 'fake'],
      ['apiaccesskey', 'fake'],
      ['action', 'placeimeiorder'],
      ['requestformat', 'JSON'],
      ['parameters', `<PARAMETERS><ID>101</ID><IMEI>${imei(1)}</IMEI></PARAMETERS>\n`],
    ]
    const { body, headers } = multipart(fields)
    expect(await say(url, bytesOf('POST', '//api/index.php', String(body), headers))).toEqual({
      SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: '1001' }],
      ID: '101',
      IMEI: imei(1),
      apiversion: '6.1',
    })
    const result = `Fake result, not a real one: ${imei(1)} is clean`
    expect(await say(url, dhru('getimeiorder', { ID: '1001' }))).toEqual({
      SUCCESS: [{ STATUS: '4', CODE: result, COMMENTS: '', REFERENCEID: '1001', IMEI: imei(1) }],
      apiversion: '6.1',
    })
  })

  it('sells each service to those who give what it needs', async () => {
    const url = await start()
    const place = (parameters: Record<string, string>) => say(url, dhru('placeimeiorder', parameters))
    const refused = { ERROR: ERROR('Required field missing') }
    // 103 needs a network, 104 a PIN and a colour, 105 takes serial numbers, 116 sells a quantity.
    expect(await place({ ID: '103', IMEI: imei(1) })).toMatchObject(refused)
    expect(await place({ ID: '103', IMEI: imei(1), NETWORK: 'Any' })).toHaveProperty('SUCCESS')
    const colour = Buffer.from('{"COLOUR":"Black"}').toString('base64')
    expect(await place({ ID: '104', IMEI: imei(1), PIN: '1' })).toMatchObject(refused)
    expect(await place({ ID: '104', IMEI: imei(1), PIN: '1', CUSTOMFIELD: colour })).toHaveProperty('SUCCESS')
    expect(await place({ ID: '105', IMEI: 'C02XY' })).toHaveProperty('SUCCESS')
    expect(await place({ ID: '101' })).toMatchObject(refused)
    for (const QNT of ['0', '101', 'x', '1.5']) expect(await place({ ID: '116', QNT })).toMatchObject(refused)
    const { balance } = await control(url, { balance: '100' })
    expect(balance).toBe('100.00')
    expect(await place({ ID: '116', QNT: '10' })).toHaveProperty('SUCCESS')
    const { LIST } = (await say(url, dhru('getimeiservicedetails', { ID: '116' }))).SUCCESS[0]
    const { SUCCESS } = await say(url, dhru('accountinfo'))
    expect(SUCCESS[0].AccoutInfo.creditraw).toBe((100 - 10 * Number(LIST.CREDIT)).toFixed(2))
    expect(await place({ ID: '99', IMEI: imei(1) })).toMatchObject({ ERROR: ERROR('Invalid Service') })
  })

  it('refuses when the credit does not last', async () => {
    const url = await start({ balance: 1_000_000n as FakeOptions['balance'] })
    const place = (n: number) => say(url, dhru('placeimeiorder', { ID: '101', IMEI: imei(n) }))
    expect(await place(1)).toHaveProperty('SUCCESS')
    expect(await place(2)).toMatchObject({ ERROR: ERROR('CreditprocessError') })
    expect(await control(url)).toMatchObject({ bought: 1, balance: '0.20' })
  })

  it('takes any credentials, or only those that it was started with', async () => {
    const login = (username: string, apiaccesskey: string) =>
      dhru('accountinfo', undefined, { username, apiaccesskey })
    const any = await start()
    expect(await say(any, login('anyone', 'anything'))).toHaveProperty('SUCCESS')
    expect(await say(any, login('anyone', ''))).toMatchObject({ ERROR: ERROR('Authentication Failed') })
    await fake?.stop()
    const strict = await start({ username: 'shop', apiaccesskey: 'secret' })
    expect(await say(strict, login('shop', 'secret'))).toHaveProperty('SUCCESS')
    for (const wrong of [login('shop', 'x'), login('x', 'secret')])
      expect(await say(strict, wrong)).toMatchObject({ ERROR: ERROR('Authentication Failed') })
  })

  it('knows no idempotency as a plain panel, and honours it as another imeigate does when told so', async () => {
    const order = (n: number) =>
      dhru('placeimeiorder', { ID: '101', IMEI: imei(n) }, { idempotency_key: 'k' })
    const plain = await start()
    expect((await exchange(plain, order(1))).headers.has('x-imeigate')).toBe(false)
    expect((await say(plain, order(1))).SUCCESS[0].REFERENCEID).toBe('1002')
    await fake?.stop()
    const other = await start({ idempotency: true })
    expect((await exchange(other, order(1))).headers.get('x-imeigate')).toBe('1')
    expect((await say(other, order(1))).SUCCESS[0].REFERENCEID).toBe('1001')
    expect(await say(other, order(2))).toMatchObject({
      ERROR: ERROR('Idempotency key already used for another request'),
    })
    expect(await control(other)).toMatchObject({ bought: 1 })
  })

  it.each([
    ['an idempotency key', { idempotency: true }, '00100203'],
    ['an idempotency key', { idempotency: true }, '00100221'],
    ['refused duplicates', { refuseDuplicates: true }, '00100221'],
  ])('answers at last what is sent again under the safety of %s (%o, %s)', async (_words, options, tac) => {
    const url = await start(options)
    const order = dhru('placeimeiorder', { ID: '101', IMEI: imeiOf(tac, 1) }, { idempotency_key: 'k' })
    expect(await new Wire(url, order).reply()).toBeUndefined()
    expect((await say(url, order)).SUCCESS[0].REFERENCEID).toBe('1001')
    expect(await control(url)).toMatchObject({ bought: 1 })
  })

  it('knows no other action', async () => {
    const url = await start()
    for (const action of ['', 'placefileorder']) {
      expect(await say(url, dhru(action))).toEqual({ ERROR: ERROR('Invalid Action'), apiversion: '6.1' })
    }
    expect((await control(url)).requests).toEqual({ 'unknown action': 2 })
  })
})

describe('bulk orders', () => {
  const rows = (...imeis: string[]) =>
    Object.fromEntries(imeis.map((one, index) => [`A-${index + 7}`, { ID: '101', IMEI: one }]))
  const [good, bad] = [imei(1), imeiOf('00100202', 1)]

  it("have the vendor's shape, each row with its own verdict, and so do statuses", async () => {
    const url = await start()
    expect(await say(url, dhru('placeimeiorderbulk', rows(good, bad)))).toEqual({
      'A-7': { SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: 1001 }] },
      'A-8': { ERROR: ERROR('IMEI not found') },
      apiversion: '6.1',
    })
    expect(await say(url, dhru('getimeiorderbulk', { x: { ID: '1001' }, y: { ID: '77' } }))).toEqual({
      x: { SUCCESS: [expect.objectContaining({ STATUS: '4', REFERENCEID: '1001', IMEI: good })] },
      y: { ERROR: ERROR('Order not found') },
      apiversion: '6.1',
    })
  })

  it('have the shape of theme panels when told so', async () => {
    const url = await start({ bulk: 'theme' })
    expect((await say(url, dhru('placebulkorder', rows(good, bad)))).SUCCESS).toEqual({
      'A-7': { status: 'success', message: 'Order received', referenceid: 1001 },
      'A-8': { status: 'error', message: 'IMEI not found: This IMEI was not found' },
    })
  })

  it('are a list when told so, and statuses too', async () => {
    const url = await start({ bulk: 'rows' })
    expect((await say(url, dhru('placeimeiorderbulk', rows(good, bad)))).SUCCESS).toEqual([
      { ID: '101', IMEI: good, MESSAGE: 'Order received', REFERENCEID: '1001' },
      { ID: '101', IMEI: bad, ERROR: ERROR('IMEI not found') },
    ])
    expect((await say(url, dhru('orderstatusbulk', undefined, { orderid: '1001,77' }))).SUCCESS).toEqual([
      expect.objectContaining({ STATUS: '4', REFERENCEID: '1001' }),
      { REFERENCEID: '77', ERROR: ERROR('Order not found') },
    ])
  })

  it('are unknown when told so', async () => {
    const url = await start({ bulk: 'none' })
    for (const action of ['placeimeiorderbulk', 'getimeiorderbulk'])
      expect(await say(url, dhru(action, rows(good)))).toMatchObject({ ERROR: ERROR('Invalid Action') })
    expect(await control(url)).toMatchObject({ bought: 0 })
  })

  it.each([
    ['00100203', 3],
    ['00100219', 2],
  ])('are bought, and the answer is lost, when one row has the fault %s', async (tac, bought) => {
    const url = await start()
    const wire = new Wire(url, dhru('placeimeiorderbulk', rows(good, imeiOf(tac, 1), imei(2))))
    expect(await wire.reply()).toBeUndefined()
    expect(await control(url)).toMatchObject({ bought })
  })
})

describe('the service list', () => {
  interface Group {
    GROUPTYPE: string
    SERVICES: Record<string, { SERVICEID: string; CREDIT: string }>
  }
  const groupsOf = (body: string): Group[] => Object.values(JSON.parse(body).SUCCESS[0].LIST)
  const servicesOf = (body: string) => groupsOf(body).flatMap(({ SERVICES }) => Object.values(SERVICES))

  it('has as many services as told, in groups of both types, each time the same', async () => {
    const url = await start({ services: 15_000 })
    const { body } = await exchange(url, dhru('imeiservicelist'))
    const services = servicesOf(body)
    expect(services).toHaveLength(15_000)
    expect(new Set(services.map(({ SERVICEID }) => SERVICEID)).size).toBe(15_000)
    expect(services[0]).toMatchObject({ SERVICEID: '101', CREDIT: '0.80' })
    expect(groupsOf(body)).toHaveLength(120)
    expect(new Set(groupsOf(body).map(({ GROUPTYPE }) => GROUPTYPE))).toEqual(new Set(['IMEI', 'SERVER']))
    expect((await exchange(url, dhru('imeiservicelist'))).body).toBe(body)
  })

  it('can be cut in the middle while HTTP is whole, or well-formed with half of the services', async () => {
    const url = await start({ listCut: true })
    const { body, headers } = await exchange(url, dhru('imeiservicelist'))
    expect(Buffer.byteLength(body)).toBe(Number(headers.get('content-length')))
    expect(() => JSON.parse(body)).toThrow()
    await control(url, { list: 'half' })
    expect(servicesOf((await exchange(url, dhru('imeiservicelist'))).body)).toHaveLength(10)
    await control(url, { list: 'whole' })
    const whole = (await exchange(url, dhru('imeiservicelist'))).body
    expect(servicesOf(whole)).toHaveLength(20)
    expect(whole.startsWith(body)).toBe(true)
  })

  it('follows the price factor, and so do purchases', async () => {
    const url = await start()
    await control(url, { price_factor: 1.1, balance: '10' })
    expect(servicesOf((await exchange(url, dhru('imeiservicelist'))).body)[0]).toMatchObject({
      CREDIT: '0.88',
    })
    await say(url, dhru('placeimeiorder', { ID: '101', IMEI: imei(1) }))
    expect(await control(url)).toMatchObject({ balance: '9.12', price_factor: '1.10' })
  })
})
