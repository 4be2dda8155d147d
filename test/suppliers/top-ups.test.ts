import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MINUTE_MS } from '../../src/lib/time.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { createSupplier, showSupplier } from '../../src/suppliers/suppliers.ts'
import { FOLLOW_TOP_UPS, topUpJobs } from '../../src/suppliers/top-up-jobs.ts'
import { bank, sealer, uniqueAmounts } from '../deposits/deposits.fixtures.ts'
import { ask, changer, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import { type Shop, type TestServer, testServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { FailingWay } from './top-ups.fixtures.ts'

let office: OperatorOffice
/** `upstream` is another imeigate, at which `us` is our account. */
let upstream: TestServer
let us: Shop
let way: FailingWay
let token: Record<string, string>
let confirmer: Record<string, string>

beforeAll(async () => {
  ;[office, upstream] = await Promise.all([
    OperatorOffice.open({ OUTBOUND_ALLOW: '127.0.0.0/8' }),
    testServer(),
  ])
  us = await upstream.shop({ deposit: '5' })
  await bank(upstream, {
    settings: {
      account_number: 'DE02 1203',
      account_holder_name: 'Wholesale Ltd',
      bank: 'First Bank',
      instructions: 'Name us',
    },
  })
  await uniqueAmounts(upstream, { currency: 'USD' })
  way = await FailingWay.to(upstream.url)
  const secrets = { api_key: `${us.securityId}.${us.secret}` }
  for (const [name, idempotency] of [
    ['Wholesale', false],
    ['Keyed', true],
  ] as const)
    await createSupplier(office.server.sql, await sealer(), {
      ...{ kind: 'cekceir', name, url: way.url, currency: 'USD', settings: { idempotency }, secrets },
    })
  token = await office.program(['suppliers.edit', 'suppliers.read', 'costs.read'])
  confirmer = await OperatorOffice.at(upstream, office.office.clock).program(['money.deposits'])
})
afterAll(async () => {
  way.stop()
  await Promise.all([office.stop(), upstream.stop()])
  await cleanUp()
})
beforeEach(() => {
  way.posts.length = 0
  way.loses = 0
  way.refuses = false
})

const change = (path: string, body: unknown, key: string | null = randomUUID()) =>
  changer(office.server, token)('POST', path, body, { key })
const read = (path: string) => ask(office.server, 'GET', path, { headers: token })
const deposits = () =>
  upstream.sql<{ id: number }[]>`select id::int from deposits where account_id = ${us.accountId} order by id`
const confirm = (reference: string) =>
  changer(upstream, confirmer)('POST', `/deposits/${reference}/confirm`, {})
const closeOpen = async (supplier: string, id: number) =>
  expect(await change(`/suppliers/${supplier}/top-ups/${id}/close`, { why: 'test' })).toMatchObject({
    status: 200,
  })

test('a deposit is begun once under its key, followed, and the balance is asked for once it is credited', async () => {
  const ways = await read('/suppliers/Wholesale/top-up-ways')
  expect(ways.json.data).toMatchObject({
    ...{ currency: 'USD', problem: null },
    ways: [
      { code: 'bank', name: 'Bank transfer', fee_percent: '0', fee_flat: '0.00', max_amount: null },
      { code: 'qris' },
    ],
  })
  const before = (await deposits()).length
  const key = randomUUID()
  const begun = await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '50' }, key)
  expect(begun.json.data).toMatchObject({
    ...{
      state: 'pending',
      way: 'bank',
      amount: '50.00',
      credited: '50.00',
      to_pay: '50.00',
      currency: 'USD',
    },
    pay_to: {
      ...{ account_number: 'DE02 1203', account_holder_name: 'Wholesale Ltd', bank: 'First Bank' },
      ...{ instructions: 'Name us', payment_url: null, qr_string: null },
    },
    expires_at: expect.any(String),
    ended_at: null,
  })
  const { id, reference } = begun.json.data
  // The same request again begins nothing more; another one under its key is refused.
  expect(
    (await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '50' }, key)).json.data.id,
  ).toBe(id)
  expect(await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '51' }, key)).toMatchObject({
    status: 409,
    json: { code: 'IDEMPOTENCY_CONFLICT_ERROR' },
  })
  expect(way.posts).toHaveLength(1)
  expect((await deposits()).length).toBe(before + 1)
  expect((await change(`/suppliers/Wholesale/top-ups/${id}/ask`, undefined, null)).json.data.state).toBe(
    'pending',
  )
  expect((await confirm(reference)).status).toBe(200)
  const credited = await change(`/suppliers/Wholesale/top-ups/${id}/ask`, undefined, null)
  expect(credited.json.data).toMatchObject({ state: 'credited', ended_at: expect.any(String) })
  expect((await read('/suppliers/Wholesale')).json.data.health.balance).toBe('55.00')
  // Who wanted it, and what became of it, is in the trail.
  const lines = await office.server.sql`
    select actor, before ->> 'state' as before, after ->> 'state' as after from trail
     where what = 'supplier_top_ups' and subject = ${String(id)} order by id`
  expect(lines).toEqual([
    { actor: expect.stringMatching(/^token:/), before: null, after: 'unknown' },
    { actor: expect.stringMatching(/^token:/), before: 'unknown', after: 'pending' },
    { actor: expect.stringMatching(/^token:/), before: 'pending', after: 'credited' },
  ])
})

test('a job follows what is open by itself', async () => {
  const { json } = await change('/suppliers/Wholesale/top-ups', { way: 'qris', amount: '10' })
  const { id, reference, credited, state } = json.data
  expect(state).toBe('pending')
  // Its amount is its own: a little more than was asked for.
  expect(Number(credited)).toBeGreaterThan(10)
  await confirm(reference)
  const { clock } = office.office
  clock.advance(2 * MINUTE_MS)
  const context = { outbound: new GuardedOutbound({ allow: ['127.0.0.0/8'] }), clock, installation: 'x' }
  const { sql } = office.server
  const jobs = topUpJobs({ sql, sealer, context, log: pino({ level: 'silent' }) })
  await jobs[FOLLOW_TOP_UPS]?.({}, new AbortController().signal)
  const now = async () => (await read('/suppliers/Wholesale/top-ups')).json.data.page.items[0]
  await until('it is credited', async () => (await now()).state === 'credited')
  expect(await now()).toMatchObject({ id, credited })
})

test('a lost answer is not known, keeps others from being begun, and is found in the list', async () => {
  const before = (await deposits()).length
  way.loses = 1
  const lost = await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '20' })
  expect(lost.json.data).toMatchObject({ state: 'unknown', reference: null, reason: expect.any(String) })
  const { id } = lost.json.data
  expect((await deposits()).length).toBe(before + 1)
  expect(await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '20' })).toMatchObject({
    status: 409,
    json: { code: 'CONFLICT_ERROR', message: expect.stringContaining(`top-up ${id}`) },
  })
  const found = await change(`/suppliers/Wholesale/top-ups/${id}/ask`, undefined, null)
  expect(found.json.data).toMatchObject({
    ...{ state: 'pending', reference: String((await deposits()).at(-1)?.id) },
    pay_to: { account_number: 'DE02 1203' },
  })
  expect(way.posts).toHaveLength(1)
  expect((await deposits()).length).toBe(before + 1)
  await closeOpen('Wholesale', id)
})

test('one that is not there is given up by a person only once it was looked for', async () => {
  way.refuses = true
  const lost = await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '21' })
  expect(lost.json.data.state).toBe('unknown')
  const { id } = lost.json.data
  // Nobody answers: it was not looked for.
  expect((await change(`/suppliers/Wholesale/top-ups/${id}/ask`, undefined, null)).json.data).toMatchObject({
    ...{ state: 'unknown', asked_at: null },
  })
  way.refuses = false
  expect(await change(`/suppliers/Wholesale/top-ups/${id}/close`, { why: 'It is not there' })).toMatchObject({
    status: 409,
    json: { message: expect.stringContaining('ask the supplier about it first') },
  })
  expect((await change(`/suppliers/Wholesale/top-ups/${id}/ask`, undefined, null)).json.data).toMatchObject({
    ...{ state: 'unknown', reason: expect.stringContaining('does not have it') },
  })
  await closeOpen('Wholesale', id)
  const next = await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '21' })
  expect(next.json.data.state).toBe('pending')
  await closeOpen('Wholesale', next.json.data.id)
})

test('where a server honours keys, one whose answer was lost is asked for again under the same key', async () => {
  const before = (await deposits()).length
  for (const lose of ['the request', 'the answer']) {
    if (lose === 'the request') way.refuses = true
    else way.loses = 1
    const lost = await change('/suppliers/Keyed/top-ups', { way: 'bank', amount: '30' })
    expect(lost.json.data.state).toBe('unknown')
    way.refuses = false
    const { id } = lost.json.data
    const begun = await change(`/suppliers/Keyed/top-ups/${id}/ask`, undefined, null)
    expect(begun.json.data).toMatchObject({ state: 'pending', pay_to: { account_number: 'DE02 1203' } })
    await closeOpen('Keyed', id)
  }
  expect((await deposits()).length).toBe(before + 2)
  // The first came through once, the second twice under one key.
  const keys = way.posts.map(({ key }) => key)
  expect(keys).toEqual([keys[0], keys[1], keys[1]])
  expect(keys[0]).not.toBe(keys[1])
})

test('what the supplier refuses is not begun, and what was paid elsewhere is written down', async () => {
  const refused = await change('/suppliers/Wholesale/top-ups', { way: 'bank', amount: '0.000001' })
  expect(refused.json.data).toMatchObject({ state: 'not_begun', reference: null, reason: expect.any(String) })
  for (const [body, field, status] of [
    [{ way: 'bank', amount: '-1' }, 'amount', 422],
    [{ way: 'bank', amount: '1,000' }, 'amount', 422],
    [{ amount: '1' }, 'way', 400],
  ] as const)
    expect(await change('/suppliers/Wholesale/top-ups', body)).toMatchObject({
      status,
      json: { problems: [{ field }] },
    })
  // Its protocol has no deposits: there is a page, and what was paid there is written down.
  await createSupplier(office.server.sql, await sealer(), { kind: 'manual', name: 'Ann', currency: 'USD' })
  expect((await read('/suppliers/Ann/top-up-ways')).json.data).toMatchObject({ ways: null, problem: null })
  expect(await change('/suppliers/Ann/top-ups', { way: 'bank', amount: '5' })).toMatchObject({ status: 409 })
  const noted = { amount: '25', reference: 'TX 77', note: 'By card' }
  expect((await change('/suppliers/Ann/top-ups/note', noted)).json.data).toMatchObject({
    ...{ state: 'noted', way: null, amount: '25.00', reference: 'TX 77', note: 'By card' },
  })
  expect((await read('/suppliers/Ann/top-ups')).json.data.page.items).toMatchObject([
    { state: 'noted', actor_name: expect.anything() },
  ])
  const version = (await read('/suppliers/Ann')).json.data.version
  const patch = (body: unknown) => changer(office.server, token)('PATCH', '/suppliers/Ann', body, { version })
  for (const top_up_url of ['javascript:alert(1)', 'https://me:secret@x.example/'])
    expect(await patch({ top_up_url })).toMatchObject({
      status: 422,
      json: { problems: [{ field: 'top_up_url' }] },
    })
  await patch({ top_up_url: 'https://panel.example/#/add-funds', top_up_note: 'By card' })
  expect(await showSupplier(office.server.sql, await sealer(), 'Ann')).toMatchObject({
    topUpUrl: 'https://panel.example/#/add-funds',
  })
})

test('who may not see costs, or change suppliers, tops nothing up', async () => {
  const reader = await office.program(['suppliers.read'])
  expect((await ask(office.server, 'GET', '/suppliers/Ann/top-ups', { headers: reader })).status).toBe(403)
  expect((await ask(office.server, 'GET', '/suppliers/Ann/top-up-ways', { headers: reader })).status).toBe(
    403,
  )
  const costs = await office.program(['costs.read'])
  const body = { amount: '25' }
  expect((await changer(office.server, costs)('POST', '/suppliers/Ann/top-ups/note', body)).status).toBe(403)
})

test('the same by the command line: what is not known is told by its exit code, with how it is looked for', async () => {
  const database = await testDatabase()
  const settings = {
    ...settingsFor(database.address),
    ...{
      OUTBOUND_ALLOW: '127.0.0.0/8',
      IMEIGATE_SECRET_KEY: 'cd'.repeat(32),
      IMEIGATE_DATA: temporaryFolder(),
    },
  }
  const run = (...args: string[]) => imeigate(['supplier', ...args], settings)
  const key = `${us.securityId}.${us.secret}`
  const added = await run('add', '--kind', 'cekceir', '--name', 'Up', '--url', way.url, '--api-key', key)
  expect(added, added.stderr).toMatchObject({ code: 0 })
  expect((await run('top-up', 'ways', 'Up')).stdout).toMatch(/bank +Bank transfer .*\nqris/)
  const begun = await run('top-up', 'begin', 'Up', '--way', 'bank', '--amount', '60')
  expect(begun).toMatchObject({ code: 0 })
  expect(begun.stdout).toMatch(/state +to be paid\n(?:.+\n)*to pay +\$60\.00\naccount number +DE02 1203/)
  way.loses = 1
  const lost = await run('top-up', 'begin', 'Up', '--way', 'bank', '--amount', '61')
  expect(lost).toMatchObject({
    code: 6,
    output: expect.stringContaining('imeigate supplier top-up ask "Up" 2'),
  })
  const another = await run('top-up', 'begin', 'Up', '--way', 'bank', '--amount', '61', '--json')
  expect(another).toMatchObject({ code: 3 })
  expect(another.error().message).toContain('nobody knows whether top-up 2 was begun')
  expect((await run('top-up', 'ask', 'Up', '2', '--json')).json()).toMatchObject({ id: 2, state: 'pending' })
  expect(await run('top-up', 'ask', 'Up', '9')).toMatchObject({ code: 4 })
  expect((await run('top-up', 'close', 'Up', '2', '--why', 'test', '--json')).json().state).toBe('given_up')
  expect((await run('top-up', 'list', 'Up', '--json')).json()).toMatchObject([
    { id: 2, state: 'given_up', way: 'bank', actor: expect.stringMatching(/^cli:/) },
    { id: 1, state: 'pending', to_pay: '60.00' },
  ])
  await database.drop()
})
