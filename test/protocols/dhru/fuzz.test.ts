import { Agent, METHODS } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkLedger } from '../../../src/ledger/check.ts'
import { actions } from '../../../src/protocols/dhru/actions/index.ts'
import {
  exchange,
  type Format,
  login,
  multipart,
  type Pairs,
  type RawRequest,
  readDhru,
  URLENCODED,
  urlencoded,
} from '../../support/dhru.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

const REQUESTS = 10_000
const AT_ONCE = 50
const BODY_LIMIT = 100_000

let server: TestServer
let shop: Shop
const services: string[] = []
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })

beforeAll(async () => {
  server = await testServer({ BODY_LIMIT: String(BODY_LIMIT), DHRU_ALIASES: 'serve' })
  shop = await server.shop({ deposit: '1000000' })
  const fields = [
    { name: 'NETWORK', type: 'dropdown' as const, options: ['Alpha', 'Beta'], required: true },
    { name: 'EMAIL' },
  ]
  services.push(
    await server.service(),
    await server.service({ fields }),
    await server.service({ kind: 'serial', fields: [{ name: 'REFERENCE' }] }),
    await server.service({ kind: 'server', maxQuantity: 10, fields: [{ name: 'EMAIL' }] }),
  )
})
afterAll(async () => {
  agent.destroy()
  await server?.stop()
})

/** `Sent` is a request, and the format that its answer must have where a reader of the request can know it. */
interface Sent extends RawRequest {
  format?: Format | undefined
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 })
const url64 = (text: string): string => Buffer.from(text).toString('base64')

/** `nasty` gives texts that have broken parsers, encoders and databases before. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\u0001\u001f\u007f',
    '\ud800',
    '\udfff\ud800',
    '\ufffe\uffff',
    '\ufeff',
    '\u2028',
    '%',
    '%zz',
    '%u0041',
    '%00',
    '%ff%fe',
    '+',
    '&',
    '=',
    '&amp;',
    '&#0;',
    '&#xD800;',
    '&#99999999;',
    '&nbsp',
    ']]>',
    '<',
    '<!--',
    '<![CDATA[',
    '<?xml',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '</PARAMETERS>',
    '{}',
    '[]',
    'null',
    'true',
    '"x"',
    '-0',
    '1e999',
    'NaN',
    '9'.repeat(400),
    '__proto__',
    'constructor',
    'toString',
    "'; drop table orders; --",
    '\\',
    '\r\n--X\r\n',
    '%s%n',
    '\u202e',
    '😀'.repeat(99),
    'x'.repeat(3000),
  ),
)
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '<a>', '{"ID":{"ID":'), fc.integer({ min: 1, max: 20_000 }))
  .map(([open, times]) => open.repeat(Math.min(times, Math.floor(30_000 / open.length))))
const device = fc.oneof(
  fc.integer({ min: 0, max: 999_999 }).map((n) => imei(n)),
  fc.integer({ min: 0, max: 999_999 }).map((n) => imei(n, '00100102')),
  nasty,
)
const names = [
  'ID',
  'SERVICEID',
  'service',
  'IMEI',
  'QNT',
  'REFERENCE',
  'NETWORK',
  'EMAIL',
  'CUSTOMFIELD',
  'orderid',
  'ORDERID',
  '__proto__',
  'SUCCESS',
]
const field = fc.tuple(
  fc.oneof(fc.constantFrom(...names), nasty),
  fc.oneof(nasty, device, fc.constantFrom('1001', '1002,1003', 'Alpha')),
)
const json = fc.oneof(
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify({ ID: value, IMEI: value, 7: value })),
)
/** `order` gives orders that are right, or wrong in one place or another. */
const order = fc
  .record({ service: fc.nat({ max: 4 }), IMEI: device, more: fc.array(field, { maxLength: 4 }) })
  .map(({ service, IMEI, more }) => ({ ID: services[service] ?? '77', IMEI, ...Object.fromEntries(more) }))
const orderText = fc.oneof(
  order.map((one) => JSON.stringify(one)),
  fc.array(fc.oneof(order, nasty), { maxLength: 6 }).map((rows) => JSON.stringify(rows)),
  fc
    .dictionary(fc.oneof(nasty, fc.constantFrom('77', 'ERROR', 'apiversion')), fc.oneof(order, json), {
      maxKeys: 6,
    })
    .map((rows) => JSON.stringify(rows)),
  order.map(
    (one) =>
      `<PARAMETERS>${Object.entries(one)
        .map(([name, value]) => `<${name}>${value}</${name}>`)
        .join('')}</PARAMETERS>`,
  ),
)
const parameters = fc.oneof(
  { weight: 3, arbitrary: orderText },
  { weight: 2, arbitrary: orderText.map(url64) },
  { weight: 1, arbitrary: fc.oneof(json, json.map(url64), nasty, nasty.map(url64), deep, deep.map(url64)) },
)

const actionNames = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...actions.keys()) },
  { weight: 5, arbitrary: fc.constantFrom('placeimeiorder', 'placeimeiorderbulk', 'placebulkorder') },
  { weight: 1, arbitrary: nasty },
)
/** `form` gives the fields of a request whose format is known: it is the first field of that name that is not blank. */
const form = fc
  .record({
    stranger: fc.oneof(
      { weight: 9, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    format: fc.oneof(fc.constantFrom('XML', 'xml', ' Xml\n', 'JSON', ''), nasty),
    action: actionNames,
    parameters: fc.option(parameters, { nil: undefined, freq: 6 }),
    key: maybe(nasty),
    more: fc.array(
      fc.oneof(
        field,
        fc.tuple(nasty, nasty),
        fc.tuple(
          fc.constantFrom('parameters[ID]', 'parameters[7][IMEI]', 'parameters[][', 'username', 'KEY'),
          nasty,
        ),
      ),
      { maxLength: 6 },
    ),
  })
  .map(({ stranger, format, action, parameters: text, key, more }): { fields: Pairs; format: Format } => {
    const [user, secret] = login(stranger ? { ...shop, secret: 'wrong' } : shop)
    const fields = [user, secret, ['requestformat', format], ['action', action]] as Pairs
    if (text !== undefined) fields.push(['parameters', text])
    if (key !== undefined) fields.push(['idempotency_key', key])
    return { fields: [...fields, ...more], format: format.trim().toLowerCase() === 'xml' ? 'XML' : 'JSON' }
  })

const BOUNDARY = 'fuzz-boundary'
/** `formRequest` gives requests that are well-formed as a form, whatever the values are. */
const formRequest: fc.Arbitrary<Sent> = fc.oneof(
  form.map(({ fields, format }) => ({ ...urlencoded(fields), format })),
  form
    .map(
      ({ fields, format }): Sent => ({
        ...multipart(
          fields.filter(([name]) => !/["\\\r\n]/.test(name)),
          BOUNDARY,
        ),
        format,
      }),
    )
    .filter(({ body }) => !String(body).includes('\r\n--X')),
  form.map(({ fields, format }) => ({
    body: JSON.stringify(Object.fromEntries(fields.toReversed())),
    headers: { 'content-type': 'application/json' },
    format,
  })),
)

const contentType = fc.oneof(
  fc.constantFrom(
    URLENCODED,
    'application/json',
    'text/xml',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary="',
    `multipart/form-data; boundary=${BOUNDARY}`,
    `multipart/mixed; boundary=${BOUNDARY}`,
    'multipart/form-data; boundary=x; boundary=y',
    `multipart/form-data; boundary=${'b'.repeat(300)}`,
    'multipart/',
    'application/x-www-form-urlencoded; charset=utf-16',
    '/',
    ';',
    'a/b/c',
    '',
  ),
  // What a header may hold at all.
  fc.string({ unit: fc.constantFrom(...'aZ0/;= "\'%&<>\\,\t\u00e9\u00ff'), maxLength: 60 }),
)

/** `mutated` gives requests that were right before somebody cut them, changed them, or declared something else about them. */
const mutated: fc.Arbitrary<Sent> = fc
  .record({
    request: formRequest,
    cut: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
    bytes: fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat({ max: 255 })), {
      maxLength: 5,
    }),
    insert: maybe(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.uint8Array({ maxLength: 40 }))),
    type: maybe(contentType),
  })
  .map(({ request, cut, bytes, insert, type }) => {
    let body = Buffer.from(String(request.body))
    for (const [at, byte] of bytes) if (body.length > 0) body[Math.floor(at * body.length)] = byte
    if (insert) {
      const at = Math.floor(insert[0] * body.length)
      body = Buffer.concat([body.subarray(0, at), insert[1], body.subarray(at)])
    }
    if (cut !== undefined) body = body.subarray(0, Math.floor(cut * body.length))
    return { body, headers: type === undefined ? { ...request.headers } : { 'content-type': type } }
  })

const junk: fc.Arbitrary<Sent> = fc
  .tuple(
    fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      deep,
      nasty,
      json,
      fc.integer({ min: BODY_LIMIT - 2, max: 3 * BODY_LIMIT }).map((length) => 'a&'.repeat(length / 2)),
    ),
    maybe(contentType),
  )
  .map(([body, type]) => ({ body, ...(type !== undefined && { headers: { 'content-type': type } }) }))

const methods = METHODS.filter((method) => method !== 'CONNECT' && method !== 'HEAD')
const paths = fc.constantFrom(
  '/api/dhru',
  '/api/dhru/',
  '//api//dhru',
  '/api/index.php',
  '/api/dhru/index.php',
  '/api/dhru?idempotency_key=%zz%00',
  '/api/dhru?%',
)
const request = fc
  .record({
    sent: fc.oneof(
      { weight: 5, arbitrary: formRequest },
      { weight: 4, arbitrary: mutated },
      { weight: 1, arbitrary: junk },
    ),
    method: fc.oneof(
      { weight: 15, arbitrary: fc.constant('POST') },
      { weight: 1, arbitrary: fc.constantFrom(...methods) },
    ),
    path: paths,
    chunked: fc.boolean(),
    header: fc.option(fc.string({ unit: fc.constantFrom(...'ab1 \t,;"\u00ff'), maxLength: 300 }), {
      nil: undefined,
      freq: 9,
    }),
  })
  .map(
    ({ sent, method, path, chunked, header }): Sent => ({
      ...sent,
      method,
      path,
      chunked,
      headers: {
        ...sent.headers,
        ...(header !== undefined && { 'idempotency-key': header, 'accept-encoding': header }),
      },
    }),
  )

describe('the endpoint', () => {
  it(`answers ${REQUESTS} malformed requests with HTTP 200 and well-formed Dhru in the format asked for`, async () => {
    const outcomes = new Map<string, number>()
    const answered = async ({ format, ...sent }: Sent): Promise<void> => {
      try {
        const read = readDhru(await exchange(server.url, { ...sent, agent }))
        if (format !== undefined) expect(read.format).toBe(format)
        expect(JSON.stringify(read.says)).not.toContain('internal_error')
        const code = read.says.ERROR?.[0].FULL_DESCRIPTION.split(':')[0] ?? 'SUCCESS'
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
      } catch (cause) {
        const { body = '', ...rest } = sent
        const shown = [
          rest,
          Buffer.from(body as string)
            .toString('latin1')
            .slice(0, 2000),
        ]
        throw new Error(`${JSON.stringify(shown)}: ${cause}`, { cause })
      }
    }
    // A failure is printed with its request, and with the seed and the path that lead to it again.
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: AT_ONCE, maxLength: AT_ONCE }), async (requests) => {
        await Promise.all(requests.map(answered))
      }),
      { numRuns: REQUESTS / AT_ONCE, endOnFailure: true },
    )
    // They did not all break at the same door.
    for (const code of [
      'SUCCESS',
      'invalid_credentials',
      'malformed_parameters',
      'body_too_large',
      'invalid_imei',
    ]) {
      expect(outcomes.get(code), code).toBeGreaterThan(0)
    }
  })

  it('has no money out of place afterwards', async () => {
    const checks = await checkLedger(server.sql)
    expect(checks.filter(({ ok }) => !ok)).toEqual([])
  })
})
