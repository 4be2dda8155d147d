import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Claims } from '../../../src/integrations/suppliers/cekceir/claims.ts'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import type { Supplier, SupplierOutcome, SupplierTask } from '../../../src/integrations/suppliers/supplier.ts'
import { ask, type Got, IMEI, lost, OTHER_IMEI, send, supplierOf, TestServer, workOf } from './http-server.ts'

/** `listed` are orders as the server lists them. */
let listed: Record<string, unknown>[]
let server: TestServer
let supplier: Supplier
const { signal } = new AbortController()

beforeAll(async () => {
  server = await new TestServer().start()
})
afterAll(() => server.stop())
beforeEach(() => {
  server.got.length = 0
  listed = []
  server.answer = list
  supplier = restAt()
})
afterEach(() => supplier.close?.())

const restAt = (settings: Record<string, unknown> = {}): Supplier =>
  supplierOf(cekceir, { url: server.url, settings, secrets: { api_key: 'id7.very-secret' } })
const list = (got: Got) => ({
  body: { data: { page: { items: got.method === 'GET' ? listed : [], next_cursor: null } } },
})
const seconds = (n: number): string => new Date(Date.now() + n * 1000).toISOString()
const order = (over: object = {}) => ({
  order_id: 17,
  service_code: 'BASIC',
  created_at: seconds(0),
  status: 'pending',
  data: { imeis: [IMEI] },
  ...over,
})
const unknown = (askable: boolean, reason: unknown = expect.any(String)) => ({
  kind: 'unknown',
  reason,
  askable,
})
const posts = (): Got[] => server.got.filter(({ method }) => method === 'POST')
const found = (reference: string): SupplierOutcome => ({ kind: 'accepted', reference, askAgainAfterMs: 1000 })

describe('an order whose answer was lost', () => {
  it('is looked for by its input, its service and its time, and found', async () => {
    listed = [order()]
    const work = workOf()
    expect(await ask(supplier, work)).toEqual(found('17'))
    const { method, path, query } = server.last()
    expect({ method, path }).toEqual({ method: 'GET', path: '/api/order' })
    expect(Object.fromEntries(query)).toEqual({
      q: IMEI,
      service_code: 'BASIC',
      created_from: new Date(work.sentAt.getTime() - 86_400_000).toISOString(),
      limit: '50',
    })
  })

  it.each<[string, object]>([
    ['among others of the order', { data: { imeis: [OTHER_IMEI, IMEI] } }],
    ['as a number', { data: null, input: Number(IMEI) }],
    ['with dashes', { data: { imeis: [IMEI.replace(/^(..)(.{6})/, '$1-$2-')] } }],
    [
      'with blanks, as the name of its result',
      { data: null, result: { [`${IMEI.slice(0, 8)} ${IMEI.slice(8)}`]: 'Clean' } },
    ],
    ['as the name of its result', { data: undefined, result: { [IMEI]: 'Clean' } }],
  ])('is found with its input %s', async (_, over) => {
    listed = [order(over)]
    expect(await ask(supplier, workOf())).toEqual(found('17'))
  })

  it.each<[string, object]>([
    ['of another service', { service_code: 'PRO' }],
    ['of no service', { service_code: undefined }],
    ['of another input', { data: { imeis: [OTHER_IMEI] } }],
    ['that has the input within a text only', { data: {}, message: `again ${IMEI}` }],
    ['made long before', { created_at: seconds(-600) }],
    ['made long after', { created_at: seconds(600) }],
    ['made nobody knows when', { created_at: undefined }],
    ['without a number', { order_id: undefined }],
  ])('is not the one %s', async (_, over) => {
    listed = [order(over)]
    expect(await ask(supplier, workOf())).toEqual(unknown(true, expect.stringContaining('no order for it')))
  })

  it("is found by the server's clock, also where that goes wrong", async () => {
    const ahead = 3 * 3_600_000
    server.answer = (got) => ({ ...list(got), headers: { date: new Date(Date.now() + ahead).toUTCString() } })
    listed = [
      order({ order_id: 1, created_at: seconds(0) }),
      order({ order_id: 2, created_at: seconds(ahead / 1000) }),
    ]
    expect(await ask(supplier, workOf())).toEqual(found('2'))
  })

  it('is unknown where it may be one of several', async () => {
    listed = [order(), order({ order_id: 18 })]
    expect(await ask(supplier, workOf())).toEqual(unknown(true, expect.stringContaining('several')))
  })

  it('is not the order that another attempt has', async () => {
    const known = workOf({ reference: '17' })
    listed = [order()]
    await ask(supplier, known)
    const work = workOf()
    expect(await ask(supplier, work)).toEqual(unknown(true))
    listed = [order(), order({ order_id: 18 })]
    expect(await ask(supplier, work)).toEqual(found('18'))
  })

  it('is not the order that another attempt had and that failed', async () => {
    server.says(order({ status: 'failed', total: 1 }))
    expect(await send(supplier, workOf())).toMatchObject({ kind: 'refused' })
    server.answer = list
    listed = [order({ status: 'failed' })]
    const work = workOf()
    expect(await ask(supplier, work)).toEqual(unknown(true))
    listed = [order({ status: 'failed' }), order({ order_id: 18 })]
    expect(await ask(supplier, work)).toEqual(found('18'))
  })

  it('is unknown where another attempt with the same input is lost as well', async () => {
    listed = [order()]
    const works = [workOf(), workOf()]
    expect(await supplier.ask(works, signal)).toEqual([unknown(true), unknown(true)])
    server.answer = lost
    const sent = workOf({ input: OTHER_IMEI })
    await send(supplier, sent)
    server.answer = list
    listed = [order({ data: { imeis: [OTHER_IMEI] } })]
    expect(await ask(supplier, workOf({ input: OTHER_IMEI }))).toEqual(unknown(true))
  })

  it('is found where the other attempt was clearly not taken', async () => {
    server.answer = () => ({ status: 402, body: { error: true, code: 'NO_BALANCE', message: 'No balance' } })
    expect(await send(supplier, workOf())).toMatchObject({ kind: 'unavailable' })
    server.answer = list
    listed = [order()]
    expect(await ask(supplier, workOf())).toEqual(found('17'))
  })

  it('is looked for on all pages, and is unknown where they have no end', async () => {
    server.answer = ({ query }) => {
      const at = Number(query.get('cursor') ?? 0)
      return {
        body: { data: { page: { items: at === 2 ? [order()] : [], next_cursor: at === 2 ? null : at + 1 } } },
      }
    }
    expect(await ask(supplier, workOf())).toEqual(found('17'))
    server.answer = ({ query }) => ({
      body: { data: { page: { items: [order()], next_cursor: Number(query.get('cursor') ?? 0) + 1 } } },
    })
    expect(await ask(supplier, workOf({ attemptKey: 'x', sentAt: new Date() }))).toEqual(
      unknown(true, expect.stringContaining('no end')),
    )
  })

  it.each<[string, unknown, number, object]>([
    ['cannot be read', { data: {} }, 200, unknown(true)],
    ['is a page', '<html>', 200, unknown(true)],
    [
      'is not for our key',
      { error: true, code: 'NO', message: 'No' },
      403,
      { kind: 'unavailable', why: 'login' },
    ],
    ['is not there', { error: true, code: 'NO', message: 'No' }, 404, unknown(true)],
  ])('is unknown where the list %s', async (_, body, status, outcome) => {
    server.says(body, status)
    expect(await ask(supplier, workOf())).toMatchObject(outcome)
  })

  it('is never ordered again by itself', async () => {
    await supplier.ask([workOf(), workOf({ input: '' })], signal)
    expect(posts()).toEqual([])
  })
})

describe('where the server honours idempotency keys', () => {
  beforeEach(() => {
    supplier = restAt({ idempotency: true })
  })
  const lose = async (work: SupplierTask): Promise<Got> => {
    server.answer = lost
    expect(await send(supplier, work)).toEqual(unknown(true))
    const [post] = posts()
    server.got.length = 0
    return post as Got
  }

  it('each item is an order of its own', () => {
    expect(supplier.sendAtOnce).toBe(1)
  })

  it.each([IMEI, ''])(
    'a lost order (of %j) that no list shows is ordered again under its key',
    async (input) => {
      const work = workOf({ input })
      const first = await lose(work)
      server.answer = (got) =>
        got.method === 'POST' ? { body: order({ order_id: 21, total: 1 }) } : list(got)
      expect(await ask(supplier, work)).toEqual({ kind: 'accepted', reference: '21' })
      expect(posts()).toHaveLength(1)
      expect(server.last().headers['idempotency-key']).toBe(first.headers['idempotency-key'])
      expect(server.last().body).toBe(first.body)
    },
  )

  it('one that the list shows is not', async () => {
    const work = workOf()
    await lose(work)
    server.answer = list
    listed = [order()]
    expect(await ask(supplier, work)).toEqual(found('17'))
    expect(posts()).toEqual([])
  })

  it('one is not where the list does not come', async () => {
    const work = workOf()
    await lose(work)
    server.says('<html>', 502)
    expect(await ask(supplier, work)).toEqual(unknown(true))
    expect(posts()).toEqual([])
  })

  it('one is not after the key may be forgotten', async () => {
    const work = workOf({ sentAt: new Date(Date.now() - 13 * 3_600_000) })
    expect(await ask(supplier, work)).toEqual(unknown(true))
    expect(posts()).toEqual([])
  })

  it.each([400, 404, 409, 422, 500])(
    'a refusal of the second request, %d, proves nothing of the first',
    async (status) => {
      const work = workOf()
      await lose(work)
      server.answer = (got) =>
        got.method === 'POST' ? { status, body: { error: true, code: 'NO', message: 'No' } } : list(got)
      expect(await ask(supplier, work)).toEqual(unknown(true))
    },
  )
})

it('of orders without an input, which are never searched, nothing is remembered', () => {
  const claims = new Claims()
  for (const input of ['', IMEI]) {
    const [one, other] = [workOf({ input }), workOf({ input })]
    claims.note(one)
    expect(claims.hasRival(other, 1_000)).toBe(input === IMEI)
  }
})
