import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FakeSupplier, startFakeSupplier } from '../../src/fake-supplier/server.ts'
import { micros } from '../../src/lib/money.ts'
import { imeigate } from '../support/command.ts'
import { renewed, type Step, typing } from '../support/documented.ts'
import { startDocumented } from '../support/documented-server.ts'
import { cleanUp } from '../support/process.ts'
import { imei, type Shop, type TestServer } from '../support/server.ts'
import type { Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

/**
 * Every command of docs/suppliers.md is run, in their order, but those about lists, which list-examples.test.ts runs with a list that
 * changes. To write what has changed into the page: `vitest run test/docs/suppliers -u`.
 */
const page = fileURLToPath(new URL('../../docs/suppliers.md', import.meta.url))
const text = readFileSync(page, 'utf8')
const LISTS = /^## Its list of services\n[\s\S]*?(?=^## )/m

/** SECRET has the form of a key of a REST API; the suppliers take any. */
const SECRET = 'first-shop.tpd2k5bfqj3zqk6jxn3xw7uw'

let server: TestServer
let terminal: Terminal
let settings: Record<string, string>
let bigPanel: FakeSupplier
let other: FakeSupplier
let reseller: Shop

beforeAll(async () => {
  ;({ server, terminal, settings } = await startDocumented())
  const listFile = join(terminal.folder, 'list.json')
  writeFileSync(listFile, list())
  bigPanel = await startFakeSupplier({ port: 0, listFile, balance: micros(1_016_410_000n), finishMs: 0 })
  other = await startFakeSupplier({ port: 0, balance: micros(250_000_000n) })
  reseller = await server.shop()
  await operator(
    'service create --code blacklist --name Blacklist --group Checks --price 0.12 --currency USD',
  )
  writeFileSync(
    join(terminal.folder, 'my-checks.json'),
    /^```json\n(\{\n {2}"name": "my-checks"[\s\S]*?)^```$/m.exec(text)?.[1] ?? '',
  )
})
afterAll(async () => {
  terminal?.close()
  await Promise.all([server?.stop(), bigPanel?.stop(), other?.stop()])
  await cleanUp()
})

async function operator(command: string): Promise<void> {
  const { code, output } = await imeigate(command.split(' '), settings)
  expect(code, output).toBe(0)
}

/** `place` places an order once the server knows the service. */
/** `reviewed` is the order that the page shows a review of. Orders that were refused until the service was known have had numbers, too. */
let reviewed = '1005'

const place = (ID: string, IMEI: string) =>
  until('the order is taken', async () => {
    const { SUCCESS } = await server.place(reseller, { ID, IMEI })
    return SUCCESS !== undefined
  })

/** `list` is that of Big Panel, which numbers the services of each type by themselves. */
function list(): string {
  const service = (SERVICEID: string, SERVICETYPE: string, SERVICENAME: string) => ({
    ...{ SERVICEID, SERVICETYPE, SERVICENAME, CREDIT: '0.08', TIME: '', INFO: '' },
  })
  const group = (GROUPNAME: string, GROUPTYPE: string, ...services: ReturnType<typeof service>[]) => ({
    ...{ GROUPNAME, GROUPTYPE, SERVICES: Object.fromEntries(services.map((one) => [one.SERVICEID, one])) },
  })
  const LIST = {
    Checks: group(
      'Checks',
      'IMEI',
      service('1382', 'IMEI', 'Blacklist'),
      service('654', 'IMEI', 'Carrier check'),
    ),
    Credits: group('Credits', 'SERVER', service('654', 'SERVER', 'Credits')),
  }
  return JSON.stringify({ SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST }] })
}

const phones = Array.from({ length: 4 }, (_, n) => imei(n, '35693803'))

/** `meanwhile` is what others do before the first example that holds these words, in the order of the page. */
const meanwhile: [words: string, work: () => Promise<unknown>][] = [
  [
    'imeigate manual list',
    async () => {
      for (const phone of phones) await place('unlock-acme', phone)
      const has = async () =>
        (await server.sql`select from items where state = 'processing'`).length === phones.length
      await until('all are with Ann', has)
      const [, , third, fourth] = phones
      writeFileSync(
        join(terminal.folder, 'results.txt'),
        `1) ${third} - Unlock code 87654321\n2) ${fourth} - NOT FOUND\n`,
      )
    },
  ],
  [
    'imeigate supplier list',
    () =>
      server.owner`insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at, balance, balance_at)
        select id, true, 'credit', 'Not enough credit', now(), now() + interval '1 hour', 40000, now() from suppliers where name = 'Big Panel'
        on conflict (supplier_id) do update set open = true, why = 'credit', reason = excluded.reason, opened_at = now(),
          probe_at = excluded.probe_at, balance = excluded.balance, balance_at = now()`,
  ],
  [
    'imeigate review list',
    async () => {
      await operator('service create --code carrier --name Carrier --group Checks --price 1 --currency USD')
      await operator('route add --service carrier --supplier fake --remote-service 101 --cost 0.80')
      await place('carrier', imei(1, '00100203'))
      await until('a review is open', async () => {
        const open = await server.sql`select order_id from reviews where resolved_at is null`
        reviewed = String(open[0]?.['order_id'])
        return open.length === 1
      })
    },
  ],
]

const stands = (): [shown: string, inTruth: string][] => [
  ['cli:anna', `cli:${userInfo().username}`],
  [' 1005 ', ` ${reviewed} `],
  ['shop1   ', reseller.username.padEnd('shop1   '.length)],
  ['https://panel.example', bigPanel.url],
  ['https://api.example', other.url],
  ['https://checks.example', `${other.url}/checks`],
  ['http://127.0.0.1:8090', other.url],
]

async function answer(steps: Step[]): Promise<string[]> {
  const commands = steps.map(({ command }) => command)
  const [words, work] = meanwhile[0] ?? []
  if (words !== undefined && commands.some((command) => command.includes(words))) {
    meanwhile.shift()
    await work?.()
  }
  const shownFor = stands()
  const inTruth = (command: string) =>
    shownFor.reduce((now, [shown, truth]) => now.replaceAll(shown, truth), typing(command, SECRET))
  const said = await terminal.run(commands.map(inTruth))
  for (const [index, output] of said.entries())
    if (!steps[index]?.said.startsWith('error:')) expect(output, commands[index]).not.toMatch(/^error:/m)
  return said.map((output) => shownFor.reduce((now, [shown, truth]) => now.replaceAll(truth, shown), output))
}

it('every command of the page gives what stands there', async () => {
  const [lists = ''] = LISTS.exec(text) ?? []
  expect(lists).not.toBe('')
  const [before = '', after = ''] = text.split(lists)
  const now = `${await renewed(before, answer)}${lists}${await renewed(after, answer)}`
  await expect(now).toMatchFileSnapshot(page)
  expect(meanwhile, 'examples that stood in the page, in this order').toEqual([])
})
