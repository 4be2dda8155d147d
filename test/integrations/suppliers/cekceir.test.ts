import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readSecrets } from '../../../src/integrations/kit/kind.ts'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import type { Supplier, SupplierOutcome, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import { faultsIn } from '../../../src/lib/fault.ts'
import { ask, type Got, IMEI, lost, OTHER_IMEI, send, supplierOf, TestServer, workOf } from './http-server.ts'

const KEY = 'id7.very-secret'
let server: TestServer
let supplier: Supplier
const { signal } = new AbortController()

beforeAll(async () => {
  server = await new TestServer().start()
})
afterAll(() => server.stop())
beforeEach(() => {
  server.got.length = 0
  supplier = restAt()
})
afterEach(() => supplier.close?.())

const restAt = (settings: Record<string, unknown> = {}, url = server.url): Supplier =>
  supplierOf(cekceir, { url, settings, secrets: { api_key: KEY } })
const unknown = (askable: boolean) => ({ kind: 'unknown', reason: expect.any(String), askable })
const fault = (message: string, more: object = {}) => ({
  error: true,
  code: 'SOME_ERROR',
  message,
  source: 'order',
  traceId: 'x',
  ...more,
})
const order = (over: object = {}) => ({
  status: 'pending',
  order_id: 17,
  service_code: 'BASIC',
  total: 1,
  total_price: '0.50',
  message: 'ok',
  result: null,
  error_message: null,
  ...over,
})
const inputsOf = (got: Got): string[] => JSON.parse(got.body).data.imeis
const orders = (): Got[] => server.got.filter(({ method }) => method === 'POST')

it('whose items are orders of their own says that no number is of many', () => {
  expect(restAt({ idempotency: true }).ordersHoldMany).toBe(false)
  expect(restAt({ items_per_order: 1 }).ordersHoldMany).toBe(false)
  expect(restAt().ordersHoldMany).toBe(true)
})

describe('an order', () => {
  it('is posted as the API documents it, with a key of its own', async () => {
    server.says(order())
    const work = workOf({ fields: { network: 'Alpha', a: '"' } })
    expect(await send(supplier, work)).toEqual({ kind: 'accepted', reference: '17' })
    const { method, path, headers, body } = server.last()
    expect({ method, path }).toEqual({ method: 'POST', path: '/api/order' })
    expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'content-type': 'application/json' })
    expect(headers['idempotency-key']).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    )
    expect(JSON.parse(body)).toEqual({ code: 'BASIC', data: { a: '"', network: 'Alpha', imeis: [IMEI] } })
  })

  it.each(['', '/', '/api', '/api/', '/shop', '/shop/api'])(
    'goes below a URL that ends in %j',
    async (end) => {
      server.says(order())
      supplier = restAt({}, `${server.url}${end}`)
      await send(supplier)
      expect(server.last().path).toBe(`${end.startsWith('/shop') ? '/shop' : ''}/api/order`)
    },
  )

  it('has the same key for the same attempts only', async () => {
    server.says(order())
    const work = workOf()
    const keyOf = async (one: SupplierTask): Promise<unknown> => {
      await send(supplier, one)
      return server.last().headers['idempotency-key']
    }
    const key = await keyOf(work)
    expect(await keyOf({ ...work })).toBe(key)
    expect(await keyOf({ ...work, attemptKey: 'another' })).not.toBe(key)
    expect(await keyOf({ ...work, input: OTHER_IMEI })).not.toBe(key)
  })

  it('without an input has a quantity, and is alone', async () => {
    server.says(order({ total: 3, status: 'success', result: 'code 123' }))
    const works = [workOf({ input: '', quantity: 3 }), workOf({ input: '', quantity: 3 })]
    expect(await supplier.send(works, signal)).toEqual([
      { kind: 'success', result: 'code 123', reference: '17' },
      { kind: 'success', result: 'code 123', reference: '17' },
    ])
    expect(server.got.map(({ body }) => JSON.parse(body).data)).toEqual([{ quantity: 3 }, { quantity: 3 }])
  })

  it('has the number that it came with, however long', async () => {
    server.says('{"status":"pending","order_id":9007199254740993123}')
    expect(await send(supplier)).toEqual({ kind: 'accepted', reference: '9007199254740993123' })
  })
})

describe('many items', () => {
  it('travel together by service and extra fields, up to the limit, never with an input twice', async () => {
    server.answer = () => ({ body: order({ order_id: server.got.length, total: 2 }) })
    supplier = restAt({ items_per_order: 2 })
    const works = [
      workOf(),
      workOf(),
      workOf({ input: OTHER_IMEI }),
      workOf({ input: '3' }),
      workOf({ remoteService: 'PRO' }),
      workOf({ fields: { network: 'A' } }),
    ]
    const outcomes = await supplier.send(works, signal)
    const sent = server.got.map((got) => `${JSON.parse(got.body).code} ${inputsOf(got)}`)
    expect(sent.sort()).toEqual([
      `BASIC ${IMEI}`,
      `BASIC ${IMEI},3`,
      `BASIC ${IMEI},${OTHER_IMEI}`,
      `PRO ${IMEI}`,
    ])
    const [first, second, third] = outcomes as { reference: string }[]
    expect(third?.reference).toBe(first?.reference)
    expect(second?.reference).not.toBe(first?.reference)
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true)
  })

  it('that are refused as a whole for what may be one of them are tried one by one', async () => {
    server.answer = (got) => {
      const inputs = inputsOf(got)
      return inputs.includes('bad')
        ? { status: 422, body: fault('Data does not fit', { errors: { imeis: ['bad'] } }) }
        : { body: order({ order_id: `for ${inputs}` }) }
    }
    const works = [workOf(), workOf({ input: 'bad' }), workOf({ input: OTHER_IMEI })]
    expect(await supplier.send(works, signal)).toEqual([
      { kind: 'accepted', reference: `for ${IMEI}` },
      { kind: 'refused', reason: 'Data does not fit (imeis: bad)' },
      { kind: 'accepted', reference: `for ${OTHER_IMEI}` },
    ])
    expect(orders()).toHaveLength(4)
  })

  it.each([
    [422, 'IMEI not found, order accepted'],
    [400, 'Internal server error'],
    [422, 'Kode 77: hubungi sales'],
    [409, 'Deadlock found when trying to get lock'],
  ])(
    'that are refused as a whole with %d in words that prove nothing are not tried again: %j',
    async (status, words) => {
      server.says(fault(words), status)
      const outcomes = await supplier.send([workOf(), workOf({ input: OTHER_IMEI })], signal)
      expect(outcomes.map(({ kind }) => kind)).toEqual(['unknown', 'unknown'])
      expect(orders()).toHaveLength(1)
    },
  )

  it('of a service that is not there are refused at once', async () => {
    server.says(fault('No such service'), 404)
    const works = [workOf(), workOf({ input: OTHER_IMEI })]
    const refused = { kind: 'refused', reason: 'No such service' }
    expect(await supplier.send(works, signal)).toEqual([refused, refused])
    expect(orders()).toHaveLength(1)
  })

  it('share the fate of their request, and of no other', async () => {
    server.answer = (got, response) => (inputsOf(got).length > 1 ? lost(got, response) : { body: order() })
    const works = [workOf(), workOf({ input: OTHER_IMEI }), workOf({ remoteService: 'PRO' })]
    expect(await supplier.send(works, signal)).toEqual([
      unknown(true),
      unknown(true),
      { kind: 'accepted', reference: '17' },
    ])
  })
})

describe('an answer to an order', () => {
  it.each<[string, object, SupplierOutcome]>([
    [
      'with a text',
      { status: 'success', result: 'Clean' },
      { kind: 'success', result: 'Clean', reference: '17' },
    ],
    [
      'with a row',
      { status: 'success', result: [{ imei: IMEI, status: 'success', result: 'Clean' }] },
      { kind: 'success', result: 'Clean', reference: '17' },
    ],
    [
      'with nothing but a message',
      { status: 'success', result: null, message: 'Unlocked' },
      { kind: 'success', result: 'Unlocked', reference: '17' },
    ],
    [
      'with an object',
      { status: 'success', result: { model: 'X', lock: { fmi: false, sim: null } } },
      { kind: 'success', result: 'model: X\nlock:\n  fmi: no', reference: '17' },
    ],
    [
      'that failed',
      { status: 'failed', error_message: 'Not found' },
      { kind: 'refused', reason: 'Not found' },
    ],
    [
      'that was cancelled',
      { status: 'cancelled', message: '' },
      { kind: 'refused', reason: 'Refused by the supplier' },
    ],
  ])('of one item %s says it of the item', async (_, said, outcome) => {
    server.says(order(said))
    expect(await send(supplier)).toEqual(outcome)
  })

  it.each<[string, object | string, number?]>([
    ['no JSON', '<html>OK</html>'],
    ['half a JSON', '{"status":"success","order_id":17,"resu'],
    ['a list', []],
    ['without a number', { status: 'pending' }],
    ['without a state', { order_id: 17 }],
    ['of a state that nobody knows', order({ status: 'odd' })],
    ['of one item and yet partial', order({ status: 'partial', result: 'half' })],
    ['an error with HTTP 200', fault('Out of stock')],
    ['a bare 503', 'Service Unavailable', 503],
    ['a bare 401', '<html>Who are you?</html>', 401],
    ['a bare 402', '', 402],
    ['a bare 404', '{"detail":"Not Found"}', 404],
    ['an error with HTTP 500', fault('Boom'), 500],
    ['an error with HTTP 502', fault('Boom'), 502],
    ['an error with a redirect', fault('Boom'), 302],
  ])('that is %s is unknown, and can be asked about', async (_, body, status) => {
    server.says(body, status)
    expect(await send(supplier)).toEqual(unknown(true))
  })

  it.each([
    [401, 'login'],
    [402, 'credit'],
    [403, 'login'],
  ])("that is the API's own error %d is about us or the supplier: %s", async (status, why) => {
    server.says(fault('No'), status)
    expect(await send(supplier)).toEqual({ kind: 'unavailable', why, reason: 'No' })
  })

  it.each([400, 404, 422])("that is the API's own error %d is a refusal", async (status) => {
    server.says(fault('Bad IMEI'), status)
    expect(await send(supplier)).toEqual({ kind: 'refused', reason: 'Bad IMEI' })
  })

  it("that is the API's own error 409 is a duplicate, with its number where it says one", async () => {
    server.says(fault('Already ordered'), 409)
    expect(await send(supplier)).toEqual({ kind: 'duplicate', reason: 'Already ordered', reference: null })
    server.says(fault('Already ordered', { order_id: 12 }), 409)
    expect(await send(supplier)).toEqual({ kind: 'duplicate', reason: 'Already ordered', reference: '12' })
  })

  it('that never comes is unknown, and what was never sent is not', async () => {
    server.answer = lost
    expect(await send(supplier)).toEqual(unknown(true))
    expect(await send(supplier, workOf({ input: '' }))).toEqual(unknown(false))
    supplier = restAt({}, 'http://127.0.0.1:1')
    expect(await send(supplier)).toMatchObject({ kind: 'unavailable', why: 'transport' })
  })

  it('never tells our key', async () => {
    server.says(fault(`Bearer ${KEY} and very-secret are wrong ${'x'.repeat(600)}`), 401)
    const outcome = (await send(supplier)) as { reason: string }
    expect(outcome.reason).toMatch(/^Bearer \*\*\* and \*\*\* are wrong x+\.\.\.$/)
    expect(outcome.reason.length).toBeLessThan(510)
  })
})

describe('an item of a large order', () => {
  const dashed = (imei: string): string => imei.replace(/^(..)(.{6})(.{6})(.)$/, '$1-$2-$3-$4')
  const works = (): SupplierTask[] => [
    workOf({ reference: '17' }),
    workOf({ reference: '17', input: OTHER_IMEI }),
  ]
  const asked = async (over: object): Promise<SupplierOutcome[]> => {
    server.says(order({ total: 2, ...over }))
    const outcomes = await supplier.ask(works(), signal)
    expect(server.got.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /api/order/17'])
    return outcomes
  }
  const success = (result: string): SupplierOutcome => ({ kind: 'success', result, reference: '17' })
  const rows = (first: object, second: object) => [
    { imei: IMEI, ...first },
    { input: OTHER_IMEI, ...second },
  ]

  it('waits with the whole order', async () => {
    const accepted = { kind: 'accepted', reference: '17' }
    expect(await asked({ result: rows({ status: 'success' }, {}) })).toEqual([accepted, accepted])
  })

  it.each<[string, unknown]>([
    ['a list', rows({ status: 'success', result: 'Clean' }, { success: false, message: 'Not found' })],
    [
      'an object by input',
      { [IMEI]: { result: 'Clean', success: true }, [OTHER_IMEI]: { error: 'Not found' } },
    ],
    [
      'a list in an object',
      { items: rows({ status: 'ok', text: 'Clean' }, { error: true, message: 'Not found' }) },
    ],
    ['JSON in a text', JSON.stringify(rows({ status: 'done', result: 'Clean' }, { error: 'Not found' }))],
    [
      'a list with dashes and blanks in the inputs',
      [
        { imei: dashed(IMEI), status: 'success', result: 'Clean' },
        { imei: `${OTHER_IMEI.slice(0, 8)} ${OTHER_IMEI.slice(8)}`, error: 'Not found' },
      ],
    ],
    [
      'an object by inputs with dashes',
      {
        [dashed(IMEI)]: { result: 'Clean', success: true },
        [OTHER_IMEI.slice(0, 14)]: { error: 'Not found' },
      },
    ],
    [
      'bare numbers',
      [
        { serial: Number(IMEI), status: 'success', result: 'Clean' },
        { sn: OTHER_IMEI, error: 'Not found' },
      ],
    ],
  ])('has its own row in %s', async (_, result) => {
    expect(await asked({ status: 'partial', result })).toEqual([
      success('Clean'),
      { kind: 'refused', reason: 'Not found' },
    ])
  })

  it('has as its result what stands in its row, also where that is no state', async () => {
    const result = rows({ status: 'CLEAN', model: 'X', lock: 'ON' }, { fmi: true })
    expect(await asked({ status: 'success', result })).toEqual([
      success('status: CLEAN\nmodel: X\nlock: ON'),
      success('fmi: yes'),
    ])
  })

  it('that waits in an order that is partly done is waited for', async () => {
    const result = rows({ status: 'pending' }, { status: 'success', result: 'Clean' })
    expect(await asked({ status: 'partial', result })).toEqual([
      { kind: 'accepted', reference: '17' },
      success('Clean'),
    ])
  })

  it('failed with the whole order, in its own words where there are some', async () => {
    const result = rows({ error: 'Blocked' }, {})
    expect(await asked({ status: 'failed', error_message: 'All failed', result })).toEqual([
      { kind: 'refused', reason: 'Blocked' },
      { kind: 'refused', reason: 'All failed' },
    ])
  })

  it.each<[string, object]>([
    ['not named in a partial order', { status: 'partial', result: [{ imei: '1', status: 'success' }] }],
    ['not named in a successful order', { status: 'success', result: 'Two results: A, B' }],
    ['named and not judged in a partial order', { status: 'partial', result: rows({ x: 1 }, { x: 1 }) }],
    ['refused in a successful order', { status: 'success', result: rows({ error: 'No' }, { error: 'No' }) }],
    ['done in a failed order', { status: 'failed', result: rows({ success: true }, { success: true }) }],
    [
      'both done and refused',
      { status: 'partial', result: rows({ success: true, error: 'No' }, { status: 'ok', success: false }) },
    ],
    [
      'named twice, differently',
      {
        status: 'partial',
        result: [
          ...rows({ success: true, result: 'A' }, { success: true, result: 'A' }),
          ...rows({ success: true, result: 'B' }, { success: true, result: 'B' }),
        ],
      },
    ],
    ['done without a result', { status: 'success', result: rows({ success: true }, { result: '' }) }],
  ])('that is %s is unknown', async (_, said) => {
    expect(await asked(said)).toEqual([unknown(true), unknown(true)])
  })

  it('is never given the result of the others', async () => {
    const said = { status: 'success', result: [{ imei: OTHER_IMEI, result: 'Of the other' }] }
    expect(await asked(said)).toEqual([unknown(true), success('Of the other')])
  })
})

describe('a question about an order', () => {
  const work = workOf({ reference: '17' })

  it('is understood wrapped in data as well as bare', async () => {
    const done = order({ status: 'success', result: 'Clean' })
    for (const said of [
      done,
      { data: done },
      { status: 'success', data: done },
      { ...done, data: { imeis: [IMEI] } },
    ]) {
      server.says(said)
      expect(await ask(supplier, work)).toEqual({ kind: 'success', result: 'Clean', reference: '17' })
    }
  })

  it.each<[string, object | string, number, SupplierOutcome['kind']]>([
    ['another order', order({ order_id: 18, status: 'failed' }), 200, 'unknown'],
    ['that there is none', fault('Not found'), 404, 'unknown'],
    ['nothing that we understand', fault('No'), 422, 'unknown'],
    ['an internal error', fault('No'), 500, 'unknown'],
    ['a page', '<html>', 200, 'unknown'],
    ['that our key is wrong', fault('No'), 401, 'unavailable'],
    ['that it is busy', fault('No'), 429, 'unavailable'],
  ])('that is answered with %s says nothing of the order', async (_, body, status, kind) => {
    server.says(body, status)
    expect(await ask(supplier, work)).toMatchObject(kind === 'unknown' ? unknown(true) : { kind })
  })

  it('buys nothing', async () => {
    server.answer = lost
    await supplier.ask([work, workOf(), workOf({ input: '' })], signal)
    expect(orders()).toEqual([])
  })
})

describe('our account', () => {
  it('has a name and a balance, to the digit', async () => {
    server.answer = ({ path }) => ({
      body:
        path === '/api/me'
          ? { username: 'shop', email: 'a@b.c' }
          : '{"balance":1234567.120000009,"reserved":0}',
    })
    expect(await supplier.account?.(signal)).toEqual({
      balance: 1_234_567_120_000n,
      currency: null,
      name: 'shop',
    })
  })

  it('throws with the words of the API, without our key', async () => {
    server.says(fault(`${KEY} expired`), 401)
    await expect(supplier.account?.(signal)).rejects.toThrow('HTTP 401: *** expired')
    server.says('<html>')
    await expect(supplier.account?.(signal)).rejects.toThrow('HTTP 200 without a JSON object')
  })

  it('is refused at once when its key cannot travel in a header', () => {
    for (const key of ['id.sec\r\nret', 'id.a b', 'id.s\u00e9cret']) {
      expect(faultsIn(readSecrets(cekceir, { api_key: key }))).toMatchObject([{ path: ['api_key'] }])
    }
  })
})
