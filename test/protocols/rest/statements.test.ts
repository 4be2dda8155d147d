import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Adjustments } from '../../../src/ledger/adjustments.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import { micros } from '../../../src/lib/money.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop, TestClock, type TestServer, testServer } from '../../support/server.ts'

const DAY_MS = 86_400_000
const clock = new TestClock()
let server: TestServer
let shop: Shop
let client: RestClient
const at = (text: string) => ({ now: () => new Date(text) })
const accountOf = ({ accountId }: Shop) => accountId as AccountId

beforeAll(async () => {
  server = await testServer({}, clock)
  shop = await pastShop('2024-01-15T00:00:00Z')
  client = new RestClient(server, shop)
  const id = accountOf(shop)
  const pay = (amount: bigint, time: string, note: string | null) =>
    new Adjustments(server.sql, at(time)).deposit(id, micros(amount), { actor: 'ann', note })
  await pay(10_000_000n, '2024-01-31T23:59:59.999Z', null)
  await pay(1_500_000n, '2024-02-01T00:00:00Z', '=HYPERLINK("http://evil")')
  // Begun before midnight, committed after what was begun later.
  await pay(1n, '2024-01-31T23:59:58Z', 'late')
  const dated = new Adjustments(server.sql, at('2024-02-29T12:00:00Z'))
  await dated.adjust(id, micros(-500_000n), { actor: 'ann', note: '-1+1, "a" fee' })
  await pay(3_000_000n, '2024-05-01T00:00:00Z', 'Привет ąż €')
})
afterAll(() => server.stop())

/** `pastShop` gives an account that was opened then, with 5.00. */
async function pastShop(time: string): Promise<Shop> {
  const made = await server.shop({ deposit: '0.000001' })
  await server.owner.unsafe(`
    alter table ledger_entries disable trigger ledger_entries_are_final;
    update ledger_entries set created_at = '${time}', amount = 5000000, available_after = 5000000
     where account_id = ${made.accountId};
    update wallets set available = 5000000 where account_id = ${made.accountId};
    alter table ledger_entries enable trigger ledger_entries_are_final`)
  return made
}

const json = async (month: string) => (await client.get(`/api/statement/${month}`)).body.data
const csv = async (month: string): Promise<Record<string, string>[]> => {
  const reply = await client.get(`/api/statement/${month}?format=csv`)
  expect(reply.status, reply.text).toBe(200)
  return parse(reply.text, { columns: true, bom: true })
}

test('the months in which something moved are listed newest first, each closing where the next one opens', async () => {
  const months = (await client.get('/api/statement')).body.data.page.items
  expect(
    months.map((one: Record<string, unknown>) => [
      one['month'],
      one['opening_balance'],
      one['closing_balance'],
    ]),
  ).toEqual([
    ['2024-05', 16.000001, 19.000001],
    ['2024-02', 15, 16.000001],
    ['2024-01', 0, 15],
  ])
  const first = (await client.get('/api/statement?limit=2')).body.data.page
  expect(first.next_cursor).toBe(202402)
  const rest = (await client.get('/api/statement?limit=2&cursor=202402')).body.data.page
  expect(rest).toMatchObject({ items: [{ month: '2024-01' }], next_cursor: null })
})

test('a statement adds up, and begins where the month before ended', async () => {
  expect(await json('2024-02')).toMatchObject({
    month: '2024-02',
    from: '2024-02-01T00:00:00.000Z',
    to: '2024-03-01T00:00:00.000Z',
    complete: true,
    username: shop.username,
    currency: 'USD',
    opening_balance: 15,
    closing_balance: 16.000001,
    credits: 1.500001,
    debits: 0.5,
    count: 3,
    totals: [
      { type: 'credit', reason: 'deposit', count: 2, amount: 1.500001 },
      { type: 'debit', reason: 'adjustment', count: 1, amount: 0.5 },
    ],
    movements: [
      { amount: 1.5, balance_after: 16.5 },
      { amount: 0.000001, note: 'late', created_at: '2024-01-31T23:59:58.000Z' },
      { type: 'debit', balance_after: 16.000001 },
    ],
  })
  expect((await json('2024-01')).closing_balance).toBe(15)
  expect(await json('2024-03')).toMatchObject({
    opening_balance: 16.000001,
    closing_balance: 16.000001,
    movements: [],
  })
  expect(await json('2001-01')).toMatchObject({ opening_balance: 0, closing_balance: 0, count: 0 })
})

test('a spreadsheet gets the same, and runs no formula from a note', async () => {
  const rows = await csv('2024-02')
  expect(rows.map((row) => [row['type'], row['credit'], row['debit'], row['balance'], row['note']])).toEqual([
    ['opening', '', '', '15.00', ''],
    ['credit', '1.50', '', '16.50', '\'=HYPERLINK("http://evil")'],
    ['credit', '0.000001', '', '16.500001', 'late'],
    ['debit', '', '0.50', '16.000001', '\'-1+1, "a" fee'],
    ['closing', '', '', '16.000001', ''],
  ])
  const reply = await client.get('/api/statement/2024-02', { accept: 'text/csv' })
  expect(reply.headers.get('content-disposition')).toBe(
    `attachment; filename="statement-${shop.username}-2024-02.csv"`,
  )
  expect(reply.text.split('\r\n')).toHaveLength(7)
})

test('a PDF is made for print, whatever letters a note has', async () => {
  const reply = await client.get('/api/statement/2024-05?format=pdf')
  expect(reply.headers.get('content-type')).toBe('application/pdf')
  expect(reply.text.slice(0, 5)).toBe('%PDF-')
  expect(reply.text.trimEnd().slice(-5)).toBe('%%EOF')
  expect(
    (await client.get('/api/statement/2024-05', { accept: 'application/pdf;q=0.9' })).text.slice(0, 5),
  ).toBe('%PDF-')
})

test('a month under way is one so far, and one that has not begun is none', async () => {
  const now = clock.now()
  const month = now.toISOString().slice(0, 7)
  expect(await json(month)).toMatchObject({ complete: false, opening_balance: 19.000001, count: 0 })
  const next = new Date(now.getTime() + 32 * DAY_MS).toISOString().slice(0, 7)
  for (const [wrong, status] of [
    [next, 422],
    ['2024-13', 422],
    ['1999-12', 422],
    ['may', 400],
  ] as const) {
    const reply = await client.get(`/api/statement/${wrong}`)
    expect([reply.status, reply.body.source, Object.keys(reply.body.errors)], wrong).toEqual([
      status,
      'params',
      ['month'],
    ])
  }
  expect((await client.get('/api/statement/2024-02?format=doc')).status).toBe(400)
})

test('orders and refunds are in it, and what was charged is said beside', async () => {
  const buyer = await server.shop({ deposit: '10' })
  const service = await server.service({ price: '1.25' })
  for (const one of [imei(1), imei(2, '00100102')]) {
    const placed = await server.place(buyer, { ID: service, IMEI: one })
    await server.ended(buyer, placed.SUCCESS[0].REFERENCEID)
  }
  const month = new Date().toISOString().slice(0, 7)
  const { body } = await new RestClient(server, buyer).get(`/api/statement/${month}`)
  expect(body.data).toMatchObject({
    closing_balance: 8.75,
    captured: 1.25,
    credits: 11.25,
    debits: 2.5,
    count: 4,
  })
  expect(body.data.movements.map(({ note }: { note: string }) => note)).toEqual([
    null,
    'Final capture',
    'Released',
    expect.stringMatching(/^Released: item 1 of order \d+$/),
  ])
})

test('a large month is read in pieces; a PDF of it has the totals and says where the rest is', async () => {
  const busy = await pastShop('2024-01-01T00:00:00Z')
  const count = 2200
  await server.sql`
    insert into ledger_entries (account_id, id, kind, amount, available_after, actor, created_at)
    select ${busy.accountId}, 1 + n, case n % 2 when 1 then 'adjust_up' else 'adjust_down' end::entry_kind, 1000000,
           5000000 + n % 2 * 1000000, 'test', '2024-03-01T00:00:00Z'::timestamptz + n * interval '1 minute'
      from generate_series(1, ${count}::int) n order by n`
  const by = new RestClient(server, busy)
  const { movements, ...head } = (await by.get('/api/statement/2024-03')).body.data
  expect(head).toMatchObject({ count, opening_balance: 5, closing_balance: 5, credits: count / 2 })
  expect(movements).toHaveLength(count)
  const sheet = await by.get('/api/statement/2024-03?format=csv')
  expect(sheet.text.split('\r\n')).toHaveLength(count + 4)
  const pdf = await by.get('/api/statement/2024-03?format=pdf')
  expect(pdf.text.slice(0, 5)).toBe('%PDF-')
  expect(pdf.text.length).toBeLessThan(10_000)
})

test('what does not add up is no statement', async () => {
  const cheat = await pastShop('2024-01-01T00:00:00Z')
  const by = new RestClient(server, cheat)
  const id = accountOf(cheat)
  for (const time of ['2024-02-02T00:00:00Z', '2024-02-03T00:00:00Z'])
    await new Adjustments(server.sql, at(time)).deposit(id, micros(1_000_000n), { actor: 'ann' })
  const damage = (statement: string): Promise<unknown> =>
    server.owner.unsafe(`
      alter table ledger_entries disable trigger ledger_entries_are_final;
      ${statement};
      alter table ledger_entries enable trigger ledger_entries_are_final`)
  // The sum is right and the way to it is wrong: it breaks off.
  await damage(`update ledger_entries set available_after = 6500000
                 where account_id = ${id} and available_after = 6000000`)
  await expect(by.get('/api/statement/2024-02?format=csv')).rejects.toThrow('terminated')
  await damage(
    `update ledger_entries set amount = 2000000 where account_id = ${id} and available_after = 7000000`,
  )
  const reply = await by.get('/api/statement/2024-02')
  expect(reply.status).toBe(500)
  expect(reply.body.code).toBe('INTERNAL_ERROR')
})

test('an account gets its own only', async () => {
  const stranger = new RestClient(server, await server.shop({ deposit: '1' }))
  expect((await stranger.get('/api/statement/2024-02')).body.data).toMatchObject({
    count: 0,
    closing_balance: 0,
  })
})
