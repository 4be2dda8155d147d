/**
 * This bench measures how long the operator API's list of orders takes, with each filter and in each order, over all orders of a shop, beside plain
 * SQL that gives the numbers of the same page; and how long the first page and a late one of the other long lists take: resellers, deposits, the
 * inbox, the trail.
 *
 *   node bench/lists.ts                   a million orders of a year, 60 accounts, 400 services
 *   node bench/lists.ts --orders 100000   fewer, which are filled sooner
 *   node bench/lists.ts --json            the figures as one JSON value
 *
 * The server is a process of its own on an embedded PostgreSQL in a temporary folder. Each page of 50 is asked for five times, as the console does;
 * the median counts. Where a list ends its look for a page early, plain SQL goes on to the end, and its page may hold more.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Sql } from '../src/database/database.ts'
import { createToken } from '../src/staff/operator-tokens.ts'
import { permissionsOf } from '../src/staff/roles.ts'
import { median } from './figures.ts'
import { fillSales } from './filled-sales.ts'
import { inFolder, onDatabase, startApi } from './server.ts'

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, orders: { type: 'string', default: '1000000' } },
})
const orders = Number(values.orders)
const ROUNDS = 5
const LIMIT = 50
/** GOAL_MS is what each page is to stay below. */
const GOAL_MS = 300
const DAYS = 365
const DAY_MS = 86_400_000

interface Row {
  list: string
  /** `found` counts the orders of the page. */
  found: number
  ms: number
  /** `slowest` is the longest of the rounds. */
  slowest: number
  sqlMs: number
  ratio: number
}

/** List is a filter as a query, with what it means in SQL: `where` of orders `o`, and `sort`. */
interface List {
  name: string
  query: Record<string, string>
  where: string
  sort?: string
}

/** Others are lists besides that of orders. They have no plain SQL beside them. */
const others = ['orders', 'accounts', 'deposits', 'inbox', 'audit'] as const
/** LATE is how many pages are turned to the late one, where there are so many. */
const LATE = 100

interface Other {
  list: string
  /** `page` is the number of the page. */
  page: number
  ms: number
  slowest: number
}

async function otherLists(ask: (path: string) => Promise<Page>): Promise<Other[]> {
  const found: Other[] = []
  for (const list of others) {
    let cursor: string | null = null
    let page = 0
    let path = ''
    const measured = async (): Promise<void> => {
      const took = await timed(() => ask(path))
      found.push({ list, page, ms: median(took), slowest: Math.max(...took) })
      say(`${list}, page ${page}: ${median(took).toFixed(0)} ms, at most ${Math.max(...took).toFixed(0)}`)
    }
    do {
      page++
      path = `/api/operator/${list}?${new URLSearchParams({ limit: String(LIMIT), ...(cursor !== null && { cursor }) })}`
      cursor = (await ask(path)).next_cursor
      if (page === 1) await measured()
    } while (cursor !== null && page < LATE)
    if (page > 1) await measured()
  }
  return found
}

interface Page {
  items: unknown[]
  next_cursor: string | null
}

async function main(folder: string): Promise<void> {
  const url = await startApi(folder)
  const rows: Row[] = []
  let more: Other[] = []
  await onDatabase(folder, async (sql) => {
    say(`filling ${orders} orders`)
    await fill(sql)
    const { token } = await createToken(sql, {
      name: 'bench',
      permissions: [...permissionsOf('read-only'), 'audit.read'],
    })
    const ask = async (path: string): Promise<Page> => {
      const reply = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
      const { data } = (await reply.json()) as { data?: { page: Page } }
      if (!data) throw new Error(`${path} was answered with ${reply.status}`)
      return data.page
    }
    more = await otherLists(ask)
    for (const list of await listsOf(sql)) {
      const path = `/api/operator/orders?${new URLSearchParams({ limit: String(LIMIT), ...list.query })}`
      let found = 0
      const took = await timed(async () => {
        found = (await ask(path)).items.length
      })
      const plain = `select o.id from orders o where ${list.where} order by ${list.sort ?? 'o.id desc'} limit ${LIMIT}`
      const sqlMs = median(await timed(() => sql.unsafe(plain)))
      const ms = median(took)
      rows.push({ list: list.name, found, ms, slowest: Math.max(...took), sqlMs, ratio: ms / sqlMs })
      say(lineOf(rows.at(-1) as Row))
    }
  })
  const slow = [...rows, ...more].filter(({ ms }) => ms >= GOAL_MS).map(({ list }) => list)
  const machine = { orders, cores: cpus().length, node: process.versions.node }
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ rows, more, slow, ...machine })}\n`
      : `\n${rows.length} lists of ${orders} orders, and ${more.length} pages of others; ${slow.length} take ${GOAL_MS} ms or more${slow.length > 0 ? `: ${slow.join(', ')}` : ''}\n`,
  )
}

async function fill(sql: Sql): Promise<void> {
  const now = Date.now()
  const [from, to] = [new Date(now - DAYS * DAY_MS), new Date(now - 60_000)]
  await fillSales(sql, { accounts: 60, services: 400, orders, from, to, seed: 11 })
  // What was placed more than three days ago has ended. Some are unknown, or wait for a person; few came by the portal, some with a key and a reference.
  await sql.unsafe(`
    set local synchronous_commit = off;
    update items i set state = 'failed', due_at = null, finished_at = o.created_at + interval '1 hour', reason = 'Not found'
      from orders o
     where o.account_id = i.account_id and o.id = i.order_id and i.state = 'processing' and o.created_at < now() - interval '3 days';
    update items set state = 'unknown' where state = 'processing' and order_id % 20 = 3;
    insert into api_keys (account_id, security_id, secret_hash, name)
    select id, 'bench' || lpad(id::text, 8, '0') || n, sha256((id || '-' || n)::bytea), 'key ' || n from accounts, generate_series(1, 2) n;
    update orders o
       set state = f.state, finished_at = f.finished_at, via = case when o.id % 5000 = 7 then 'portal' when o.id % 3 = 0 then 'dhru' else 'rest' end,
           reference = case when o.id % 4 = 0 then 'Ref-' || o.id end,
           key_id = (select min(k.id) + (o.id % 1000 = 9)::int from api_keys k where k.account_id = o.account_id)
      from (select account_id, order_id,
                   case when bool_or(finished_at is null) then 'processing' when bool_and(state = 'success') then 'success'
                        when bool_or(state = 'success') then 'partial' when bool_or(state = 'failed') then 'failed'
                        else 'cancelled' end::order_state as state,
                   case when bool_and(finished_at is not null) then max(finished_at) end as finished_at
              from items group by 1, 2) f
     where f.account_id = o.account_id and f.order_id = o.id;
    insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at)
    select account_id, order_id, position, 'unknown', 'bench', 'imeigate', now() from items where state = 'unknown';
    insert into deposit_providers (code, kind, name, currency, min_amount, created_at, updated_at)
    values ('bench', 'bank-transfer', 'Bench', 'USD', 1, now(), now());
    insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, settled_at, settled_by, created_at)
    select a.id, p.id, 'succeeded', 'USD', 1000000, 0, 1000000, d.at + interval '1 day', d.at, 'bench', d.at
      from generate_series(1, 100000) n cross join lateral (select now() - n * interval '5 minutes' as at) d
      join deposit_providers p on p.code = 'bench'
      join (select id, row_number() over (order by id) - 1 as place from accounts) a on a.place = n % 60;
    insert into trail (at, actor, what, subject, after)
    select now() - n * interval '1 minute', 'bench', 'services', (n % 400)::text, '{"name": "bench"}' from generate_series(200000, 1, -1) n;
    insert into price_groups (name) values ('Gold');
    update accounts set price_group_id = (select id from price_groups where name = 'Gold') where id % 7 = 3`)
  await sql.unsafe('vacuum analyze')
}

/** `listsOf` are the lists, with names that this shop has. */
async function listsOf(sql: Sql): Promise<List[]> {
  const [name] = await sql<Record<string, string>[]>`
    with bought as (select account_id, count(*) from orders group by 1), sold as (select service_id, count(*) from orders group by 1)
    select (select account_id::text from bought order by count desc limit 1) as busy,
           (select account_id::text from bought order by count limit 1) as quiet,
           (select service_id::text from sold order by count desc limit 1) as common,
           (select service_id::text from sold order by count limit 1) as rare,
           (select min(supplier_id)::text from items where supplier_id > 1) as supplier,
           (select max(id)::text from api_keys where name = 'key 2') as key,
           (select input from items where order_id = (select min(id) + 777 from orders) and position = 1) as input,
           (select max(id)::text from orders) as newest`
  const {
    busy = '',
    quiet = '',
    common = '',
    rare = '',
    supplier = '',
    key = '',
    input = '',
    newest = '',
  } = name ?? {}
  const reference = `ref-${Number(newest) - (Number(newest) % 4)}`
  const day = (ago: number): string => new Date(Date.now() - ago * DAY_MS).toISOString().slice(0, 10)
  const item = (of: string): string =>
    `exists (select from items i where i.account_id = o.account_id and i.order_id = o.id and ${of})`
  const lists: List[] = [
    { name: 'all', query: {}, where: 'true' },
    { name: 'all, the oldest first', query: { sort: 'placed' }, where: 'true', sort: 'o.id' },
    { name: 'a busy account', query: { account: busy }, where: `o.account_id = ${busy}` },
    { name: 'a quiet account', query: { account: quiet }, where: `o.account_id = ${quiet}` },
    {
      name: 'two accounts',
      query: { account: `${busy},${quiet}` },
      where: `o.account_id in (${busy}, ${quiet})`,
    },
    {
      ...{ name: 'a price group', query: { group: 'Gold' } },
      where: 'o.account_id in (select id from accounts where price_group_id is not null)',
    },
    { name: 'a common service', query: { service: common }, where: `o.service_id = ${common}` },
    { name: 'a rare service', query: { service: rare }, where: `o.service_id = ${rare}` },
    {
      ...{ name: 'a group of services', query: { service_group: 'Group 11' } },
      where: `o.service_id in (select id from services where group_name = 'Group 11')`,
    },
    {
      ...{ name: 'a service of an account', query: { account: busy, service: rare } },
      where: `o.account_id = ${busy} and o.service_id = ${rare}`,
    },
    { name: 'a supplier', query: { supplier }, where: item(`i.supplier_id = ${supplier}`) },
    ...['pending', 'processing', 'success', 'partial', 'failed', 'cancelled'].map((state) => ({
      ...{ name: state, query: { state }, where: `o.state = '${state}'` },
    })),
    { name: 'unknown', query: { state: 'unknown' }, where: item(`i.state = 'unknown'`) },
    {
      ...{ name: 'waiting for a person', query: { state: 'waiting_person' } },
      where:
        'exists (select from reviews v where v.account_id = o.account_id and v.order_id = o.id and v.resolved_at is null)',
    },
    { name: 'late', query: { state: 'late' }, where: `o.state in ('pending', 'processing')` },
    {
      ...{ name: 'partial or failed of an account', query: { account: busy, state: 'partial,failed' } },
      where: `o.account_id = ${busy} and o.state in ('partial', 'failed')`,
    },
    {
      ...{ name: 'failed of a service', query: { service: rare, state: 'failed' } },
      where: `o.service_id = ${rare} and o.state = 'failed'`,
    },
    {
      ...{ name: 'partial of a quiet account', query: { account: quiet, state: 'partial' } },
      where: `o.account_id = ${quiet} and o.state = 'partial'`,
    },
    { name: 'by Dhru', query: { via: 'dhru' }, where: `o.via = 'dhru'` },
    { name: 'by the portal, which few are', query: { via: 'portal' }, where: `o.via = 'portal'` },
    { name: 'a key that is seldom used', query: { key }, where: `o.key_id = ${key}` },
    {
      ...{ name: 'a key of its account', query: { key, account: '0' } },
      where: `o.key_id = ${key}`,
    },
    { name: 'refunded', query: { refunded: 'yes' }, where: item('i.refunded > 0') },
    {
      ...{ name: 'refunded of an account', query: { refunded: 'yes', account: busy } },
      where: `o.account_id = ${busy} and ${item('i.refunded > 0')}`,
    },
    { name: 'placed since', query: { from: day(30) }, where: `o.created_at >= '${day(30)}'` },
    {
      ...{ name: 'placed on a day of long ago', query: { from: day(200), to: day(200) } },
      where: `o.created_at >= '${day(200)}' and o.created_at < '${day(199)}'`,
    },
    {
      ...{
        name: 'placed on a day, the oldest first',
        query: { from: day(200), to: day(200), sort: 'placed' },
      },
      ...{ where: `o.created_at >= '${day(200)}' and o.created_at < '${day(199)}'`, sort: 'o.id' },
    },
    {
      ...{ name: 'ended on a day', query: { ended_from: day(100), ended_to: day(100) } },
      where: `o.finished_at >= '${day(100)}' and o.finished_at < '${day(99)}'`,
    },
    {
      ...{
        name: 'ended in a week, by the end',
        query: { ended_from: day(20), ended_to: day(14), sort: '-ended' },
      },
      where: `o.finished_at >= '${day(20)}' and o.finished_at < '${day(13)}'`,
      sort: 'o.finished_at desc, o.id desc',
    },
    {
      ...{
        name: 'ended in a month, the first ends first',
        query: { ended_from: day(60), ended_to: day(31), sort: 'ended' },
      },
      ...{
        where: `o.finished_at >= '${day(60)}' and o.finished_at < '${day(30)}'`,
        sort: 'o.finished_at, o.id',
      },
    },
    {
      ...{ name: 'ended lately of an account', query: { account: busy, ended_from: day(7), sort: '-ended' } },
      ...{
        where: `o.account_id = ${busy} and o.finished_at >= '${day(7)}'`,
        sort: 'o.finished_at desc, o.id desc',
      },
    },
    { name: 'a number', query: { id: newest }, where: `o.id = ${newest}` },
    { name: 'a reference', query: { reference }, where: `lower(o.reference) = '${reference}'` },
    { name: 'an IMEI', query: { imei: input }, where: item(`lower(i.input) = lower('${input}')`) },
    { name: 'searched by a number', query: { search: newest }, where: `o.id = ${newest}` },
    {
      name: 'searched by an IMEI',
      query: { search: input },
      where: item(`lower(i.input) = lower('${input}')`),
    },
    {
      ...{ name: 'searched by a part of an IMEI', query: { search: input.slice(4, 14) } },
      where: item(`i.input like '%${input.slice(4, 14)}%'`),
    },
    {
      ...{ name: 'searched in vain', query: { search: 'no such text' } },
      where: `o.reference ilike '%no such text%' or ${item(`i.input ilike '%no such text%'`)}`,
    },
    {
      ...{ name: 'searched in vain in an account', query: { search: 'no such text', account: quiet } },
      where: `o.account_id = ${quiet} and (o.reference ilike '%no such text%' or ${item(`i.input ilike '%no such text%'`)})`,
    },
  ]
  const [ofKey] = await sql<
    { account: string }[]
  >`select account_id::text as account from api_keys where id = ${Number(key)}`
  return lists.map((list) =>
    list.query['account'] === '0'
      ? { ...list, query: { ...list.query, account: ofKey?.account ?? '' } }
      : list,
  )
}

/** `timed` works once for nothing, so that what is cached is, and then gives what each round took, in ms. */
async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = []
  await work()
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    await work()
    taken.push(performance.now() - began)
  }
  return taken
}

const lineOf = ({ list, found, ms, slowest, sqlMs, ratio }: Row): string =>
  `${list.padEnd(40)} ${String(found).padStart(4)} orders ${ms.toFixed(0).padStart(6)} ms, at most ${slowest.toFixed(0).padStart(6)}; plain SQL ${sqlMs.toFixed(1).padStart(8)} ms, ${ratio.toFixed(2).padStart(7)} times`

function say(words: string): void {
  process.stderr.write(`  ${words}\n`)
}

await inFolder(main)
