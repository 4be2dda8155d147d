import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listAdjustments, sumAdjustments } from '../../../src/ledger/operator-adjustments.ts'
import { sumTransfers } from '../../../src/ledger/operator-transfers.ts'
import { DAY_MS } from '../../../src/lib/time.ts'
import { bank } from '../../deposits/deposits.fixtures.ts'
import { RestClient } from '../../support/rest.ts'
import { imei, type Shop } from '../../support/server.ts'
import { Documented } from './documented.fixtures.ts'
import { OperatorOffice } from './office.fixtures.ts'

/** What people did to balances, and what accounts sent to each other, over all accounts. */
let office: OperatorOffice
let api: Documented
let staff: number
let dollars: Shop
let others: Shop
let rupiah: Shop
let order: number
let sent: number[]
beforeAll(async () => {
  office = await OperatorOffice.open()
  const { server } = office
  const { headers, id } = await office.person('owner')
  staff = id
  api = await Documented.open(server, headers)
  dollars = await server.shop({ deposit: '50' })
  others = await server.shop({ deposit: '5' })
  rupiah = await server.shop({ deposit: '9000', currency: 'IDR' })
  const placed = await server.place(dollars, { ID: await server.service(), IMEI: imei(1) })
  order = Number(placed.SUCCESS[0].REFERENCEID)
  await server.ended(dollars, String(order))
  await api.post(`/accounts/${dollars.username}/adjust`, { amount: '-2.50', note: '=a fee', reference: 'F1' })
  await api.post(`/accounts/${rupiah.username}/adjust`, { amount: '1000', note: 'a gift' })
  const refunded = await api.post(`/orders/${order}/refund`, {
    ...{ amount: '0.40', reason: 'too late', reference: 'R1' },
  })
  expect([refunded.status, refunded.json.message]).toEqual([200, undefined])
  sent = []
  for (const [amount, from, to] of [
    [3, dollars, others],
    [4, dollars, others],
    [1, others, dollars],
  ] as const) {
    const body = { receiver: to.username, amount, description: `${amount} for May` }
    const reply = await new RestClient(server, from).post('/api/transfer', body, {
      'idempotency-key': `send ${amount}`,
    })
    sent.push(reply.body.data.transferId)
  }
  // A deposit that a gateway, or a person, has settled is in the list of deposits.
  await server.sql`
    with moved as (
      update wallets set available = available + 1000000, last_entry = last_entry + 1
       where account_id = ${others.accountId} returning account_id, last_entry, available
    )
    insert into ledger_entries (account_id, id, kind, amount, available_after, actor, created_at, deposit_id)
    select account_id, last_entry, 'deposit', 1000000, available, 'test', now(), 1 from moved`
})
afterAll(() => office.stop())

interface Row {
  [field: string]: unknown
}

const listed = async (path: string): Promise<Row[]> => (await api.read(path)).page.items

/** `byPages` follows a list to its end, one row at a time. */
async function byPages(path: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor = ''; ; ) {
    const { page } = await api.read(`${path}${path.includes('?') ? '&' : '?'}limit=1${cursor}`)
    rows.push(...page.items)
    if (page.next_cursor === null) return rows
    cursor = `&cursor=${page.next_cursor}`
  }
}

const fileOf = async (path: string): Promise<Row[]> =>
  parse((await api.ask(`GET ${path}`)).json, { columns: true, bom: true })

const today = (): string => new Date().toISOString().slice(0, 10)
const tomorrow = (): string => new Date(Date.now() + DAY_MS).toISOString().slice(0, 10)

describe('adjustments', () => {
  it('are those of all accounts, with who did what, why, and what it left', async () => {
    const rows = await listed('/adjustments')
    expect(rows.map(({ kind, username, amount }) => [kind, username, amount])).toEqual(
      expect.arrayContaining([
        ['refund', dollars.username, '0.40'],
        ['adjust_up', rupiah.username, expect.stringMatching(/^1000/)],
        ['adjust_down', dollars.username, '-2.50'],
        ['deposit', dollars.username, '50.00'],
        ['deposit', others.username, '5.00'],
      ]),
    )
    // Seven, with the deposit of the account that the server asks for its services: what orders did, transfers, and the settled deposit are left out.
    expect(rows).toHaveLength(7)
    const times = rows.map(({ created_at }) => String(created_at))
    expect(times).toEqual(times.toSorted().reverse())
    const [name] = await office.server.sql<{ name: string }[]>`select name from staff where id = ${staff}`
    expect(rows.find(({ kind }) => kind === 'adjust_down')).toMatchObject({
      ...{ note: '=a fee', reference: 'F1', order: null, currency: 'USD' },
      ...{ actor: `staff:${staff}`, actor_name: name?.name },
    })
    expect(rows.find(({ kind }) => kind === 'refund')).toMatchObject({ order, item: 1, note: 'too late' })
  })

  it('are narrowed to an account, a kind and a time, and are the same by pages', async () => {
    for (const query of ['', `?account=${dollars.username}`, '?kind=deposit', `?from=${today()}`]) {
      const whole = await listed(`/adjustments${query}`)
      expect(whole.length, query).toBeGreaterThan(1)
      expect(await byPages(`/adjustments${query}`), query).toEqual(whole)
    }
    const mine = await listed(`/adjustments?account=${dollars.accountId}`)
    expect(new Set(mine.map(({ username }) => username))).toEqual(new Set([dollars.username]))
    expect(mine).toHaveLength(3)
    expect((await listed('/adjustments?kind=refund')).map(({ order: of }) => of)).toEqual([order])
    expect(await listed(`/adjustments?from=${tomorrow()}`)).toEqual([])
    expect(await listed('/adjustments?to=2020-01-01')).toEqual([])
    expect(await listed('/adjustments?to=9999-12-31')).toHaveLength(7)
  })

  it('are narrowed to amounts and to who did it, as their sums and their file are', async () => {
    const all = await listed('/adjustments')
    const size = ({ amount }: Row) => Math.abs(Number(amount))
    for (const [query, fits] of [
      ['amount_gte=2.50', (one: Row) => size(one) >= 2.5],
      ['amount_lte=2.5', (one: Row) => size(one) <= 2.5],
      ['amount_gte=0.40&amount_lte=50', (one: Row) => size(one) >= 0.4 && size(one) <= 50],
      [`actor=staff:${staff}`, (one: Row) => one['actor'] === `staff:${staff}`],
      [`actor=staff:${staff}&kind=refund`, (one: Row) => one['kind'] === 'refund'],
      ['actor=staff:99999', () => false],
    ] as const) {
      const fitting = all.filter(fits)
      expect(await listed(`/adjustments?${query}`), query).toEqual(fitting)
      expect(await byPages(`/adjustments?${query}`), query).toEqual(fitting)
      expect(fitting.length, query).toBeLessThan(all.length)
      expect((await api.read(`/adjustments/count?${query}`)).value, query).toBe(fitting.length)
      const { sums } = await api.read(`/adjustments/sums?${query}`)
      expect(
        sums.reduce((count: number, one: { count: number }) => count + one.count, 0),
        query,
      ).toBe(fitting.length)
      expect((await fileOf(`/adjustments.csv?${query}`)).length, query).toBe(fitting.length)
    }
    // Whoever did it is found by a part of the name, too.
    const [{ actor_name: name } = {}] = all.filter(({ actor }) => actor === `staff:${staff}`)
    expect(name).toEqual(expect.any(String))
    const part = String(name).slice(1).toUpperCase()
    expect(await listed(`/adjustments?actor=${encodeURIComponent(part)}`)).toEqual(
      all.filter(({ actor_name: called }) => String(called).toUpperCase().includes(part)),
    )
  })

  it('refuse what they cannot be narrowed to by its name', async () => {
    const refused = async (query: string) => {
      const { status, json } = await api.ask(`GET /adjustments?${query}`)
      return [status, Object.keys(json.errors)]
    }
    expect(await refused('account=nobody')).toEqual([404, ['account']])
    expect(await refused('kind=capture')).toEqual([400, ['kind']])
    expect(await refused('from=soon')).toEqual([400, ['from']])
    expect(await refused('amount_gte=much')).toEqual([400, ['amount_gte']])
    expect(await refused('cursor=nonsense')).toEqual([422, ['cursor']])
    const { next_cursor } = (await api.read('/adjustments?limit=1')).page
    expect(await refused(`kind=refund&cursor=${next_cursor}`)).toEqual([422, ['cursor']])
  })

  it('are added up by currency, as the filter has them', async () => {
    const { sums } = await api.read('/adjustments/sums')
    expect(sums).toMatchObject([
      { currency: 'IDR', count: 2 },
      { currency: 'USD', count: 5, came_in: '155.40', went_out: '2.50', net: '152.90' },
    ])
    const down = { currency: 'USD', count: 1, came_in: '0.00', went_out: '2.50', net: '-2.50' }
    expect(await api.read('/adjustments/sums?kind=adjust_down')).toEqual({ sums: [down] })
    expect(await api.read(`/adjustments/sums?from=${tomorrow()}`)).toEqual({ sums: [] })
  })

  it('are looked for, and added up, in a bounded part', async () => {
    const { sql } = office.server
    expect(await sumAdjustments(sql, {}, 6)).toBeUndefined()
    // Nothing of the kind is in the part, and still there is too much to look at.
    expect(await sumAdjustments(sql, { kind: 'opening_up' }, 6)).toBeUndefined()
    expect(await sumAdjustments(sql, {}, 7)).toHaveLength(2)
    const first = await listAdjustments(sql, { kind: 'deposit', limit: 10 }, 5)
    const second = await listAdjustments(sql, { kind: 'deposit', limit: 10, before: first.next }, 5)
    expect(first.next).toBeDefined()
    expect(second.next).toBeUndefined()
    expect(first.items.length + second.items.length).toBe(4)
  })

  it('are a file of the same filter, with no formula', async () => {
    const rows = await fileOf(`/adjustments.csv?account=${dollars.username}`)
    const amounts = (await listed(`/adjustments?account=${dollars.username}`)).map(({ amount }) => amount)
    expect(rows.map(({ amount }) => amount)).toEqual(amounts)
    expect(JSON.stringify(rows)).toContain("'=a fee")
    expect(await api.read('/adjustments/count')).toMatchObject({ value: 7, capped: false })
  })
})

describe('transfers', () => {
  it('are those between all accounts, with both balances that they left', async () => {
    const rows = await listed('/transfers')
    expect(rows.map(({ id }) => id)).toEqual(sent.toReversed())
    expect(rows.at(-1)).toMatchObject({
      ...{ sender_username: dollars.username, receiver_username: others.username },
      ...{ amount: '3.00', currency: 'USD', description: '3 for May', receiver_balance_after: '8.00' },
      actor: expect.stringMatching(/^key:/),
    })
  })

  it('are narrowed to either side and a time, and are the same by pages', async () => {
    for (const query of ['', `?account=${others.username}`, `?from=${today()}&to=${today()}`]) {
      const whole = await listed(`/transfers${query}`)
      expect(whole, query).toHaveLength(3)
      expect(await byPages(`/transfers${query}`), query).toEqual(whole)
    }
    expect(await listed(`/transfers?account=${rupiah.username}`)).toEqual([])
    expect(await listed(`/transfers?from=${tomorrow()}`)).toEqual([])
    expect(await listed('/transfers?to=2020-01-01')).toEqual([])
    const [middle] = (await listed('/transfers')).slice(1)
    const since = await listed(`/transfers?from=${middle?.['created_at']}`)
    expect(since.map(({ id }) => id)).toEqual(sent.slice(1).toReversed())
    const until = await listed(`/transfers?to=${middle?.['created_at']}`)
    expect(until.map(({ id }) => id)).toEqual(sent.slice(0, 1))
    expect(await api.ask('GET /transfers?account=nobody')).toMatchObject({ status: 404 })
  })

  it('are added up by currency, and are a file', async () => {
    expect(await api.read('/transfers/sums')).toEqual({
      sums: [{ currency: 'USD', count: 3, amount: '8.00' }],
    })
    expect(await api.read(`/transfers/sums?account=${rupiah.username}`)).toEqual({ sums: [] })
    expect(await sumTransfers(office.server.sql, {}, 2)).toBeUndefined()
    expect((await fileOf('/transfers.csv')).map(({ id }) => Number(id))).toEqual(sent.toReversed())
  })
})

describe('deposits', () => {
  const ids: number[] = []
  beforeAll(async () => {
    const { sql } = office.server
    await sql`
      insert into deposit_providers (code, kind, name, currency, min_amount, created_at, updated_at)
      values ('bank', 'manual', 'Bank', 'USD', 1, now(), now())`
    const given = [
      [dollars.accountId, 'FT26-ABC', 50_000_000, '2026-03-01T10:00:00Z', 'a receipt'],
      [others.accountId, 'ft26-abc', 51_000_000, '2026-03-02T10:00:00Z', 'another receipt'],
      [others.accountId, 'FT99', 50_000_000, '2026-03-03T10:00:00Z', 'a receipt'],
    ] as const
    for (const [account, proof, amount, at, file] of given) {
      const [row] = await sql<{ id: bigint }[]>`
        insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, proof, expires_at, created_at)
        select ${account}, id, 'review', 'USD', ${amount}, 1000000, ${amount + 1_000_000}, ${proof}, now() + interval '1 day',
               ${at}::timestamptz
          from deposit_providers where code = 'bank' returning id`
      ids.push(Number(row?.id))
      await sql`
        insert into deposit_proofs (deposit_id, media_type, content, created_at)
        values (${ids.at(-1) ?? 0}, 'image/png', ${Buffer.from(file)}, now())`
    }
  })

  it('are narrowed by time, amount, and a part of a reference', async () => {
    const found = async (query: string) => (await byPages(`/deposits?${query}`)).map(({ id }) => id)
    const [first, second, third] = ids
    expect(await found('q=26-a')).toEqual([second, first])
    expect(await found(`q=${third}`)).toEqual([third])
    // The same box finds a reseller, and an amount that is credited or paid.
    expect(await found(`q=${others.username.toUpperCase()}`)).toEqual([third, second])
    expect(await found('q=52.00')).toEqual([second])
    expect((await api.read('/deposits?q=52')).page.items[0]).toMatchObject({
      provider: 'bank',
      provider_name: 'Bank',
    })
    expect(await found('amount=50')).toEqual([third, first])
    expect(await found('amount=51.00')).toEqual([third, second, first])
    expect(await found('from=2026-03-02&to=2026-03-02')).toEqual([second])
    expect(await found('from=2026-03-02&amount=50')).toEqual([third])
    const bad = await api.ask('GET /deposits?amount=much')
    expect([bad.status, Object.keys(bad.json.errors)]).toEqual([400, ['amount']])
    const file = await fileOf('/deposits.csv?q=FT99')
    expect(file.map(({ id }) => Number(id))).toEqual([third])
  })

  it('say for which others the same was handed in, whoever did', async () => {
    const seen = async (id: number | undefined) => (await api.read(`/deposits/${id}`)).seen_before
    const [first, second, third] = ids
    expect(await seen(first)).toMatchObject([
      { id: third, username: others.username, same_text: false, same_file: true },
      { id: second, username: others.username, same_text: true, same_file: false },
    ])
    expect(await seen(second)).toMatchObject([{ id: first, username: dollars.username, same_file: false }])
    expect(await seen(third)).toMatchObject([{ id: first, same_text: false, same_file: true }])
  })
})

it('both are for who may read money', async () => {
  const as = await office.program(['orders.read', 'resellers.read'])
  for (const path of [
    '/adjustments',
    '/adjustments/sums',
    '/adjustments.csv',
    '/transfers',
    '/transfers/sums',
  ]) {
    const { status, json } = await api.ask(`GET ${path}`, { as })
    expect([path, status, json.message]).toEqual([path, 403, 'Permission denied: you may not money.read'])
  }
})

describe('sorted deposits', () => {
  it('are sorted by when they were begun or settled, page by page, of all or of one account, and name who settled them', async () => {
    const { sql } = office.server
    await bank(office.server, { code: 'sorted' })
    // Many were settled in the same moment, some in the same millisecond, and some are open.
    await sql`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, settled_at, settled_by, check_at, expires_at, created_at)
      select (${[dollars.accountId, others.accountId]}::int[])[1 + n % 2], (select id from deposit_providers where code = 'sorted'),
             case when n % 5 = 0 then 'pending' else 'succeeded' end, 'USD', n, 0, n,
             case when n % 5 > 0 then timestamptz '2026-01-01' + (n * 7 % 11) * interval '0.3 milliseconds' end,
             case when n % 5 > 0 then ${`staff:${staff}`}::text end, case when n % 5 = 0 then now() end, now(), now()
        from generate_series(1, 60) n`
    const rows = await sql<{ id: number; account: number; settled: number | null }[]>`
      select id, account_id as account, (extract(epoch from settled_at) * 1000000)::float8 as settled from deposits order by id`
    const paged = async (query: string): Promise<number[]> => {
      const ids: number[] = []
      let cursor = ''
      for (;;) {
        const { page } = await api.read(`/deposits?limit=7&${query}${cursor}`)
        ids.push(...page.items.map(({ id }: { id: number }) => id))
        if (page.next_cursor === null) return ids
        cursor = `&cursor=${page.next_cursor}`
      }
    }
    type Row = (typeof rows)[number]
    const begun = (all: readonly Row[]) => all.map(({ id }) => Number(id))
    const settled = (all: readonly Row[]) =>
      begun(
        all
          .filter((one) => one.settled !== null)
          .toSorted((a, b) => Number(a.settled) - Number(b.settled) || Number(a.id) - Number(b.id)),
      )
    for (const [narrowed, all] of [
      ['', rows],
      [`&account=${dollars.username}`, rows.filter(({ account }) => account === Number(dollars.accountId))],
    ] as const) {
      expect(await paged(`sort=begun${narrowed}`), narrowed).toEqual(begun(all))
      expect(await paged(`sort=-begun${narrowed}`), narrowed).toEqual(begun(all).toReversed())
      expect(await paged(`sort=settled${narrowed}`), narrowed).toEqual(settled(all))
      expect(await paged(`sort=-settled${narrowed}`), narrowed).toEqual(settled(all).toReversed())
    }
    const { items, next_cursor } = (await api.read('/deposits?sort=-settled&limit=1')).page
    expect(items).toMatchObject([
      { settled_by: `staff:${staff}`, settled_by_name: expect.stringMatching(/./) },
    ])
    expect((await api.ask(`GET /deposits?sort=settled&cursor=${next_cursor}`)).status).toBe(422)
    expect((await api.ask('GET /deposits?sort=amount')).status).toBe(400)
  })
})
