import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../src/lib/time.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { askAboutTry, trySupplier } from '../../src/suppliers/supplier-try.ts'
import { createSupplier } from '../../src/suppliers/suppliers.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

const sealer = new Sealer(Buffer.alloc(32, 7))
const SECRET = 'S3CR-3T0-KEY'
let database: TestDatabase
let panel: Server
/** What the panel got, and what it answers next. */
const got: string[] = []
let answer: unknown = {}
beforeAll(async () => {
  database = await testDatabase()
  panel = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      got.push(Buffer.concat(parts).toString())
      reply.setHeader('set-cookie', 'session=abcdefgh')
      reply.end(JSON.stringify(answer))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => panel.once('listening', resolve))
  const { port } = panel.address() as AddressInfo
  await createSupplier(database.sql, sealer, {
    ...{ kind: 'dhru', name: 'Big Panel', url: `http://127.0.0.1:${port}/`, currency: 'USD' },
    ...{ settings: { username: 'me' }, secrets: { apiaccesskey: SECRET } },
  } as Parameters<typeof createSupplier>[2])
})
afterAll(async () => {
  panel.closeAllConnections()
  panel.close()
  await database.drop()
})

const deps = () => ({
  sql: database.sql,
  sealer,
  context: {
    outbound: new GuardedOutbound({ allow: ['127.0.0.0/8'] }),
    clock: systemClock,
    installation: 'test',
  },
})
const item = { input: '490154203237518', remoteService: '12', fields: null, quantity: 1 }

it('really orders, and shows what was sent without secrets, what came back, and how it was read', async () => {
  answer = { SUCCESS: [{ MESSAGE: `Order received for ${SECRET}`, REFERENCEID: '77' }], apiversion: '7.1' }
  const tried = await trySupplier(deps(), 'big panel', item)
  expect(got.at(-1)).toContain(SECRET)
  expect(tried).toMatchObject({ supplier: 'Big Panel', outcome: { kind: 'accepted', reference: '77' } })
  expect(tried.meaning).toContain('taken under its number 77')
  const [exchange, ...others] = tried.exchanges
  expect(others).toEqual([])
  expect(exchange).toMatchObject({
    method: 'POST',
    error: null,
    answer: { status: 200, headers: { 'set-cookie': '***' } },
  })
  expect(exchange?.body).toContain('placeimeiorder')
  expect(exchange?.answer?.body).toContain('Order received for ***')
  expect(JSON.stringify(tried)).not.toContain(SECRET)
  answer = { SUCCESS: [{ STATUS: '4', CODE: 'Clean' }], apiversion: '7.1' }
  const asked = await askAboutTry(deps(), 'Big Panel', tried.id)
  expect(got.at(-1)).toContain('77')
  expect(asked).toMatchObject({ id: tried.id, outcome: { kind: 'success', result: 'Clean' } })
  // Who tried it, and what came of it, is in the trail.
  const lines = await database.sql`
    select before ->> 'outcome' as before, after ->> 'outcome' as after, after ->> 'input' as input
      from trail where what = 'supplier_tests' order by id`
  expect(lines).toEqual([
    { before: null, after: null, input: item.input },
    { before: null, after: 'accepted', input: null },
    { before: 'accepted', after: 'success', input: null },
  ])
})

it('says how a refusal, another phone and no answer are read', async () => {
  answer = { ERROR: [{ MESSAGE: 'Invalid IMEI', FULL_DESCRIPTION: '' }], apiversion: '7.1' }
  expect((await trySupplier(deps(), 'Big Panel', item)).outcome.kind).toBe('refused')
  answer = { SUCCESS: [{ STATUS: '4', CODE: 'IMEI: 356938035643809 Clean' }], apiversion: '7.1' }
  const before = await trySupplier(deps(), 'Big Panel', item)
  expect(['unknown', 'accepted']).toContain(before.outcome.kind)
  const nobody = await createSupplier(database.sql, sealer, {
    ...{
      kind: 'dhru',
      name: 'Nobody',
      url: 'http://127.0.0.1:9/',
      settings: { username: 'me' },
      secrets: { apiaccesskey: SECRET },
    },
  } as Parameters<typeof createSupplier>[2])
  const tried = await trySupplier(deps(), String(nobody.id), item)
  expect(tried).toMatchObject({
    outcome: { kind: 'unavailable', why: 'transport' },
    exchanges: [{ answer: null, error: expect.stringContaining('127.0.0.1:9') }],
  })
})

it('buys nothing without a service to choose, and nothing that the service does not take', async () => {
  const count = got.length
  const tried = (over: object) => trySupplier(deps(), 'Big Panel', { ...item, ...over })
  await expect(tried({ remoteService: '' })).rejects.toMatchObject({
    ...{ code: 'invalid_input', field: 'remote_service' },
    message: expect.stringContaining('Big Panel has services of its own to choose from'),
  })
  // Nobody knows what a service takes that is in no list.
  await tried({ remoteService: '99', input: 'F2LXK1ABCD' })
  const { sql } = database
  await sql`
    insert into supplier_services (supplier_id, remote_id, group_name, name, kind, cost, currency, delivery_time, description, min_quantity,
                                   max_quantity, fields, hash, first_seen_at, last_seen_at)
    select id, '12', 'Checks', 'Check', 'imei', 100, 'USD', '', '', 1, 1, '[]', gen_random_uuid(), now(), now()
      from suppliers where name = 'Big Panel'`
  expect(got.length).toBe(count + 1)
  for (const [input, why] of [
    ['123', 'an IMEI has 15 digits, this has 3'],
    ['490154203237519', 'the check digit should be 8'],
    ['F2LXK1ABCD', 'an IMEI has 15 digits and nothing else'],
    ['', 'is missing'],
  ])
    await expect(tried({ input })).rejects.toMatchObject({
      ...{ code: 'invalid_input', field: 'imei', message: expect.stringContaining(why as string) },
    })
  expect(got.length).toBe(count + 1)
  expect((await tried({ input: '49-015420-323751-8' })).input).toBe('490154203237518')
  expect(got.length).toBe(count + 2)
  const tests = await sql`select from supplier_tests where input in ('123', '', '490154203237519')`
  expect(tests).toHaveLength(0)
})

it('refuses what makes no sense, and knows no test of another supplier', async () => {
  const count = got.length
  await expect(trySupplier(deps(), 'Big Panel', { ...item, quantity: 0 })).rejects.toMatchObject({
    field: 'quantity',
  })
  await expect(trySupplier(deps(), 'none', item)).rejects.toMatchObject({
    code: 'not_found',
    field: 'supplier',
  })
  await expect(askAboutTry(deps(), 'Nobody', 1)).rejects.toMatchObject({ code: 'not_found', field: 'ask' })
  expect(got.length).toBe(count)
})
