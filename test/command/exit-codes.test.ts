import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ExitKind, exitCodes, exitKindOf } from '../../src/command/exit-codes.ts'
import { WrongSettings } from '../../src/config.ts'
import { type ErrorCode, errors, Refusal } from '../../src/errors.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

let database: TestDatabase
let settings: Record<string, string>
const empty = temporaryFolder()
beforeAll(async () => {
  database = await testDatabase()
  settings = settingsFor(database.address)
  const account = 'account create --name Anna --email anna@example.com --currency USD --username anna'
  await imeigate(account.split(' '), settings)
})
afterAll(async () => {
  await database.drop()
  await cleanUp()
})

/** What each kind comes from: a command, and its settings where they are the reason. */
const ways: [kind: ExitKind, code: ErrorCode | undefined, line: string, over?: Record<string, string>][] = [
  ['done', undefined, 'account show anna'],
  ['done', undefined, '--help'],
  ['done', undefined, '--version'],
  ['usage', 'invalid_input', 'nonsense'],
  ['usage', 'invalid_input', 'account'],
  ['usage', 'invalid_input', 'account show'],
  ['usage', 'invalid_input', 'account list --nonsense'],
  ['usage', 'invalid_input', 'account list --limit 0'],
  ['usage', 'invalid_input', 'account set anna --credit-limit much'],
  ['usage', 'invalid_input', 'service import /nowhere/services.csv'],
  ['usage', 'invalid_input', 'account list', { PORT: 'eighty' }],
  ['usage', 'invalid_input', 'account list --settings /nowhere/imeigate.env'],
  ['refused', 'conflict', 'account create --name Other --email o@example.com --currency USD --username anna'],
  ['refused', 'insufficient_balance', 'adjust --account anna --amount=-5 --note none'],
  ['notFound', 'not_found', 'account show nobody'],
  ['notFound', 'service_not_found', 'service show nowhere'],
  ['notFound', 'order_not_found', 'order show 424242'],
  ['notFound', 'not_found', 'account list', { DATABASE_URL: '', IMEIGATE_DATA: `${empty}/data` }],
  [
    'unavailable',
    'temporarily_unavailable',
    'account list',
    { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' },
  ],
  ['bad', undefined, 'doctor', { PORT: '1', HOST: '192.0.2.1' }],
]

it.each(ways)('%s: %s by %s', async (kind, code, line, over = {}) => {
  const ended = await imeigate([...line.split(' '), '--json'], { ...settings, ...over })
  expect([ended.code, ended.stderr.includes('"error"') && ended.error().code]).toEqual([
    ...[exitCodes[kind].code, code ?? false],
  ])
})

it('what fails by itself is told from what was refused', () => {
  expect(exitKindOf(new Error('a fault of ours'))).toBe('failed')
  expect(exitKindOf(new WrongSettings('PORT'))).toBe('usage')
  // What comes too often may be done later.
  expect(exitKindOf(new Refusal('too_many_requests'))).toBe('unavailable')
  // Every error of the table has a kind, none of them that of a fault or of what was done.
  const kinds = Object.groupBy(Object.keys(errors) as ErrorCode[], (code) => exitKindOf(new Refusal(code)))
  expect(Object.keys(kinds).sort()).toEqual(['failed', 'notFound', 'refused', 'unavailable', 'usage'])
  expect(kinds.failed).toEqual(['internal_error'])
  expect(new Set(Object.values(exitCodes).map(({ code }) => code)).size).toBe(Object.keys(exitCodes).length)
  const tried = new Set([...ways.map(([kind]) => kind), 'failed'])
  expect([...tried].sort()).toEqual(Object.keys(exitCodes).sort())
})
