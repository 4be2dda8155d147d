import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { settingsFor } from '../support/database-on.ts'
import { renewed } from '../support/documented.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp } from '../support/process.ts'
import { Terminal } from '../support/terminal.ts'

/** Every command of docs/prices.md is run, in their order. To write what has changed into the page: `vitest run test/docs/prices -u`. */
const page = fileURLToPath(new URL('../../docs/prices.md', import.meta.url))
let database: TestDatabase
let terminal: Terminal

beforeAll(async () => {
  database = await testDatabase()
  terminal = new Terminal(() => ({ ...settingsFor(database.address), IMEIGATE_SECRET_KEY: 'c3'.repeat(32) }))
  await terminal.open()
})
afterAll(async () => {
  terminal?.close()
  await database?.drop()
  await cleanUp()
})

it('every command of the page gives what stands there', async () => {
  const text = readFileSync(page, 'utf8')
  const answer = (steps: { command: string }[]) => terminal.run(steps.map(({ command }) => command))
  await expect(await renewed(text, answer)).toMatchFileSnapshot(page)
})
