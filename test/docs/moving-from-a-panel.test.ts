import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { renewed, type Step } from '../support/documented.ts'
import { startDocumented } from '../support/documented-server.ts'
import { MadeUpPanel } from '../support/made-up-panel.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import type { TestServer } from '../support/server.ts'
import type { Terminal } from '../support/terminal.ts'

/**
 * Every command of docs/moving-from-a-panel.md is run, in their order, with a made-up panel. To write what has changed into the page:
 * `vitest run test/docs/moving-from-a-panel -u`.
 */
const page = fileURLToPath(new URL('../../docs/moving-from-a-panel.md', import.meta.url))
const text = readFileSync(page, 'utf8')

const panel = new MadeUpPanel({ accounts: 60, services: 200, orders: 1000 })
let panelUrl: string
let server: TestServer
let terminal: Terminal

beforeAll(async () => {
  panelUrl = await panel.open()
  ;({ server, terminal } = await startDocumented({ more: { IMEIGATE_DATA: temporaryFolder() } }))
  for (const name of ['export', 'wrong']) {
    mkdirSync(join(terminal.folder, name))
    await panel.write(join(terminal.folder, name))
  }
  // The services come from the panel's API.
  rmSync(join(terminal.folder, 'export', 'services.csv'))
  for (const name of ['groups', 'services', 'keys', 'prices'])
    rmSync(join(terminal.folder, 'wrong', `${name}.csv`))
  const wrong = join(terminal.folder, 'wrong', 'accounts.csv')
  const lines = readFileSync(wrong, 'utf8')
    .split('\r\n')
    .map((line) => line.replace(/^((?:[^,]*,){5})[^,]*/, '$1'))
  writeFileSync(wrong, lines.join('\n').replace('currency,,', 'currency,group_id,'))
  writeFileSync(join(terminal.folder, 'access-key.txt'), `${panel.account(0).key}\n`)
  const [, mapping = ''] = /`mapping\.json`:\n\n```json\n([\s\S]*?)^```$/m.exec(text) ?? []
  writeFileSync(join(terminal.folder, 'mapping.json'), mapping)
})
afterAll(async () => {
  terminal?.close()
  await server?.stop()
  await panel.close()
  await cleanUp()
})

async function answer(steps: Step[]): Promise<string[]> {
  const stands: [name: string, inTruth: string][] = [
    ['https://old.panel.example', panelUrl.slice(0, -1)],
    ['https://panel.example', panelUrl.slice(0, -1)],
    ['http://127.0.0.1:8080', server.url],
  ]
  const inTruth = (words: string) => stands.reduce((now, [name, truth]) => now.replaceAll(name, truth), words)
  const functions = [...text.matchAll(/^```sh\n(panel\(\)[\s\S]*?)^```$/gm)]
    .map(([, lines = '']) => lines)
    .join('\n')
  const said = await terminal.run(
    steps.map(({ command }) => inTruth(command)),
    functions,
  )
  return said.map((words) => stands.reduce((now, [name, truth]) => now.replaceAll(truth, name), words))
}

it('every command of the page gives what stands there', async () => {
  await expect(await renewed(text, answer)).toMatchFileSnapshot(page)
})
