import { afterAll, beforeAll, expect, it } from 'vitest'
import { helpChapters } from '../../../src/protocols/pages/help-chapters.ts'
import { standingOf } from '../../../src/public-status/public-status.ts'
import { exchange } from '../../support/dhru.ts'
import { imei, type Shop } from '../../support/server.ts'
import { changer, OperatorOffice } from '../operator/office.fixtures.ts'

/** The pages that need no sign-in, as bytes over HTTP. */
let office: OperatorOffice
let shop: Shop
let service: string
let order: string
let change: ReturnType<typeof changer>
beforeAll(async () => {
  office = await OperatorOffice.open()
  const { server } = office
  shop = await server.shop({ deposit: '50' })
  service = await server.service({ name: 'Blacklist <check>', group: 'Checks' })
  const placed = await server.place(shop, { ID: service, IMEI: imei(1, '00440100') })
  order = String(placed.SUCCESS[0].REFERENCEID)
  await server.ended(shop, order)
  change = changer(server, (await office.person('support')).headers)
})
afterAll(() => office.stop())

const get = async (path: string, headers: Record<string, string> = { accept: 'text/html' }) => {
  const reply = await exchange(office.server.url, { method: 'GET', path, headers })
  return { status: reply.status, headers: reply.headers, text: reply.bytes.toString() }
}

/** `share` gives the path of a link to the result of the order. */
const share = async (): Promise<string> => {
  const { status, json } = await change('POST', `/orders/${order}/share`, {})
  expect([status, json.message]).toEqual([200, undefined])
  expect(json.data.url).toMatch(/^\/r\/[\w-]{67}$/)
  return json.data.url
}

it('the start is a page for browsers, and nothing for who asks for JSON', async () => {
  const page = await get('/')
  expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  expect(page.text).not.toContain('href="/status"')
  const json = await get('/', { accept: 'application/json' })
  expect([json.status, JSON.parse(json.text).code]).toEqual([404, 'NOT_FOUND_ERROR'])
})

it('the status is off until a service is chosen, and then says how it stands, for half a minute the same', async () => {
  const { server } = office
  expect((await get('/status')).status).toBe(404)
  expect((await get('/api/public/status')).status).toBe(404)
  office.office.clock.advance(30_000)
  await server.sql`
    update services set public_status = true, status_note = 'Less <busy> at night' where id = ${Number(service)}`
  const page = await get('/status')
  expect(page.status).toBe(200)
  for (const part of ['Checks', 'Blacklist &lt;check&gt;', 'Less &lt;busy&gt; at night', '✓ works']) {
    expect(page.text).toContain(part)
  }
  expect(page.text).not.toMatch(/<script|<img|style=|onload/)
  expect((await get('/')).text).toContain('href="/status"')
  const json = await get('/api/public/status')
  expect(json.headers['cache-control']).toBe('public, max-age=30')
  const { data } = JSON.parse(json.text)
  expect(data.groups).toMatchObject([
    {
      name: 'Checks',
      services: [{ standing: 'works', median_seconds: expect.any(Number), last_done_at: expect.any(String) }],
    },
  ])
  await server.sql`update suppliers set enabled = false`
  expect(JSON.parse((await get('/api/public/status')).text).data.groups[0].services[0].standing).toBe('works')
  office.office.clock.advance(30_000)
  expect(JSON.parse((await get('/api/public/status')).text).data.groups[0].services[0].standing).toBe('out')
  await server.sql`update suppliers set enabled = true`
})

it('a service works, is slow, closed or out, by what has ended lately', () => {
  const now = new Date('2026-11-29T12:00:00Z')
  const open = { hasWay: true, opensAt: null, closesAt: null, timeZone: 'UTC' }
  const done = (...seconds: number[]) => seconds.map((one) => ({ isDone: true, tookMs: one * 1000 }))
  const failed = Array.from({ length: 5 }, () => ({ isDone: false, tookMs: 1000 }))
  const said = (...given: Parameters<typeof standingOf>) => standingOf(...given).standing
  expect(said(open, [], undefined, now)).toBe('works')
  expect(standingOf(open, done(1, 2, 3, 4), 60_000, now)).toEqual({
    ...{ standing: 'works', medianMs: 2000, slowestMs: 4000 },
  })
  expect(said(open, done(1, 2, 90), 60_000, now)).toBe('slow')
  expect(said(open, done(1, 2, 90), undefined, now)).toBe('works')
  expect(said(open, failed, undefined, now)).toBe('out')
  expect(said(open, failed.slice(1), undefined, now)).toBe('works')
  expect(said(open, [...failed, ...done(1)], undefined, now)).toBe('works')
  expect(said({ ...open, hasWay: false }, done(1), undefined, now)).toBe('out')
  expect(said({ ...open, opensAt: '13:00', closesAt: '18:00' }, done(1), undefined, now)).toBe('closed')
})

it('a result is shown to whoever has the link, without price or reseller, and not to search engines', async () => {
  const path = await share()
  const page = await get(path)
  expect(page.status).toBe(200)
  expect(page.text).toContain('Blacklist &lt;check&gt;')
  expect(page.text).toContain(imei(1, '00440100'))
  expect(page.text).toContain('is clean')
  for (const hidden of [shop.username, '1.00', order]) expect(page.text).not.toContain(hidden)
  expect(page.headers).toMatchObject({
    'x-robots-tag': 'noindex, nofollow',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  expect(String(page.headers['content-security-policy'])).toMatch(/^default-src 'none'; style-src 'sha256-/)
  expect(Buffer.byteLength(page.text)).toBeLessThan(15 * 1024)
})

it('the pages are in the first language of the browser that they are written in', async () => {
  const path = await share()
  const spoken = async (language: string, at: string) =>
    (await get(at, { accept: 'text/html', 'accept-language': language })).text
  for (const [wanted, lang, start, result, nowhere] of [
    [
      'id-ID,id;q=0.9,en;q=0.8',
      'id',
      'Reseller: masuk',
      'Ini jawaban ',
      'Tautan ini tidak menuju ke mana pun',
    ],
    ['fr, es-MX;q=0.8', 'es', 'Revendedores: iniciar sesión', 'Esto es lo que ', 'no lleva a ninguna parte'],
    ['ido, fr', 'en', 'Resellers: sign in', 'This is what ', 'This link leads nowhere'],
  ] as const) {
    const pages = [await spoken(wanted, '/'), await spoken(wanted, path), await spoken(wanted, '/r/x')]
    for (const page of pages) expect(page).toContain(`<html lang="${lang}">`)
    for (const [place, words] of [start, result, nowhere].entries()) expect(pages[place]).toContain(words)
    expect(pages[1]).toMatch(/<time datetime="[^"]+">[^<]+<\/time> UTC\./)
  }
})

it('a link that was ended, whose time is over, or that nobody has made leads to the same page', async () => {
  const path = await share()
  const wrong = [...path]
  wrong[40] = wrong[40] === 'A' ? 'B' : 'A'
  const nowhere = await get(wrong.join(''))
  expect(nowhere.status).toBe(404)
  for (const one of ['/r/x', `/r/${'A'.repeat(67)}`, `${path}A`, path.slice(0, -1)]) {
    expect((await get(one)).text, one).toBe(nowhere.text)
  }
  const stopped = await change('POST', `/orders/${order}/stop-sharing`, {})
  expect(stopped.json.data).toEqual({ ended: true })
  expect((await get(path)).text).toBe(nowhere.text)
  expect((await change('POST', `/orders/${order}/stop-sharing`, {})).json.data).toEqual({ ended: false })
  const later = await share()
  expect((await get(path)).status).toBe(404)
  expect((await get(later)).status).toBe(200)
  office.office.clock.advance(90 * 86_400_000 + 1000)
  expect((await get(later)).text).toBe(nowhere.text)
})

it('what has no result is not shared, and who may not act on orders shares nothing', async () => {
  const { server } = office
  const refused = await server.place(shop, { ID: service, IMEI: imei(2, '00100102') })
  const id = String(refused.SUCCESS[0].REFERENCEID)
  await server.ended(shop, id)
  const { headers } = await office.person('support')
  const asSupport = changer(server, headers)
  expect((await asSupport('POST', `/orders/${id}/share`, {})).json).toMatchObject({ code: 'CONFLICT_ERROR' })
  expect((await asSupport('POST', `/orders/${order}/share`, { item: 2 })).status).toBe(404)
  expect((await asSupport('POST', '/orders/999999/share', {})).status).toBe(404)
  const reader = changer(server, (await office.person('read-only')).headers)
  expect((await reader('POST', `/orders/${order}/share`, {})).status).toBe(403)
})

it('sixty looks a minute are an address’s; the next one is told to wait', async () => {
  const statuses: number[] = []
  for (let look = 0; look < 61; look++) statuses.push((await get('/r/x')).status)
  const last = await get('/r/x')
  expect(last.status).toBe(429)
  expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
  expect(last.text).toContain('Too often')
  expect(statuses[0]).toBe(404)
  expect(statuses.at(-1)).toBe(429)
})

it('who shared a result, and ended it, stands in the trail', async () => {
  const { headers } = await office.person('owner')
  const reply = await exchange(office.server.url, {
    method: 'GET',
    path: '/api/operator/audit?what=shared%20result',
    headers,
  })
  const { items } = JSON.parse(reply.bytes.toString()).data.page
  expect(items.at(-1)).toMatchObject({
    subject: `${order}/1`,
    before: null,
    actor: expect.stringMatching(/^staff:/),
  })
  expect(items.some(({ after }: { after: { is_shared: boolean } }) => after.is_shared === false)).toBe(true)
})

it('the documentation is there as pages; what it leads to is there, too, and so is the chapter of every page of the console and the portal', async () => {
  const pages = new Map<string, string>()
  const read = async (path: string): Promise<string> => {
    const known = pages.get(path)
    if (known !== undefined) return known
    const { status, text } = await get(path)
    expect([path, status]).toEqual([path, 200])
    pages.set(path, text)
    for (const [, to = ''] of text.matchAll(/<a href="(\/help\/[\w-]+)/g)) await read(to)
    return text
  }
  const paths = Object.values(helpChapters).map((chapter) => `/help/${chapter}`)
  for (const [page, chapter] of [
    ['/console/settings/brand', 'console#the-brand'],
    ['/console/nothing/such', 'console#pages'],
    ['/portal/orders/12', 'portal#orders'],
  ]) {
    const led = await get(`/help/for${page}`)
    expect([page, led.status, led.headers['location']]).toEqual([page, 302, `/help/${chapter}`])
  }
  const missing: string[] = []
  const look = async (from: string, to: string) => {
    const [path = '', anchor] = to.split('#')
    const text = await read(path === '' ? from : path)
    if (anchor !== undefined && !text.includes(` id="${anchor}"`)) missing.push(`${from} ${to}`)
  }
  for (const path of paths) await look('/help', path)
  expect(pages.size).toBeGreaterThan(10)
  for (const [from, text] of [...pages])
    for (const [, to = ''] of text.matchAll(/<a href="((?:\/help\/[\w-]+)?#[^"]+)"/g)) await look(from, to)
  expect(missing).toEqual([])
  const console = await read('/help/console')
  expect(console).toContain('<h1>The console</h1>')
  expect(console).toContain('<h2 id="getting-in">Getting in</h2>')
  expect(console).toMatch(/<td>Today<\/td>/)
  expect(console).not.toMatch(/<script|<img|style=|onload|\]\(/)
  for (const path of ['/help/nothing', '/help/..%2Fpackage', '/help/console.md'])
    expect((await get(path)).status).toBe(404)
})
