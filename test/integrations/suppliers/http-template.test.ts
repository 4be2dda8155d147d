import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { http } from '../../../src/integrations/suppliers/http/index.ts'
import { readTemplate } from '../../../src/integrations/suppliers/http/read-template.ts'
import { templates } from '../../../src/integrations/suppliers/http/templates.ts'
import type { SupplierOutcome } from '../../../src/integrations/suppliers/supplier.ts'
import { faultsIn, ok, pathText } from '../../../src/lib/fault.ts'
import { ask, IMEI, send, supplierOf, TestServer, workOf } from './http-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await new TestServer().start()
})
afterAll(() => server.stop())

const good = {
  name: 'test',
  request: { method: 'GET', url: '{url}' },
  answer: { format: 'json', success: [{ path: 'a', equals: 1 }], result: 'b' },
}
const request = (over: object) => ({ ...good, request: { ...good.request, ...over } })
const answer = (over: object) => ({ ...good, answer: { ...good.answer, ...over } })

describe('a template', () => {
  it('that is right is taken as it is', () => {
    expect(readTemplate(good)).toEqual(ok(good))
  })

  it.each<[string, unknown, string, RegExp]>([
    ['is no object', 'x', '', /object/],
    ['lacks its answer', { ...good, answer: undefined }, 'answer', /object|required/],
    ['has what nobody knows', { ...good, colour: 'red' }, 'colour', /not known/],
    ['has an odd method', request({ method: 'BREW' }), 'request.method', /forms/],
    ['never succeeds', answer({ success: [] }), 'answer.success', /fewer/],
    [
      'has a rule of two tests',
      answer({ success: [{ path: 'a', equals: 1, exists: true }] }),
      'answer.success.0',
      /one of/,
    ],
    ['has a rule without a test', answer({ refused: [{ path: 'a' }] }), 'answer.refused.0', /one of/],
    [
      'has a rule without a path',
      answer({ refused: [{ all: [{ equals: 1 }] }] }),
      'answer.refused.0.all.0',
      /path/,
    ],
    [
      'has a rule of both kinds',
      answer({ busy: [{ path: 'a', equals: 1, all: [{ path: 'a', equals: 1 }] }] }),
      'answer.busy.0',
      /both/,
    ],
    [
      'has a broken expression',
      answer({ refused: [{ path: 'a', matches: '(' }] }),
      'answer.refused.0.matches',
      /expression/,
    ],
    [
      'has a huge expression',
      answer({ refused: [{ path: 'a', matches: 'x'.repeat(501) }] }),
      'answer.refused.0.matches',
      /500/,
    ],
    ...['a(?=b)', 'a(?!b)', '(?<=a)b', '(?<!a)b', '(a)\\1'].map(
      (matches): [string, unknown, string, RegExp] => [
        `has an expression beyond RE2: ${matches}`,
        answer({ refused: [{ path: 'a', matches }] }),
        'answer.refused.0.matches',
        /no look-ahead, look-behind or back reference/,
      ],
    ),
    [
      'has an expression that repeats too much',
      answer({ refused: [{ path: 'a', matches_not: '(?:a?){1000}b' }] }),
      'answer.refused.0.matches_not',
      /repeats too much/,
    ],
    [
      'has a broken place',
      answer({ result: ['a', { matches: '[' }] }),
      'answer.result.matches',
      /expression/,
    ],
    ['has no place at all', answer({ result: 5 }), 'answer.result', /forms/],
    ['looks for JSON in a text', answer({ format: 'text' }), 'answer.success.0.path', /\$text/],
    [
      'waits without a way to ask',
      answer({ pending: [{ path: 'a', equals: 2 }] }),
      'answer.pending',
      /status/,
    ],
    ['knows an odd placeholder', request({ query: { a: '{imie}' } }), 'request.query.a', /\{imie\}/],
    [
      'asks by a number before there is one',
      request({ headers: { a: '{reference}' } }),
      'request.headers.a',
      /\{reference\}/,
    ],
    ['has the URL within the URL', request({ url: 'x{url}' }), 'request.url', /\{url\}/],
    ...['Authorization', 'cookie', 'X-Api-Key', 'x-auth-token', 'apikey', 'Secret-Key'].map(
      (name): [string, unknown, string, RegExp] => [
        `has a secret in the header ${name}`,
        request({ headers: { [name]: 'Bearer 0123' } }),
        `request.headers.${name}`,
        /in the open/,
      ],
    ),
    ...['key', 'api_key', 'access_token', 'PASSWORD', 'token'].map(
      (name): [string, unknown, string, RegExp] => [
        `has a secret in the query ${name}`,
        request({ query: { [name]: '0123' } }),
        `request.query.${name}`,
        /in the open/,
      ],
    ),
    [
      'has a secret within its body',
      request({ method: 'POST', body: { json: { auth: { token: 'abc' } } } }),
      'request.body.json.auth.token',
      /in the open/,
    ],
    ['has a placeholder in its host', request({ url: 'https://{imei}.example/' }), 'request.url', /host/],
    [
      'sets a header that is not its own',
      request({ headers: { Host: 'x' } }),
      'request.headers.Host',
      /may set/,
    ],
    ['breaks a header', request({ headers: { a: 'x\r\ny' } }), 'request.headers.a', /characters/],
    ['has a body for GET', request({ body: { json: {} } }), 'request.body', /POST/],
    ['has two bodies', request({ method: 'POST', body: { json: {}, form: {} } }), 'request.body', /one of/],
    [
      'asks by a number that it never learns',
      { ...good, status: { request: { method: 'GET', url: '{url}/{reference}' }, answer: good.answer } },
      'answer.reference',
      /missing/,
    ],
    [
      'asks for a balance of an item',
      { ...good, balance: { request: { method: 'GET', url: '{url}/{imei}' }, amount: 'a' } },
      'balance.request.url',
      /\{imei\}/,
    ],
  ])('that %s is refused, naming the place', (_, json, at, reason) => {
    const read = readTemplate(json)
    const found = faultsIn(read).map(({ path, message }) => ({ at: pathText(path), message }))
    expect(found).toContainEqual({ at, message: expect.stringMatching(reason) })
  })

  it('is named, or given as an object or as its text', () => {
    const make = (template: unknown) =>
      supplierOf(http, { url: server.url, settings: { template }, secrets: { key: 'k' } })
    for (const one of [good, JSON.stringify(good), 'instant-get']) expect(make(one).sendAtOnce).toBe(1)
    expect(() => make('nothing')).toThrow('there is no nothing: there are instant-get')
    expect(() => make('{"name":')).toThrow('is not JSON')
    expect(() => make({ ...good, name: 5 })).toThrow('Invalid input: template.name: must be')
  })
})

test.each(Object.entries(templates))('the template %s that we ship is right', (name, template) => {
  expect(readTemplate(template)).toEqual(ok(template))
  expect(template.name).toBe(name)
})

describe('words for states', () => {
  const heard = async (template: unknown, settings: object, body: unknown, work = workOf()) => {
    server.says(body)
    const given = { url: `${server.url}/api`, secrets: { key: 'the-key' } }
    const supplier = supplierOf(http, { ...given, settings: { template, ...settings } })
    return await (work.reference === null ? send(supplier, work) : ask(supplier, work))
  }
  const own = {
    'Entregue ao cliente': 'done',
    'Em análise': 'open',
    Extornado: 'rejected',
    2: 'done',
    error: 'open',
  }

  it.each<[string, object, object]>([
    ['Entregue ao cliente', own, { kind: 'success', result: 'Clean' }],
    ['ENTREGUE  ao Cliente.', own, { kind: 'success', result: 'Clean' }],
    ['em analise', own, { kind: 'accepted', reference: '7' }],
    ['Extornado', own, { kind: 'refused', reason: 'IMEI not found' }],
    ['2', own, { kind: 'success', result: 'Clean' }],
    ['error', own, { kind: 'accepted', reference: '7' }],
    ['2', {}, { kind: 'unknown' }],
    ['Entregue ao cliente', {}, { kind: 'unknown' }],
    ['Completado', {}, { kind: 'success', result: 'Clean' }],
    ['Concluído', {}, { kind: 'success', result: 'Clean' }],
    ['Selesai', {}, { kind: 'success', result: 'Clean' }],
    ['Выполнен', {}, { kind: 'success', result: 'Clean' }],
    ['مكتمل', {}, { kind: 'success', result: 'Clean' }],
    ['Tamamlandı', {}, { kind: 'success', result: 'Clean' }],
    ['Terminé', {}, { kind: 'success', result: 'Clean' }],
    ['Hoàn thành', {}, { kind: 'success', result: 'Clean' }],
    ['已完成', {}, { kind: 'success', result: 'Clean' }],
    ['In Process', {}, { kind: 'accepted', reference: '7' }],
    ['Sedang diproses', {}, { kind: 'accepted', reference: '7' }],
    ['Отклонён', {}, { kind: 'refused', reason: 'IMEI not found' }],
    ['已取消', {}, { kind: 'refused', reason: 'IMEI not found' }],
  ])('%j with %j of a question is %j', async (status, words, outcome) => {
    const body = { status, result: 'Clean', id: 7, message: 'IMEI not found' }
    const work = workOf({ reference: '7' })
    expect(await heard('order-poll', { status_words: words }, body, work)).toMatchObject(outcome)
  })

  it('say of an order that was just placed whether it was taken', async () => {
    const settings = { status_words: own }
    expect(await heard('order-poll', settings, { status: 'Em análise', id: 7 })).toMatchObject({
      kind: 'accepted',
      reference: '7',
    })
    expect(
      await heard('instant-get', settings, { status: 'Entregue ao cliente', result: 'Clean' }),
    ).toMatchObject({
      kind: 'success',
      result: 'Clean',
    })
    // What contradicts them counts as ever.
    const both = { status: 'Entregue ao cliente', success: false, result: 'Clean' }
    expect(await heard('instant-get', settings, both)).toMatchObject({ kind: 'unknown' })
  })

  it('are read by the rules of a template of one’s own where its state stands', async () => {
    const template = {
      ...good,
      answer: {
        format: 'json',
        state: ['data.state', 'phase'],
        success: [
          { path: 'data.state', equals: 'success' },
          { path: 'phase', equals: 'success' },
        ],
        result: 'b',
      },
    }
    for (const body of [{ data: { state: 'Listo' } }, { phase: 'fertig' }]) {
      const outcome = await heard(template, { status_words: { Fertig: 'done' } }, { ...body, b: 'Clean' })
      expect(outcome).toMatchObject({ kind: 'success', result: 'Clean' })
    }
    const text = {
      ...good,
      answer: {
        ...good.answer,
        format: 'text',
        success: [{ path: '$text', exists: true }],
        state: 'a',
        result: 'whole',
      },
    }
    expect(faultsIn(readTemplate(text)).map(({ path }) => pathText(path))).toEqual(['answer.state'])
  })
})

describe('the template that we ship', () => {
  const at = (template: string) =>
    supplierOf(http, { url: `${server.url}/api`, settings: { template }, secrets: { key: 'the-key' } })
  const unknown = { kind: 'unknown', reason: expect.any(String), askable: false }
  const success = (result: string): SupplierOutcome => ({ kind: 'success', result, reference: null })
  const heard = async (template: string, body: unknown, status = 200): Promise<SupplierOutcome> => {
    server.says(body, status)
    return await send(at(template))
  }

  it.each<[unknown, number, object]>([
    [{ status: 'success', result: 'Clean' }, 200, success('Clean')],
    [{ status: 'OK', response: { model: 'X' } }, 200, success('model: X')],
    [{ success: true, properties: { model: 'X' } }, 200, success('model: X')],
    [{ status: 1, object: 'Clean' }, 200, success('Clean')],
    [{ status: 'error', result: 'Wrong IMEI' }, 200, { kind: 'refused', reason: 'Wrong IMEI' }],
    [{ success: false, error: 'Wrong IMEI' }, 422, { kind: 'refused', reason: 'Wrong IMEI' }],
    [{ status: 'error', message: 'Insufficient balance' }, 402, { kind: 'unavailable', why: 'credit' }],
    [{ status: 'failed', message: 'Invalid API key' }, 401, { kind: 'unavailable', why: 'login' }],
    [{ status: 'error', error: 'Too many requests' }, 429, { kind: 'unavailable', why: 'busy' }],
    [{ status: 'error', message: 'IMEI not found, credit returned' }, 200, { kind: 'refused' }],
    [{ status: 'error' }, 200, { kind: 'unknown', unrecognised: 'no words' }],
    [{ status: 'success' }, 200, unknown],
    [{ status: 'success', result: '' }, 200, unknown],
    [{ status: 'success', success: false, result: 'x' }, 200, unknown],
    [{ status: 'processing', result: 'x' }, 200, unknown],
    [{ result: 'Clean' }, 200, unknown],
    ['<html>success</html>', 200, unknown],
    [{ status: 'error', message: 'Boom' }, 500, unknown],
  ])('for JSON makes the right thing of %j with HTTP %d', async (body, status, outcome) => {
    for (const template of ['instant-get', 'instant-post']) {
      expect(await heard(template, body, status)).toMatchObject(outcome)
    }
  })

  it('for GET and for POST asks as their names say', async () => {
    await heard('instant-get', {})
    expect(Object.fromEntries(server.last().query)).toEqual({ service: 'BASIC', imei: IMEI, key: 'the-key' })
    await heard('instant-post', {})
    const { method, path, headers, body } = server.last()
    expect({ method, path, key: headers.authorization }).toEqual({
      method: 'POST',
      path: '/api',
      key: 'Bearer the-key',
    })
    expect(JSON.parse(body)).toEqual({ service: 'BASIC', imei: IMEI })
  })

  const sheet = `IMEI: ${IMEI}\nModel: X\nFMI: OFF`
  it.each<[string, number, object]>([
    [sheet, 200, success(sheet)],
    [`IMEI: ${IMEI}<br>Model: X<br/>`, 200, success(`IMEI: ${IMEI}<br>Model: X<br/>`)],
    ['ERROR: Wrong IMEI', 200, { kind: 'refused', reason: 'Wrong IMEI' }],
    ['Error - not enough credits', 200, { kind: 'unavailable', why: 'credit' }],
    ['ERROR: invalid API key', 200, { kind: 'unavailable', why: 'login' }],
    ['rejected', 200, { kind: 'refused' }],
    [`Invalid IMEI: ${IMEI}\nHint: use 15 digits`, 200, unknown],
    ['Model: X\nFMI: OFF', 200, unknown],
    [`Thank you for ${IMEI}`, 200, unknown],
    [`<html>IMEI: ${IMEI}<br>Model: X<br></html>`, 200, unknown],
    ['Service unavailable', 200, unknown],
    ['', 200, unknown],
    [sheet, 503, unknown],
  ])('for plain text makes the right thing of %j with HTTP %d', async (body, status, outcome) => {
    expect(await heard('instant-get-text', body, status)).toMatchObject(outcome)
  })

  it('for orders that are asked about takes a number, and asks by it', async () => {
    for (const body of [
      { status: 'pending', id: 7 },
      { status: 'success', data: { order_id: 7 } },
      { success: true, id: 7 },
    ]) {
      expect(await heard('order-poll', body)).toEqual({ kind: 'accepted', reference: '7' })
      expect(server.last()).toMatchObject({ method: 'POST', path: '/api/orders' })
    }
    expect(await heard('order-poll', { status: 'success', result: 'Clean', id: 7 })).toMatchObject({
      kind: 'success',
      result: 'Clean',
    })
    expect(await heard('order-poll', { status: 'pending' })).toEqual(unknown)
    const work = workOf({ reference: '7' })
    for (const [body, outcome] of [
      [{ status: 'processing' }, { kind: 'accepted', reference: '7' }],
      [
        { status: 'completed', result: 'Clean' },
        { kind: 'success', result: 'Clean', reference: '7' },
      ],
      [
        { status: 'rejected', message: 'IMEI not found' },
        { kind: 'refused', reason: 'IMEI not found' },
      ],
      [
        { status: 'success', id: 7 },
        { ...unknown, askable: true },
      ],
    ] as const) {
      server.says(body)
      expect(await ask(at('order-poll'), work)).toEqual(outcome)
      expect(server.last()).toMatchObject({ method: 'GET', path: '/api/orders/7' })
    }
  })
})
