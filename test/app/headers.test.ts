import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { Metrics } from '../../src/app/metrics.ts'
import { talk } from '../support/dhru.ts'
import { type Shop, type TestServer, testServer } from '../support/server.ts'

const TOKEN = 'a-token-of-many-letters'
const said: string[] = []
const log = pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line).msg) })

let server: TestServer
let shop: Shop
/** `apart` has its figures at an address of their own, behind a token. */
let apart: TestServer
beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  apart = await testServer({ METRICS_ADDR: '127.0.0.1:0', METRICS_TOKEN: TOKEN }, undefined, log)
})
afterAll(async () => {
  await server?.stop()
  await apart?.stop()
})

/** `headersOf` asks, looks at nothing but the head, and leaves. */
async function headersOf(path: string, options: RequestInit = {}): Promise<Headers> {
  const leave = new AbortController()
  const reply = await fetch(`${server.url}${path}`, { redirect: 'manual', ...options, signal: leave.signal })
  leave.abort()
  return reply.headers
}

/** MAY_BE_KEPT are the paths whose answers a client keeps and asks again for: they hold no money and nobody's orders. */
const MAY_BE_KEPT = ['/api/services']

function isSafe(what: string, headers: Headers, path: string): void {
  expect(headers.get('x-content-type-options'), what).toBe('nosniff')
  const kept = MAY_BE_KEPT.some((one) => path.startsWith(one)) ? 'private, no-cache' : 'no-store'
  expect(['no-store', kept], what).toContain(headers.get('cache-control'))
  if (headers.get('content-type')?.startsWith('text/html')) {
    expect(headers.get('content-security-policy'), what).toMatch(/^default-src 'none'; script-src 'self';/)
    expect(headers.get('content-security-policy'), what).not.toContain('unsafe')
  }
}

test('every route of the document answers with headers that are safe, to its caller, to a stranger, and what is wrong', async () => {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>
  }
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path] as const),
  )
  expect(routes.length).toBeGreaterThan(25)
  const authorization = `Bearer ${shop.securityId}.${shop.secret}`
  for (const [method, pattern] of routes) {
    const path = pattern.replace(/\{month\}/, '2026-01').replace(/\{\w+\}/g, '1')
    const body = method === 'POST' ? { body: '{}' } : {}
    for (const headers of [{ authorization }, {}, { authorization: 'Bearer x' }]) {
      const found = await headersOf(path, { method, headers, ...body })
      isSafe(`${method} ${path} ${headers.authorization ?? ''}`, found, path)
      expect(found.get('x-request-id')).not.toBeNull()
    }
  }
})

test('so do the Dhru endpoint, hooks, pages and whatever is not there', async () => {
  const fields = { username: shop.securityId, apiaccesskey: shop.secret, action: 'imeiservicelist' }
  for (const [path, options] of [
    ...['JSON', 'XML'].flatMap((requestformat) =>
      ['/api/dhru', '/api/dhru/index.php', '/api/index.php'].map(
        (path) =>
          [path, { method: 'POST', body: new URLSearchParams({ ...fields, requestformat }) }] as const,
      ),
    ),
    ['/api/dhru', { method: 'POST', body: 'x' }],
    ['/api/dhru', {}],
    ['/hooks/suppliers/1', { method: 'POST', body: 'x' }],
    ['/hooks/deposits/x', { method: 'POST', body: 'x' }],
    ['/nowhere', {}],
    ['/api/nowhere', { method: 'POST', body: '{}' }],
    ['/%ff', {}],
    ['/healthz', {}],
    ['/readyz', {}],
    ['/metrics', {}],
    ['/openapi.json', {}],
  ] as [string, RequestInit][]) {
    const headers = await headersOf(path, options)
    isSafe(`${options.method ?? 'GET'} ${path}`, headers, path)
  }
  // The pages of the documents, and what they load.
  for (const place of ['/docs/', '/docs/operator/']) {
    const page = await fetch(`${server.url}${place}`)
    const html = await page.text()
    isSafe(place, page.headers, 'none')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    const loaded = [...html.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path]) => path as string)
    expect(loaded.length).toBeGreaterThan(2)
    for (const path of loaded) {
      const { pathname } = new URL(path, `${server.url}${place}`)
      expect((await headersOf(pathname)).get('x-content-type-options'), pathname).toBe('nosniff')
    }
    // Nothing of it runs in the page itself.
    expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>\s*\S/)
    const start = await (await fetch(`${server.url}${place}static/swagger-initializer.js`)).text()
    expect(start).toContain(place === '/docs/' ? '"/openapi.json"' : '"/openapi-operator.json"')
  }
})

describe('figures', () => {
  const figures = (): string =>
    said
      .find((line) => line.startsWith('figures are at '))
      ?.split(' ')
      .at(-1) ?? ''
  const token = { authorization: `Bearer ${TOKEN}` }

  test('are told to this machine, and not to whom a proxy lets in', async () => {
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200)
    for (const headers of [{ 'x-forwarded-for': '203.0.113.1' }, { forwarded: 'for=203.0.113.1' }]) {
      expect((await fetch(`${server.url}/metrics`, { headers })).status).toBe(404)
    }
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready' })
  })

  test('are at an address of their own, to who has the token', async () => {
    expect((await fetch(`${apart.url}/metrics`, { headers: token })).status).toBe(404)
    expect(await (await fetch(`${apart.url}/readyz`, { headers: token })).json()).toEqual({ status: 'ready' })
    for (const headers of [
      {},
      { authorization: 'Bearer another-text-of-many-letters' },
      { authorization: TOKEN },
    ]) {
      const reply = await fetch(`${figures()}/metrics`, { headers })
      expect(reply.status).toBe(headers.authorization === TOKEN ? 200 : 404)
      isSafe('figures', reply.headers, '/metrics')
    }
    const reply = await fetch(`${figures()}/metrics`, { headers: token })
    expect(await reply.text()).toContain('imeigate_open_items')
    isSafe('figures', reply.headers, '/metrics')
    expect(await (await fetch(`${figures()}/readyz`, { headers: token })).json()).toMatchObject({
      status: 'ready',
      database: 'ready',
      stopping: false,
      role: 'all',
    })
    expect(await (await fetch(`${figures()}/readyz`)).json()).toEqual({ status: 'ready' })
    expect((await fetch(`${figures()}/api/me`)).status).toBe(404)
    expect(await talk(figures(), 'nonsense\r\n\r\n')).toContain('400')
  })

  test('of the database are read once, however many ask', async () => {
    const metrics = new Metrics()
    let reads = 0
    metrics.show([
      {
        name: 'counted',
        help: 'a count of many rows',
        labels: ['state'],
        read: async () => [{ labels: { state: 'open' }, value: ++reads }],
      },
    ])
    const texts = await Promise.all(Array.from({ length: 20 }, () => metrics.read()))
    for (const text of texts) expect(text).toContain('counted{state="open"} 1')
    expect(reads).toBe(1)
  })

  test('are collected once a second, however many ask', async () => {
    const collected = vi.spyOn(Registry.prototype, 'metrics')
    onTestFinished(() => collected.mockRestore())
    let now = 1
    const metrics = new Metrics(() => now)
    const ask = () => Promise.all(Array.from({ length: 16 }, () => metrics.read()))
    await ask()
    metrics.countRequest('imeiservicelist', 'ok')
    now += 1000
    for (const text of await ask()) expect(text).not.toContain('imeiservicelist')
    expect(collected).toHaveBeenCalledTimes(1)
    now++
    for (const text of await ask()) expect(text).toContain('imeiservicelist')
    expect(collected).toHaveBeenCalledTimes(2)
  })
})
