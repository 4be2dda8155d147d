import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { backupJobs, MAKE_BACKUP } from '../../src/backup/schedule.ts'
import { HOUR_MS } from '../../src/lib/time.ts'
import { StillClock } from '../fulfilment/fulfilment.fixtures.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

let database: TestDatabase
let folder: string
let clock: StillClock
const settings = { everyHours: 24, keep: 2, passphrase: 'a long enough one' }

beforeEach(async () => {
  const made = await testDatabase()
  database = made
  folder = join(temporaryFolder(), 'backups')
  clock = new StillClock()
  return () => made.drop()
})
afterAll(() => cleanUp())

const minute = async (over: Partial<typeof settings> = {}): Promise<void> => {
  const log = pino({ level: 'silent' })
  const deps = { sql: database.sql, address: database.address, folder, clock, log, ...settings, ...over }
  await backupJobs(deps)[MAKE_BACKUP]?.(null, new AbortController().signal)
}
const files = (): string[] => (existsSync(folder) ? readdirSync(folder).sort() : [])

test('a backup is made when it is due, and the oldest ones are removed', async () => {
  await minute({ everyHours: 0 })
  expect(files()).toEqual([])
  await minute()
  const [first] = files()
  expect(first).toMatch(/^scheduled-\d{8}T\d{6}Z[.]backup$/)
  clock.advance(23 * HOUR_MS)
  await minute()
  expect(files()).toEqual([first])
  clock.advance(2 * HOUR_MS)
  await minute()
  writeFileSync(join(folder, 'scheduled-20200101T000000Z.backup'), 'not ours')
  clock.advance(25 * HOUR_MS)
  await minute()
  const kept = files()
  expect(kept).toHaveLength(3)
  expect(kept).not.toContain(first)
  expect(kept).toContain('scheduled-20200101T000000Z.backup')
})

test('one that fails is noted, leaves nothing, and is tried again after an hour; doctor says so', async () => {
  const doctor = async (): Promise<{ status: string; detail: string }> => {
    const own = { ...settingsFor(database.address), BACKUP_HOURS: '24', IMEIGATE_SECRET_KEY: 'ab'.repeat(32) }
    const said = (await imeigate(['doctor', '--json'], own)).json()
    return said.checks.find(({ name }: { name: string }) => name === 'backups')
  }
  expect(await doctor()).toMatchObject({ status: 'warn', detail: 'imeigate has made none' })
  // A file where the folder should be.
  writeFileSync(folder, '')
  await minute()
  expect(await doctor()).toMatchObject({
    status: 'warn',
    detail: expect.stringMatching(/the newest one failed .*is not a folder/),
  })
  rmSync(folder)
  await minute()
  expect(files()).toEqual([])
  clock.advance(HOUR_MS + 1)
  await minute()
  expect(files()).toHaveLength(1)
  await database.sql`update backups set started_at = now() - interval '1 hour' * case when ended_at is null then 1 else 0 end`
  expect(await doctor()).toMatchObject({
    status: 'ok',
    detail: expect.stringContaining('the last one is of'),
  })
  await database.sql`update backups set started_at = started_at - interval '3 days'`
  expect(await doctor()).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('the last one is of'),
  })
})

test('one that is stopped leaves no file', async () => {
  const stopped = new AbortController()
  stopped.abort(new Error('the process is stopping'))
  const log = pino({ level: 'silent' })
  const deps = { sql: database.sql, address: database.address, folder, clock, log, ...settings }
  await database.sql`insert into price_groups (name) values ('one')`
  await backupJobs(deps)[MAKE_BACKUP]?.(null, stopped.signal)
  expect(files()).toEqual([])
})
