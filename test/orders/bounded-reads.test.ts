import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillAccount, inputOf } from '../../bench/filled-account.ts'
import { createKey } from '../../src/accounts/keys.ts'
import { readTrail } from '../../src/audit/trail.ts'
import { unshared } from '../../src/database/account-reads.ts'
import { MAX_SCANNED_ROWS } from '../../src/database/walk.ts'
import { listDeposits } from '../../src/deposits/deposit-list.ts'
import { refundWithin } from '../../src/fulfilment/after/refunds.ts'
import { listReviews } from '../../src/fulfilment/people/reviews.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import { Transfers } from '../../src/ledger/transfers.ts'
import type {
  AccountId,
  DepositId,
  EntryId,
  EventId,
  OrderId,
  TransferId,
  WebhookId,
} from '../../src/lib/ids.ts'
import { DAY_MS, systemClock } from '../../src/lib/time.ts'
import { findNamed } from '../../src/orders/desk/find-lines.ts'
import { selectTraces } from '../../src/orders/desk/order-rows.sql.ts'
import { selectTellings } from '../../src/orders/desk/timeline.sql.ts'
import type { BuyerOrderFilter } from '../../src/orders/read/buyer-order.ts'
import { longOpenJobs, MARK_LONG_OPEN } from '../../src/orders/read/long-open.ts'
import { type OperatorOrderFilter, OperatorOrders } from '../../src/orders/read/operator-orders.ts'
import type { BuyerOrders } from '../../src/orders/read/order-reader.ts'
import { RequestLog } from '../../src/request-log/request-log.ts'
import { everyReseller, listResellers } from '../../src/resellers/resellers.ts'
import { MissThrottle } from '../../src/throttles/miss-throttle.ts'
import { SharedBuckets } from '../../src/throttles/shared-buckets.ts'
import { listEvents, replay } from '../../src/webhooks/events.ts'
import { StillClock } from '../fulfilment/fulfilment.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { RowsRead } from '../support/rows-read.ts'
import { newAccount, newService, orderReader } from './orders.fixtures.ts'

/** ORDERS of ITEMS each are more than any page may look at here: MAX_SCANNED rows, and what it shows. */
const ORDERS = 6_000
const ITEMS = 3
const MAX_SCANNED = 300
/** MAX_ROWS: the orders to find where to stop, their items, those that are open, the orders again, and the items, wallets and the like of what is shown. */
const MAX_ROWS = 5 * MAX_SCANNED + 600

let database: TestDatabase
let read: RowsRead
let account: AccountId
let mine: BuyerOrders
let first: number
beforeAll(async () => {
  database = await testDatabase()
  const service = await newService(database.sql)
  const filling = { serviceId: service.id, orders: ORDERS, itemsPerOrder: ITEMS }
  const [from, to] = [new Date('2026-10-01T00:00:00Z'), new Date('2026-11-01T00:00:00Z')]
  account = await newAccount(database.sql, 0n)
  first = await fillAccount(database.sql, { accountId: account, ...filling, from, to })
  // A neighbour with the same inputs and references, newer than all of them.
  await fillAccount(database.sql, { accountId: await newAccount(database.sql, 0n), ...filling, from, to })
  // The supplier of the filled attempts.
  await database.sql`insert into suppliers (kind, name, currency) values ('sandbox', 'Fill', 'USD')`
  read = await new RowsRead(database).open()
  mine = orderReader(read.sql, { maxScanned: MAX_SCANNED }).forBuyer(account)
})
afterAll(async () => {
  await read.sql.end()
  await database.drop()
})

/** `nth` gives the number of the account's nth order. */
const nth = (n: number) => (first + n - 1) as OrderId

/** `finds` gives the numbers on one page, after looking at how much was read for it. */
async function finds(filter: Partial<BuyerOrderFilter>): Promise<{ ids: OrderId[]; next: number | null }> {
  let page: Awaited<ReturnType<BuyerOrders['list']>> | undefined
  const rows = await read.of(async () => {
    page = await mine.list({ limit: 20, ...filter })
  })
  expect(rows, JSON.stringify(filter)).toBeLessThan(MAX_ROWS)
  expect([...read.scanned].filter((name) => /^(orders|items|ledger_entries|attempts)$/.test(name))).toEqual(
    [],
  )
  return { ids: (page?.items ?? []).map(({ order }) => order.id), next: page?.next ?? null }
}

test.each([
  ['an IMEI', inputOf(3 * ITEMS), 3],
  ['the first IMEI of all', inputOf(1), 1],
  ['a reference', 'Ref-17', 17],
  ['a reference in another case', 'rEF-17', 17],
])('%s of any age is found on the first page, by an index', async (_what, search, n) => {
  const { ids } = await finds({ search })
  expect(ids[0]).toBe(nth(n))
})

test('an order number is found in the same way, and another filter still holds', async () => {
  expect((await finds({ search: String(nth(5)) })).ids[0]).toBe(nth(5))
  expect((await finds({ search: inputOf(1), state: 'failed' })).ids).toEqual([])
  expect((await finds({ search: inputOf(1), reference: 'Ref-1' })).ids).toEqual([nth(1)])
  expect((await finds({ search: inputOf(1), reference: 'Ref-2' })).ids).toEqual([])
})

test('what no order has is looked for in a part, and each page goes on where the one before stopped', async () => {
  const one = await finds({ search: 'nothing' })
  // The newest 100 orders have 300 items.
  expect(one).toEqual({ ids: [], next: nth(ORDERS - 99) })
  expect(await finds({ search: 'nothing', before: one.next as OrderId })).toEqual({
    ids: [],
    next: nth(ORDERS - 199),
  })
})

test('every order that a search fits comes once, whole names first, however the pages are cut', async () => {
  const search = 'Ref-59'
  const fitting = Array.from({ length: ORDERS }, (_, index) => index + 1).filter((n) =>
    `Ref-${n}`.includes(search),
  )
  const seen: OrderId[] = []
  let before: OrderId | undefined
  do {
    const { ids, next } = await finds({ search, limit: 7, ...(before !== undefined && { before }) })
    seen.push(...ids)
    before = (next ?? undefined) as OrderId | undefined
  } while (before !== undefined)
  const rest = fitting.filter((n) => n !== 59).toReversed()
  expect(seen).toEqual([59, ...rest].map(nth))
})

test.each<[string, Partial<BuyerOrderFilter>, number]>([
  ['no filter', {}, 20],
  ['a state that none is in', { state: 'failed' }, 0],
  ['a time long ago', { to: new Date('2026-10-02T00:00:00Z') }, 0],
  ['a reference', { reference: 'Ref-1' }, 1],
  ['a reference in another case, which is another one', { reference: 'ref-1' }, 0],
  ['a reference with a search', { reference: 'Ref-1', search: '000' }, 1],
])('a list with %s reads few rows', async (_what, filter, count) => {
  expect((await finds(filter)).ids).toHaveLength(count)
})

test('an order of any age is found by the number of its transaction and by the reference of the supplier', async () => {
  expect((await finds({ transaction: '2' })).ids).toEqual([nth(1)])
  expect((await finds({ transaction: `${account}-7-1` })).ids).toEqual([nth(7)])
})

test('mutations and transactions of a kind that there is none of are looked for in a part of the ledger', async () => {
  const ledger = new LedgerReader(read.sql)
  const entries = 1 + ORDERS * (ITEMS + 1)
  const bound = MAX_SCANNED_ROWS.account
  for (const list of [
    (before?: EntryId) => ledger.balanceChanges(account, { reason: 'refund', limit: 20, before }),
    (before?: EntryId) =>
      ledger.balanceChanges(account, { reason: 'refund', from: new Date(0), limit: 20, before }),
  ]) {
    expect(await list()).toEqual({ items: [], next: entries + 1 - bound })
    expect(await list((entries + 1 - bound) as EntryId)).toEqual({ items: [], next: undefined })
  }
  // What is of no order has an index of its own, and the page of a period begins there.
  const rows = await read.of(async () => {
    expect((await ledger.transactions(account, { type: 'deposit', limit: 20 })).items).toHaveLength(1)
    expect((await ledger.transactions(account, { limit: 20 })).items).toHaveLength(20)
    const to = new Date('2026-10-05T00:00:00Z')
    expect((await ledger.balanceChanges(account, { to, limit: 20 })).items).toHaveLength(20)
  })
  expect(rows).toBeLessThan(1_500)
})

test('an operator finds a whole name of any age in all accounts, by indexes', async () => {
  const operator = new OperatorOrders(read.sql)
  for (const [search, n] of [
    [inputOf(1), 1],
    ['ref-9', 9],
  ] as const) {
    const rows = await read.of(async () => {
      const { orders, stoppedAt } = await operator.list({ search, limit: 50 })
      expect(orders.map(({ order }) => order.id)).toEqual([nth(n) + ORDERS, nth(n)])
      expect(stoppedAt).toBeUndefined()
    })
    expect(rows).toBeLessThan(200)
  }
  expect(
    (await operator.list({ search: String(nth(4)), limit: 50 })).orders.map(({ order }) => order.id),
  ).toEqual([nth(4)])
  expect(
    (await operator.list({ search: inputOf(1), account: String(account), limit: 50 })).orders,
  ).toHaveLength(1)
})

test('requests of a kind that there is none of are looked for in a part of the log, refused ones by their index', async () => {
  const refusals = { note: () => {}, mayKeep: () => true }
  const requests = new RequestLog({ sql: read.sql, log: pino({ level: 'silent' }), on: false, refusals })
  const rows = await read.of(async () => {
    expect(await requests.list(account, { outcome: 'refused', limit: 20 })).toEqual({
      items: [],
      next: undefined,
    })
    expect((await requests.list(account, { limit: 20 })).items).toHaveLength(20)
  })
  expect(rows).toBeLessThan(100)
  // All of them are fewer than one page looks at.
  expect(await requests.list(account, { via: 'dhru', limit: 20 })).toEqual({ items: [], next: undefined })
})

test('the request that placed an order is looked for in the log alone, and not at all for an order of the portal', async () => {
  const [placed] = await database.sql<{ createdAt: Date; trace: string }[]>`
    select o.created_at, r.request_id::text as trace
      from orders o join requests r on r.account_id = o.account_id and r.order_id = o.id
     where o.account_id = ${account} and o.id = ${nth(2)}`.records()
  if (!placed) throw new Error('there is no such order')
  await database.sql`
    insert into requests (account_id, at, key_id, via, action, status, outcome, ip, took_us, request_id)
    select ${account}, ${placed.createdAt}::timestamptz - n * interval '10 ms', 0, 'rest', 'x', 200, 'ok', '::1', 1, gen_random_uuid()
      from generate_series(1, 900) n`
  const order = { accountId: account, id: nth(2), createdAt: placed.createdAt }
  expect(await selectTraces(read.sql, [{ ...order, via: 'rest' }])).toEqual([
    { id: nth(2), traceId: placed.trace },
  ])
  const rows = await read.of(async () => {
    expect(await selectTraces(read.sql, [{ ...order, via: 'portal' }])).toEqual([])
    // Others that are asked for with it change nothing.
    const others = [
      { ...order, via: 'portal' as const },
      { ...order, id: nth(9), createdAt: new Date(0), via: 'dhru' as const },
    ]
    expect(await selectTraces(read.sql, others)).toEqual([])
  })
  expect(rows).toBeLessThan(50)
})

test('an open order is found, too: the newest at once, one that stays open when it was marked', async () => {
  const [{ clock, accountId }, orders] = [
    { clock: new StillClock(), accountId: await newAccount(database.sql, 0n) },
    400,
  ]
  const service = await newService(database.sql)
  const day = new Date(clock.now().getTime() - 60_000)
  const begin = await fillAccount(database.sql, {
    ...{ accountId, serviceId: service.id, orders, itemsPerOrder: 1 },
    ...{ from: new Date(day.getTime() - DAY_MS), to: day },
  })
  const [old, young] = [(begin + 4) as OrderId, (begin + orders - 5) as OrderId]
  const reopen = async (id: OrderId, state: string) =>
    await database.sql`
      update items set state = ${state}::text::item_state, due_at = now() + interval '1 day', finished_at = null, result = null
       where account_id = ${accountId} and order_id = ${id}`
  const own = orderReader(read.sql, { maxScanned: MAX_SCANNED }).forBuyer(accountId)
  const mark = longOpenJobs({ sql: database.sql, clock })[MARK_LONG_OPEN]
  for (const state of ['pending', 'processing', 'unknown']) {
    await reopen(old, state)
    await reopen(young, state)
    const search = async (n: number) => {
      const found: OrderId[] = []
      const rows = await read.of(async () => {
        const { items } = await own.list({ search: inputOf(n), limit: 20 })
        found.push(...items.map(({ order }) => order.id))
      })
      expect(rows).toBeLessThan(MAX_ROWS)
      return found
    }
    expect(await search(orders - 4)).toEqual([young])
    const everywhere = await new OperatorOrders(read.sql).list({ search: inputOf(5), limit: 50 })
    expect(everywhere.orders.map(({ order }) => order.id)).toContain(old)
    await mark?.({}, new AbortController().signal)
    expect(await search(5)).toEqual([old])
    expect(await search(orders - 4)).toEqual([young])
    await database.sql`update items set long_open = false where account_id = ${accountId} and long_open`
  }
})

test('what an account asks for itself costs nothing by what is open of others', async () => {
  const service = await newService(database.sql)
  const filled = async (orders: number) => {
    const accountId = await newAccount(database.sql, 0n)
    const times = { from: new Date('2026-10-20T00:00:00Z'), to: new Date('2026-10-21T00:00:00Z') }
    const begin = await fillAccount(database.sql, {
      ...{ accountId, serviceId: service.id, orders, itemsPerOrder: 1, ...times },
    })
    await database.sql`update orders set state = 'pending', finished_at = null where account_id = ${accountId}`
    await database.sql`
      update items set state = 'pending', due_at = now() + interval '1 day', finished_at = null, result = null
       where account_id = ${accountId}`
    return { accountId, begin }
  }
  await database.owner`alter table items disable trigger items_trail`
  const own = await filled(5)
  const neighbour = await filled(2_000)
  const operator = new OperatorOrders(read.sql)
  const { accountId } = own
  const reads = async (work: () => Promise<OrderId[]>): Promise<OrderId[]> => {
    let found: OrderId[] = []
    const rows = await read.of(async () => {
      found = await work()
    })
    expect(rows).toBeLessThan(200)
    return found
  }
  const ids = (filter: OperatorOrderFilter) => async () =>
    (await operator.names({ accountId, limit: 20, ...filter })).names.map(({ id }) => id)
  const mineOpen = [4, 3, 2, 1, 0].map((n) => own.begin + n)
  expect(await reads(ids({ state: ['pending', 'processing'] }))).toEqual(mineOpen)
  for (const filter of [{ search: inputOf(3) }, { imei: inputOf(3) }, { search: 'rEf-3' }])
    expect(await reads(ids(filter)), JSON.stringify(filter)).toEqual([own.begin + 2])
  expect(await reads(ids({ search: inputOf(1_000) }))).toEqual([])
  const lines = [inputOf(2), inputOf(1_000)]
  expect(
    await reads(async () => (await findNamed(read.sql, lines, accountId)).flat().map(({ id }) => id)),
  ).toEqual([own.begin + 1])
  await database.owner`delete from items where account_id in (${accountId}, ${neighbour.accountId})`
  await database.owner`delete from orders where account_id in (${accountId}, ${neighbour.accountId})`
  await database.owner`alter table items enable trigger items_trail`
})

test('large orders are read one by one, however many are asked for at once', async () => {
  const service = await newService(database.sql)
  const large = {
    accountId: await newAccount(database.sql, 0n),
    serviceId: service.id,
    orders: 8,
    itemsPerOrder: 700,
  }
  const [from, to] = [new Date('2026-10-01T00:00:00Z'), new Date('2026-11-01T00:00:00Z')]
  const begin = await fillAccount(database.sql, { ...large, from, to })
  const ids = Array.from({ length: large.orders }, (_, n) => (begin + n) as OrderId)
  const own = orderReader(read.sql).forBuyer(large.accountId as AccountId)
  await read.of(async () => {
    const found = await Promise.all([...ids, nth(1)].map((id) => own.find(id)))
    expect(found.map((order) => order?.items.length)).toEqual([
      ...ids.map(() => large.itemsPerOrder),
      undefined,
    ])
    const summaries = await Promise.all(ids.map((id) => own.findSummary(id)))
    expect(summaries.map((one) => one?.tally.ended)).toEqual(ids.map(() => large.itemsPerOrder))
    const details = await Promise.all(ids.map((id) => own.findDetails(id)))
    expect(details.map((one) => one?.order.items.length)).toEqual(ids.map(() => large.itemsPerOrder))
    expect(await Promise.all(ids.map((id) => mine.find(id)))).toEqual(ids.map(() => undefined))
  })
  expect(read.most).toBeLessThan(3 * large.itemsPerOrder)
})

describe('what is not about orders', () => {
  /** PAST is more than one page of an account's list looks at. */
  const PAST = MAX_SCANNED_ROWS.account + 200
  const PART = 300
  const LONG_AGO = new Date('2026-10-01T00:00:00Z')
  const LATELY = new Date('2026-11-01T00:00:00Z')
  let other: AccountId
  let webhook: WebhookId
  beforeAll(async () => {
    const { sql } = database
    other = await newAccount(sql, 0n)
    await sql`
      insert into deposit_providers (code, kind, name, currency, min_amount, created_at, updated_at)
      select code, 'bank-transfer', 'Bank', 'USD', 1, now(), now() from unnest(array['bank', 'rare']) code`
    // The oldest is another one in every respect; and a neighbour has as many, newer than all of them.
    await sql`
      insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, settled_at, settled_by, created_at)
      select whose.id, case n when 1 then 2 else 1 end, case n when 1 then 'failed' else 'expired' end, 'USD', 1, 0, 1, now(),
             now(), 'test', ${LATELY}
        from unnest(${[account, other]}::int[]) with ordinality whose (id, place)
       cross join generate_series(1, ${PAST}::int) n order by whose.place, n`
    await sql`
      insert into transfers (sender_id, receiver_id, currency, amount, sent_id, received_id, created_at)
      select case when turn.mine then ${account}::int else ${other}::int end, case when turn.mine then ${other}::int else ${account}::int end,
             'USD', 1, n, n, case n when 1 then ${LONG_AGO} else ${LATELY} end
        from generate_series(1, ${PAST}::int) n cross join (values (true), (false)) turn (mine) order by n`
    await sql`
      insert into trail (actor, what, subject, account_id, after)
      select case n when 1 then 'rare' else 'test' end, 'accounts', '1', ${account}::int, '{"name": "x"}'
        from generate_series(1, ${2 * PART}::int) n`
    await sql`
      insert into trail (actor, what, subject, after)
      select 'test', 'services', 'one', '{"name": "x"}' from generate_series(1, ${2 * PART}::int)`
    const key = await createKey(sql, account)
    const [made] = await sql<{ id: WebhookId }[]>`
      insert into webhooks (account_id, key_id, url, secrets, created_at, updated_at)
      values (${account}, ${key.id}, 'https://shop.example/', '', now(), now()) returning id`.records()
    webhook = made?.id as WebhookId
    await sql`
      insert into order_events (webhook_id, account_id, order_id, state, created_at, delivered_at)
      select ${webhook}, ${account}, n, 'success', ${LATELY}::timestamptz + n * interval '1 ms', case n when 1 then null else now() end
        from generate_series(1, ${10 * PART}::int) n`
    await sql`
      insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at, resolution, resolved_by, resolved_at)
      select ${account}, ${first}::bigint + n, 1, case n when 1 then 'cancel' else 'verify' end::review_kind, 'x', 'test', now(),
             'dismiss', 'test', now()
        from generate_series(0, ${2 * PART}::int) n`
    await database.owner`analyze`
  })

  type Look = (before: number | undefined) => Promise<{ items: unknown[]; next: number | undefined }>
  const look =
    <Id extends number>(
      list: (before: { before?: Id }) => Promise<{ items: unknown[]; next: Id | undefined }>,
    ): Look =>
    (before) =>
      list(before === undefined ? {} : { before: before as Id })
  const deposits = (filter: object) =>
    look<DepositId>((before) =>
      listDeposits(
        read.sql,
        { accountId: account, limit: 20, ...filter, ...before },
        MAX_SCANNED_ROWS.account,
      ),
    )
  const transfers = (filter: object) =>
    look<TransferId>((before) =>
      new Transfers({
        reads: unshared(read.sql),
        minimums: new Map(),
        misses: new MissThrottle(new SharedBuckets({ sql: read.sql, log: pino({ level: 'silent' }) })),
      }).list(account, {
        limit: 20,
        ...filter,
        ...before,
      }),
    )
  const changes = (filter: object) =>
    look<number>((before) => readTrail(read.sql, { limit: 20, ...filter, ...before }, PART))
  const events = look<EventId>(async (before) => {
    const { items, stoppedAt } = await listEvents(read.sql, webhook, {
      undelivered: true,
      limit: 20,
      maxRows: PART,
      ...before,
    })
    return { items, next: stoppedAt }
  })

  test.each<[string, Look, { pages: number; rows: number }]>([
    ['deposits of a state', deposits({ state: 'failed' }), { pages: 2, rows: 2 * MAX_SCANNED_ROWS.account }],
    [
      'deposits of a provider',
      deposits({ provider: 'rare' }),
      { pages: 2, rows: 2 * MAX_SCANNED_ROWS.account },
    ],
    ['transfers of a time', transfers({ to: LATELY }), { pages: 2, rows: 4 * MAX_SCANNED_ROWS.account }],
    [
      'sent transfers of a time',
      transfers({ to: LATELY, direction: 'sent' }),
      { pages: 2, rows: 2 * MAX_SCANNED_ROWS.account },
    ],
    ['changes by one', changes({ actor: 'rare' }), { pages: 1, rows: 0 }],
    ['events that never arrived', events, { pages: 11, rows: 4 * PART }],
  ])(
    '%s are looked for in a part, by an index, and the next page goes on there',
    async (_what, list, { pages, rows }) => {
      const found: unknown[] = []
      let before: number | undefined
      let count = 0
      do {
        const few = await read.of(async () => {
          const { items, next } = await list(before)
          found.push(...items)
          before = next
        })
        expect(few).toBeLessThan(rows + 200)
        count++
      } while (before !== undefined)
      expect(found).not.toEqual([])
      expect(count).toBe(pages)
    },
  )

  test('what has an index of its own is found at once, and what is older than the time that is asked for is not looked for', async () => {
    const rows = await read.of(async () => {
      expect((await deposits({})(undefined)).items).toHaveLength(20)
      expect((await transfers({})(undefined)).items).toHaveLength(20)
      expect((await transfers({ id: 1 })(undefined)).items).toHaveLength(1)
      expect(
        (await listReviews(read.sql, { all: true, kind: 'cancel' })).map(({ orderId }) => orderId),
      ).toEqual([first + 1])
      expect(await listReviews(read.sql, { all: true, order: (first + 7) as OrderId })).toHaveLength(1)
      expect(await listReviews(read.sql, { kind: 'cancel' })).toEqual([])
    })
    expect(rows).toBeLessThan(300)
    const later = new Date(LATELY.getTime() + 86_400_000)
    expect(await transfers({ from: later })(undefined)).toEqual({ items: [], next: undefined })
    const wanted = { what: 'service', subject: 'one' }
    const few = await read.of(async () => {
      expect((await changes(wanted)(undefined)).items).toHaveLength(20)
    })
    expect(few).toBeLessThan(2 * PART + 200)
  })

  test('events are sent again in parts, each once', async () => {
    expect(await replay(database.sql, { webhook, since: LONG_AGO }, undefined, 100)).toBe(10 * PART)
    const due =
      await database.sql`select 1 from order_events where webhook_id = ${webhook} and due_at is not null`
    expect(due).toHaveLength(10 * PART)
    expect(await replay(database.sql, { webhook, since: LONG_AGO, undelivered: true }, undefined, 100)).toBe(
      1,
    )
  })

  test('resellers have figures for those of the page alone, and refused requests of a day are counted', async () => {
    const { sql } = database
    const now = new Date('2026-11-02T12:00:00Z')
    const list = (filter: object) => listResellers(read.sql, { limit: 20, ...filter }, now)
    const from = await newAccount(sql, 0n)
    for (let n = 1; n < 600; n++) await newAccount(sql, 0n)
    await sql`
      insert into requests (account_id, at, key_id, via, action, status, outcome, ip, took_us, request_id)
      select case when n <= 30 then ${account}::int else ${from}::int + n % 600 end,
             case when n <= 30 then ${now} else ${LONG_AGO} end::timestamptz - n * interval '1 s', 1, 'rest', 'x', 401, 'key_revoked', '::1', 1,
             gen_random_uuid()
        from generate_series(6000, 1, -1) n`
    await database.owner`analyze`
    const rows = async (filter: object) => await read.of(() => list(filter))
    expect(await rows({ sort: '-name' }), [...read.scanned].join()).toBeLessThan(3_000)
    expect(await rows({ refused: 3 })).toBeLessThan(3_000)
    expect((await list({ refused: 30 })).items.map(({ id, refused }) => [id, refused])).toEqual([
      [account, 30],
    ])

    // A file has each of them once, though all of them move while it is read.
    const seen: number[] = []
    for await (const some of everyReseller(read.sql, { sort: 'available' }, now)) {
      seen.push(...some.map(({ id }) => id))
      await sql`update wallets set credit_limit = 100000000000, available = -account_id where account_id >= ${from}`
    }
    expect(seen.length).toBeGreaterThan(600)
    expect(new Set(seen).size).toBe(seen.length)
  })
})

test('money is given back after a look at the entries of its items alone, however long the ledger is', async () => {
  const rows = await database.sql.begin(async (transaction) => {
    await refundWithin(
      transaction,
      { accountId: account, orderId: nth(ORDERS - 3) },
      { reason: 'late' },
      'test',
      systemClock,
    )
    const [read] = await transaction<{ rows: number }[]>`
      select (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables where relname = 'ledger_entries'`
    return read?.rows
  })
  expect(rows).toBeLessThan(20)
})

test('who was told of an order is found from its own entries, however many notices lie between them', async () => {
  const { sql } = database
  const [items, itemsShown] = [700, 200]
  const filling = { serviceId: (await newService(sql)).id, orders: 1, itemsPerOrder: items }
  const [from, to] = [new Date('2026-10-01T00:00:00Z'), new Date('2026-10-02T00:00:00Z')]
  const accountId = await newAccount(sql, 0n)
  const id = (await fillAccount(sql, { accountId, ...filling, from, to })) as OrderId
  // Each item is refunded, and each entry has its own notice of each event: the deposit and the hold, 700 that settle, 700 that give back.
  const entries = 2 + 2 * items
  await sql`
    insert into ledger_entries (account_id, id, kind, amount, available_after, order_id, position, actor, note, reference, created_at)
    select ${accountId}, ${2 + items}::bigint + n, 'refund', 1000000, 0, ${id}, n, 'test', 'late', 'r', ${to}
      from generate_series(1, ${items}::int) n`
  await sql`
    insert into notices (event, subject, account_id, first_entry, last_entry, raised_at, sent_at, seen_at, ended_at)
    select event, 'entries to ' || n, ${accountId}, n, n, ${to}, ${to}, ${to}, ${to}
      from generate_series(1, ${entries}::int) n cross join unnest(array['order.done', 'order.refunded']) event`
  await sql`
    insert into notice_messages (id, notice_id, channel, address, queued_at)
    select gen_random_uuid(), id, 'email', last_entry::text, ${to} from notices where account_id = ${accountId}`
  await database.owner`analyze ledger_entries, notices, notice_messages`
  const tellings = async (first: number, last: number) => {
    let found: string[] = []
    const rows = await read.of(async () => {
      found = (await selectTellings(read.sql, { accountId, id }, items, { first, last })).map(
        ({ event, address }) => `${event} ${address}`,
      )
    })
    return { found, rows }
  }
  // The last item was settled by entry 702, and the first was refunded by entry 703.
  const one = await tellings(1, 1)
  expect(one.found.sort()).toEqual(['order.done 702', 'order.refunded 703'])
  expect(one.rows).toBeLessThan(items + 50)
  const shown = await tellings(1, itemsShown)
  expect(shown.found).toHaveLength(100)
  expect(shown.rows).toBeLessThan(items + 5 * itemsShown)
})
