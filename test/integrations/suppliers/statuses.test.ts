import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errors, Refusal } from '../../../src/errors.ts'
import { cekceir } from '../../../src/integrations/suppliers/cekceir/index.ts'
import { dhru } from '../../../src/integrations/suppliers/dhru/index.ts'
import { http } from '../../../src/integrations/suppliers/http/index.ts'
import { retryAfterOf } from '../../../src/integrations/suppliers/http-kit/turned-away.ts'
import type { Supplier } from '../../../src/integrations/suppliers/supplier.ts'
import type { SupplierKind } from '../../../src/integrations/suppliers/supplier-kind.ts'
import { sayRefusal } from '../../../src/protocols/kit/refusal.ts'
import { ask, send, supplierOf, TestServer, workOf } from './http-server.ts'

const NOW = new Date('2030-01-01T12:00:00Z')
const clock = { now: () => NOW }

let server: TestServer
const open: Supplier[] = []
beforeAll(async () => {
  server = await new TestServer().start()
})
afterAll(async () => {
  await Promise.all(open.map((one) => one.close?.()))
  await server.stop()
})

const kinds: Record<
  string,
  [kind: SupplierKind, settings: Record<string, unknown>, secrets: Record<string, string>]
> = {
  dhru: [dhru, { username: 'shop' }, { apiaccesskey: 'SECRET-KEY' }],
  cekceir: [cekceir, {}, { api_key: 'id7.very-secret' }],
  http: [http, { template: 'order-poll' }, { key: 'the-key' }],
}
const opened = (name: string, more: Record<string, unknown> = {}): Supplier => {
  const [kind, settings, secrets] = kinds[name] as (typeof kinds)[string]
  const supplier = supplierOf(kind, { url: server.url, settings: { ...settings, ...more }, secrets }, clock)
  open.push(supplier)
  return supplier
}
const says = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
  server.answer = () => ({ status, body, headers })
}

describe.each(Object.keys(kinds))('a supplier of kind %s', (kind) => {
  it.each<[header: string | undefined, ms: number]>([
    ['37', 37_000],
    ['0', 1_000],
    ['1.5', 1_500],
    ['86400', 3_600_000],
    ['Tue, 01 Jan 2030 12:02:00 GMT', 120_000],
    ['Tue, 01 Jan 2030 11:00:00 GMT', 1_000],
    ['soon', 30_000],
    [undefined, 30_000],
  ])('that says 429 with Retry-After %j has taken nothing, and is asked again then', async (header, ms) => {
    says(429, { message: 'Too Many Attempts.' }, header === undefined ? {} : { 'retry-after': header })
    const busy = { kind: 'unavailable', why: 'busy', retryAfterMs: ms }
    expect(await send(opened(kind))).toMatchObject(busy)
    expect(await ask(opened(kind), workOf({ reference: '5' }))).toMatchObject(busy)
  })

  it.each([
    [500, { ERROR: [{ MESSAGE: 'Invalid IMEI' }] }],
    [500, { error: true, code: 'INVALID_IMEI_ERROR', message: 'Invalid IMEI' }],
    [500, { status: 'error', message: 'Invalid IMEI' }],
    [502, '<html>Bad gateway</html>'],
    [503, { message: 'Service Unavailable' }],
    [503, { error: true, code: 'TEMPORARILY_UNAVAILABLE_ERROR', message: 'try again' }],
    [503, { ERROR: [{ MESSAGE: 'Too many requests' }] }],
    [504, ''],
    [520, 'cloud'],
  ])('that says %i proves nothing: %j', async (status, body) => {
    says(status, body, { 'retry-after': '60' })
    expect(await send(opened(kind))).toMatchObject({ kind: 'unknown' })
    expect(await ask(opened(kind), workOf({ reference: '5' }))).toMatchObject({ kind: 'unknown' })
  })

  it.each([403, 404, 415, 503])(
    'that has a front which says %i has taken nothing of such',
    async (status) => {
      says(status, '<html>Denied</html>')
      expect(await send(opened(kind, { front_statuses: [status] }))).toMatchObject({
        kind: 'unavailable',
        why: 'busy',
      })
      expect(await send(opened(kind))).toMatchObject({ kind: 'unknown' })
      says(status, '<html>Later</html>', { 'retry-after': '7' })
      expect(await send(opened(kind, { front_statuses: [status] }))).toMatchObject({ retryAfterMs: 7_000 })
    },
  )
})

it('a front says nothing in the words of the supplier itself', async () => {
  says(503, { ERROR: [{ MESSAGE: 'Invalid IMEI' }] })
  expect(await send(opened('dhru', { front_statuses: [503] }))).toMatchObject({ kind: 'unknown' })
  says(503, { error: true, code: 'X', message: 'no' })
  expect(await send(opened('cekceir', { front_statuses: [503] }))).toMatchObject({ kind: 'unknown' })
})

it('an imeigate that is busy says whether something may have been taken, and is believed', async () => {
  const body = (isProof: boolean) =>
    sayRefusal(new Refusal('temporarily_unavailable'), { traceId: 't', source: 'body', isProof })
  says(503, body(true), { 'retry-after': '2' })
  expect(await send(opened('cekceir'))).toMatchObject({
    kind: 'unavailable',
    why: 'busy',
    retryAfterMs: 2_000,
  })
  says(503, body(false), { 'retry-after': '2' })
  expect(await send(opened('cekceir'))).toMatchObject({ kind: 'unknown' })
})

it('only errors that leave it open say whether something may have been done', () => {
  for (const code of Object.keys(errors) as (keyof typeof errors)[]) {
    const body = sayRefusal(new Refusal(code), { traceId: 't', source: 'body', isProof: false })
    expect('mayHaveBeenDone' in body).toBe(errors[code].status >= 500)
  }
})

it('Retry-After is seconds or a date, within an hour', () => {
  expect(retryAfterOf(undefined, NOW)).toBeNull()
  expect(retryAfterOf('never', NOW)).toBeNull()
  expect(retryAfterOf(' 5 ', NOW)).toBe(5_000)
})

it.each(Object.keys(kinds))(
  'a supplier of kind %s sends nothing when it is too late at the first byte',
  async (kind) => {
    const { got } = server
    const before = got.length
    const supplier = opened(kind)
    const [outcome] = await supplier.send([workOf()], new AbortController().signal, () => false)
    expect(outcome).toMatchObject({ kind: 'unavailable', why: 'transport' })
    expect(got).toHaveLength(before)
  },
)
