import { afterAll, beforeAll, expect, it } from 'vitest'
import { build } from '../../src/command/program.ts'
import { newService } from '../orders/orders.fixtures.ts'
import { commandsOf, imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

/** `cut` are lists that a --limit cuts, as they are asked for here; each has more than one row by then. */
const cut = [
  'invoice list',
  'account application list',
  ...['account list', 'account list --search buyer', 'key list', 'key list --account buyer1', 'service list'],
  ...['service list --search s', 'price list --service s1', 'price history s1', 'route list', 'rate list'],
  ...[
    'rate list --all',
    'inbox list',
    'review list',
    'review list --all',
    'answer list',
    'answer rules',
    'manual list',
    'webhook list',
  ],
  ...['webhook attempts 1', 'notify list', 'deposit stray list'],
]
/** `paged` are lists that go on behind a row, by --before. */
const paged = [
  'order list',
  'deposit list',
  'webhook events 1',
  'trail',
  'news list',
  'supplier top-up list Ann',
]
/** `few` are lists of what an installation has a handful of, by its operator's own hand; or of what the program itself has. */
const few = [
  ...['group list', 'supplier list', 'deposit provider list', 'notify channel list', 'notify events'],
  ...['staff list', 'token list', 'backup list', 'account person list'],
  // Its rows are sums, of which test/sales has many.
  'report sales',
  // These are in test/price-book/command.test.ts, and in test/moving-in.
  ...['price rule list', 'move-in orders'],
]

let database: TestDatabase
let settings: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  settings = { ...settingsFor(database.address), IMEIGATE_SECRET_KEY: 'c4'.repeat(32) }
  const { sql } = database
  for (const code of ['s1', 's2']) await newService(sql, { code })
  const lines = [
    ...['buyer1', 'buyer2'].map(
      (name) => `account create --name ${name} --email ${name}@example.com --currency USD --username ${name}`,
    ),
    ...['price set --service s1 --price 3 --currency EUR', 'rate set USD EUR 0.9', 'rate set USD IDR 16250'],
    'supplier add --kind manual --name Ann',
    ...['a', 'b'].map((path) => `key create --account buyer1 --webhook-url https://shop.example.com/${path}`),
    'notify channel add --kind http --url https://hooks.example.com/n',
    ...['notify add --http one', 'notify add --http two'],
    ...['news write --title One --body x', 'news write --title Two --body x'],
    'deposit provider add --kind bank-transfer --code bank --name Bank --currency USD --account-number DE02 --account-holder-name Us --min 1',
  ]
  for (const line of lines) expect(await imeigate(line.split(' '), settings), line).toMatchObject({ code: 0 })
  await sql.unsafe(`
    insert into orders (account_id, id, service_id, via, item_count, unit_price, total, created_at)
    select 1, n, (select min(id) from services), 'dhru', 1, 0, 0, now() from generate_series(1, 2) n;
    insert into items (account_id, order_id, position, service_id, input, quantity, price, state, due_at, supplier_id)
    select 1, n, 1, (select min(id) from services), '', 1, 0, 'processing', now(), (select id from suppliers where name = 'Ann')
      from generate_series(1, 2) n;
    insert into supplier_top_ups (supplier_id, at, actor, amount, currency, state, ended_at)
    select id, now(), 'x', 1, 'USD', 'noted', now() from suppliers, generate_series(1, 2) where name = 'Ann';
    insert into attempts (account_id, order_id, position, number, supplier_id, state, created_at)
    select 1, n, 1, 1, (select id from suppliers where name = 'Ann'), 'accepted', now() from generate_series(1, 2) n;
    insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at)
    select 1, n, 1, 'expired', 'long', 'imeigate', now() from generate_series(1, 2) n;
    insert into unrecognised_answers (supplier_id, text, example, heard_at)
    select (select id from suppliers where name = 'Ann'), n::text, '', now() from generate_series(1, 2) n;
    insert into answer_rules (supplier_id, words, is_phrase, meaning, taught_by, why, taught_at)
    select (select id from suppliers where name = 'Ann'), n::text, false, 'refused', 'x', 'y', now() from generate_series(1, 2) n;
    insert into order_events (webhook_id, account_id, order_id, state, created_at) select 1, 1, n, 'success', now() from generate_series(1, 2) n;
    insert into webhook_deliveries (account_id, event_id, number, webhook_id, at) select 1, 1, n, 1, now() from generate_series(1, 2) n;
    insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, created_at)
    select 1, 1, 'review', 'USD', 5000000, 0, 5000000, now() + interval '1 day', now() from generate_series(1, 2);
    insert into invoices (number, account_id, month, currency, after_entry, last_entry, seller, customer, total, line_count, actor, issued_at)
    select n, n, '2026-10-01', 'USD', 0, 1, '{"prefix": ""}', '{}', 0, 1, 'x', now() from generate_series(1, 2) n;
    insert into stray_payments (provider_id, payment_id, amount, currency, paid_at, words, fitting, received_at)
    select 1, 'm' || n, 1, 'USD', '2026-11-29', '', 0, now() from generate_series(1, 2) n;
    insert into applications (name, email, address, made_at, ends_at, verified_at)
    select 'n' || n, n || '@example.com', '127.0.0.1', now(), now() + interval '1 day', now() from generate_series(1, 2) n`)
})
afterAll(() => database.drop())

const run = (line: string) => imeigate([...line.split(' '), '--json'], settings)

it.each(cut)('%s gives so many rows, and says that there are more', async (line) => {
  const all = await run(line)
  expect(all, all.stderr).toMatchObject({ code: 0, stderr: '' })
  expect(all.json().length).toBeGreaterThan(1)
  const one = await run(`${line} --limit 1`)
  expect(one.json()).toEqual(all.json().slice(0, 1))
  expect(one.stderr).toMatch(/^there are (more|older changes): --limit shows up to 1000(00)?\n$/)
  const whole = await run(`${line} --limit ${all.json().length}`)
  expect(whole.json()).toEqual(all.json())
  expect(whole.stderr).toBe('')
  expect((await imeigate([...line.split(' '), '--limit', '1'], settings)).stdout).toContain(
    '--limit shows up',
  )
})

it.each(paged)('%s goes on behind a row', async (line) => {
  const all = (await run(line)).json()
  const [first] = (await run(`${line} --limit 1`)).json()
  expect(first).toEqual(all[0])
  const [second] = (await run(`${line} --limit 1 --before ${first.id}`)).json()
  expect(second).toEqual(all[1])
  // People are told where it goes on, and where it has ended; with --json the last row says so.
  const shown = async (more: string) =>
    (await imeigate([...line.split(' '), ...more.split(' ')], settings)).stdout
  expect(await shown('--limit 1')).toContain(`\nthere are older ones: --before ${first.id} goes on there\n`)
  expect(await shown(`--limit ${all.length}`)).not.toContain('--before')
})

it('there is no other list', async () => {
  const lists = commandsOf(await build()).filter(
    ([, command]) =>
      /^(list|history|events|attempts|rules|trail)$/.test(command.name()) ||
      command.options.some(({ long }) => long === '--limit'),
  )
  expect(lists.length).toBeGreaterThan(20)
  const known = [...cut, ...paged, ...few]
  const names = lists.map(([name]) => name)
  expect(names.filter((name) => !known.some((line) => `${line} `.startsWith(`${name} `)))).toEqual([])
})
