import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import type { Shop } from '../../support/server.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

/** What all routes that change something have in common: keys, versions, the trail. */
let office: OperatorOffice
let shop: Shop
let headers: Record<string, string>
let id: number
let change: ReturnType<typeof changer>
beforeAll(async () => {
  office = await OperatorOffice.open()
  shop = await office.server.shop({ deposit: '10' })
  ;({ headers, id } = await office.person('owner'))
  change = changer(office.server, headers)
})
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const read = async (path: string) => (await ask(office.server, 'GET', path, { headers })).json.data
const available = async (): Promise<string> => (await read(`/accounts/${shop.accountId}`)).available
const adjust = (body: object, options?: { key?: string | null }, by = change) =>
  by('POST', `/accounts/${shop.username}/adjust`, body, options)

describe('a request with a key', () => {
  it('is done once, and answered every time', async () => {
    const body = { amount: '2.50', note: 'a gift' }
    const first = await adjust(body, { key: 'gift' })
    expect(first).toMatchObject({ status: 200, json: { data: { amount: '2.50', available: '12.50' } } })
    expect(first.headers['idempotent-replayed']).toBeUndefined()
    const again = await adjust(body, { key: 'gift' })
    expect([again.status, again.json]).toEqual([200, first.json])
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect(await available()).toBe('12.50')
  })

  it('is refused where something else was asked under it', async () => {
    for (const [path, body] of [
      [`/accounts/${shop.username}/adjust`, { amount: '2.51', note: 'a gift' }],
      [`/accounts/${shop.accountId}/adjust`, { amount: '2.50', note: 'a gift' }],
    ] as const) {
      const other = await change('POST', path, body, { key: 'gift' })
      expect(other).toMatchObject({
        status: 409,
        json: { code: 'IDEMPOTENCY_CONFLICT_ERROR', source: 'headers' },
      })
    }
    expect(await available()).toBe('12.50')
    // Keys of another route, and of another person, are others.
    expect(
      await change('POST', `/accounts/${shop.username}/deposit`, { amount: '1' }, { key: 'gift' }),
    ).toMatchObject({
      status: 200,
    })
    const finance = await office.person('finance')
    const theirs = changer(office.server, finance.headers)
    expect(await adjust({ amount: '-1', note: 'theirs' }, { key: 'gift' }, theirs)).toMatchObject({
      status: 200,
    })
    expect(await available()).toBe('12.50')
  })

  it('is done once by however many come at a time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => adjust({ amount: '1', note: 'once' }, { key: 'eight' })),
    )
    expect(new Set(answers.map(({ json }) => JSON.stringify(json))).size).toBe(1)
    expect(answers.filter((one) => one.headers['idempotent-replayed'] === undefined)).toHaveLength(1)
    expect(await available()).toBe('13.50')
  })

  it('is done later, where it was refused', async () => {
    const body = { amount: '-20', note: 'too much' }
    expect(await adjust(body, { key: 'later' })).toMatchObject({
      status: 402,
      json: { code: 'INSUFFICIENT_BALANCE_ERROR' },
    })
    await adjust({ amount: '20', note: 'more' })
    expect(await adjust(body, { key: 'later' })).toMatchObject({ status: 200 })
    expect(await available()).toBe('13.50')
  })

  it('keeps nothing that is shown once', async () => {
    const path = `/accounts/${shop.username}/keys`
    const made = (await change('POST', path, { name: 'panel' }, { key: 'key' })).json.data
    expect(made.secret).toMatch(/^[a-z0-9]{40}$/)
    const again = (await change('POST', path, { name: 'panel' }, { key: 'key' })).json.data
    expect(again).toEqual({ ...made, secret: null })
    const kept = await office.server.sql<{ answer: string }[]>`select answer from operator_answers`
    expect(kept.filter(({ answer }) => answer.includes(made.secret))).toEqual([])
  })

  it('is what every route needs that moves money', async () => {
    const needing = routesOf({} as OperatorDeps).filter(({ needsKey }) => needsKey)
    expect(needing.length).toBeGreaterThan(10)
    for (const { method, path } of needing) {
      const url = path.replace(/:\w+/, '2000000000')
      const { status, json } = await ask(office.server, method, url, { body: {}, headers })
      expect([path, status]).toEqual([path, 400])
      expect([path, json.source === 'headers' || json.source === 'body']).toEqual([path, true])
    }
    const refused = await adjust({ amount: '1', note: 'x' }, { key: null })
    expect(refused).toMatchObject({ status: 400, json: { source: 'headers' } })
    expect(Object.keys(refused.json.errors)).toEqual(['idempotency-key'])
  })
})

describe('a version', () => {
  it('is that of the thing that is changed, or nothing is', async () => {
    const path = `/accounts/${shop.username}`
    const { version } = await read(path)
    const without = await change('PATCH', path, { name: 'New name' })
    expect(without).toMatchObject({ status: 400, json: { source: 'headers' } })
    expect(Object.keys(without.json.errors)).toEqual(['if-match'])
    const changed = await change('PATCH', path, { name: 'New name' }, { version })
    expect(changed).toMatchObject({ status: 200, json: { data: { name: 'New name' } } })
    const { version: now } = changed.json.data
    expect(now).not.toBe(version)
    const late = await change('PATCH', `${path}/terms`, { credit_limit: '5' }, { version })
    expect(late).toMatchObject({ status: 409, json: { code: 'VERSION_CONFLICT_ERROR', source: 'headers' } })
    expect(late.json.message).toContain(now)
    expect(await read(path)).toMatchObject({ name: 'New name', credit_limit: '0.00', version: now })
    // What the ledger moves is no change of the account.
    await adjust({ amount: '1', note: 'moves' })
    expect((await read(path)).version).toBe(now)
  })

  it.each([
    ['an account', () => `/accounts/${shop.username}`, (n: number) => ({ name: `Name ${n}` })],
    ['its terms', () => `/accounts/${shop.username}/terms`, (n: number) => ({ credit_limit: String(n) })],
  ])('lets one of several change %s who saw the same', async (_what, path, body) => {
    const { version } = await read(`/accounts/${shop.username}`)
    const all = await Promise.all([1, 2, 3, 4].map((n) => change('PATCH', path(), body(n), { version })))
    expect(all.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
  })

  it('lets one of several change a key who saw the same', async () => {
    const { items } = (await read(`/keys?account=${shop.username}`)).page
    const [{ id: key, version }] = items
    const all = await Promise.all(
      [1, 2, 3, 4].map((n) => change('PATCH', `/keys/${key}`, { name: `key ${n}` }, { version })),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
  })
})

it('every change is in the trail, with the person, and how it was before', async () => {
  const path = `/accounts/${shop.username}`
  const before = await read(path)
  await change('PATCH', `${path}/terms`, { credit_limit: '77' }, { version: before.version })
  await change('POST', `${path}/close`, { why: 'asked for' })
  await change('POST', `${path}/reopen`, {})
  const made = (await change('POST', `${path}/keys`, { name: 'traced' })).json.data.key
  await change('POST', `/keys/${made.id}/revoke`, { why: 'asked for' })
  const { items } = (await read(`/audit?account=${shop.accountId}&actor=staff:${id}&limit=5`)).page
  expect(
    items.map(({ what, before: was, after: is }: { what: string; before: object; after: object }) => [
      what,
      was,
      is,
    ]),
  ).toEqual([
    ['key', { revoked_at: null }, { revoked_at: expect.any(String) }],
    ['key', null, expect.objectContaining({ name: 'traced', secret_hash: 'a secret' })],
    ['account', { status: 'closed' }, { status: 'active' }],
    ['account', { status: 'active' }, { status: 'closed' }],
    ['credit limit', { credit_limit: before.credit_limit }, { credit_limit: '77.00' }],
  ])
})
