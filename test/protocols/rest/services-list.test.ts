import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removePrice, setPrice } from '../../../src/catalogue/prices.ts'
import { updateService } from '../../../src/catalogue/services.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import { RestClient } from '../../support/rest.ts'
import { type Shop, type TestServer, testServer } from '../../support/server.ts'

let server: TestServer
let shop: Shop
let api: RestClient
let other: RestClient
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  api = new RestClient(server, shop)
  other = new RestClient(server, await server.shop())
  await server.service({
    code: 'blacklist',
    name: 'Worldwide Blacklist',
    group: 'IMEI checks',
    price: '0.12',
  })
  await server.service({ code: 'carrier', name: 'Carrier & Lock', group: 'IMEI checks', price: '1.5' })
  await server.service({ code: 'samsung-kg', name: 'Samsung KG', group: 'Samsung', price: '7' })
  await server.service({ code: 'desbloqueo', name: 'Desbloqueo México', group: 'Operadores', price: '3' })
  await server.service({ code: 'mts', name: 'Разблокировка МТС', group: 'Операторы', price: '4' })
  await server.service({ code: 'mobily', name: 'موبايلي السعودية', group: 'شبكات', price: '5' })
  await server.service({ code: 'docomo', name: 'ドコモ 解除', group: '日本', price: '6' })
  await server.service({ code: 'ee-uk', name: 'EE UK 100% clean', group: 'UK_networks', price: '8' })
  await server.service({
    code: 'credits',
    name: 'Credits',
    group: 'Server',
    kind: 'server',
    minQuantity: 5,
    maxQuantity: 50,
    price: '0.9',
  })
})
afterAll(() => server.stop())

interface Listed {
  codes: string[]
  withdrawn: number[] | undefined
}
async function listed(query: string, client = api): Promise<Listed> {
  const reply = await client.get(`/api/services?limit=500&${query}`)
  expect(reply.status, reply.text).toBe(200)
  const { items, withdrawn } = reply.body.data.page
  return { codes: items.map(({ code }: { code: string }) => code), withdrawn }
}
const idOf = async (code: string, client = api): Promise<number> =>
  (await client.get(`/api/services/${code}`)).body.data.id

it('each row has what the details have of group, price and bounds', async () => {
  const { items } = (await api.get('/api/services?limit=500')).body.data.page
  for (const item of items) {
    const { scope: _, availability: __, ...detail } = (await api.get(`/api/services/${item.id}`)).body.data
    expect(item).toEqual(detail)
  }
  const named = (code: string) => items.find((item: { code: string }) => item.code === code)
  expect(named('carrier')).toMatchObject({ group: 'IMEI checks', rule: { unit_price: 1.5, min_items: 1 } })
  expect(named('credits').rule).toMatchObject({ unit_price: 0.9, min_items: 5, max_items: 50 })
})

describe('the list is narrowed', () => {
  it.each([
    ['q=BLACK', ['blacklist']],
    ['q=lock', ['carrier']],
    ['q=imei', ['blacklist', 'carrier']],
    ['q=%20samsung%20', ['samsung-kg']],
    ['q=m%C3%A9xico', ['desbloqueo']],
    [`q=${encodeURIComponent('мтс')}`, ['mts']],
    [`q=${encodeURIComponent('السعودية')}`, ['mobily']],
    [`q=${encodeURIComponent('解除')}`, ['docomo']],
    ['q=100%25', ['ee-uk']],
    ['q=%25', ['ee-uk']],
    ['q=_', ['ee-uk']],
    ['q=nothing', []],
    ['q=%00', []],
    ['group=imei+CHECKS', ['blacklist', 'carrier']],
    ['group=imei', []],
    [`group=${encodeURIComponent('операторы')}`, ['mts']],
    ['group=IMEI+checks&q=carrier', ['carrier']],
    ['group=Samsung&q=carrier', []],
  ])('%s', async (query, codes) => {
    expect(await listed(query)).toEqual({ codes, withdrawn: undefined })
  })

  it('by an id, and page by page', async () => {
    const id = await idOf('mts')
    expect((await listed(`q=${id}`)).codes).toEqual(['mts'])
    const first = (await api.get('/api/services?group=IMEI+checks&limit=1')).body.data.page
    expect(first).toMatchObject({ items: [{ code: 'blacklist' }], next_cursor: first.items[0].id })
    expect((await listed(`group=IMEI+checks&cursor=${first.next_cursor}`)).codes).toEqual(['carrier'])
  })

  it('with an ETag, too', async () => {
    const reply = await api.get('/api/services?q=black')
    const headers = { 'if-none-match': reply.headers.get('etag') ?? '' }
    expect((await api.get('/api/services?q=black', headers)).status).toBe(304)
    expect((await api.get('/api/services?q=carrier', headers)).status).toBe(200)
  })

  it.each(['yesterday', '2026-13-01', '12', '2026-01-01T00:00:00'])('but not since %s', async (since) => {
    const { status, body } = await api.get(`/api/services?updated_since=${since}`)
    expect(status).toBe(400)
    expect(body.errors.updated_since).toEqual(
      expect.arrayContaining([
        'must be a time with its zone, such as 2026-01-31T12:00:00Z',
        'must be a day, such as 2026-01-31',
      ]),
    )
  })
})

describe('what was changed since', () => {
  /** `now` is the database's time, which is that of changes. */
  const now = async (): Promise<string> => {
    const [row] = await server.sql<{ at: Date }[]>`select clock_timestamp() + interval '1 ms' as at`.records()
    const at = row?.at ?? new Date()
    await server.sql`select pg_sleep(0.01)`
    return encodeURIComponent(at.toISOString())
  }
  /** `since` waits for the change to be notified, as a client would that asks again. */
  const since = async (time: string, expected: Listed, client = api): Promise<void> => {
    await expect.poll(() => listed(`updated_since=${time}`, client)).toEqual(expected)
  }
  const none: Listed = { codes: [], withdrawn: [] }

  it('is everything, or nothing', async () => {
    expect((await listed('updated_since=1970-01-01')).codes).toHaveLength(9)
    expect(await listed('updated_since=9999-01-01')).toEqual(none)
  })

  it('is a service itself, for everyone', async () => {
    const time = await now()
    await updateService(server.sql, 'mts', { name: 'МТС' })
    await since(time, { codes: ['mts'], withdrawn: [] })
    await since(time, { codes: ['mts'], withdrawn: [] }, other)
    const { items } = (await api.get(`/api/services?updated_since=${time}`)).body.data.page
    expect(items[0].updated_at >= decodeURIComponent(time)).toBe(true)
  })

  it('is a price that the account has, when it is set, changed and taken away', async () => {
    const price = { service: 'carrier', account: shop.accountId as AccountId, currency: 'USD' }
    const steps = [
      () => setPrice(server.sql, { ...price, price: '1.2' }),
      () => setPrice(server.sql, { ...price, price: '1.3' }),
      () => setPrice(server.sql, { ...price, price: '1.3', maxItems: 9 }),
      () => removePrice(server.sql, price),
    ]
    for (const step of steps) {
      const time = await now()
      await step()
      await since(time, { codes: ['carrier'], withdrawn: [] })
      // Nobody else learns of it.
      expect(await listed(`updated_since=${time}`, other)).toEqual(none)
    }
    const time = await now()
    await setPrice(server.sql, { service: 'carrier', currency: 'USD', price: '1.6' })
    await since(time, { codes: ['carrier'], withdrawn: [] }, other)
    await setPrice(server.sql, { service: 'blacklist', currency: 'EUR', price: '1.6' })
    expect((await listed(`updated_since=${time}`)).codes).toEqual(['carrier'])
  })

  it('names what was withdrawn, and what is back', async () => {
    const [mobily, docomo, samsung] = [await idOf('mobily'), await idOf('docomo'), await idOf('samsung-kg')]
    const time = await now()
    await updateService(server.sql, 'mobily', { active: false })
    await removePrice(server.sql, { service: 'docomo', currency: 'USD' })
    await since(time, { codes: [], withdrawn: [mobily, docomo] })
    await updateService(server.sql, 'mobily', { active: true })
    await updateService(server.sql, 'samsung-kg', { group: 'Korea' })
    await since(time, { codes: ['samsung-kg', 'mobily'], withdrawn: [docomo] })
    // A list of one group has lost what went to another.
    expect(await listed(`group=Samsung&updated_since=${time}`)).toEqual({
      codes: [],
      withdrawn: [samsung, mobily, docomo],
    })
    const first = (await api.get(`/api/services?limit=1&updated_since=${time}`)).body.data.page
    expect(first).toMatchObject({ items: [{ code: 'samsung-kg' }], next_cursor: samsung, withdrawn: [] })
    expect(await listed(`updated_since=${time}&cursor=${samsung}`)).toEqual({
      codes: ['mobily'],
      withdrawn: [docomo],
    })
  })
})
