import { writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imeigate, imeigateProcess, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

let database: TestDatabase
let settings: Record<string, string>

beforeAll(async () => {
  database = await testDatabase()
  settings = {
    ...settingsFor(database.address),
    IMEIGATE_DATA: temporaryFolder(),
    OUTBOUND_ALLOW: '127.0.0.0/8',
  }
})
afterAll(async () => {
  await database.drop()
  await cleanUp()
})

const run = (args: string[], more: Record<string, string> = {}): Promise<Run> =>
  imeigate(args, { ...settings, ...more })

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what it asked for.
async function json(...args: string[]): Promise<any> {
  const ended = await run([...args, '--json'])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return ended.json()
}

const keyFile = join(temporaryFolder(), 'key.txt')
writeFileSync(keyFile, 'top-secret\n')

const dhru = (name: string, ...more: string[]): string[] => [
  ...['supplier', 'add', '--kind', 'dhru', '--name', name, '--username', 'me'],
  ...(more.includes('--url') ? [] : ['--url', 'http://127.0.0.1:9/']),
  ...(more.includes('--apiaccesskey') ? [] : ['--apiaccesskey-file', keyFile]),
  ...more,
]

describe('imeigate supplier add', () => {
  it('gives the supplier with its settings, and of its secrets that they are set', async () => {
    const made = await json(
      ...dhru('Panel', '--currency', 'EUR', '--concurrency', '4', '--rate', '10', '--show-reasons'),
      ...['--bulk', '100', '--refuses-duplicates', '--setting', 'encoding=urlencoded'],
      ...['--setting', 'recheck=[60, 3600]'],
    )
    expect(made).toMatchObject({
      id: expect.any(Number),
      kind: 'dhru',
      name: 'Panel',
      url: 'http://127.0.0.1:9/',
      currency: 'EUR',
      enabled: true,
      settings: {
        username: 'me',
        bulk: 100,
        refuses_duplicates: true,
        encoding: 'urlencoded',
        recheck: [60, 3600],
      },
      secrets: { apiaccesskey: true },
      concurrency: 4,
      rate_per_second: 10,
      shows_reasons: true,
      health: { open: false, why: null, balance: null },
      open_items: 0,
      routes: 0,
    })
    expect(await json('supplier', 'show', 'panel')).toEqual(made)
    const shown = await run(['supplier', 'show', String(made.id)])
    expect(shown.stdout).toMatch(/apiaccesskey +set\n/)
    expect(shown.stdout).not.toContain('top-secret')
  })

  it('reads secrets from stdin, so that no process list has them', async () => {
    const args = dhru('Careful', '--apiaccesskey', '-')
    const { code, stdout } = await imeigateProcess([...args, '--json'], settings, 'typed-secret\n')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name: 'Careful', secrets: { apiaccesskey: true } })
    expect(stdout).not.toContain('typed-secret')
    const empty = await imeigate(dhru('Careless', '--apiaccesskey', '-'), settings)
    expect(empty.code).toBe(2)
  })

  it('takes a template from a file, and needs nothing of a person', async () => {
    const file = join(settings['IMEIGATE_DATA'] ?? '', 'missing.json')
    const http = ['supplier', 'add', '--kind', 'http', '--name', 'Checks', '--url', 'https://203.0.113.9']
    expect((await run([...http, '--template', file, '--json'])).error()).toMatchObject({ field: 'template' })
    await writeFile(file, '{"name":')
    const halved = await run([...http, '--template', file, '--json'])
    expect(halved.error()).toMatchObject({
      message: expect.stringContaining('is not JSON'),
      field: 'template',
    })
    expect(await json('supplier', 'add', '--kind', 'manual', '--name', 'Ann')).toMatchObject({
      url: null,
      secrets: {},
    })
  })

  it('warns of what will not be called, and adds it', async () => {
    const { code, stderr } = await run(dhru('Inside'), { OUTBOUND_ALLOW: '' })
    expect(code).toBe(0)
    expect(stderr).toBe(
      'warning: 127.0.0.1 is not public, and calls to it are refused: add 127.0.0.0/8 to OUTBOUND_ALLOW\n',
    )
  })

  it.each([
    [dhru('X', '--url', 'panel'), '--url must begin with https:// or http://', 'url'],
    [dhru('X', '--bulk', 'many'), /^--bulk must be a whole number/, 'bulk'],
    [dhru('X', '--setting', 'encoding=pigeon'), /^--setting encoding must be one of/, 'encoding'],
    [dhru('X', '--setting', 'colour=red'), '--setting colour is no setting of the kind dhru', 'colour'],
    [dhru('X', '--rate', '0'), '--rate must be a whole number from 1 to 10,000', 'rate'],
    [dhru('X', '--apiaccesskey', ''), /^--apiaccesskey is missing/, 'apiaccesskey'],
    [dhru('17'), '--name must not be all digits, as supplier ids are', 'name'],
  ])('with %o says what is wrong', async (args, message, field) => {
    const ended = await run([...args, '--json'])
    expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code: 2, stdout: '' })
    const error = ended.error()
    expect(error).toMatchObject({ code: 'invalid_input', field })
    const words = error.message.replace('Invalid input: ', '')
    if (typeof message === 'string') expect(words).toBe(message)
    else expect(words).toMatch(message)
  })
})

describe('imeigate supplier update, disable, enable', () => {
  it('changes what is given and leaves the rest', async () => {
    const made = await json(...dhru('Changing', '--bulk', '5', '--rate', '9', '--show-reasons'))
    const changed = await json(
      ...['supplier', 'update', 'changing', '--name', 'Changed', '--rate', '', '--hide-reasons'],
      ...['--setting', 'bulk='],
    )
    const { updated_at: _, ...settled } = { ...made, name: 'Changed', rate_per_second: null }
    expect(changed).toMatchObject({ ...settled, shows_reasons: false, settings: { username: 'me', bulk: 0 } })
    expect(await json('supplier', 'disable', 'changed')).toMatchObject({ enabled: false })
    expect((await run(['supplier', 'list'])).stdout).toMatch(/Changed +dhru +disabled/)
    expect(await json('supplier', 'enable', 'changed')).toMatchObject({ enabled: true })
    expect((await run(['supplier', 'update', 'changed', '--json'])).error()).toMatchObject({
      message: 'Invalid input: there is nothing to change',
    })
    const nobody = await run(['supplier', 'disable', 'nobody'])
    expect(nobody).toMatchObject({ code: 4, stderr: 'error: Not found: there is no supplier nobody\n' })
  })
})

describe('imeigate supplier test', () => {
  it('gives our account there, and the balance stays in the list', async () => {
    const panel = createServer((request, response) => {
      const info = { credit: '$16.41', creditraw: '16.41', mail: 'me@example.com', currency: 'USD' }
      request
        .resume()
        .on('end', () => response.end(JSON.stringify({ SUCCESS: [{ message: '', AccoutInfo: info }] })))
    })
    await new Promise<void>((resolve) => panel.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(panel.address() as AddressInfo).port}/`
    await json(...dhru('Working', '--url', url))
    expect(await json('supplier', 'test', 'working')).toMatchObject({
      name: 'Working',
      ok: true,
      account: { balance: '16.41', currency: 'USD' },
      milliseconds: expect.any(Number),
      problem: null,
    })
    expect((await run(['supplier', 'list'])).stdout).toMatch(/Working +dhru +in use +\$16\.41/)
    panel.closeAllConnections()
    await new Promise((resolve) => panel.close(resolve))
  })

  it('exits 6 and says what went wrong when it fails', async () => {
    const port = await freePort()
    await json(...dhru('Silent', '--url', `http://127.0.0.1:${port}/`))
    const ended = await run(['supplier', 'test', 'silent', '--json'])
    expect(ended.code).toBe(6)
    expect(ended.json()).toMatchObject({
      ok: false,
      account: null,
      problem: expect.stringContaining('ECONNREFUSED'),
    })
    const inside = await run(['supplier', 'test', 'silent'], { OUTBOUND_ALLOW: '' })
    expect(inside.code).toBe(6)
    expect(inside.stdout).toContain('add 127.0.0.0/8 to OUTBOUND_ALLOW')
  })
})

/** `freePort` gives a port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
