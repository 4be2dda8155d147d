import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import { Providers } from '../../src/deposits/providers.ts'
import type { DepositId } from '../../src/lib/ids.ts'
import { RestClient, type RestReply } from '../support/rest.ts'
import { type Shop, type TestServer, testServer } from '../support/server.ts'
import { balance, bank, broken, money, sealer } from './deposits.fixtures.ts'

let server: TestServer
let deposits: OperatorDeposits
let shop: Shop
let client: RestClient
beforeAll(async () => {
  server = await testServer()
  deposits = new OperatorDeposits(server.sql)
  await bank(server, { minAmount: money('5'), maxAmount: money('500'), feeFlat: money('0.5') })
  await bank(server, { code: 'euro', currency: 'EUR' })
})
afterAll(() => server.stop())
beforeEach(async () => {
  shop = await server.shop({ deposit: '1' })
  client = new RestClient(server, shop)
})
afterEach(async () => expect(await broken(server)).toEqual([]))

const create = (amount: unknown = 20, more: object = {}): Promise<RestReply> =>
  client.post('/api/deposit', { amount, provider_code: 'bank', ...more })
const begun = async (): Promise<DepositId> => (await create()).body.id
const show = async (id: number) => (await client.get(`/api/deposit/${id}`)).body
const confirm = (id: DepositId) => deposits.confirm(id, { actor: 'cli:test' })
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

test('an account sees the ways to pay in of its own currency', async () => {
  const list = await client.get('/api/deposit/provider')
  expect(list.body.data.page).toMatchObject({
    items: [
      {
        ...{ code: 'bank', min_deposit: '5.00', max_deposit: '500.00', fee_percent: '0', fee_flat: '0.50' },
        ...{ currency: 'USD', channel: 'bank_transfer', is_active: true },
      },
    ],
    next_cursor: null,
  })
  expect((await client.get('/api/deposit/provider/bank')).body.data).toEqual(list.body.data.page.items[0])
  for (const code of ['euro', 'nobody', '%00']) {
    expect((await client.get(`/api/deposit/provider/${code}`)).status).toBe(404)
  }
  const other = await create(20, { provider_code: 'euro' })
  expect(other).toMatchObject({
    status: 404,
    body: { source: 'body', errors: { provider_code: [expect.any(String)] } },
  })
})

test('an amount that may be meant in thousands is refused', async () => {
  const detail = (field: string) => ({
    detail: `${field}: may be 10 or 10000 IDR: write it without a point`,
  })
  const about = { code: 'rupiah', currency: 'IDR' }
  for (const field of ['minAmount', 'maxAmount', 'feeFlat']) {
    await expect(bank(server, { ...about, [field]: '10.000' })).rejects.toMatchObject(detail(field))
  }
  await bank(server, { ...about, minAmount: '10000' })
  const change = new Providers(server.sql, sealer).change('rupiah', { minAmount: '10.000' })
  await expect(change).rejects.toMatchObject(detail('minAmount'))
  client = new RestClient(server, await server.shop({ currency: 'IDR' }))
  expect(await create('15.000', { provider_code: 'rupiah' })).toMatchObject({
    status: 422,
    body: { errors: { amount: ['may be 15 or 15000 IDR: write it without a point'] } },
  })
  const { body } = await create('15000', { provider_code: 'rupiah' })
  expect(body).toMatchObject({ amounts: { deposit_amount: 15_000 } })
})

test('nobody is asked about a bank transfer before it expires', async () => {
  const id = await begun()
  const rows = await server.sql`select check_at = expires_at as "atItsEnd" from deposits where id = ${id}`
  expect(rows).toEqual([{ atItsEnd: true }])
})

test('a list of ways to pay in goes on where its page ended', async () => {
  await bank(server, { code: 'bank-2' })
  const first = (await client.get('/api/deposit/provider?limit=1')).body.data.page
  const second = (await client.get(`/api/deposit/provider?limit=1&cursor=${first.next_cursor}`)).body.data
    .page
  expect([...first.items, ...second.items]).toMatchObject([{ code: 'bank' }, { code: 'bank-2' }])
  expect(second.next_cursor).toBeNull()
  // Behind the largest id that there can be.
  const behind = await client.get('/api/deposit/provider?cursor=2147483648')
  expect(behind.body.data.page).toEqual({ items: [], next_cursor: null })
})

test('codes are taken once, and what an operator gets wrong is named', async () => {
  await expect(bank(server)).rejects.toMatchObject({ code: 'conflict', field: 'code' })
  const wrong: [object, string][] = [
    [{ currency: 'usd' }, 'currency'],
    [{ code: 'A bank' }, 'code'],
    [{ settings: { account_number: '1' } }, 'account_holder_name'],
    [{ settings: { account_number: '1', account_holder_name: 'x', iban: 'y' } }, 'iban'],
    [{ settings: { account_number: '1', account_holder_name: 'x', expires_hours: '0' } }, 'expires_hours'],
    [{ secrets: { secret_key: 'x' } }, 'secret_key'],
    [{ maxAmount: money('1'), minAmount: money('2') }, 'maxAmount'],
    [{ feePercent: 10_001 }, 'feePercent'],
  ]
  for (const [more, field] of wrong) {
    await expect(bank(server, { code: 'wrong', ...more }), field).rejects.toMatchObject({
      code: 'invalid_input',
      field,
    })
  }
})

test('a provider that was disabled is gone, and what has begun with it goes on', async () => {
  await bank(server, { code: 'old' })
  const { id } = (await create(20, { provider_code: 'old' })).body
  await new Providers(server.sql, sealer).change('old', { enabled: false })
  expect((await create(20, { provider_code: 'old' })).status).toBe(404)
  expect((await confirm(id)).state).toBe('succeeded')
})

test('a deposit says where to pay to and how much, and is credited when a person says that it is there', async () => {
  const reply = await create('20.50')
  expect(reply.body).toMatchObject({
    ...{ status: 'pending', amounts: { total_pay: 21, deposit_amount: 20.5 }, fee_amount: 0.5 },
    ...{ account_number: '12345', account_holder_name: 'The Operator', instructions: 'Say who you are' },
    ...{ qr_string: null, qr_url: null, payment_url: null, proof: null, completed_at: null },
  })
  expect(await balance(server, shop)).toBe('1.00')
  await confirm(reply.body.id)
  expect(await balance(server, shop)).toBe('21.50')
  expect(await show(reply.body.id)).toMatchObject({ status: 'succeeded', completed_at: expect.any(String) })
  await expect(confirm(reply.body.id)).rejects.toMatchObject({ code: 'conflict' })
})

test.each([
  [4.99, 'at least 5.00 USD'],
  ['500.01', 'at most 500.00 USD'],
  ['10.001', 'must be a multiple of 0.01 USD'],
  [0, 'must be more than 0'],
  [-5, 'must be more than 0'],
  ['1e1', 'must be more than 0'],
  ['abc', 'must be more than 0'],
  [1e300, 'must be more than 0'],
])('an amount of %j is refused: %s', async (amount, words) => {
  const reply = await create(amount)
  expect(reply.status, reply.text).toBe(422)
  expect(reply.body.errors.amount[0]).toContain(words)
})

test("another account's deposit is not there, whatever is asked of it", async () => {
  const id = await begun()
  const other = new RestClient(server, await server.shop())
  const replies = [
    await other.get(`/api/deposit/${id}`),
    await other.post(`/api/deposit/${id}/cancel`, undefined),
    await other.post(`/api/deposit/${id}/proof`, { reference: 'mine' }),
    await other.get('/api/deposit/999999999999'),
  ]
  expect(replies.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  expect((await other.get('/api/deposit')).body.data.page.items).toEqual([])
  expect(await show(id)).toMatchObject({ status: 'pending', proof: null })
})

test('no more than twenty are open at a time', async () => {
  for (let count = 0; count < 20; count++) expect((await create()).status).toBe(200)
  const reply = await create()
  expect(reply).toMatchObject({ status: 409, body: { code: 'CONFLICT_ERROR' } })
  const newest = (await client.get('/api/deposit?limit=1')).body.data.page.items[0]
  await client.post(`/api/deposit/${newest.id}/cancel`, undefined)
  expect((await create()).status).toBe(200)
})

test('many at a time do not wait for each other, with keys and without', async () => {
  const shops = await Promise.all(Array.from({ length: 4 }, () => server.shop()))
  const replies = shops.flatMap((one) =>
    Array.from({ length: 15 }, (_, at) =>
      new RestClient(server, one).post(
        '/api/deposit',
        { amount: 20, provider_code: 'bank' },
        at % 2 === 0 ? { 'idempotency-key': `k${at}` } : {},
      ),
    ),
  )
  expect(new Set((await Promise.all(replies)).map(({ status }) => status))).toEqual(new Set([200]))
})

test('the list is newest first, page by page, and by state and provider', async () => {
  const ids = [await begun(), await begun(), await begun()]
  await confirm(ids[1] as DepositId)
  const first = (await client.get('/api/deposit?limit=2')).body.data.page
  const rest = (await client.get(`/api/deposit?limit=2&cursor=${first.next_cursor}`)).body.data.page
  expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(ids.toReversed())
  expect(rest.next_cursor).toBeNull()
  const succeeded = (await client.get('/api/deposit?status=succeeded&provider_code=bank')).body.data.page
  expect(succeeded.items.map(({ id }: { id: number }) => id)).toEqual([ids[1]])
})

test('a proof waits for a person, who sees its file to the byte', async () => {
  const id = await begun()
  const reply = await client.post(`/api/deposit/${id}/proof`, {
    reference: ' TX 77 ',
    file: PNG.toString('base64'),
  })
  expect(reply.body).toMatchObject({ status: 'review', proof: { reference: 'TX 77', has_file: true } })
  const waiting = await deposits.list({ state: 'review', limit: 10 })
  expect(waiting.items).toMatchObject([{ id, proof: 'TX 77' }])
  expect(await deposits.proofFile(id)).toEqual({ mediaType: 'image/png', content: PNG })
  const pdf = Buffer.from('%PDF-1.7 and so on')
  await client.post(`/api/deposit/${id}/proof`, {
    file: `data:application/pdf;base64,${pdf.toString('base64')}`,
  })
  expect(await deposits.proofFile(id)).toEqual({ mediaType: 'application/pdf', content: pdf })
  expect((await client.post(`/api/deposit/${id}/cancel`, undefined)).status).toBe(409)
  await deposits.refuse(id, { actor: 'cli:test', reason: 'nothing came' })
  expect(await show(id)).toMatchObject({ status: 'failed', reason: 'nothing came' })
  expect(await balance(server, shop)).toBe('1.00')
})

test.each([
  ['nothing', {}, 'reference'],
  ['a line break', { reference: 'a\nb' }, 'reference'],
  ['a file that is none of these', { file: Buffer.from('GIF89a').toString('base64') }, 'file'],
  ['what is no base64', { file: '%%%' }, 'file'],
  ['a file too large', { file: Buffer.concat([PNG, Buffer.alloc(1_048_576)]).toString('base64') }, 'file'],
])('as a proof %s is refused', async (_name, proof, field) => {
  const id = await begun()
  const reply = await client.post(`/api/deposit/${id}/proof`, proof)
  expect(reply).toMatchObject({ status: 422, body: { errors: { [field]: [expect.any(String)] } } })
  expect(await show(id)).toMatchObject({ status: 'pending' })
})

test('repeating under an Idempotency-Key gives the first answer', async () => {
  const key = { 'idempotency-key': 'b5b1' }
  const ask = () => client.post('/api/deposit', { amount: 20, provider_code: 'bank' }, key)
  const first = await ask()
  await confirm(first.body.id)
  const second = await ask()
  expect(second.text).toBe(first.text)
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  const proof = { reference: 'x' }
  const id = await begun()
  const path = `/api/deposit/${id}/proof`
  const replies = [await client.post(path, proof, key), await client.post(path, proof, key)]
  expect(replies[1]?.text).toBe(replies[0]?.text)
})

test('of cancelling and confirming at once, exactly one happens', async () => {
  const ids = await Promise.all(Array.from({ length: 15 }, begun))
  let credited = 0
  for (const id of ids) {
    const [cancelled, confirmed] = await Promise.all([
      client.post(`/api/deposit/${id}/cancel`, undefined),
      ...[confirm(id).then(...both), confirm(id).then(...both)],
    ])
    const { status } = await show(id)
    expect(['cancelled', 'succeeded']).toContain(status)
    expect(cancelled.status === 200).toBe(status === 'cancelled')
    expect(confirmed).toBeDefined()
    if (status === 'succeeded') credited++
  }
  expect(await balance(server, shop)).toBe(`${1 + 20 * credited}.00`)
})
const both = [() => true, () => false] as const

test('keys without the permissions may do nothing of it', async () => {
  const [row] = await server.sql`
    update api_keys set permissions = '{user.me.read}' where security_id = ${shop.securityId} returning id`
  expect(row).toBeDefined()
  await expect.poll(async () => (await client.get('/api/deposit/provider')).status).toBe(403)
  const id = 1001
  const replies = [
    await create(),
    await client.get('/api/deposit'),
    await client.get(`/api/deposit/${id}`),
    await client.post(`/api/deposit/${id}/proof`, { reference: 'x' }),
    await client.post(`/api/deposit/${id}/cancel`, undefined),
  ]
  expect(replies.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
})
