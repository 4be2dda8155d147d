import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer } from '../../src/app/server.ts'
import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/lib/time.ts'
import { imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import { RestClient } from '../support/rest.ts'
import { type Shop, TestServer } from '../support/server.ts'
import { balance, bank } from './deposits.fixtures.ts'
import { FakeStripe, SECRET_KEY, WEBHOOK_SECRET } from './fake-stripe.ts'

let server: TestServer
let shop: Shop
let settings: Record<string, string>
beforeAll(async () => {
  const database = await testDatabase()
  const { address } = database
  const outbound = { OUTBOUND_ALLOW: '127.0.0.0/8', IMEIGATE_SECRET_KEY: 'cd'.repeat(32) }
  settings = { ...settingsFor(address), ...outbound, IMEIGATE_DATA: temporaryFolder() }
  const log = pino({ level: 'silent' })
  const started = await startServer(readConfig({ PORT: '0', ...outbound }), database.access, log, systemClock)
  server = new TestServer(started, database)
  shop = await server.shop({ deposit: '1' })
})
afterAll(async () => {
  await server.stop()
  await cleanUp()
})

const run = (...args: string[]): Promise<Run> => imeigate(['deposit', ...args], settings)
// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run(...args, '--json')
  expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}

const BANK = ['--kind', 'manual', '--code', 'bank', '--name', 'Bank', '--currency', 'USD']
const ACCOUNT = ['--account-number', '123', '--account-holder-name', 'The Operator']

test('an operator opens a bank account to resellers', async () => {
  const missing = await run('provider', 'add', ...BANK, '--json')
  expect(missing).toMatchObject({ code: 2 })
  expect(missing.error()).toMatchObject({ code: 'invalid_input', field: 'account_number' })
  const made = await json('provider', 'add', ...BANK, ...ACCOUNT, '--fee-percent', '2.5', '--max', '100')
  expect(made).toMatchObject({
    ...{
      code: 'bank',
      fee_percent: '2.5',
      min_deposit: '0.01',
      max_deposit: '100.00',
      enabled: true,
      hook: null,
    },
    settings: { account_number: '123', account_holder_name: 'The Operator', expires_hours: 72 },
  })
})

test('an operator sees a proof, and confirms', async () => {
  const client = new RestClient(server, shop)
  await bank(server, { code: 'other-bank' })
  const { id } = (await client.post('/api/deposit', { amount: 10, provider_code: 'other-bank' })).body
  const file = Buffer.from('%PDF-1.7\n')
  await client.post(`/api/deposit/${id}/proof`, { reference: 'TX 1', file: file.toString('base64') })

  expect(await json('list', '--state', 'review', '--account', shop.username)).toMatchObject([
    { id, proof: 'TX 1' },
  ])
  const saved = join(settings['IMEIGATE_DATA'] ?? '', 'proof.pdf')
  await json('show', String(id), '--proof', saved)
  expect(await readFile(saved)).toEqual(file)
  expect((await stat(saved)).mode & 0o777).toBe(0o600)
  const amount = await run('confirm', String(id), '--amount', '5', '--json')
  expect(amount.error()).toMatchObject({ code: 'invalid_input', field: 'amount' })
  const shownNow = async () => (await run('show', String(id))).stdout
  expect(await shownNow()).toMatch(/^to be credited +\$10\.00$/m)
  const confirmed = await json('confirm', String(id), '--note', 'seen on Monday')
  expect(await shownNow()).toMatch(/^credited +\$10\.00$/m)
  expect(confirmed).toMatchObject({
    state: 'succeeded',
    note: 'seen on Monday',
    settled_by: expect.stringMatching(/^cli:/),
  })
  expect(await balance(server, shop)).toBe('11.00')
})

test('money that came otherwise is still credited at once with the same command', async () => {
  expect(await json(shop.username, '5', '--note', 'in cash')).toMatchObject({
    kind: 'deposit',
    note: 'in cash',
  })
})

test('a gateway whose secrets came by stdin works, and they are not shown', async () => {
  const fake = await FakeStripe.start(systemClock)
  const words =
    'deposit provider add --kind stripe --code card --name Card --currency USD --secret-key - --webhook-secret -'
  const args = [...words.split(' '), '--success-url', 'https://shop.example.com/', '--url', fake.url]
  const { stdout: shown, stderr: errors } = await imeigate(
    args,
    settings,
    `${SECRET_KEY}\n${WEBHOOK_SECRET}\n`,
  )
  expect(errors).toBe('')
  expect(shown).toContain('/hooks/deposits/card')
  expect(shown).not.toContain(SECRET_KEY)
  expect(JSON.stringify(await json('provider', 'list'))).not.toContain(WEBHOOK_SECRET)

  const client = new RestClient(server, shop)
  const { id } = (await client.post('/api/deposit', { amount: 10, provider_code: 'card' })).body
  await fake.tell(
    `${server.url}/hooks/deposits/card`,
    fake.event('completed', fake.pay(fake.only()), 'evt_1'),
  )
  expect(await json('show', String(id))).toMatchObject({
    ...{ state: 'succeeded', settled_by: 'deposit:card' },
    events: [{ id: 'evt_1', type: 'checkout.session.completed', outcome: 'succeeded' }],
  })
  expect(await json('provider', 'set', 'card', '--max', '50')).toMatchObject({
    max_deposit: '50.00',
    has_secrets: true,
  })
  await fake.stop()
})

test('a statement is shown first, then credited, and counts once however often it comes', async () => {
  const payer = await server.shop({ currency: 'IDR', deposit: '1' })
  const words =
    'provider add --kind unique-amount --code bca --name BCA --currency IDR --account-number 1 --account-holder-name Us'
  const made = await json(...words.split(' '), '--time-zone', 'Asia/Jakarta', '--tail-max', '9')
  expect(made).toMatchObject({ hook: null, has_secrets: false, settings: { tail_max: 9, keep_days: 7 } })
  const client = new RestClient(server, payer)
  const begun = (await client.post('/api/deposit', { amount: 50_000, provider_code: 'bca' })).body
  const total = begun.amounts.total_pay
  const day = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10)
  const file = join(settings['IMEIGATE_DATA'] ?? '', 'statement.csv')
  const rows = [
    'Tanggal;Keterangan;Jumlah',
    `${day};BUDI;"${total},00 CR"`,
    `${day};ANI;49.000,00 CR`,
    `${day};BIAYA;2.500,00 DB`,
    'Saldo;;9',
  ]
  await writeFile(file, rows.join('\n'))
  const shown = await json('match', file, '--provider', 'bca')
  expect(shown).toMatchObject({
    ...{ applied: false, credited: String(total), currency: 'IDR' },
    counts: { credited: 1, unmatched: 1, out: 1, undated: 1, known: 0 },
    lines: [
      { line: 2, outcome: 'credited', deposit: begun.id, words: 'BUDI', credit: String(total) },
      { line: 3, outcome: 'unmatched', deposit: null, amount: '49000' },
    ],
  })
  expect(await balance(server, payer)).toBe('1.00')
  const text = await run('match', file, '--provider', 'bca')
  expect(text.stdout).toContain('nothing was changed: add --apply')
  expect(await json('match', file, '--provider', 'bca', '--apply')).toMatchObject({
    applied: true,
    counts: { credited: 1 },
  })
  // The same line in a file that overlaps, and once more by itself.
  await writeFile(file, [rows[0], rows[2], rows[1], ''].join('\n'))
  expect(await json('match', file, '--provider', 'bca', '--apply')).toMatchObject({
    credited: '0',
    counts: { credited: 0, known: 1, unmatched: 1 },
  })
  expect(await balance(server, payer)).toBe(`${total + 1}.00`)
  expect(await json('show', String(begun.id))).toMatchObject({
    state: 'succeeded',
    settled_by: 'deposit:bca',
  })
  const other = await run('match', file, '--provider', 'bank', '--json')
  expect(other.error()).toMatchObject({ code: 'conflict', field: 'provider' })
  const nobody = await run('match', file, '--provider', 'nobody', '--json')
  expect(nobody.error()).toMatchObject({ code: 'not_found' })
})

test('what fits no deposit is listed until somebody closes it, and people are told of it', async () => {
  const told = async () => ({
    doctor: (await imeigate(['doctor', '--json'], settings))
      .json()
      .checks.find(({ name }: { name: string }) => name === 'stray payments'),
    notice: (await imeigate(['notify', 'preview', 'payment.stray'], settings)).output,
    digest: (await imeigate(['notify', 'preview', 'digest'], settings)).output,
  })
  expect((await told()).doctor).toMatchObject({ status: 'ok' })
  await server.sql`
    insert into stray_payments (provider_id, payment_id, amount, currency, paid_at, words, fitting, received_at)
    select id, 'm7', 49000000000, 'IDR', '2026-11-29 08:11:15', 'ANI', 0, now() from deposit_providers where code = 'bca'`
  const { doctor, notice, digest } = await told()
  expect(doctor).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('1 fit no deposit: 49000 IDR'),
  })
  expect(notice).toMatch(/A payment fits no deposit\n\n49000 IDR came in/)
  expect(digest).toContain('Payments that fit no deposit: 1, 49000 IDR')
  expect((await run('stray', 'list')).stdout).toMatch(/ 2026-11-29 08:11 Asia\/Jakarta +no deposit /)
  const [stray] = await json('stray', 'list')
  expect(stray).toMatchObject({ provider: 'bca', payment: 'm7', amount: '49000.00', fitting: 0 })
  expect(await json('stray', 'close', String(stray.id), '--note', 'credited')).toMatchObject({
    note: 'credited',
  })
  expect(await json('stray', 'list')).toEqual([])
  const after = await told()
  expect(after.doctor).toMatchObject({ status: 'ok' })
  expect(after.notice + after.digest).not.toContain('fit no deposit')
  expect((await run('stray', 'close', '999', '--json')).error()).toMatchObject({ code: 'not_found' })
})
