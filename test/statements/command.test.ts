import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { micros } from '../../src/lib/money.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

let database: TestDatabase
let folder: string
const run = (...args: string[]) => imeigate(['statement', ...args], settingsFor(database.address))

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'imeigate-statement-'))
  const account = { name: 'Shop', email: 'a@b.c', currency: 'USD', username: 'shop' }
  const { id } = await createAccount(database.sql, account, 'test')
  const at = { now: () => new Date('2026-02-03T04:05:06Z') }
  await new Adjustments(database.sql, at).deposit(id, micros(2_500_000n), { actor: 'ann', note: 'bank' })
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

test('months are listed, and a month is summed up', async () => {
  const [months, month] = await Promise.all([run('shop'), run('shop', '2026-02', '--json')])
  expect(months.stdout).toMatch(/^month +opening +closing +complete\n2026-02 +\$0\.00 +\$2\.50 +yes\n$/)
  expect(month.json()).toMatchObject({
    month: '2026-02',
    complete: true,
    closing_balance: '2.50',
    count: 1,
    totals: [{ type: 'credit', reason: 'deposit', count: 1, amount: '2.50' }],
  })
})

test('a whole statement goes to a file or to standard output', async () => {
  const file = join(folder, 'may.pdf')
  const [csv, pdf] = await Promise.all([
    run('shop', '2026-02', '--format', 'csv'),
    run('shop', '2026-02', '--out', file),
  ])
  expect([csv.code, csv.stderr]).toEqual([0, ''])
  expect(csv.stdout.split('\r\n')[2]).toBe('2026-02-03T04:05:06.000Z,1,credit,deposit,,bank,2.50,,2.50,USD')
  expect([pdf.code, pdf.stdout]).toEqual([0, `${file}: 1 movements\n`])
  expect((await readFile(file)).subarray(0, 5).toString()).toBe('%PDF-')
  expect(await readdir(folder)).toEqual(['may.pdf'])
})

test('what is wrong is said by naming it', async () => {
  const [format, month] = await Promise.all([
    run('shop', '2026-02', '--out', join(folder, 'may.doc'), '--json'),
    run('shop', '2026-2', '--json'),
  ])
  expect(format.error()).toMatchObject({ code: 'invalid_input', field: 'format' })
  expect(month.error()).toMatchObject({ code: 'invalid_input', field: 'month' })
})
