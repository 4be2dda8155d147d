import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closeAccount } from '../../../src/accounts/accounts.ts'
import { createKey, revokeKey } from '../../../src/accounts/keys.ts'
import { type ErrorCode, errors } from '../../../src/errors.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import {
  exchange,
  type Format,
  login,
  multipart,
  type RawRequest,
  readDhru,
  urlencoded,
} from '../../support/dhru.ts'
import { imei, type Shop, type TestServer, testServer } from '../../support/server.ts'

/** `NOT_IN_DHRU` lists the errors of other doors: the command line's, and those of paths and protocols that have a status. */
const NOT_IN_DHRU: ErrorCode[] = [
  'invalid_input',
  'invalid_signature',
  'not_found',
  'conflict',
  'shutting_down',
  'provider_unavailable',
  'session_expired',
  'step_up_required',
  'csrf',
  'version_conflict',
  'plan_stale',
]
const FORMATS: Format[] = ['JSON', 'XML']

let server: TestServer
let shop: Shop
let poor: Shop
let service: string
let once: string
let closedService: string
let pausedService: string
let closedMessage: string
let network: string
let serial: string
let credits: string
let n = 0

beforeAll(async () => {
  server = await testServer()
  shop = await server.shop()
  poor = await server.shop({ deposit: '0.5' })
  const wallTime = (hours: number): string =>
    new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16)
  closedMessage = `opens at ${wallTime(2)} UTC`
  service = await server.service()
  once = await server.service({ duplicatePolicy: 'refuse' })
  closedService = await server.service({ opensAt: wallTime(2), closesAt: wallTime(3), timeZone: 'UTC' })
  pausedService = await server.service()
  await server.sql`delete from supplier_routes where service_id = ${Number(pausedService)}`
  const options = ['Alpha Mobile', 'Beta Telecom']
  // The server hears of these after it has heard that the last one has lost its route.
  network = await server.service({ fields: [{ name: 'NETWORK', type: 'dropdown', required: true, options }] })
  serial = await server.service({ kind: 'serial' })
  credits = await server.service({ kind: 'server', minQuantity: 5, maxQuantity: 500 })
})
afterAll(() => server?.stop())

/** `refused` gives what a request is refused with, and expects nothing else in the answer. */
async function refused(request: RawRequest, format: Format, status = 200): Promise<[string, string]> {
  const read = readDhru(await exchange(server.url, request), status)
  expect(read.format).toBe(format)
  const { MESSAGE, FULL_DESCRIPTION } = read.says.ERROR[0]
  return [MESSAGE, FULL_DESCRIPTION]
}

const said = (code: ErrorCode, detail?: string): [string, string] =>
  detail === undefined
    ? [errors[code].message, code]
    : [`${errors[code].message}: ${detail}`, `${code}: ${detail}`]

const order = (fields: Record<string, string>, action = 'placeimeiorder'): Record<string, string> => ({
  action,
  parameters: JSON.stringify(fields),
})

async function shopOnceBought(): Promise<{ buyer: Shop; orderId: string; number: string }> {
  const buyer = await server.shop()
  const number = imei(++n)
  const answer = await server.place(buyer, { ID: once, IMEI: number })
  return { buyer, number, orderId: answer.SUCCESS[0].REFERENCEID }
}

/** `Case` is what is sent (behind the login of `by`, or of the usual shop) and what stands behind the colon. */
interface Case {
  fields: Record<string, string>
  by?: Shop
  detail?: string | undefined
}

const says = (fields: Record<string, string>, detail?: string): Case => ({ fields, detail })

type Row = [code: ErrorCode, when: string, make: () => Case | Promise<Case>]
const cases: Row[] = [
  [
    'invalid_credentials',
    'there is no such key',
    () => ({ by: { ...shop, securityId: 'nobody1234' }, fields: {} }),
  ],
  [
    'invalid_credentials',
    'the secret is wrong',
    () => ({ by: { ...shop, secret: poor.secret }, fields: {} }),
  ],
  [
    'invalid_credentials',
    'there are none',
    () => ({ by: { ...shop, securityId: '', secret: '' }, fields: {} }),
  ],
  [
    'key_revoked',
    'the key was revoked',
    async () => {
      const by = await server.shop()
      const key = await createKey(server.sql, by.accountId as AccountId)
      await revokeKey(server.sql, key.id)
      return { by: { ...by, ...key }, fields: { action: 'accountinfo' } }
    },
  ],
  [
    'key_expired',
    'the key has expired',
    async () => {
      const by = await server.shop()
      const longAgo = { now: () => new Date(0) }
      const key = await createKey(server.sql, by.accountId as AccountId, { expiresAt: new Date(1) }, longAgo)
      return { by: { ...by, ...key }, fields: { action: 'accountinfo' } }
    },
  ],
  [
    'account_closed',
    'the account was closed',
    async () => {
      const by = await server.shop()
      await closeAccount(server.sql, by.accountId as AccountId)
      return { by, fields: { action: 'accountinfo' } }
    },
  ],
  [
    'ip_not_allowed',
    'the key is for another address',
    async () => ({
      by: await server.shop({ allowedIps: ['203.0.113.7'] }),
      fields: { action: 'accountinfo' },
      detail: '127.0.0.1',
    }),
  ],
  ['action_missing', 'no action is sent', () => says({})],
  ['action_missing', 'the action is blank', () => says({ action: ' \t\n' })],
  [
    'unsupported_action',
    'the action is unknown',
    () => says({ action: 'GetServerStatus' }, 'getserverstatus'),
  ],
  ['unsupported_action', 'the action is long', () => says({ action: 'x'.repeat(999) }, 'x'.repeat(64))],
  [
    'payload_required',
    'nothing says what to order',
    () => says({ action: 'placeimeiorder', parameters: '\n' }),
  ],
  [
    'payload_required',
    'nothing says what to order in bulk',
    () => says({ action: 'placeimeiorderbulk', parameters: '[]' }),
  ],
  ['payload_required', 'no service is named', () => says({ action: 'getimeiservicedetails' })],
  [
    'malformed_parameters',
    'the JSON is cut off',
    () => says({ action: 'placeorder', parameters: '{"ID":"1"' }, 'the JSON cannot be read'),
  ],
  [
    'malformed_parameters',
    'the XML is cut off',
    () =>
      says(
        { action: 'placeorder', parameters: '<PARAMETERS><ID>1</ID><IM' },
        'the XML ends inside PARAMETERS',
      ),
  ],
  [
    'malformed_parameters',
    'parameters are of no known encoding',
    () => says({ action: 'orderstatus', parameters: '@@@' }, 'neither JSON, XML nor base64 of one of them'),
  ],
  [
    'malformed_parameters',
    'CUSTOMFIELD cannot be read',
    () => says(order({ ID: service, CUSTOMFIELD: '{"a":' }), 'CUSTOMFIELD is JSON that cannot be read'),
  ],
  [
    'malformed_parameters',
    'many orders come where one is expected',
    () =>
      says(
        { action: 'placeimeiorder', parameters: '[{"ID":"1"},{"ID":"1"}]' },
        'one order expected, use placeimeiorderbulk for many',
      ),
  ],
  ...Object.entries({
    JSON: `{"ID":"1","A":${'['.repeat(8)}${']'.repeat(8)}}`,
    base64: Buffer.from(`{"ID":"1","A":${'['.repeat(8)}${']'.repeat(8)}}`).toString('base64'),
    XML: `${'<A>'.repeat(9)}1${'</A>'.repeat(9)}`,
  }).map(
    ([encoding, parameters]): Row => [
      'malformed_parameters',
      `the nesting in ${encoding} is too deep`,
      () => says({ action: 'placeorder', parameters }, 'nested deeper than 8 levels'),
    ],
  ),
  [
    'malformed_parameters',
    'an order has more than 100 fields',
    () => {
      const fields = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`F${index}`, '1']))
      return says(order({ ID: service, ...fields }), 'more than 100 fields in a row')
    },
  ],
  [
    'too_many_rows',
    'a bulk request has more than 500 orders',
    () =>
      says(
        { action: 'placeimeiorderbulk', parameters: JSON.stringify(Array(501).fill({ ID: '1' })) },
        '501 rows, at most 500 in one request',
      ),
  ],
  [
    'too_many_rows',
    'a bulk request asks for more than 500 orders',
    () =>
      says(
        { action: 'orderstatusbulk', orderid: Array(501).fill('1').join(',') },
        '501 rows, at most 500 in one request',
      ),
  ],
  [
    'too_many_rows',
    "a vendor's bulk request asks for more than 500 orders",
    () =>
      says(
        { action: 'getimeiorderbulk', parameters: JSON.stringify(Array(501).fill({ ID: '1' })) },
        '501 rows, at most 500 in one request',
      ),
  ],
  [
    'field_missing',
    'the service id is missing',
    () => says(order({ IMEI: imei(1) }), 'ID, the service id or code'),
  ],
  [
    'field_missing',
    'a field that the service requires is missing',
    () => says(order({ ID: network, IMEI: imei(1) }), 'NETWORK'),
  ],
  [
    'service_not_found',
    'there is no such service',
    () => says(order({ ID: 'nothing', IMEI: imei(1) }), 'nothing'),
  ],
  [
    'service_not_found',
    'the service is for others',
    async () => {
      await server.shop({ group: 'vip' })
      const id = await server.service({ visibleTo: ['vip'] })
      return { fields: order({ ID: id, IMEI: imei(1) }), detail: id }
    },
  ],
  [
    'service_not_found',
    'the service has no price in the currency of the account',
    async () => ({
      by: await server.shop({ currency: 'EUR' }),
      fields: order({ ID: service, IMEI: imei(1) }),
      detail: service,
    }),
  ],
  [
    'service_closed',
    'the service is outside of its opening hours',
    () => says(order({ ID: closedService, IMEI: imei(1) }), closedMessage),
  ],
  [
    'service_paused',
    'the service has no working route',
    () => says(order({ ID: pausedService, IMEI: imei(1) })),
  ],
  ['imei_required', 'the IMEI is missing', () => says(order({ ID: service }))],
  [
    'imei_required',
    'the serial number is missing',
    () => says(order({ ID: serial }), 'the serial number goes in IMEI'),
  ],
  [
    'invalid_imei',
    'the check digit is wrong',
    () =>
      says(order({ ID: service, IMEI: '490154203237519' }), '490154203237519: the check digit should be 8'),
  ],
  [
    'invalid_imei',
    'a digit is missing',
    () =>
      says(
        order({ ID: service, IMEI: '49015420323751' }),
        '49015420323751: an IMEI has 15 digits, this has 14: with its check digit it is 490154203237518',
      ),
  ],
  [
    'invalid_imei',
    'a letter is in it',
    () =>
      says(
        order({ ID: service, IMEI: '49015420323751O' }),
        '49015420323751O: an IMEI has 15 digits and nothing else',
      ),
  ],
  [
    'invalid_field',
    'a value is not among the choices',
    () =>
      says(
        order({ ID: network, IMEI: imei(1), NETWORK: 'Delta' }),
        'NETWORK: Delta is not one of Alpha Mobile, Beta Telecom',
      ),
  ],
  [
    'invalid_field',
    'REFERENCE is too long',
    () =>
      says(
        order({ ID: service, IMEI: imei(1), REFERENCE: 'x'.repeat(256) }),
        'REFERENCE: must not be longer than 255 characters',
      ),
  ],
  [
    'invalid_field',
    'the idempotency key is too long',
    () =>
      says(
        { ...order({ ID: service, IMEI: imei(1) }), idempotency_key: 'x'.repeat(256) },
        'idempotency_key: must not be longer than 255 characters',
      ),
  ],
  [
    'quantity_out_of_range',
    'the quantity is too small',
    () => says(order({ ID: credits, QNT: '2' }), '2: the quantity must be a whole number from 5 to 500'),
  ],
  [
    'insufficient_balance',
    'the balance does not cover the price',
    () => ({
      by: poor,
      fields: order({ ID: service, IMEI: imei(1) }),
      detail: 'the order costs 1.00, available is 0.50',
    }),
  ],
  [
    'duplicate_order',
    'the service refuses the same order again',
    async () => {
      const { buyer, orderId, number } = await shopOnceBought()
      return {
        by: buyer,
        fields: order({ ID: once, IMEI: number }),
        detail: `order ${orderId} is for the same input`,
      }
    },
  ],
  [
    'idempotency_conflict',
    'the idempotency key stands for another order',
    async () => {
      const key = { idempotency_key: `taken-${++n}` }
      const placed = await server.place(shop, { ID: service, IMEI: imei(n) }, key)
      const detail = `order ${placed.SUCCESS[0].REFERENCEID} was placed under it`
      return { fields: { ...order({ ID: service, IMEI: imei(++n) }), ...key }, detail }
    },
  ],
  [
    'idempotency_conflict',
    'an order was placed under the idempotency key, and the request would be refused by now',
    async () => {
      const key = { idempotency_key: `taken-${++n}` }
      const placed = await server.place(shop, { ID: service, IMEI: imei(n) }, key)
      const detail = `order ${placed.SUCCESS[0].REFERENCEID} was placed under it`
      return { fields: { ...order({ ID: service, IMEI: '490154203237519' }), ...key }, detail }
    },
  ],
  ['order_id_required', 'no order is named', () => says({ action: 'orderstatus', parameters: '\n' })],
  ['order_id_required', 'no orders are named', () => says({ action: 'orderstatusbulk' })],
  ['order_not_found', 'there is no such order', () => says({ action: 'orderstatus', orderid: '77' }, '77')],
  ['order_not_found', 'the id is none', () => says({ action: 'getorder', orderid: 'A-1' }, 'A-1')],
  [
    'order_not_found',
    "the order is another account's",
    async () => {
      const { orderId } = await shopOnceBought()
      return { fields: { action: 'orderstatus', orderid: orderId }, detail: orderId }
    },
  ],
]

describe('an error', () => {
  it.each(cases)('%s is said when %s', async (code, _when, make) => {
    const { by = shop, fields, detail } = await make()
    for (const format of FORMATS) {
      for (const encode of [urlencoded, multipart]) {
        const request = encode([...login(by, format), ...Object.entries(fields)])
        expect(await refused(request, format)).toEqual(said(code, detail))
      }
    }
  })

  it('stands in the body of a 308 too, without a second answer to fetch', async () => {
    const request = { ...urlencoded([['action', 'accountinfo']]), path: '/api/index.php' }
    expect(await refused(request, 'JSON', 308)).toEqual(said('invalid_credentials'))
  })

  it('costs nothing', async () => {
    const { available, held } = (
      await server.sql`select available, held from wallets where account_id = ${poor.accountId}`
    )[0] as { available: bigint; held: bigint }
    expect([available, held]).toEqual([500_000n, 0n])
  })
})

describe("the documentation's table of errors", () => {
  const rows = readFileSync(new URL('../../../docs/dhru.md', import.meta.url), 'utf8')
    .split('\n')
    .map((line) => /^\| `([a-z_]+)`\s*\| `([^`]+)`\s*\|(?:[^|]*\|){2,}$/.exec(line))
    .filter((row) => row !== null)
    .map(([, code = '', words = '']) => [code, words] as const)
    .filter(([code]) => code.includes('_'))

  it('has every error that the endpoint can say, with its words, and no other', () => {
    const sayable = Object.entries(errors).filter(([code]) => !NOT_IN_DHRU.includes(code as ErrorCode))
    expect(Object.fromEntries(rows)).toEqual(
      Object.fromEntries(sayable.map(([code, { message }]) => [code, message])),
    )
  })

  it('is seen in these tests row by row', () => {
    // transport-errors.test.ts, login.test.ts, test/orders/locked-wallet.test.ts, test/throttles/throttles.test.ts
    const elsewhere = [
      'permission_denied',
      'too_many_failed_logins',
      'too_many_requests',
      'method_not_allowed',
      'body_too_large',
      'temporarily_unavailable',
      'internal_error',
    ]
    const seen = new Set([...cases.map(([code]) => code), ...elsewhere])
    expect(rows.map(([code]) => code).sort()).toEqual([...seen].sort())
  })
})
