import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { cleanUp, FakeProcess } from '../fake-supplier/fake-process.ts'
import { renewed, type Step } from '../support/documented.ts'
import { startDocumented } from '../support/documented-server.ts'
import type { TestServer } from '../support/server.ts'
import type { Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

/**
 * Every command of docs/shop-in-rupiah.md is run, in their order, with the page's own practice supplier; those of `console not-run` start
 * what the test has started. To write what has changed into the page: `vitest run test/docs/shop-in-rupiah -u`.
 */
const page = fileURLToPath(new URL('../../docs/shop-in-rupiah.md', import.meta.url))
const text = readFileSync(page, 'utf8')

const USERNAME = 'maauwx5t7w'
let server: TestServer
let terminal: Terminal
let supplierUrl: string
/** `key` is the reseller's, once the page has made it. */
let key = { username: '', secret: '' }

beforeAll(async () => {
  const [, options = ''] = /^\$ .*fake-supplier (.*)$/m.exec(text) ?? []
  supplierUrl = await new FakeProcess(...options.split(' ')).url()
  ;({ server, terminal } = await startDocumented())
})
afterAll(async () => {
  terminal?.close()
  await server?.stop()
  await cleanUp()
})

/** `functions` are those that the page has its reader paste. */
const functions = (): string =>
  [...text.matchAll(/^```sh\n((?:panel|api)\(\)[\s\S]*?)^```$/gm)]
    .map(([, lines = '']) => lines)
    .join('\n')
    .replaceAll('YOUR_USERNAME', key.username)
    .replaceAll('YOUR_APIACCESSKEY', key.secret)

const hasEnded = async (order: string): Promise<boolean> =>
  (await server.sql`select from items where order_id = ${order} and state in ('success', 'failed')`)
    .length === 1

async function answer(steps: Step[]): Promise<string[]> {
  const stands: [name: string, inTruth: string][] = [
    ['http://127.0.0.1:8090', supplierUrl],
    ['http://127.0.0.1:8080', server.url],
    ['2026-11', new Date().toISOString().slice(0, 7)],
  ]
  const inTruth = (words: string) => stands.reduce((now, [name, truth]) => now.replaceAll(name, truth), words)
  const commands = steps.map(({ command }) => inTruth(command))
  const [, order] = /getimeiorder .*"ID":"(\d+)"/.exec(commands[commands.length - 1] ?? '') ?? []
  const before = order === undefined ? commands : commands.slice(0, -1)
  const said = before.length > 0 ? await terminal.run(before, inTruth(functions())) : []
  if (order !== undefined) {
    await until(`order ${order} has ended`, () => hasEnded(order))
    said.push(...(await terminal.run(commands.slice(-1), inTruth(functions()))))
  }
  const [, username = '', secret = ''] = /^key +(\w+)\.(\w+)$/m.exec(said.join('\n')) ?? []
  if (secret !== '') key = { username, secret }
  if (key.username !== '') stands.push([USERNAME, key.username])
  return said.map((words) => stands.reduce((now, [name, truth]) => now.replaceAll(truth, name), words))
}

it('every command of the page gives what stands there', async () => {
  await expect(await renewed(text, answer)).toMatchFileSnapshot(page)
})
