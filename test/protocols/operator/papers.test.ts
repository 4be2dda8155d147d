import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKey } from '../../../src/accounts/keys.ts'
import { createService } from '../../../src/catalogue/services.ts'
import { Sealer } from '../../../src/secrets/sealer.ts'
import { createWebhook } from '../../../src/webhooks/webhooks.ts'
import { readPdf } from '../../statements/read-pdf.ts'
import { exchange } from '../../support/dhru.ts'
import { imei, type Shop } from '../../support/server.ts'
import { Documented } from './documented.fixtures.ts'
import { OperatorOffice } from './office.fixtures.ts'

/** Who sells, invoices, exchange rates, and where resellers are told of orders, over HTTP. */
let office: OperatorOffice
let shop: Shop
let api: Documented
let actor: string
const DAY_MS = 86_400_000
const NOBODY = { name: '', address: '', tax_id: '', contact: '', prefix: '' }
beforeAll(async () => {
  office = await OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' })
  const { server } = office
  shop = await server.shop({ deposit: '50' })
  const owner = await office.person('owner')
  api = await Documented.open(server, owner.headers)
  actor = `staff:${owner.id}`
})
afterAll(() => office.stop())

describe('who sells', () => {
  it('is said by who has seen what was said before', async () => {
    const before = await api.read('/seller')
    expect(before).toMatchObject(NOBODY)
    const given = { name: 'Cửa hàng', address: 'Đường Láng 1\nHà Nội', tax_id: 'VN 1', prefix: '2030-' }
    const set = await api.patch('/seller', given, before.version)
    expect([set.status, set.json.data]).toEqual([200, { ...NOBODY, ...given, version: expect.any(String) }])
    expect((await api.patch('/seller', { name: 'Late' }, before.version)).json.code).toBe(
      'VERSION_CONFLICT_ERROR',
    )
    const { version } = set.json.data
    const changed = await api.patch('/seller', { contact: 'us@example.com' }, version)
    expect(changed.json.data).toMatchObject({ ...given, contact: 'us@example.com' })
    const [line] = (await api.read('/audit?what=seller&limit=1')).page.items
    expect(line).toMatchObject({ actor, before: { contact: '' }, after: { contact: 'us@example.com' } })
    for (const [wrong, field] of [
      [{ name: '' }, 'name'],
      [{ tax_id: 'two\nlines' }, 'tax_id'],
      [{ prefix: 'x'.repeat(21) }, 'prefix'],
    ] as const) {
      const { status, json } = await api.patch('/seller', wrong, changed.json.data.version)
      expect([wrong, status, Object.keys(json.errors)]).toEqual([wrong, 422, [field]])
    }
  })
})

describe('the brand', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
  const logo = Buffer.from(svg).toString('base64')

  it('is set by who has seen it, kept without its logo in the trail, and shown as pages show it', async () => {
    const { server } = office
    const before = await api.read('/brand')
    expect(before).toMatchObject({
      accent: '',
      logo: null,
      shown: { name: expect.any(String), colours: null },
    })
    const given = { name: 'Corner <Phones>', accent: '#FFCC00', telegram: 'https://t.me/corner', logo }
    const shown = await api.ask('POST /brand/preview', { body: given })
    expect(shown.json.data).toMatchObject({
      ...{ name: 'Corner <Phones>', says_program: true, logo: `data:image/svg+xml;base64,${logo}` },
      contacts: [{ kind: 'telegram', text: '@corner', url: 'https://t.me/corner' }],
      colours: { dark: { accent: '#ffcc00', on_accent: '#06262c' } },
    })
    expect(shown.json.data.colours.light.accent).not.toBe('#ffcc00')
    expect((await api.read('/brand')).version).toBe(before.version)
    const set = await api.patch('/brand', given, before.version)
    expect(set.json.data).toMatchObject({
      ...{ accent: '#ffcc00', telegram: 'corner', logo: { media_type: 'image/svg+xml', bytes: svg.length } },
      shown: shown.json.data,
    })
    expect((await api.patch('/brand', given, before.version)).json.code).toBe('VERSION_CONFLICT_ERROR')
    const [line] = (await api.read('/audit?what=brand&limit=1')).page.items
    expect(line).toMatchObject({ actor, after: { name: 'Corner <Phones>', logo_type: 'image/svg+xml' } })
    expect(line.after).not.toHaveProperty('logo')
    for (const [wrong, field] of [
      [{ accent: 'red' }, 'accent'],
      [{ website: 'javascript:alert(1)' }, 'website'],
      [{ email: 'nobody' }, 'email'],
      [{ telegram: 'a b' }, 'telegram'],
      [{ whatsapp: '12' }, 'whatsapp'],
      [{ name: 'x'.repeat(101) }, 'name'],
      [{ logo: Buffer.from('<svg onload="x()"/>').toString('base64') }, 'logo'],
    ] as const) {
      for (const refused of [
        await api.patch('/brand', wrong, set.json.data.version),
        await api.ask('POST /brand/preview', { body: wrong }),
      ]) {
        expect([wrong, refused.status, Object.keys(refused.json.errors)]).toEqual([wrong, 422, [field]])
      }
    }
    const start = async () => await (await fetch(`${server.url}/`)).text()
    await expect.poll(start).toContain('Corner &lt;Phones&gt;')
    const page = await start()
    const [url = ''] = /\/brand\/logo-[0-9a-f]{16}\.svg/.exec(page) ?? []
    const file = await fetch(`${server.url}${url}`)
    expect([file.status, await file.text()]).toEqual([200, svg])
    expect(file.headers.get('content-type')).toBe('image/svg+xml')
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(file.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect((await fetch(`${server.url}/brand/logo`)).headers.get('cache-control')).toBe('no-cache')
    expect((await fetch(`${server.url}/brand/logo-0123456789abcdef.svg`)).status).toBe(404)
    expect(await (await fetch(`${server.url}/console/sign-in`)).text()).not.toContain('Corner')
    expect((await api.patch('/brand', { logo: null, name: '' }, set.json.data.version)).status).toBe(200)
    await expect.poll(async () => (await fetch(`${server.url}${url}`)).status).toBe(404)
  })
})

describe('invoices', () => {
  let month: string
  beforeAll(async () => {
    const { server } = office
    const base = {
      group: 'Checks',
      kind: 'imei',
      price: '1.25',
      currency: 'USD',
      supplier: 'sandbox',
    } as const
    await createService(server.sql, { ...base, code: 'check', name: 'Check' })
    for (const number of [1, 2, 3]) {
      const order = { ID: 'check', IMEI: imei(number, '00440100') }
      const { SUCCESS } = await server.place(shop, order)
      await server.ended(shop, String(SUCCESS[0].REFERENCEID))
    }
    month = office.office.clock.now().toISOString().slice(0, 7)
  })

  it('are issued once, for a month that has ended', async () => {
    const early = await api.post('/invoices', { account: shop.username, month })
    expect([early.status, early.json.message]).toEqual([409, expect.stringContaining('has not ended')])
    office.office.clock.advance(40 * DAY_MS)
    const { headers, id } = await office.person('finance')
    api = await Documented.open(office.server, headers)
    const key = api.newKey()
    const made = await api.ask('POST /invoices', { key, body: { account: shop.username, month } })
    expect([made.status, made.json.message]).toEqual([200, undefined])
    expect(made.json.data).toMatchObject({
      ...{ number: 1, name: '2030-1', username: shop.username, month, total: '3.75', line_count: 3 },
      ...{ seller: { name: 'Cửa hàng' }, issued_by: `staff:${id}` },
    })
    const again = await api.ask('POST /invoices', { key, body: { account: shop.username, month } })
    expect([again.json, again.headers['idempotent-replayed']]).toEqual([made.json, 'true'])
    const twice = await api.post('/invoices', { account: shop.username, month })
    expect([twice.status, twice.json.message]).toEqual([409, expect.stringContaining('2030-1')])
    expect((await api.ask('POST /invoices', { body: { account: shop.username, month } })).status).toBe(400)
    expect(await api.trail('invoice', 1)).toMatchObject([{ actor: `staff:${id}`, before: null }])
    for (const [wrong, status, field] of [
      [{ account: 'nobody', month }, 404, 'account'],
      [{ account: shop.username, month: '2026-13' }, 422, 'month'],
      [{ account: shop.username, month: 'May' }, 400, 'month'],
    ] as const) {
      const refused = await api.post('/invoices', wrong)
      expect([wrong, refused.status, Object.keys(refused.json.errors)]).toEqual([wrong, status, [field]])
    }
  })

  it('are listed and shown, with lines by pages, and on paper', async () => {
    const { page } = await api.read(`/invoices?account=${shop.username}`)
    expect(page.items).toEqual([await api.read('/invoices/1')])
    // The account is called as it is now, and the customer stays as on paper.
    const [{ account_name: named, customer }] = page.items
    expect(named).toBe(customer.name)
    await office.server.sql`update accounts set name = 'Called Anew' where id = ${shop.accountId}`
    const [anew] = (await api.read('/invoices')).page.items
    expect([anew.account_name, anew.customer.name]).toEqual(['Called Anew', customer.name])
    const lines = (await api.read('/invoices/1/lines')).page.items
    expect(lines).toMatchObject([1, 2, 3].map((position) => ({ position, amount: '1.25', service: 'Check' })))
    const first = (await api.read('/invoices/1/lines?limit=2')).page
    const rest = (await api.read(`/invoices/1/lines?limit=2&cursor=${first.next_cursor}`)).page
    expect([...first.items, ...rest.items]).toEqual(lines)
    const paper = await exchange(office.server.url, {
      ...{ method: 'GET', path: '/api/operator/invoices/1/pdf' },
      headers: await office.program(['money.read']),
    })
    expect([paper.status, paper.headers['content-type']]).toEqual([200, 'application/pdf'])
    expect(JSON.stringify(await readPdf(paper.bytes))).toContain('Cửa hàng')
    for (const path of ['/invoices/2', '/invoices/2/lines', '/invoices/2/pdf']) {
      expect((await api.ask(`GET ${path}`)).status).toBe(404)
    }
  })
})

describe('exchange rates', () => {
  it('are set from a moment on, and those that hold are listed', async () => {
    const { headers, id } = await office.person('catalogue')
    api = await Documented.open(office.server, headers)
    const set = (body: object) => api.post('/rates', body)
    const made = await set({ base: 'usd', quote: 'IDR', rate: '16250' })
    expect(made).toMatchObject({
      ...{ status: 200, json: { data: { base: 'USD', quote: 'IDR', rate: '16250', actor: `staff:${id}` } } },
    })
    const later = new Date(Date.now() + 80 * DAY_MS).toISOString()
    await set({ base: 'USD', quote: 'IDR', rate: '16500', valid_from: '2020-01-01' })
    await set({ base: 'USD', quote: 'IDR', rate: '17000', valid_from: later })
    const rates = async (query = '') =>
      (await api.read(`/rates${query}`)).items.map(({ rate }: { rate: string }) => rate)
    expect(await rates()).toEqual(['17000', '16250'])
    expect(await rates('?all=yes')).toEqual(['17000', '16250', '16500'])
    const audit = await Documented.open(office.server, (await office.person('owner')).headers)
    const [line] = (await audit.read('/audit?what=rate&limit=1')).page.items
    expect(line).toMatchObject({ actor: `staff:${id}`, after: { base: 'USD', quote: 'IDR' } })
    // One that is far from what holds, by whichever way, is set by who says so.
    for (const far of [
      { base: 'USD', quote: 'IDR', rate: '16.5' },
      { base: 'IDR', quote: 'USD', rate: '0.0001' },
    ]) {
      expect(await set(far)).toMatchObject({
        status: 422,
        json: { errors: { rate: [expect.stringMatching(/less than two thirds of it/)] } },
      })
      expect(await set({ ...far, far: true, valid_from: later })).toMatchObject({ status: 200 })
    }
    expect((await set({ base: 'IDR', quote: 'USD', rate: '0.00006' })).status).toBe(200)
    for (const [wrong, field] of [
      [{ base: 'USD', quote: 'USD', rate: '1' }, 'quote'],
      [{ base: 'XX', quote: 'USD', rate: '1' }, 'base'],
      [{ base: 'EUR', quote: 'USD', rate: '0' }, 'rate'],
      [{ base: 'EUR', quote: 'USD', rate: '1,1' }, 'rate'],
      [{ base: 'EUR', quote: 'USD', rate: '1', valid_from: 'soon' }, 'valid_from'],
    ] as const) {
      const { status, json } = await set(wrong)
      expect([wrong, status >= 400, Object.keys(json.errors)]).toEqual([wrong, true, [field]])
    }
    expect(await rates('?all=yes')).toHaveLength(5)
  })
})

describe('webhooks', () => {
  let webhook: number
  let old: string
  beforeAll(async () => {
    const { sql } = office.server
    const key = await createKey(sql, shop.accountId as never, { expiresAt: null })
    const to = { accountId: shop.accountId as never, key, url: 'http://127.0.0.1:9/hook' }
    const sealer = new Sealer(Buffer.from('ab'.repeat(32), 'hex'))
    const made = await sql.begin((transaction) =>
      createWebhook(transaction, sealer, { ...to, allow: ['127.0.0.0/8'] }),
    )
    webhook = made.id
    old = made.secret
    api = await Documented.open(office.server, (await office.person('owner')).headers)
  })

  it('are told elsewhere by who has seen where they are', async () => {
    const { version, url } = await api.read(`/webhooks/${webhook}`)
    const moved = await api.patch(`/webhooks/${webhook}`, { url: 'http://127.0.0.1:9/new' }, version)
    expect(moved.json.data).toMatchObject({ id: webhook, url: 'http://127.0.0.1:9/new', status: 'active' })
    const late = await api.patch(`/webhooks/${webhook}`, { url }, version)
    expect(late).toMatchObject({ status: 409, json: { code: 'VERSION_CONFLICT_ERROR' } })
    expect((await api.trail('webhook', webhook))[0]).toMatchObject({
      before: { url },
      after: { url: expect.any(String) },
    })
    for (const wrong of ['http://10.0.0.1/hook', 'ftp://shop.example', '']) {
      const { status, json } = await api.patch(
        `/webhooks/${webhook}`,
        { url: wrong },
        moved.json.data.version,
      )
      expect([wrong, status, Object.keys(json.errors)]).toEqual([wrong, 422, ['url']])
    }
    expect((await api.patch('/webhooks/99999', { url }, version)).status).toBe(404)
  })

  it('get a new secret, which is shown once', async () => {
    const key = api.newKey()
    const rotated = await api.ask(`POST /webhooks/${webhook}/rotate`, { key, body: { overlap_hours: 2 } })
    const { secret, previous_until: until } = rotated.json.data
    expect([secret, secret === old]).toEqual([expect.stringMatching(/^whsec_/), false])
    const left = new Date(until).getTime() - office.office.clock.now().getTime()
    expect(left > 7_000_000 && left <= 7_200_000).toBe(true)
    const again = await api.ask(`POST /webhooks/${webhook}/rotate`, { key, body: { overlap_hours: 2 } })
    expect(again.json.data).toEqual({ ...rotated.json.data, secret: null })
    const kept = await office.server.sql`select answer::text from operator_answers`
    expect(JSON.stringify([kept, await api.trail('webhook', webhook)])).not.toContain(secret)
    expect(await api.read(`/webhooks/${webhook}`)).toMatchObject({ previous_secret_until: until })
    const none = await api.post(`/webhooks/${webhook}/rotate`, { overlap_hours: 0 })
    expect(none.json.data.previous_until).toBeNull()
    const long = await api.post(`/webhooks/${webhook}/rotate`, { overlap_hours: 721 })
    expect([long.status, Object.keys(long.json.errors)]).toEqual([400, ['overlap_hours']])
    expect((await api.post('/webhooks/99999/rotate', {})).status).toBe(404)
  })
})
