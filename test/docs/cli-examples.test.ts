import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKey } from '../../src/accounts/keys.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { cleanUp as endSuppliers, FakeProcess } from '../fake-supplier/fake-process.ts'
import { renewed, type Step } from '../support/documented.ts'
import { cleanUp, embeddedAddress, shopOn, start, temporaryFolder } from '../support/process.ts'
import { RestClient } from '../support/rest.ts'
import { type DhruJson, imei, type Shop, type TestServer } from '../support/server.ts'
import { Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'
import { Receiver } from '../webhooks/receiver.ts'

/**
 * Every example of docs/cli.md is run, in their order, on an empty embedded database and a server that is started on it;
 * blocks of `console not-run` are left alone. To write what has changed into the page: `vitest run test/docs/cli-examples -u`.
 */
const page = fileURLToPath(new URL('../../docs/cli.md', import.meta.url))

const PANEL_KEY = 'tpd2k5bfqj3zqk6jxn3xw7uwuk95a2snhvhdj7sk'
/** SECURITY_IDS are shown in place of the random ones, by the ids of the keys. */
const SECURITY_IDS = ['maauwx5t7w', 'rnkvdkv3ad', 'pjk48wch6n', 'e7tqkz2bfs']
const OPERATOR = `cli:${userInfo().username}`

const data = temporaryFolder()
const receiver = new Receiver()
const settings: Record<string, string> = {
  IMEIGATE_DATA: data,
  IMEIGATE_SECRET_KEY: 'c3'.repeat(32),
  OUTBOUND_ALLOW: '127.0.0.0/8',
}
let panelUrl = ''
let server: TestServer
let reseller: Shop

beforeAll(async () => {
  const panel = new FakeProcess(
    '--username',
    'first-shop',
    '--apiaccesskey',
    PANEL_KEY,
    '--balance',
    '1016.41',
  )
  panelUrl = await panel.url()
  await receiver.open()
})
afterAll(async () => {
  await receiver.close()
  await endSuppliers()
  await cleanUp()
})

const serverPort = (): string => (server === undefined ? '0' : new URL(server.url).port)
const terminal = new Terminal(() => ({ ...settings, PORT: serverPort() }), { PANEL_KEY })
beforeAll(() => terminal.open())
afterAll(() => terminal.close())

/** `meanwhile` is what others do before the first example that holds these words, in the order of the page. */
const meanwhile: [words: string, work: () => Promise<unknown>][] = [
  [
    'imeigate group create',
    async () => {
      const child = start(data, { ...settings, LOG_LEVEL: 'info' })
      server = await shopOn(child, embeddedAddress(data))
    },
  ],
  [
    'imeigate service create',
    async () => {
      const { securityId, secret } = await createKey(server.sql, 1 as AccountId, { dialect: 'panel' })
      reseller = { accountId: 1, username: 'first-shop', securityId, secret }
    },
  ],
  [
    'imeigate deposit list',
    () => new RestClient(server, reseller).post('/api/deposit', { amount: 40, provider_code: 'bank' }),
  ],
  [
    'imeigate order list',
    async () => {
      await server.ended(reseller, await place({ ID: 'blacklist', IMEI: '490154203237518' }))
      await place({ ID: 'sim-check', IMEI: imei(1, '00100103') })
      await place({ ID: 'firmware', QNT: '1' })
      await until('the outcome of order 1002 is unknown', () => has('items', `state = 'unknown'`))
    },
  ],
  [
    'imeigate review list',
    async () => {
      await place({ ID: 'blacklist', IMEI: imei(1, '00100203') })
      await until('a review of order 1004 is open', () => has('reviews', 'resolved_at is null'))
    },
  ],
  [
    'imeigate manual list',
    async () => {
      for (const IMEI of ['356938035643809', '490154203237518']) await place({ ID: 'sim-check', IMEI })
      await until('both are with people', () => has('items', `order_id > 1004 and state = 'processing'`, 2))
    },
  ],
  [
    'imeigate statement',
    async () => {
      const ended = `order_id in (1002, 1004) and state = 'success'`
      // They are asked about now, and not when half a minute is over.
      await server.sql`update items set due_at = now() where state = 'unknown'`
      await until('what was unknown comes to light', () => has('items', ended, 2))
    },
  ],
  [
    'imeigate webhook events',
    async () => {
      await place({ ID: 'blacklist', IMEI: '356938035643809' }, told)
      await until('both events are delivered', () => has('order_events', 'delivered_at is not null', 2))
    },
  ],
  [
    'imeigate webhook list --json',
    () =>
      until('both events are delivered again', () =>
        has('order_events', 'delivered_at is not null and attempts = 2', 2),
      ),
  ],
]

const has = async (table: string, condition: string, count = 1): Promise<boolean> =>
  (await server.sql.unsafe(`select 1 from ${table} where ${condition}`)).length === count

/** `told` is the reseller with the key of the webhook, which the page makes. */
let told: Shop

/** `place` places one order, once the server knows the catalogue and the key. */
async function place(order: Record<string, string>, shop = reseller): Promise<string> {
  let answer: DhruJson
  await until('the order is taken', async () => {
    answer = await server.place(shop, order)
    return answer.SUCCESS !== undefined
  })
  return answer.SUCCESS[0].REFERENCEID
}

const month = new Date().toISOString().slice(0, 7)

/** `answer` runs an example, and gives what each command says, with the names of the page in place of those of the test. */
async function answer(steps: Step[]): Promise<string[]> {
  const commands = steps.map(({ command }) => command)
  const [words, work] = meanwhile[0] ?? []
  if (words !== undefined && commands.some((command) => command.includes(words))) {
    meanwhile.shift()
    await work?.()
  }
  const stands: [name: string, inTruth: string][] = [
    ['https://panels.example', panelUrl],
    ['https://myshop.example', receiver.url.replace('/hooks/imei', '')],
    ['http://127.0.0.1:8090', panelUrl],
    ['2026-11', month],
  ]
  const said = await terminal.run(
    commands.map((command) => stands.reduce((text, [name, truth]) => text.replaceAll(name, truth), command)),
  )
  const keys =
    server && (await server.sql<{ id: number; security_id: string }[]>`select id, security_id from api_keys`)
  for (const { id, security_id } of keys ?? []) stands.push([SECURITY_IDS[id - 1] ?? '', security_id])
  stands.push(
    ['panels.example', new URL(panelUrl).host],
    ['cli:anna', OPERATOR],
    ['/srv/imeigate/data', data],
    ['127.0.0.1:8080', `127.0.0.1:${serverPort()}`],
  )
  const [, securityId = '', secret = ''] = /^key +(\w+)\.(\w+)$/m.exec(said.join('\n')) ?? []
  if (said.join('').includes('webhook secret')) told = { ...reseller, securityId, secret }
  return said.map((text) =>
    stands
      .reduce((now, [name, truth]) => now.replaceAll(truth, name), text)
      .replace(/(?<=(?:Z|UTC|:\d\d) +)\d+(?= {2}200$)/gm, '73')
      // The test's machine may have little room.
      // Whoever runs the test.
      .replace(/^(?:ok|warn) +user .+$/m, 'ok  user  imeigate  -')
      .replace(/^warn +(disk space .+ free) .+$/m, 'ok  $1  -'),
  )
}

it('every example of the page gives what stands there', async () => {
  const before = readFileSync(page, 'utf8')
  writeFileSync(join(terminal.folder, 'token.txt'), '123456789:AAEhBOweik6ad9r_exampleToken\n')
  for (const [, name = '', content = ''] of before.matchAll(
    /`([a-z]+\.(?:csv|json))`:\n\n```\w+\n([\s\S]*?)^```$/gm,
  )) {
    writeFileSync(join(terminal.folder, name), content)
  }
  await expect(await renewed(before, answer)).toMatchFileSnapshot(page)
  expect(meanwhile, 'examples that stood in the page, in this order').toEqual([])
})
