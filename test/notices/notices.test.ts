import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { changeAccount, createAccount } from '../../src/accounts/accounts.ts'
import { createKey } from '../../src/accounts/keys.ts'
import { addJob, Jobs } from '../../src/jobs/jobs.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { noticeJobs, RAISE_NOTICES } from '../../src/notices/jobs.ts'
import { listNotices } from '../../src/notices/notices.ts'
import { subscribe, unsubscribe } from '../../src/notices/subscriptions.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { StillClock } from '../fulfilment/fulfilment.fixtures.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { BOT_TOKEN, MailInbox, makeChannels, TelegramInbox } from './notices.fixtures.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SANDBOX = 1
const CHAT = '1001'

const clock = new StillClock()
let lines: string[] = []
const log = pino(
  new Writable({
    write: (line, _encoding, done) => {
      lines.push(String(line))
      done()
    },
  }),
)
let database: TestDatabase
let telegram: TelegramInbox
let mail: MailInbox
let jobs: Jobs
beforeAll(async () => {
  database = await testDatabase()
  telegram = await new TelegramInbox().open()
  mail = await new MailInbox().open()
  const { address } = database
  await makeChannels(deps(), { mail, telegram })
  jobs = new Jobs({ address, log, tasks: noticeJobs({ ...deps(), log, digestTimes: async () => [] }) })
  await jobs.start()
})
afterAll(async () => {
  await jobs.stop()
  await Promise.all([telegram.close(), mail.close()])
  await database.drop()
})
beforeEach(async () => {
  telegram.messages.length = 0
  mail.mails.length = 0
  lines = []
  await database.owner`truncate notices, notice_subscriptions, supplier_health, reviews, webhooks, deposits cascade`
})

const sealer = new Sealer(Buffer.alloc(32, 7))
const deps = () => ({
  sql: database.sql,
  sealer: async () => sealer,
  context: { outbound: new GuardedOutbound({ allow: ['127.0.0.1'] }), clock, installation: 'test' },
})

/** Has somebody told by Telegram, or where it looks like one, by e-mail. */
const tell = (address: string, accountId: AccountId | null = null, events: string[] = []) =>
  subscribe(
    database.sql,
    { accountId, kind: address.includes('@') ? 'email' : 'telegram', address, events },
    'test',
    clock,
  )

/** What happens every minute, so many minutes on. */
async function look(minutes = 1): Promise<void> {
  clock.advance(minutes * MINUTE)
  await addJob(database.sql, RAISE_NOTICES, {}, { key: RAISE_NOTICES })
  await expect
    .poll(async () => [...(await database.sql`select task_identifier, last_error from graphile_worker.jobs`)])
    .toEqual([])
}

const open = (
  why: string,
  { reason = 'no credit left', balance = null as bigint | null } = {},
) => database.sql`
  insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at, balance)
  values (${SANDBOX}, true, ${why}, ${reason}, ${clock.now()}, ${clock.now()}, ${balance})
  on conflict (supplier_id) do update
     set open = true, why = excluded.why, opened_at = excluded.opened_at, probe_at = excluded.probe_at`
const close = () =>
  database.sql`update supplier_health set open = false, probe_at = null where supplier_id = ${SANDBOX}`
const review = (n: number, kind = 'unknown') => database.sql`
  insert into reviews (account_id, order_id, position, kind, detail, opened_by, opened_at)
  values (1, ${n}, 1, ${kind}, 'HTTP 502', 'imeigate', ${clock.now()})`
const resolveAll = () => database.sql`
  update reviews set resolution = 'give_back', resolved_by = 'test', resolved_at = ${clock.now()}`

let names = 0
const account = (deposit = 100n) =>
  createAccount(
    database.sql,
    {
      name: `Shop ${++names}`,
      username: `shop${names}`,
      email: 'shop@example.com',
      currency: 'USD',
      deposit: micros(deposit * 1_000_000n),
    },
    'test',
  )

test('a supplier out of credit is told once while it lasts, to everybody who wants to know, by mail and Telegram', async () => {
  await tell(CHAT)
  await tell('ops@example.com', null, ['supplier.out_of_credit'])
  await tell('reviews@example.com', null, ['review.waiting'])
  await look()
  await open('credit', { reason: 'no credit left\u001b[2J\nat all', balance: 1_250_000n })
  await look()
  await look()
  await look(90)
  const since = '2030-01-01 12:01 UTC'
  const words = [
    'imeigate: Supplier sandbox is out of credit',
    '',
    `Nothing is sent to it since ${since}.`,
    'It said: no credit left [2J at all',
    'Its balance: $1.25',
    'More: imeigate supplier show 1',
  ].join('\n')
  expect(telegram.messages).toEqual([{ chat: CHAT, text: words }])
  expect(mail.mails).toHaveLength(1)
  expect(mail.of('ops@example.com')).toEqual([words])
  expect(mail.mails[0]).toMatchObject({ from: 'imeigate@example.com', to: ['ops@example.com'] })
  expect(mail.mails[0]?.source).toContain('Subject: imeigate: Supplier sandbox is out of credit\r\n')
  expect(mail.mails[0]?.source).toContain('Auto-Submitted: auto-generated\r\n')
})

test('trouble that comes and goes is told once, and again when it had been gone for ten minutes', async () => {
  await tell(CHAT)
  for (let n = 0; n < 3; n++) {
    await open('transport')
    await look()
    await close()
    await look(5)
  }
  expect(telegram.of(CHAT)).toEqual([expect.stringContaining('Supplier sandbox cannot be reached')])
  await look(10)
  await open('login')
  await look()
  expect(telegram.of(CHAT)).toHaveLength(2)
  expect(telegram.of(CHAT)[1]).toContain('does not know us')
  // It became another matter, which is told by itself.
  await open('credit')
  await look()
  expect(telegram.of(CHAT)).toHaveLength(3)
})

test('a supplier that an operator disabled is nobody’s trouble', async () => {
  await tell(CHAT)
  await open('busy')
  await database.sql`update suppliers set enabled = false where id = ${SANDBOX}`
  await look()
  await database.sql`update suppliers set enabled = true where id = ${SANDBOX}`
  expect(telegram.messages).toEqual([])
})

test('reviews are told at most hourly, with their count, and only if new ones came', async () => {
  await tell(CHAT)
  await review(1)
  await look()
  await review(2)
  await review(3, 'cancel')
  await look(58)
  expect(telegram.of(CHAT)).toHaveLength(1)
  expect(telegram.of(CHAT)[0]).toContain('1 review waits for a person')
  await look(2)
  expect(telegram.of(CHAT)).toHaveLength(2)
  expect(telegram.of(CHAT)[1]).toContain('3 reviews wait for a person')
  expect(telegram.of(CHAT)[1]).toContain('Open: 2 unknown, 1 cancel.')
  expect(telegram.of(CHAT)[1]).toContain('imeigate review list')
  await look(300)
  expect(telegram.of(CHAT)).toHaveLength(2)
  await resolveAll()
  await look()
  await review(4)
  await look(58)
  expect(telegram.of(CHAT)).toHaveLength(3)
  await resolveAll()
  await look()
  await review(5)
  await look(20)
  expect(telegram.of(CHAT)).toHaveLength(3)
})

test('a paused webhook is told to the operator and to its own account, and to no other', async () => {
  const [mine, other] = [await account(), await account()]
  await tell(CHAT)
  await tell('2001', mine.id)
  await tell('2002', other.id)
  const key = await createKey(database.sql, mine.id)
  await database.sql`
    insert into webhooks (account_id, key_id, url, secrets, status, paused_at, created_at, updated_at)
    values (${mine.id}, ${key.id}, 'https://shop.example/hook/s3cret?token=s3cret', '', 'paused', ${clock.now()},
            ${clock.now()}, ${clock.now()})`
  await look()
  await look()
  expect(telegram.of(CHAT)).toEqual([expect.stringContaining(`A webhook of ${mine.username} is paused`)])
  expect(telegram.of('2001')).toEqual([expect.stringContaining('Your webhook to shop.example is paused')])
  expect(telegram.of('2002')).toEqual([])
  expect(JSON.stringify(telegram.messages)).not.toContain('s3cret')
})

test('each deposit that waits for confirmation is told', async () => {
  const mine = await account()
  await tell(CHAT)
  await tell('2001', mine.id)
  const now = clock.now()
  const [provider] = await database.sql<{ id: number }[]>`
    insert into deposit_providers (code, kind, name, currency, min_amount, created_at, updated_at)
    values ('bank', 'manual', 'Bank', 'USD', 1, ${now}, ${now}) returning id`
  const deposit = () => database.sql`
    insert into deposits (account_id, provider_id, state, currency, amount, fee, total_pay, expires_at, created_at)
    values (${mine.id}, ${provider?.id ?? 0}, 'review', 'USD', 50000000, 0, 50000000, ${now}, ${now})`
  await deposit()
  await look()
  await deposit()
  await look()
  const words = expect.stringMatching(
    new RegExp(`Deposit \\d+ of ${mine.username} waits for confirmation: \\$50\\.00`),
  )
  expect(telegram.of(CHAT)).toEqual([words, words])
  expect(telegram.of('2001')).toEqual([])
})

test('an account is told when less is left than its own mark, and no other account is', async () => {
  const [mine, other, unmarked] = [await account(30n), await account(5n), await account(5n)]
  for (const [chat, one] of [
    ['2001', mine],
    ['2002', other],
    ['2003', unmarked],
  ] as const)
    await tell(chat, one.id)
  await tell(CHAT)
  await changeAccount(database.sql, mine.id, { lowBalance: micros(20_000_000n) })
  await changeAccount(database.sql, other.id, { lowBalance: micros(5_000_000n) })
  await look()
  expect(telegram.messages).toEqual([])
  await new Adjustments(database.sql).adjust(mine.id, micros(-20_500_000n), { actor: 'test', note: 'spent' })
  await look()
  await look()
  expect(telegram.messages).toEqual([
    {
      chat: '2001',
      text: [
        `imeigate: The balance of ${mine.name} is low: $9.50`,
        '',
        'That is below $20.00. Orders that cost more than is left are refused.',
      ].join('\n'),
    },
  ])
})

test('who was taken out before a message went is not told; a message that fails is tried again, and tells no secret', async () => {
  await tell(CHAT)
  const gone = await tell('2001')
  telegram.troubles.push(
    { status: 502, body: '<html>' },
    { status: 500, body: JSON.stringify({ ok: false, description: `bot${BOT_TOKEN} is broken` }) },
  )
  await open('busy')
  clock.advance(MINUTE)
  await addJob(database.sql, RAISE_NOTICES, {}, { key: RAISE_NOTICES })
  const failed = () => database.sql<{ last_error: string }[]>`
    select last_error from graphile_worker.jobs where last_error is not null`
  await expect.poll(async () => (await failed()).length).toBe(2)
  const told = `${lines.join('')}${(await failed()).map((one) => one.last_error).join('')}`
  expect(told).toContain('Telegram did not take the message: HTTP 500')
  expect(told).not.toContain(BOT_TOKEN.slice(7))
  await unsubscribe(database.sql, gone.id)
  // Long after, as it were.
  await close()
  clock.advance(HOUR)
  await database.sql`update notices set ended_at = ${clock.now()}`
  await expect
    .poll(() => telegram.messages)
    .toEqual([{ chat: CHAT, text: expect.stringMatching(/is busy[\s\S]*\nThis was over at 20/) }])
  const newest = async () => {
    const wanted = { event: 'supplier.trouble', before: undefined, limit: 1 } as const
    return (await listNotices(database.sql, wanted))[0]
  }
  await expect.poll(async () => (await newest())?.told).toEqual({ all: 2, sent: 1, waiting: 0, failed: 0 })
  expect(
    (await newest())?.messages.map(({ channel, address, state }) => [channel, address, state]).sort(),
  ).toEqual([
    ['telegram', CHAT, 'sent'],
    ['telegram', '2001', 'unwanted'],
  ])
  // What is tried as often as it may be is given up, and says why.
  telegram.troubles.push({ status: 502, body: '' })
  await open('transport')
  clock.advance(MINUTE)
  await addJob(database.sql, RAISE_NOTICES, {}, { key: RAISE_NOTICES })
  await expect
    .poll(async () => (await newest())?.messages)
    .toMatchObject([{ address: CHAT, state: 'waiting', problem: expect.stringContaining('HTTP 502') }])
  telegram.troubles.push({ status: 503, body: '' })
  await database.sql`update notice_messages set failures = 9 where state = 'waiting'`
  await database.sql`
    update graphile_worker._private_jobs set attempts = 9, run_at = now(), locked_at = null, locked_by = null`
  await expect
    .poll(async () => (await newest())?.messages)
    .toMatchObject([{ address: CHAT, state: 'failed', problem: expect.stringContaining('HTTP 503') }])
  const failures = await listNotices(database.sql, { failed: true, before: undefined, limit: 10 })
  expect(failures.map(({ told: { all, failed: lost } }) => [all, lost])).toEqual([[1, 1]])
  // So is what a process was killed with each time, which could write nothing down.
  await database.sql`update notice_messages set state = 'waiting', failures = 0, problem = null where state = 'failed'`
  await addJob(database.sql, RAISE_NOTICES, {}, { key: RAISE_NOTICES })
  await expect
    .poll(async () => (await newest())?.messages)
    .toMatchObject([{ address: CHAT, state: 'failed', problem: expect.stringContaining('was stopped') }])
  // What is given up stays in the queue, which the other tests want empty.
  await database.sql`delete from graphile_worker._private_jobs`
})

test.each([
  ['balance.low', null, { code: 'invalid_input', field: 'event' }],
  ['deposit.waiting', 'account', { code: 'invalid_input', field: 'event' }],
] as const)('%s is nothing that the other side is told of (%s)', async (event, side, refusal) => {
  const id = side && (await account()).id
  await expect(tell(CHAT, id, [event])).rejects.toMatchObject(refusal)
})

test('one address is told once: it cannot be added a second time', async () => {
  await tell(CHAT)
  await expect(tell(CHAT, null, ['deposit.waiting'])).rejects.toMatchObject({
    code: 'conflict',
    field: 'telegram',
  })
  await expect(tell('somebody')).rejects.toMatchObject({ code: 'invalid_input', field: 'telegram' })
})

test('what cannot be looked for keeps nothing else from being told', async () => {
  await tell(CHAT)
  await database.owner`alter table supplier_health rename to hidden`
  await review(1)
  await look().finally(() => database.owner`alter table hidden rename to supplier_health`)
  expect(telegram.of(CHAT)).toHaveLength(1)
  expect(lines.filter((line) => line.includes('it could not be found out'))).toHaveLength(3)
})

test('two processes that look at the same time tell once', async () => {
  await tell(CHAT)
  await open('credit')
  const task = noticeJobs({ ...deps(), log, digestTimes: async () => [] })[RAISE_NOTICES]
  await Promise.all(Array.from({ length: 4 }, () => task?.(null, new AbortController().signal)))
  expect(lines).toEqual([])
  await look()
  expect(telegram.of(CHAT)).toHaveLength(1)
})

test('a list that waits for a person is told once: one that has lost too much, and one whose costs have jumped', async () => {
  const { sql } = database
  const run = (outcome: string, error: string | null) => sql`
    insert into sync_runs (supplier_id, trigger, actor, started_at, finished_at, outcome, error)
    values (${SANDBOX}, 'scheduled', 'schedule', ${clock.now()}, ${clock.now()}, ${outcome}::sync_outcome, ${error})`
  await tell(CHAT, null, ['supplier.list'])
  await run('suspicious', 'the list has 1 of 9 services')
  await look()
  await look()
  const title = 'imeigate: The list of supplier sandbox waits for a person'
  const more = 'More: imeigate supplier sync 1'
  expect(telegram.of(CHAT)).toEqual([`${title}\n\nIt was not applied: the list has 1 of 9 services\n${more}`])
  await run('ok', null)
  await look()
  await look(30)
  await sql`
    with made as (insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
                  values ('jumpy', 'Jumpy', 'Ours', 'imei', '{}', 'replay') returning id)
    insert into supplier_routes (service_id, supplier_id, remote_service) select id, ${SANDBOX}, '7' from made`
  await sql`
    insert into supplier_services (supplier_id, remote_id, group_name, name, kind, cost, waiting_cost, waiting_since, currency, delivery_time,
                                   description, min_quantity, max_quantity, fields, hash, first_seen_at, last_seen_at)
    select ${SANDBOX}, id, '', '', 'imei', 1, 2, ${clock.now()}, 'USD', '', '', 1, 1, '[]', gen_random_uuid(), now(), now()
      from unnest(array['7', '8']) as g (id)`
  await look()
  await look()
  const jumped = 'Costs that have jumped, so that the known ones stand: 1.'
  expect(telegram.of(CHAT).slice(1)).toEqual([
    `${title}

${jumped}
${more}`,
  ])
  // Another cost jumps while the first one waits.
  await look(61)
  expect(telegram.of(CHAT)).toHaveLength(2)
  await sql`
    insert into supplier_routes (service_id, supplier_id, remote_service) select id, ${SANDBOX}, '8' from services where code = 'jumpy'`
  await sql`update supplier_services set waiting_since = ${clock.now()} where remote_id = '8'`
  await look()
  await look(61)
  expect(telegram.of(CHAT).slice(2)).toEqual([expect.stringContaining('so that the known ones stand: 2.')])
  await database.owner`truncate supplier_services, sync_runs`
  await sql`delete from supplier_routes where remote_service in ('7', '8')`
  await database.owner`delete from services where code = 'jumpy'`
})
