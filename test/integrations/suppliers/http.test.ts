import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { http } from '../../../src/integrations/suppliers/http/index.ts'
import type { Template } from '../../../src/integrations/suppliers/http/template.ts'
import type { Supplier, SupplierOutcome } from '../../../src/integrations/suppliers/supplier.ts'
import { ask, IMEI, lost, send, supplierOf, TestServer, workOf } from './http-server.ts'

let server: TestServer
let supplier: Supplier | undefined

beforeAll(async () => {
  server = await new TestServer().start()
})
afterAll(() => server.stop())
beforeEach(() => {
  supplier = undefined
  server.got.length = 0
  server.says({ status: 'ok', result: 'Clean' })
})
afterEach(() => supplier?.close?.())

const plain: Template = {
  name: 'test',
  request: { method: 'GET', url: '{url}' },
  answer: {
    format: 'json',
    success: [{ path: 'status', equals: 'ok' }],
    refused: [{ path: 'status', equals: 'bad' }],
    result: 'result',
    reason: 'why',
  },
}
const secrets = { key: 'the-key', secret: 'the-secret' }

function at(template: unknown, settings: Record<string, unknown> = {}, url = server.url): Supplier {
  supplier = supplierOf(http, { url, settings: { template, ...settings }, secrets })
  return supplier
}
const withAnswer = (answer: object, more: object = {}): unknown => ({
  ...plain,
  answer: { ...plain.answer, ...answer },
  ...more,
})
const withRequest = (request: object): unknown => ({ ...plain, request })
const unknown = (askable: boolean, reason: unknown = expect.any(String)) => ({
  kind: 'unknown',
  reason,
  askable,
})
const success = (result: string, reference: string | null = null): SupplierOutcome => ({
  kind: 'success',
  result,
  reference,
})

describe('a request', () => {
  const tricky = `a&b=c/../d?#{imei}"<\\é`

  it('has values in its query, its path and its headers, each written as it must be there', async () => {
    const request = {
      method: 'GET',
      url: '{url}/v1/{imei}/check?x={service}',
      query: { imei: '{imei}', both: '{key}:{secret.secret}', n: '{quantity}' },
      headers: { 'X-Key': '{secret.key}', 'x-user': '{username}' },
    }
    await send(at(withRequest(request), { username: 'me' }), workOf({ input: tricky, remoteService: 'A B' }))
    const { method, path, query, headers } = server.last()
    expect({ method, path: decodeURIComponent(path) }).toEqual({ method: 'GET', path: `/v1/${tricky}/check` })
    expect(path.split('/')).toHaveLength(4)
    expect(Object.fromEntries(query)).toEqual({ x: 'A B', imei: tricky, both: 'the-key:the-secret', n: '1' })
    expect(headers).toMatchObject({ 'x-key': 'the-key', 'x-user': 'me' })
  })

  it('has values in a form', async () => {
    const form = { imei: '{imei}', note: '{field.Some note}', none: '{field.other}' }
    await send(
      at(withRequest({ method: 'POST', url: '{url}', body: { form } })),
      workOf({ input: tricky, fields: { 'Some note': 'x + y' } }),
    )
    expect(server.last().headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(server.last().body))).toEqual({
      imei: tricky,
      note: 'x + y',
      none: '',
    })
  })

  it('has values in JSON, where a quantity alone is a number', async () => {
    const json = {
      items: [{ imei: '{imei}', n: '{quantity}', text: 'n={quantity}' }],
      '{imei}': true,
      no: null,
    }
    await send(at(withRequest({ method: 'POST', url: '{url}', body: { json } })), workOf({ input: tricky }))
    expect(server.last().headers['content-type']).toBe('application/json')
    expect(JSON.parse(server.last().body)).toEqual({
      items: [{ imei: tricky, n: 1, text: 'n=1' }],
      '{imei}': true,
      no: null,
    })
  })

  it.each([
    ['json', '{"imei":"{imei}"}', (body: string) => JSON.parse(body).imei],
    ['url', 'imei={imei}', (body: string) => new URLSearchParams(body).get('imei')],
    ['xml', '<i>{imei}</i>', (body: string) => /^<i>([^<]*)<\/i>$/.exec(body)?.[1]],
  ])('has values in a text of %s', async (spelling, content, read) => {
    const body = { text: { content, type: 'text/odd', escape: spelling } }
    await send(at(withRequest({ method: 'POST', url: '{url}', body })), workOf({ input: tricky }))
    expect(server.last().headers['content-type']).toBe('text/odd')
    const expected =
      spelling === 'xml' ? tricky.replace(/[&<"]/g, (one) => `&#${one.charCodeAt(0)};`) : tricky
    expect(read(server.last().body)).toBe(expected)
  })

  it.each([
    ['{url}', '/api/x.php?a=1', '/api/x.php?a=1&q=1'],
    ['{url}/check', '/api/?a=1', '/api/check?a=1&q=1'],
    ['/check', '/api/', '/check?q=1'],
    ['check', '/api/', '/api/check?q=1'],
  ])('to %s of a supplier at %s goes to %s', async (url, end, expected) => {
    await send(at(withRequest({ method: 'GET', url, query: { q: '1' } }), {}, `${server.url}${end}`))
    const { path, query } = server.last()
    expect(`${path}?${query}`).toBe(expected)
  })

  it('names its attempt the same way each time, and no other so', async () => {
    const template = {
      ...plain,
      request: { method: 'GET', url: '{url}', query: { id: '{attempt}' } },
      repeatable: true,
    }
    const work = workOf()
    server.says('{}')
    await send(at(template), work)
    await ask(at(template), work)
    await send(at(template))
    const [first, again, other] = server.got.map(({ query }) => query.get('id'))
    expect(first).toBe(`here-${work.attemptKey}`)
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  it('takes the default service where the route names none', async () => {
    const request = { method: 'GET', url: '{url}', query: { s: '{service}' } }
    const one = at(withRequest(request), { service: '99' })
    await send(one, workOf({ remoteService: '' }))
    await send(one)
    expect(server.got.map(({ query }) => query.get('s'))).toEqual(['99', 'BASIC'])
  })

  it.each([
    ['a header', { method: 'GET', url: '{url}', headers: { 'x-i': '{imei}' } }, 'a\r\nx-evil: 1'],
    ['a path', { method: 'GET', url: '{url}/a/{imei}' }, '..'],
    [
      'XML',
      { method: 'POST', url: '{url}', body: { text: { content: '{imei}', type: 'x/y', escape: 'xml' } } },
      '\0',
    ],
  ])('that cannot be said in %s is refused, and nothing is sent', async (_, request, input) => {
    expect(await send(at(withRequest(request)), workOf({ input }))).toMatchObject({ kind: 'refused' })
    const repeatable = at({ ...plain, request, repeatable: true })
    expect(await ask(repeatable, workOf({ input }))).toMatchObject({ kind: 'unknown' })
    expect(server.got).toEqual([])
  })
})

describe('secrets', () => {
  it.each([
    'https://evil.example/{key}',
    '//evil.example/{key}',
    '\\\\evil.example/',
    'http://{imei}.example/',
    'javascript:alert(1)',
    'http://user@127.0.0.1/',
  ])('are sent nowhere but to the supplier: not to %s', (url) => {
    expect(() => at(withRequest({ method: 'GET', url }))).toThrow(/^Invalid input: template[.:]/)
  })

  it.each(['.evil.example/', '@evil.example/', ':1@evil.example/', '\\@evil.example'])(
    'stay with the supplier where something is added to its URL: %s',
    async (end) => {
      await send(at(withRequest({ method: 'GET', url: `{url}${end}` })))
      expect(server.got).toHaveLength(1)
    },
  )

  it('are not told to anybody, in whatever spelling a server repeats them', async () => {
    supplier = supplierOf(http, {
      url: server.url,
      settings: { template: withRequest({ method: 'GET', url: '{url}', query: { k: '{key}' } }) },
      secrets: { key: 'k&y "1"' },
    })
    for (const spelling of ['k&y "1"', 'k%26y%20%221%22', 'k%26y+%221%22', 'k&y \\"1\\"']) {
      server.says(JSON.stringify({ status: 'bad', why: `?k=${spelling}` }))
      expect(await send(supplier)).toEqual({ kind: 'refused', reason: '?k=***' })
    }
    server.says('<p>k&y "1"</p>')
    expect(await send(supplier)).toEqual(unknown(false, expect.stringContaining('<p>***</p>')))
  })

  it('are asked for where the template needs them', () => {
    for (const name of ['key', 'secret.secret', 'username']) {
      const template = withRequest({ method: 'GET', url: '{url}', query: { k: `{${name}}` } })
      const make = (): Supplier => supplierOf(http, { url: server.url, settings: { template } })
      expect(make).toThrow(`is missing: the template has {${name}}`)
    }
  })
})

describe('an answer', () => {
  it.each<[string, object, unknown, number, object]>([
    ['success', {}, { status: 'ok', result: 'Clean' }, 200, success('Clean')],
    ['success in other letters', {}, { status: 'OK', result: 'Clean' }, 200, success('Clean')],
    ['success without a result', {}, { status: 'ok', result: ' ' }, 200, unknown(false)],
    ['success with HTTP 500', {}, { status: 'ok', result: 'Clean' }, 500, unknown(false)],
    ['success with HTTP 404', {}, { status: 'ok', result: 'Clean' }, 404, unknown(false)],
    ['success with a redirect', {}, { status: 'ok', result: 'Clean' }, 302, unknown(false)],
    [
      'a refusal',
      {},
      { status: 'bad', why: 'No such IMEI' },
      200,
      { kind: 'refused', reason: 'No such IMEI' },
    ],
    ['a refusal with HTTP 404', {}, { status: 'bad', why: 'No' }, 404, { kind: 'refused', reason: 'No' }],
    ['a refusal with HTTP 503', {}, { status: 'bad', why: 'No' }, 503, unknown(false)],
    [
      'a refusal without words',
      {},
      { status: 'bad' },
      200,
      { kind: 'refused', reason: 'Refused by the supplier' },
    ],
    ['something else', {}, { status: 'odd', result: 'Clean' }, 200, unknown(false)],
    ['a page', {}, '<html>ok</html>', 200, unknown(false)],
    ['half a JSON', {}, '{"status":"ok","result":"Cl', 200, unknown(false)],
    ['nothing', {}, '', 200, unknown(false)],
    [
      'both at once',
      { refused: [{ path: 'why', exists: true }] },
      { status: 'ok', result: 'Clean', why: 'No' },
      200,
      unknown(false),
    ],
    [
      'a refusal and more exactly why',
      { credit: [{ path: 'why', matches: 'credit' }] },
      { status: 'bad', why: 'Out of credit' },
      200,
      { kind: 'unavailable', why: 'credit', reason: 'Out of credit' },
    ],
    [
      'a wrong key, said by the HTTP status alone',
      { login: [{ path: '$status', in: [401, 403] }] },
      '<html>Who?</html>',
      401,
      { kind: 'unavailable', why: 'login', reason: 'HTTP 401' },
    ],
    [
      'a page that fits a rule about its text',
      { refused: [{ path: '$text', matches: 'error' }] },
      '<html>error</html>',
      200,
      unknown(false),
    ],
    [
      'busy',
      { busy: [{ path: '$status', equals: 429 }] },
      '{}',
      429,
      { kind: 'unavailable', why: 'busy', reason: 'HTTP 429: too many requests', retryAfterMs: 30_000 },
    ],
    [
      'a duplicate',
      { duplicate: [{ path: 'status', equals: 'dup' }], reference: 'order.id' },
      { status: 'dup', why: 'Had it', order: { id: 12 } },
      200,
      { kind: 'duplicate', reason: 'Had it', reference: '12' },
    ],
    [
      'success, all of several rules',
      {
        success: [
          {
            all: [
              { path: 'a[0].b', equals: true },
              { path: '/a/0/c', in: [1, 2] },
            ],
          },
        ],
      },
      { a: [{ b: true, c: 2 }], result: { model: 'X', n: 12345678901234567890n } },
      200,
      success('model: X\nn: 12345678901234567890'),
    ],
    [
      'not all of several rules',
      {
        success: [
          {
            all: [
              { path: 'a', exists: true },
              { path: 'b', exists: false },
            ],
          },
        ],
      },
      { a: 1, b: 2, result: 'x' },
      200,
      unknown(false),
    ],
    [
      'the input, as it must',
      { success: [{ path: '$text', contains: '"{imei}"' }] },
      { imei: IMEI, result: 'x' },
      200,
      success('x'),
    ],
    [
      'a header',
      { success: [{ path: '$header.Content-Type', matches: '^application/json$' }] },
      '{"result":"x"}',
      200,
      success('x'),
    ],
    [
      'a result in the second place',
      { result: ['a.b', 'c', 'whole'] },
      { status: 'ok', c: 'x' },
      200,
      success('x'),
    ],
    [
      'a result that is all',
      { result: ['a', 'whole'] },
      { status: 'ok', c: 'x' },
      200,
      success('status: ok\nc: x'),
    ],
    [
      'a result that an expression finds',
      { result: { path: 'html', matches: '<b>(.*?)</b>', group: 1 } },
      { status: 'ok', html: '<p><b>Clean</b><b>2</b>' },
      200,
      success('Clean'),
    ],
    [
      'a number for later',
      { reference: ['x', '$.id'] },
      { status: 'ok', id: 7, result: 'x' },
      200,
      success('x', '7'),
    ],
  ])('that says %s', async (_, answer, body, status, outcome) => {
    const text = typeof body === 'string' ? body : stringify(body)
    server.answer = () => ({ status, body: text })
    expect(await send(at(withAnswer(answer)))).toEqual(outcome)
  })

  const stringify = (body: unknown): string =>
    JSON.stringify(body, (_name, value) => (typeof value === 'bigint' ? `<${value}>` : value)).replace(
      /"<(\d+)>"/g,
      '$1',
    )

  it('in plain text is read by its text', async () => {
    const template = {
      ...plain,
      answer: {
        format: 'text',
        success: [{ path: '$text', matches: '^ok:' }],
        refused: [{ path: '$text', matches: '^error' }],
        result: { matches: '^ok:(.*)$', group: 1 },
        reason: 'whole',
      },
    }
    server.says('OK: one\ntwo')
    expect(await send(at(template))).toEqual(success('one\ntwo'))
    server.says('ERROR 5')
    expect(await send(at(template))).toEqual({ kind: 'refused', reason: 'ERROR 5' })
    server.says('{"status":"ok"}')
    expect(await send(at(template))).toEqual(unknown(false))
  })

  it('that another expression would think about for ever is read at once', async () => {
    const answer = { success: [{ path: 'result', matches: '^(a+)+$' }] }
    server.says({ result: `${'a'.repeat(5000)}!` })
    expect(await send(at(withAnswer(answer)))).toEqual(unknown(false, expect.stringContaining('HTTP 200')))
  })

  it('that never comes is unknown, and what was never sent is not', async () => {
    server.answer = lost
    expect(await send(at(plain))).toEqual(unknown(false))
    expect(await send(at(plain, {}, 'http://127.0.0.1:1'))).toMatchObject({
      kind: 'unavailable',
      why: 'transport',
    })
  })

  it('that does not come in time is unknown', async () => {
    server.answer = () => undefined
    const request = { method: 'GET', url: '{url}', timeout_seconds: 1 }
    expect(await send(at(withRequest(request)))).toEqual(unknown(false, expect.stringContaining('1000 ms')))
  })
})

describe('a lost answer', () => {
  const work = workOf()

  it('is asked for again where that is free, by the template or by the setting', async () => {
    for (const one of [() => at({ ...plain, repeatable: true }), () => at(plain, { repeatable: true })]) {
      server.answer = lost
      expect(await send(one(), work)).toEqual(unknown(true))
      server.says({ status: 'ok', result: 'Clean' })
      expect(await ask(one(), work)).toEqual(success('Clean'))
    }
  })

  it('is asked for by nobody else', async () => {
    for (const one of [at(plain), at({ ...plain, repeatable: true }, { repeatable: false })]) {
      expect(await ask(one, work)).toEqual(unknown(false))
    }
    expect(server.got).toEqual([])
  })
})

describe('an answer that comes later', () => {
  const later = withAnswer(
    { pending: [{ path: 'status', equals: 'wait' }], reference: 'id' },
    { status: { request: { method: 'GET', url: '{url}/status/{reference}' }, answer: plain.answer } },
  )

  it('is asked for by its number', async () => {
    server.says({ status: 'wait', id: 'a/7' })
    const work = workOf()
    expect(await send(at(later), work)).toEqual({ kind: 'accepted', reference: 'a/7' })
    const sent = { ...work, reference: 'a/7' }
    server.says({ status: 'wait' })
    expect(await ask(at(later), sent)).toEqual(unknown(true))
    expect(server.last().path).toBe('/status/a%2F7')
    server.says({ status: 'ok', result: 'Clean' })
    expect(await ask(at(later), sent)).toEqual(success('Clean', 'a/7'))
    server.says({ status: 'bad', why: 'No' })
    expect(await ask(at(later), sent)).toEqual({ kind: 'refused', reason: 'No' })
  })

  it('cannot be asked for without it', async () => {
    server.says({ status: 'wait' })
    expect(await send(at(later))).toEqual(unknown(false))
    server.got.length = 0
    expect(await ask(at(later), workOf())).toEqual(unknown(false))
    expect(server.got).toEqual([])
  })

  it('is asked for by our own name of it where the server keeps that', async () => {
    const named = withAnswer(
      { pending: [{ path: 'status', equals: 'wait' }] },
      { status: { request: { method: 'GET', url: '{url}/of/{attempt}' }, answer: plain.answer } },
    )
    const work = workOf()
    server.answer = lost
    expect(await send(at(named), work)).toEqual(unknown(true))
    server.says({ status: 'ok', result: 'Clean' })
    expect(await ask(at(named), work)).toEqual(success('Clean'))
    expect(server.last().path).toBe(`/of/here-${work.attemptKey}`)
  })
})

describe('our account', () => {
  it('is there where the template says how to ask for it', async () => {
    expect(at(plain).account).toBeUndefined()
    expect(at(plain).services).toBeUndefined()
    const balance = {
      request: { method: 'GET', url: '{url}/me', query: { k: '{key}' } },
      amount: 'b',
      currency: 'c',
      name: 'n',
    }
    for (const [said, micros] of [
      ['"$1,234.5"', 1_234_500_000n],
      ['12.3400001', 12_340_000n],
      ['-0.5', -500_000n],
    ] as const) {
      server.says(`{"b":${said},"c":"EUR","n":"shop"}`)
      const account = at({ ...plain, balance }).account?.(AbortSignal.timeout(60_000))
      expect(await account).toEqual({ balance: micros, currency: 'EUR', name: 'shop' })
    }
    expect(server.last().query.get('k')).toBe('the-key')
    for (const [body, status] of [
      ['{"b":5}', 500],
      ['{}', 200],
      ['', 200],
    ] as const) {
      server.says(body, status)
      await expect(at({ ...plain, balance }).account?.(AbortSignal.timeout(60_000))).rejects.toThrow(
        'no balance',
      )
    }
  })
})
