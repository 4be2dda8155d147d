import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { imeigate } from '../support/command.ts'
import { databaseOn, settingsFor } from '../support/database-on.ts'
import { emptyDatabase, type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

const opened: TestDatabase[] = []
afterEach(async () => {
  for (const database of opened.splice(0)) await database.drop()
  await cleanUp()
})
const open = async (making: Promise<TestDatabase>): Promise<TestDatabase> => {
  const database = await making
  opened.push(database)
  return database
}

const COMMANDS = [
  ['account', 'list'],
  ['ledger', 'check'],
  ['backup', 'create'],
  ['secrets', 'status'],
]

describe('a command where there is no database', () => {
  it.each(COMMANDS)('%s %s: says so, and makes none', async (...command) => {
    const folder = temporaryFolder()
    const refused = await imeigate([...command, '--json'], { IMEIGATE_DATA: join(folder, 'data') })
    expect(refused.code).not.toBe(0)
    expect(refused.error()).toMatchObject({ code: 'not_found', message: expect.stringContaining(folder) })
    expect(readdirSync(folder)).toEqual([])
    const empty = await open(emptyDatabase())
    const other = await imeigate([...command, '--json'], settingsFor(empty.ownerAddress))
    expect(other.error()).toMatchObject({ code: 'not_found', message: expect.stringContaining('is empty') })
    expect(await empty.owner`select from pg_class where relnamespace = 'public'::regnamespace`).toHaveLength(
      0,
    )
  })

  it('doctor warns, and makes none', async () => {
    const folder = temporaryFolder()
    const { checks } = (await imeigate(['doctor', '--json'], { IMEIGATE_DATA: join(folder, 'data') })).json()
    expect(checks).toContainEqual(expect.objectContaining({ name: 'database', status: 'warn' }))
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('the settings file', () => {
  const fileOf = (settings: Record<string, string>): string =>
    Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join('')

  it('beside the data folder, by option or by IMEIGATE_SETTINGS, leads every command to its database', async () => {
    const database = await open(testDatabase())
    const folder = temporaryFolder()
    const file = join(folder, 'imeigate.env')
    writeFileSync(file, fileOf(settingsFor(database.address)))
    const verbose = ['account', 'list', '--json', '--verbose']
    for (const [words, settings] of [
      [[], { IMEIGATE_DATA: join(folder, 'data') }],
      [['--settings', file], {}],
      [[], { IMEIGATE_SETTINGS: file }],
    ] as [string[], Record<string, string>][]) {
      const said = await imeigate([...verbose, ...words], settings)
      expect(said).toMatchObject({ code: 0, stdout: '[]\n' })
      expect(said.stderr).toMatch(
        new RegExp(`^settings: the environment, and ${file}\ndatabase: .*${database.name}\n$`),
      )
    }
  })

  it('counts less than the environment, and its paths count from where it is', async () => {
    const [own, other] = [await open(testDatabase()), await open(testDatabase())]
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'settings'))
    writeFileSync(
      join(folder, 'url.txt'),
      settingsFor(databaseOn(own.address, 'nowhere'))['DATABASE_URL'] as string,
    )
    const file = join(folder, 'settings/shop.env')
    writeFileSync(file, 'IMEIGATE_DATA=../data\nDATABASE_URL_FILE=../url.txt\n')
    const list = ['account', 'list', '--verbose', '--settings', file]
    const [byFile, byEnvironment] = [
      await imeigate(list, {}),
      await imeigate(list, settingsFor(other.address)),
    ]
    expect(byFile.stderr).toContain('nowhere')
    expect(byEnvironment).toMatchObject({ code: 0 })
    expect(byEnvironment.stderr).toContain(other.name)
    writeFileSync(file, 'IMEIGATE_DATA=../data\n')
    expect((await imeigate(list, {})).stderr).toContain(
      `database: the embedded one in ${join(folder, 'data')}\n`,
    )
  })

  it('that is not there, or has what is no setting, is refused by name; passwords are not shown', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'imeigate.env')
    const run = async (words: string[]) =>
      (
        await imeigate(['account', 'list', '--json', ...words], { IMEIGATE_DATA: join(folder, 'data') })
      ).error()
    expect(await run(['--settings', file])).toMatchObject({
      code: 'invalid_input',
      field: 'settings',
      message: expect.stringContaining('(ENOENT)'),
    })
    writeFileSync(file, 'PROT=8080\nPORT_FILE=x\nPGHOST=/x\nMETRICS_TOKEN_FILE=y\nDATABSE_URL=z\n')
    expect(await run([])).toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/imeigate.env has what is no setting: DATABSE_URL, PORT_FILE, PROT$/),
    })
    writeFileSync(file, 'DATABASE_URL=postgres://user:hidden@127.0.0.1:1/db\n')
    const said = await imeigate(['account', 'list', '--verbose'], { IMEIGATE_DATA: join(folder, 'data') })
    expect(said.output).toContain('database: 127.0.0.1:1/db')
    expect(said.output).not.toContain('hidden')
  })
})
