import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { addJob } from '../../src/jobs/jobs.ts'
import { LOOK_FOR_NOTICES } from '../../src/notices/jobs.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testServer } from '../support/server.ts'
import { BOT_TOKEN, MailInbox, TelegramInbox } from './notices.fixtures.ts'

let database: TestDatabase
let telegram: TelegramInbox
let mail: MailInbox
let sending: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  telegram = await new TelegramInbox().open()
  mail = await new MailInbox().open()
  sending = {
    TELEGRAM_BOT_TOKEN: BOT_TOKEN,
    TELEGRAM_API_URL: `${telegram.url}/`,
    OUTBOUND_ALLOW: '127.0.0.1',
    SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
    MAIL_FROM: 'imeigate@example.com',
  }
})
afterAll(async () => {
  await Promise.all([telegram.close(), mail.close()])
  await database.drop()
})

const run = (args: string[], settings = sending): Promise<Run> =>
  imeigate([...args, '--json'], { ...settingsFor(database.address), ...settings })

test('an operator has people told, sees that a message arrives, and takes one out', async () => {
  await createAccount(database.sql, { name: 'Shop', email: 'a@example.com', currency: 'USD' }, 'test')
  const marked = await run(['account', 'set', 'shop', '--low-balance', '12.5'])
  expect(marked.json()).toMatchObject({ low_balance: '12.50' })
  const unmarked = await run(['account', 'set', 'shop', '--low-balance', ''])
  expect(unmarked.json()).toMatchObject({ low_balance: null })

  const mailed = await run(['notify', 'add', '--email', 'ops@example.com'])
  const chatted = await run([
    ...['notify', 'add', '--telegram', '-100200', '--account', 'shop'],
    ...['--event', 'balance.low', '--event', 'webhook.paused'],
  ])
  expect([mailed.json(), chatted.json()]).toMatchObject([
    { id: 1, account: null, channel: 'email', address: 'ops@example.com', events: null },
    { id: 2, account: 1, username: 'shop', channel: 'telegram', address: '-100200' },
  ])
  expect(chatted.json().events).toEqual(['balance.low', 'webhook.paused'])
  expect(mailed.json().created_by).toBe(`cli:${userInfo().username}`)

  expect((await run(['notify', 'test', '1'])).json()).toMatchObject({ sent: true })
  expect(mail.of('ops@example.com')).toEqual([expect.stringContaining('Notices to you arrive')])
  telegram.troubles.push({ status: 400, body: '{"ok":false,"description":"Bad Request: chat not found"}' })
  const failed = await run(['notify', 'test', '2'])
  expect(failed.code).toBe(1)
  expect(failed.error().message).toBe('Telegram did not take the message: Bad Request: chat not found')

  expect(await run(['notify', 'remove', '1'])).toMatchObject({ code: 0 })
  expect((await run(['notify', 'list'])).json()).toMatchObject([{ id: 2 }])
})

test('what could never be told is refused in words that say why', async () => {
  const [both, unset] = await Promise.all([
    run(['notify', 'add', '--email', 'a@example.com', '--telegram', '5']),
    run(['notify', 'add', '--email', 'a@example.com'], {}),
  ])
  expect(both.error()).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('exactly one of'),
  })
  expect(unset.error()).toMatchObject({
    field: 'email',
    message: expect.stringContaining('SMTP_URL is not set'),
  })
})

test('the events that there are are listed without a database', async () => {
  const listed = await imeigate(['notify', 'events', '--json'], {
    DATABASE_URL: 'postgres://127.0.0.1:1/none',
  })
  expect(listed.json()).toContainEqual({
    name: 'webhook.paused',
    for: ['operator', 'account'],
    description: expect.any(String),
  })
})

test('a running server looks every minute, and sends', async () => {
  const server = await testServer(sending)
  try {
    const { sql } = server
    const scheduled = await sql<{ identifier: string }[]>`
      select identifier from graphile_worker._private_known_crontabs`
    expect(scheduled.map(({ identifier }) => identifier)).toEqual(
      expect.arrayContaining([LOOK_FOR_NOTICES, 'requests_sweep']),
    )
    await sql`
      insert into notice_subscriptions (channel, address, actor, created_at)
      values ('telegram', '77', 'test', now()), ('email', 'night@example.com', 'test', now())`
    await sql`
      insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at)
      values (1, true, 'login', 'Authentication failed', now(), now() + interval '1 hour')`
    await addJob(sql, LOOK_FOR_NOTICES, {})
    await expect.poll(() => telegram.of('77')).toEqual([expect.stringContaining('does not know us')])
    await expect.poll(() => mail.of('night@example.com')).toHaveLength(1)
  } finally {
    await server.stop()
  }
})
