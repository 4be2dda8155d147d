import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FakeSupplier, startFakeSupplier } from '../../src/fake-supplier/server.ts'
import { imeigate } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { examplesOf } from '../support/documented.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

/** The examples of docs/suppliers.md about lists are run in their order, with a panel whose list changes meanwhile. */
const page = readFileSync(new URL('../../docs/suppliers.md', import.meta.url), 'utf8')
const [section = ''] = /^## Its list of services\n[\s\S]*?(?=^## )/m.exec(page) ?? []
const commands = examplesOf(section).flatMap((steps) => steps.map(({ command }) => command.trim()))

const folder = temporaryFolder()
const list = join(folder, 'list.json')
const pairs = join(folder, 'pairs.csv')
let database: TestDatabase
let panel: FakeSupplier

function hasCost(dollars: string): void {
  const service = (id: string, name: string) => ({
    ...{ SERVICEID: id, SERVICETYPE: 'IMEI', SERVICENAME: name, CREDIT: dollars, TIME: '', INFO: '' },
  })
  const SERVICES = { 1382: service('1382', 'Blacklist'), 1383: service('1383', 'Carrier') }
  const LIST = { 'iPhone checks': { GROUPNAME: 'iPhone checks', GROUPTYPE: 'IMEI', SERVICES } }
  writeFileSync(list, JSON.stringify({ SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST }] }))
}

beforeAll(async () => {
  database = await testDatabase()
  panel = await startFakeSupplier({ port: 0, listFile: list })
  hasCost('0.80')
  for (const name of ['Big Panel', 'Wholesale']) {
    const url = ['--url', panel.url, '--username', 'fake', '--apiaccesskey', 'fake']
    expect(await run('supplier', 'add', '--kind', 'dhru', '--name', name, ...url)).toMatchObject({ code: 0 })
  }
  expect(await run('group', 'create', '--name', 'Gold')).toMatchObject({ code: 0 })
  writeFileSync(pairs, 'ours,theirs\nblacklist,1383\n')
})
afterAll(async () => {
  await panel.stop()
  await database.drop()
  await cleanUp()
})

const run = (...args: string[]) =>
  imeigate(args, {
    ...settingsFor(database.address),
    OUTBOUND_ALLOW: '127.0.0.0/8',
    IMEIGATE_SECRET_KEY: 'ab'.repeat(32),
  })

/** `wordsOf` splits a command as a shell does. */
const wordsOf = (command: string): string[] =>
  (command.match(/"[^"]*"|\S+/g) ?? [])
    .slice(1)
    .map((word) => (word === 'pairs.csv' ? pairs : word.replaceAll('"', '')))

it('every example works as it stands, and a preview says so at its end', async () => {
  expect(commands.length).toBeGreaterThan(8)
  for (const command of commands) {
    if (command.includes('--accept-jump')) hasCost(command.includes('1382') ? '8.00' : '80.00')
    const { code, stdout, stderr } = await run(...wordsOf(command))
    expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' })
    const isPreview = command.includes(' sync ') && !/--(?:apply|schedule|max-)/.test(command)
    expect([command, stdout.endsWith('\nnothing was changed: add --apply\n')]).toEqual([command, isPreview])
    if (isPreview && command.includes('--percent')) expect(stdout).toMatch(/sale price/)
    if (command.includes('--accept-jump')) expect(stdout).toMatch(/routes changed +\d/)
  }
  const { stdout } = await run('price', 'list', '--service', 'blacklist')
  expect(stdout).toMatch(/everyone +\d+ IDR .*cost \+ 30%, rounded up to 500 \(service blacklist\)\n/)
  expect(stdout).toMatch(/group Gold .*cost \+ 15%, rounded up to 0\.01 \(service blacklist\)\n/)
})
