import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { renewed, type Step } from '../support/documented.ts'
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp } from '../support/process.ts'
import { Terminal } from '../support/terminal.ts'

/**
 * The examples of docs/backup.md are run in their order, on a database with an account, and on an empty one where a new data folder is named. To
 * write what has changed into the page: `vitest run test/docs/backup-examples -u`.
 */
const page = fileURLToPath(new URL('../../docs/backup.md', import.meta.url))

const PRESENT = '/srv/imeigate/data'
const NEW = 'IMEIGATE_DATA=/srv/imeigate/new '

let database: TestDatabase
let empty: TestDatabase
let isNew = false
const terminal: Terminal = new Terminal(() => ({
  ...settingsFor(isNew ? empty.ownerAddress : database.address),
  ...{ IMEIGATE_DATA: join(terminal.folder, 'data'), IMEIGATE_SECRET_KEY: 'c3'.repeat(32) },
}))
beforeAll(async () => {
  database = await testDatabase()
  empty = await emptyDatabase()
  const account =
    'account create --name Shop --email shop@example.com --currency USD --username shop --deposit 20'
  await imeigate(account.split(' '), settingsFor(database.address))
  await terminal.open()
  writeFileSync(join(terminal.folder, 'passphrase.txt'), 'correct horse battery staple\n')
})
afterAll(async () => {
  terminal.close()
  await Promise.all([database.drop(), empty.drop()])
  await cleanUp()
})

/** `answer` runs an example, and gives what each command says, without what is another each time. */
async function answer(steps: Step[]): Promise<string[]> {
  const said: string[] = []
  for (const { command } of steps) {
    isNew = command.startsWith(NEW)
    const [text = ''] = await terminal.run([command.replace(NEW, '')])
    expect(text, command).not.toMatch(/^error:/m)
    said.push(
      text
        .replaceAll(join(terminal.folder, 'data'), PRESENT)
        .replaceAll(terminal.folder, '/srv/imeigate')
        .replace(/imeigate-\d{8}T\d{6}Z/g, 'imeigate-20261129T080614Z')
        .replace(/^(bytes +)\d+$/gm, (_all: string, name: string) => `${name}51830`)
        .replace(/^(rows +)\d+$/gm, (_all: string, name: string) => `${name}1052`)
        .replace(/(?<=^the next order is +)\d+$/gm, '179595218101')
        .replace(/(?<=^schema +)\d+$/gm, '4')
        .replace(/(?<=whole +)\d+/g, '51830'),
    )
  }
  return said
}

it('every example of the page gives what stands there', async () => {
  const before = readFileSync(page, 'utf8')
  await expect(await renewed(before, answer)).toMatchFileSnapshot(page)
})
