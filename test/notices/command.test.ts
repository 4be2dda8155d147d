import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { addJob } from '../../src/jobs/jobs.ts'
import { RAISE_NOTICES } from '../../src/notices/jobs.ts'
import { Sealer } from '../../src/secrets/sealer.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { testServer } from '../support/server.ts'
import { BOT_TOKEN, MailInbox, makeChannels, TelegramInbox } from './notices.fixtures.ts'

const KEY = '07'.repeat(32)

let database: TestDatabase
let telegram: TelegramInbox
let mail: MailInbox
let sending: Record<string, string>
beforeAll(async () => {
  database = await testDatabase()
  telegram = await new TelegramInbox().open()
  mail = await new MailInbox().open()
  sending = { OUTBOUND_ALLOW: '127.0.0.1', IMEIGATE_SECRET_KEY: KEY }
})
afterAll(async () => {
  await Promise.all([telegram.close(), mail.close()])
  await database.drop()
})

const run = (args: string[]): Promise<Run> =>
  imeigate([...args, '--json'], { ...settingsFor(database.address), ...sending })

test('channels are added, shown without their secrets, changed, and kept while somebody is told by them', async () => {
  const smtp = ['--host', '127.0.0.1', '--port', String(mail.port), '--from', 'imeigate@example.com']
  const unset = await run(['notify', 'add', '--email', 'a@example.com'])
  expect(unset.error()).toMatchObject({
    field: 'email',
    message: 'Invalid input: there is no channel of kind email: imeigate notify channel add --kind email',
  })
  expect((await run(['notify', 'channel', 'add', '--kind', 'email', ...smtp])).json()).toMatchObject({
    name: 'email',
    settings: { host: '127.0.0.1', security: 'starttls' },
    secrets: { password: false },
  })
  const wrong = ['--api-url', `${telegram.url}/`, '--token', 's3cret/../x']
  const refused = await run(['notify', 'channel', 'add', '--kind', 'telegram', '--name', 'bot', ...wrong])
  expect(refused.error()).toMatchObject({ code: 'invalid_input', field: 'token' })
  expect(refused.stderr).not.toContain('s3cret')
  const right = ['--api-url', `${telegram.url}/`, '--token', BOT_TOKEN]
  const bot = await run(['notify', 'channel', 'add', '--kind', 'telegram', '--name', 'bot', ...right])
  expect(bot.json()).toMatchObject({ kind: 'telegram', secrets: { token: true } })
  expect(bot.stdout).not.toContain(BOT_TOKEN)
  const changed = await run(['notify', 'channel', 'update', 'EMAIL', '--from', 'The Shop <shop@example.com>'])
  expect(changed.json()).toMatchObject({ settings: { from: 'The Shop <shop@example.com>', port: mail.port } })
  const half = await run(['notify', 'channel', 'update', 'email', '--user', 'ops'])
  expect(half.error()).toMatchObject({ code: 'invalid_input', field: 'password' })

  const tried = await run(['notify', 'channel', 'test', 'bot', '--to', '@shop_alerts'])
  expect(tried.json()).toMatchObject({ sent: true })
  expect(telegram.of('@shop_alerts')).toEqual([expect.stringContaining('Notices to you arrive')])
  const second = await run(['notify', 'channel', 'add', '--kind', 'telegram', '--name', 'second', ...right])
  expect(second.code).toBe(0)
  const several = await run(['notify', 'add', '--telegram', '5'])
  expect(several.error()).toMatchObject({ field: 'channel', message: expect.stringContaining('several') })
  expect((await run(['notify', 'add', '--telegram', '5', '--channel', 'second'])).json()).toMatchObject({
    channel: 'telegram',
    channel_name: 'second',
  })
  const kept = await run(['notify', 'channel', 'remove', 'second'])
  expect(kept.error()).toMatchObject({ code: 'conflict' })
  const [{ id }] = (await run(['notify', 'list'])).json() as unknown as [{ id: number }]
  expect((await run(['notify', 'remove', String(id)])).code).toBe(0)
  expect((await run(['notify', 'channel', 'remove', 'second'])).code).toBe(0)
  expect((await run(['notify', 'channel', 'list'])).json()).toMatchObject([
    { name: 'email' },
    { name: 'bot' },
  ])
})

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
    { account: null, channel: 'email', address: 'ops@example.com', events: null },
    { account: 1, username: 'shop', channel: 'telegram', address: '-100200' },
  ])
  expect(chatted.json().events).toEqual(['balance.low', 'webhook.paused'])
  expect(mailed.json().created_by).toBe(`cli:${userInfo().username}`)

  expect((await run(['notify', 'test', String(mailed.json().id)])).json()).toMatchObject({ sent: true })
  expect(mail.of('ops@example.com')).toEqual([expect.stringContaining('Notices to you arrive')])
  telegram.troubles.push({ status: 400, body: '{"ok":false,"description":"Bad Request: chat not found"}' })
  const failed = await run(['notify', 'test', String(chatted.json().id)])
  expect(failed.code).toBe(6)
  const problem = 'Telegram did not take the message: Bad Request: chat not found'
  expect(failed.json()).toMatchObject({ sent: false, problem })

  expect(await run(['notify', 'remove', String(mailed.json().id)])).toMatchObject({ code: 0 })
  expect((await run(['notify', 'list'])).json()).toMatchObject([{ id: chatted.json().id }])
})

test('what could never be told is refused in words that say why', async () => {
  const [both, nobody] = await Promise.all([
    run(['notify', 'add', '--email', 'a@example.com', '--telegram', '5']),
    run(['notify', 'add', '--email', 'nobody']),
  ])
  expect(both.error()).toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('exactly one of'),
  })
  expect(nobody.error()).toMatchObject({
    field: 'email',
    message: 'Invalid input: email: "nobody" is no email address',
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
    const sealer = new Sealer(Buffer.from(KEY, 'hex'))
    await makeChannels({ sql, sealer: async () => sealer }, { mail, telegram })
    const scheduled = await sql<{ identifier: string }[]>`
      select identifier from graphile_worker._private_known_crontabs`
    expect(scheduled.map(({ identifier }) => identifier)).toEqual(
      expect.arrayContaining([RAISE_NOTICES, 'requests_sweep']),
    )
    await sql`
      insert into notice_subscriptions (channel_id, address, actor, created_at)
      select id, case kind when 'telegram' then '77' else 'night@example.com' end, 'test', now() from notice_channels`
    await sql`
      insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at)
      values (1, true, 'login', 'Authentication failed', now(), now() + interval '1 hour')
      on conflict (supplier_id) do update set open = true, why = excluded.why, reason = excluded.reason, opened_at = now(), probe_at = excluded.probe_at`
    await addJob(sql, RAISE_NOTICES, {})
    await expect.poll(() => telegram.of('77')).toEqual([expect.stringContaining('does not know us')])
    await expect.poll(() => mail.of('night@example.com')).toHaveLength(1)
  } finally {
    await server.stop()
  }
})
