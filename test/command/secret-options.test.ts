import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build } from '../../src/command/program.ts'
import { SecretOption } from '../../src/command/secret-options.ts'
import { channelKinds } from '../../src/integrations/channels/index.ts'
import { gatewayKinds } from '../../src/integrations/gateways/index.ts'
import type { IntegrationKind } from '../../src/integrations/kit/kind.ts'
import { supplierKinds } from '../../src/integrations/suppliers/index.ts'
import { commandsOf, imeigate, type Run } from '../support/command.ts'
import { settingsFor } from '../support/database-on.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'

const folder = temporaryFolder()
let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  await database.drop()
  await cleanUp()
})

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

let count = 0
/** `add` adds a supplier of the kind http, which has two secrets, and gives what the command said. */
const add = async (given: string[], stdin = ''): Promise<Run> => {
  const template =
    '{"name":"t","request":{"method":"GET","url":"{url}"},"answer":{"format":"json","success":[{"path":"a","equals":1}],"result":"b"}}'
  const name = `s-${++count}`
  return await imeigate(
    [
      ...['supplier', 'add', '--kind', 'http', '--name', name, '--url', 'http://127.0.0.1:9'],
      ...['--template', file('template.json', template), '--json', ...given],
    ],
    { ...settingsFor(database.address), IMEIGATE_DATA: folder, OUTBOUND_ALLOW: '127.0.0.0/8' },
    stdin,
  )
}

describe('every secret that commands take', () => {
  it('of a kind of integration, is an option that knows so, with a file beside it', async () => {
    const all = commandsOf(await build()).flatMap(([, { options }]) => options)
    const kinds: IntegrationKind[] = [...supplierKinds.kinds, ...gatewayKinds.kinds, ...channelKinds.kinds]
    const fields = kinds.flatMap((kind) => Object.values(kind.fields).filter(({ secret }) => secret))
    expect(fields.length).toBeGreaterThan(6)
    for (const { flag } of fields) {
      const long = flag?.split(' ')[0]
      expect(long).toBeDefined()
      expect(
        all.some((option) => option.long === long && option instanceof SecretOption),
        long,
      ).toBe(true)
      expect(
        all.some((option) => option.long === `${long}-file`),
        long,
      ).toBe(true)
    }
  })

  it('is named like no other option', async () => {
    const secret = /secret|password|token|api-?(access)?-?key/i
    const plain = commandsOf(await build())
      .flatMap(([, { options }]) => options)
      .filter(({ long, flags }) => secret.test(flags) && !long?.endsWith('-file'))
      .filter((option) => !(option instanceof SecretOption))
      // A flag has no value that could be one.
      .filter(({ required, optional }) => required || optional)
    expect(plain.map(({ flags }) => flags)).toEqual([])
  })
})

describe('a secret', () => {
  it.each([
    ['in a file', () => ['--key-file', file('key', 'k3y')], ''],
    ['in a file with a line end', () => ['--key-file', file('key', 'k3y\r\n')], ''],
    [
      'in a file of UTF-16, as a text editor saves it',
      () => ['--key-file', file('key', Buffer.from('\ufeffk3y', 'utf16le'))],
      '',
    ],
    ['on stdin', () => ['--key', '-'], 'k3y\n'],
    ['on stdin, as a file', () => ['--key-file', '-'], 'k3y'],
    ['behind =', () => ['--key=-'], 'k3y\n'],
  ])('%s is taken without a word', async (_how, given, stdin) => {
    const run = await add(given(), stdin)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.json().secrets).toEqual({ key: true, proxy: false, secret: false })
  })

  it.each([
    ['two lines of stdin', () => ['--secret', '-', '--key', '-'], 'k3y\ns3cret\n'],
    ['a file and a line', () => ['--secret-file', file('secret', 's3cret'), '--key', '-'], 'k3y\n'],
  ])('is one of several: %s', async (_how, given, stdin) => {
    const run = await add(given(), stdin)
    expect(run).toMatchObject({ code: 0, stderr: '' })
    expect(run.json().secrets).toEqual({ key: true, proxy: false, secret: true })
  })

  it('that is typed is taken, with one line of warning that does not say it', async () => {
    const one = await add(['--key', 'k3y'])
    expect(one.code).toBe(0)
    expect(one.stderr).toBe(
      "warning: --key stands in the shell's history and the list of processes: give it by --key-file, or as - on stdin\n",
    )
    const two = await add(['--key=k3y', '--secret', 's3cret'])
    expect(two.stderr).toBe(
      "warning: --key and --secret stand in the shell's history and the list of processes: give them by --key-file and --secret-file, or as - on stdin\n",
    )
    // Nothing is said of one that is taken away.
    expect((await add(['--key', ''])).stderr).toBe('')
  })

  it.each([
    ['twice', () => ['--key', 'k3y', '--key-file', file('key', 'k3y')], '', /: --key is given twice/],
    ['twice, once on stdin', () => ['--key', '-', '--key-file', file('key', 'k3y')], 'k3y\n', /twice/],
    ['in no file', () => ['--key-file', join(folder, 'none')], '', /: cannot read .* \(ENOENT\)$/],
    ['in a folder', () => ['--key-file', folder], '', /EISDIR/],
    ['in an empty file', () => ['--key-file', file('key', '\n')], '', /must have one line/],
    ['in a file of two lines', () => ['--key-file', file('key', 'k3y\nmore\n')], '', /must have one line/],
    ['on an empty stdin', () => ['--key', '-'], '', /: stdin has no line for key$/],
    ['on a stdin with a line too few', () => ['--key', '-', '--secret', '-'], 'k3y\n', /no line for secret$/],
  ])('%s is refused, and not said', async (_how, given, stdin, message) => {
    mkdirSync(folder, { recursive: true })
    const run = await add(given(), stdin)
    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run.error()).toMatchObject({ code: 'invalid_input', message: expect.stringMatching(message) })
    expect(run.error().field).toMatch(/^(key|secret)$/)
    expect(run.stderr).not.toContain('k3y')
  })
})
