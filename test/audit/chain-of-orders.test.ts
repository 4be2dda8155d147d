import { afterAll, beforeAll, expect, it } from 'vitest'
import { noteAllAccounts } from '../../src/audit/chain.sql.ts'
import { chainNext } from '../../src/audit/chain-writer.ts'
import { correctResult } from '../../src/fulfilment/after/corrections.ts'
import { refund } from '../../src/fulfilment/after/refunds.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { sendMoney } from '../../src/ledger/transfers.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { FakeSupplier, REFUSED, SUCCESS, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { newAccount } from '../orders/orders.fixtures.ts'
import { testDatabase } from '../support/postgres.ts'
import { RestClient } from '../support/rest.ts'
import { RowsRead } from '../support/rows-read.ts'
import { imei, type TestServer, testServer } from '../support/server.ts'
import { until } from '../support/until.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server?.stop())

it('what orders, their ends, deposits and transfers write to ledgers is chained a moment later, without all accounts being looked at', async () => {
  const [shop, other] = [await server.shop(), await server.shop()]
  const service = await server.service()
  const orders = await Promise.all([1, 2, 3].map((n) => server.place(shop, { ID: service, IMEI: imei(n) })))
  for (const { SUCCESS } of orders) await server.ended(shop, SUCCESS[0].REFERENCEID)
  const api = new RestClient(server, shop)
  const sent = await api.post(
    '/api/transfer',
    { receiver: other.username, amount: 5 },
    { 'idempotency-key': crypto.randomUUID() },
  )
  expect(sent.status, sent.text).toBe(200)
  const unchained = () => server.sql`
    select w.account_id, w.last_entry, c.last_id
      from wallets w left join chained_ledgers c on c.account_id = w.account_id
     where w.last_entry > coalesce(c.last_id, 0)`
  await until('all is chained', async () => (await unchained()).length === 0, unchained)
  const kinds = await server.sql`select distinct kind::text from ledger_entries order by 1`
  expect(kinds.map(({ kind }) => kind)).toEqual(['capture', 'deposit', 'hold', 'receive', 'send'])
})

it('every statement that writes to a ledger notes whose it is', async () => {
  // Nothing here takes notes.
  const shop = await Workshop.open()
  const { sql, account, clock } = shop
  const noted = async (): Promise<AccountId[]> => {
    const notes = await sql<{ accounts: AccountId[] }[]>`delete from unchained_ledgers returning accounts`
    return [...new Set(notes.flatMap(({ accounts }) => accounts))].sort()
  }
  try {
    expect(await noted()).toEqual([account])
    const ids = [await shop.place(1), await shop.place(2)]
    expect(await noted()).toEqual([account])
    let sent = 0
    shop.workers(new FakeSupplier(async () => (sent++ === 0 ? SUCCESS : REFUSED)))
    for (const id of ids) await until('it ended', async () => (await shop.order(id)).finishedAt !== null)
    expect(await noted()).toEqual([account])
    const states = await Promise.all(ids.map(async (id) => (await shop.order(id)).state))
    expect(states.toSorted()).toEqual(['failed', 'success'])
    const order = { accountId: account, orderId: ids[states.indexOf('success')] ?? (0 as never) }
    await correctResult(sql, order, { result: 'another', why: 'they sent it again' }, 'cli:ann', clock)
    expect(await noted()).toEqual([account])
    await refund(sql, order, { reason: 'it was late' }, 'cli:ann', clock)
    expect(await noted()).toEqual([account])
    const receiver = await newAccount(sql, 1n)
    expect(await noted()).toEqual([receiver])
    const [{ username } = { username: '' }] = await sql<{ username: string }[]>`
      select username from accounts where id = ${receiver}`
    const transfer = { senderId: account, receiver: username, amount: micros(5n), keyId: null }
    await sql.begin((transaction) =>
      sendMoney(transaction, { ...transfer, actor: 'test', at: clock.now() }, new Map([['USD', micros(1n)]])),
    )
    expect(await noted()).toEqual([account, receiver])
    const kinds = await sql<{ kind: string }[]>`select distinct kind::text from ledger_entries`
    expect(kinds.map(({ kind }) => kind).toSorted()).toEqual([
      'capture',
      'correction',
      'deposit',
      'hold',
      'receive',
      'refund',
      'release',
      'send',
    ])
  } finally {
    await shop.close()
  }
})

it('accounts at rest cost nothing, however many there are', async () => {
  const database = await testDatabase()
  const { sql } = database
  const now = new Date()
  const account = await newAccount(sql, 1_000_000n)
  await database.owner.unsafe(`
    with made as (
      insert into accounts (name, email, username, currency)
      select 'At rest', 'rest@example.com', 'rest' || n, 'USD' from generate_series(1, 3000) n returning id
    ), opened as (
      insert into wallets (account_id, currency, last_entry) select id, 'USD', 1 from made
    )
    insert into chained_ledgers (account_id, last_id) select id, 1 from made`)
  while (await chainNext(sql, now)) {}
  const read = await new RowsRead(database).open()
  const chained = () =>
    read.of(async () => {
      expect(await chainNext(read.sql, now)).toBe(false)
    })
  expect(await chained()).toBeLessThan(20)
  await new Adjustments(sql).deposit(account, micros(1_000_000n), { actor: 'cli:anna', note: 'more' })
  expect(await chained()).toBeLessThan(50)
  expect([...read.scanned]).not.toContain('wallets')
  await read.sql.end()
  const last = async () =>
    (
      await sql<{ last: bigint }[]>`select last_id as last from chained_ledgers where account_id = ${account}`
    )[0]?.last
  expect(await last()).toBe(2n)
  expect(await sql`select 1 from unchained_ledgers`).toEqual([])
  // What nobody noted is found when all accounts are looked at: at the start, and once a day.
  await new Adjustments(sql).deposit(account, micros(1_000_000n), { actor: 'cli:anna', note: 'unseen' })
  await sql`delete from unchained_ledgers`
  expect(await chainNext(sql, now)).toBe(false)
  expect(await last()).toBe(2n)
  await noteAllAccounts(sql)
  expect(await chainNext(sql, now)).toBe(false)
  expect(await last()).toBe(3n)
  await database.drop()
})

it('a ledger with more entries than a link holds is chained by the next ones', async () => {
  const database = await testDatabase()
  const { sql } = database
  const account = await newAccount(sql, 1_000_000n)
  await database.owner.unsafe(`
    insert into ledger_entries (account_id, id, kind, amount, available_after, actor, created_at)
    select ${account}, 1 + n, 'adjust_up', 0, 1000000, 'test', now() from generate_series(1, 1200) n;
    update wallets set last_entry = 1201 where account_id = ${account}`)
  const more: boolean[] = []
  do more.push(await chainNext(sql, new Date()))
  while (more.at(-1))
  expect(more).toEqual([true, true, false])
  expect(
    await sql`select 1 from wallets join chained_ledgers using (account_id) where last_entry = last_id`,
  ).toHaveLength(1)
  await database.drop()
})
