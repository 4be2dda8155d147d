import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HOUR_MS } from '../../src/lib/time.ts'
import { QRIS } from '../deposits/telling-apart.fixtures.ts'
import { renewed, type Step, typing } from '../support/documented.ts'
import { startDocumented } from '../support/documented-server.ts'
import { cleanUp } from '../support/process.ts'
import { RestClient } from '../support/rest.ts'
import type { Shop, TestServer } from '../support/server.ts'
import type { Terminal } from '../support/terminal.ts'

/** Every command of docs/deposits.md is run, in their order. To write what has changed into the page: `vitest run test/docs/deposits -u`. */
const page = fileURLToPath(new URL('../../docs/deposits.md', import.meta.url))
const text = readFileSync(page, 'utf8')

const SECRET = 'p6wq2m8xk4t7v9c3z5n1b8f2'

let server: TestServer
let terminal: Terminal
/** `stands` are what the page shows in place of what is so in the test: what a deposit is raised by is random. */
const stands: [shown: string, inTruth: string][] = []
const inTruth = (words: string) => stands.reduce((now, [shown, truth]) => now.replaceAll(shown, truth), words)
const asShown = (words: string) => stands.reduce((now, [shown, truth]) => now.replaceAll(truth, shown), words)

let dollars: Shop
let rupiah: Shop

beforeAll(async () => {
  ;({ server, terminal } = await startDocumented({ secrets: { HOOK_SECRET: SECRET } }))
  dollars = await server.shop()
  rupiah = await server.shop({ currency: 'IDR' })
  stands.push(['http://127.0.0.1:8080', server.url], ['cli:anna', `cli:${userInfo().username}`])
  writeFileSync(join(terminal.folder, 'qris.txt'), QRIS)
})
afterAll(async () => {
  terminal?.close()
  await server?.stop()
  await cleanUp()
})

/** `begun` begins a deposit, and gives what is to be paid. */
async function begun(by: Shop, amount: string, provider_code: string): Promise<number> {
  const {
    status,
    body,
    text: said,
  } = await new RestClient(server, by).post('/api/deposit', {
    amount,
    provider_code,
  })
  expect(status, said).toBeLessThan(300)
  return Number(body.amounts.total_pay)
}

/** `shownFile` is what the page has of a file, behind its name. */
const shownFile = (name: string): string =>
  new RegExp(`\`${name}\`[^\\n]*:\\n\\n\`\`\`\\w+\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(text)?.[1] ?? ''

/** `meanwhile` is what others do before the first example that holds these words, in the order of the page. */
const meanwhile: [words: string, work: () => Promise<unknown>][] = [
  [
    'deposit list --state review',
    async () => {
      await begun(dollars, '50', 'bank')
      const file = Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64')
      const proof = { reference: 'FT26329ABCD', file }
      const { status, text: said } = await new RestClient(server, dollars).post(
        '/api/deposit/1001/proof',
        proof,
      )
      expect(status, said).toBeLessThan(300)
    },
  ],
  [
    'deposit match statement.csv',
    async () => {
      const toPay = await begun(rupiah, '50000', 'bca')
      stands.push(['50037', String(toPay)], ['50,037', toPay.toLocaleString('en')])
      const today = new Date(Date.now() + 7 * HOUR_MS).toISOString().slice(0, 10)
      const statement = inTruth(shownFile('statement.csv')).replaceAll('2026-11-29', today)
      writeFileSync(join(terminal.folder, 'statement.csv'), statement)
    },
  ],
  [
    'hooks/deposits/usdt',
    async () => {
      const toPay = await begun(dollars, '20', 'usdt')
      stands.push(
        ['20003700', String(Math.round(toPay * 1_000_000))],
        ['20.0037', String(toPay)],
        ['1795948260', String(Math.ceil(Date.now() / 1000))],
      )
      writeFileSync(join(terminal.folder, 'transfer.json'), inTruth(shownFile('transfer.json')))
    },
  ],
]

async function answer(steps: Step[]): Promise<string[]> {
  const commands = steps.map(({ command }) => command)
  const [words, work] = meanwhile[0] ?? []
  if (words !== undefined && commands.some((command) => command.includes(words))) {
    meanwhile.shift()
    await work?.()
  }
  const said = await terminal.run(commands.map((command) => typing(inTruth(command), SECRET)))
  expect(said.join('\n'), commands.join('')).not.toMatch(/^error:/m)
  return said.map(asShown)
}

it('every command of the page gives what stands there', async () => {
  await expect(await renewed(text, answer)).toMatchFileSnapshot(page)
  expect(meanwhile, 'examples that stood in the page, in this order').toEqual([])
})
