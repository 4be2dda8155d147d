import { afterAll, beforeAll, expect, it } from 'vitest'
import { uniqueAmounts } from '../../deposits/deposits.fixtures.ts'
import { brokenPromises } from '../../orders/orders.fixtures.ts'
import { RestClient } from '../../support/rest.ts'
import type { Shop } from '../../support/server.ts'
import { ask, changer, OperatorOffice } from './office.fixtures.ts'

/** Payments that are known by their amounts, over HTTP: a statement, and what fits no deposit. */
let office: OperatorOffice
let shop: Shop
let headers: Record<string, string>
let change: ReturnType<typeof changer>
beforeAll(async () => {
  office = await OperatorOffice.open()
  shop = await office.server.shop({ currency: 'IDR', deposit: '1' })
  ;({ headers } = await office.person('finance'))
  change = changer(office.server, headers)
  await uniqueAmounts(office.server, { code: 'bca' })
})
afterAll(async () => {
  expect(await brokenPromises(office.server.sql)).toEqual([])
  await office.stop()
})

const match = (body: object, key?: string) =>
  change('POST', '/deposit-providers/bca/match', body, key === undefined ? {} : { key })
const available = async () =>
  (await ask(office.server, 'GET', `/accounts/${shop.accountId}`, { headers })).json.data.available

it('a statement is previewed, credited once, and known when it comes again', async () => {
  const begun = await new RestClient(office.server, shop).post('/api/deposit', {
    amount: 50_000,
    provider_code: 'bca',
  })
  const total = begun.body.amounts.total_pay
  const day = new Date().toISOString().slice(0, 10)
  const text = `Tanggal;Keterangan;Jumlah\n${day};BUDI;${total}\n${day};ANI;49000\n`
  const shown = await match({ text, preview: true })
  expect(shown, JSON.stringify(shown.json)).toMatchObject({
    status: 200,
    json: {
      data: {
        ...{ applied: false, credited: String(total), currency: 'IDR' },
        counts: { credited: 1, unmatched: 1, known: 0, out: 0 },
        lines: [
          { line: 2, outcome: 'credited', deposit: begun.body.id, words: 'BUDI', credit: String(total) },
          { line: 3, outcome: 'unmatched', deposit: null, credit: null },
        ],
      },
    },
  })
  expect(await available()).toBe('1')
  const done = await match({ text, preview: false }, 'once')
  expect(done.json.data).toMatchObject({ applied: true, counts: { credited: 1 } })
  expect((await match({ text, preview: false }, 'once')).json).toEqual(done.json)
  expect((await match({ text, preview: false })).json.data.counts).toMatchObject({ credited: 0, known: 1 })
  expect(await available()).toBe(String(total + 1))
  const [newest] = (await ask(office.server, 'GET', '/deposits', { headers })).json.data.page.items
  expect(newest).toMatchObject({ id: begun.body.id, state: 'succeeded' })
})

it('what cannot be read is named, and nothing is done', async () => {
  expect(await match({ text: 'date,amount\n2026-11-29,many\n', preview: false })).toMatchObject({
    status: 422,
    json: { code: 'INVALID_INPUT_ERROR' },
  })
  const body = { text: 'date,amount\n', preview: true }
  expect(await change('POST', '/deposit-providers/nobody/match', body)).toMatchObject({ status: 404 })
})

it('a stray payment is put on one balance once, whoever asks at the same time, and only on one of its currency', async () => {
  const { sql } = office.server
  const [one] = await sql<{ id: number }[]>`
    insert into stray_payments (provider_id, payment_id, amount, currency, paid_at, words, fitting, received_at)
    select id, 'm8', 49000000000, 'IDR', '2026-11-29', 'TRSF ANI', 0, now() from deposit_providers where code = 'bca' returning id`
  const second = await office.server.shop({ currency: 'IDR' })
  const dollars = await office.server.shop()
  const credit = (account: string) => change('POST', `/stray-payments/${one?.id}/credit`, { account })
  expect(await credit(dollars.username)).toMatchObject({
    status: 422,
    json: { errors: { account: [expect.stringContaining('IDR')] } },
  })
  expect(await credit('nobody-here')).toMatchObject({ status: 404 })
  expect((await ask(office.server, 'GET', '/stray-payments', { headers })).json.data.items).toHaveLength(1)
  const names = [shop.username, second.username]
  const answers = await Promise.all([...names, ...names].map(credit))
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409])
  const entries = await sql<{ reference: string; amount: string; note: string }[]>`
    select reference, amount::text, note from ledger_entries where reference = 'm8'`
  expect(entries).toEqual([{ reference: 'm8', amount: '49000000000', note: 'TRSF ANI' }])
})

it('a stray payment is listed until somebody closes it', async () => {
  await office.server.sql`
    insert into stray_payments (provider_id, payment_id, amount, currency, paid_at, words, fitting, received_at)
    select id, 'm7', 49000000000, 'IDR', '2026-11-29', 'ANI', 0, now() from deposit_providers where code = 'bca'`
  const list = async () => (await ask(office.server, 'GET', '/stray-payments', { headers })).json.data.items
  const [stray] = await list()
  expect(stray).toMatchObject({ provider: 'bca', payment: 'm7', words: 'ANI', fitting: 0, closed_at: null })
  const closed = await change('POST', `/stray-payments/${stray.id}/close`, { note: 'credited by hand' })
  expect(closed.json.data).toMatchObject({ note: 'credited by hand', closed_by: expect.any(String) })
  expect(await list()).toEqual([])
  expect(await change('POST', `/stray-payments/${stray.id}/close`, {})).toMatchObject({ status: 409 })
})
