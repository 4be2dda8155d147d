import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createKey } from '../../src/accounts/keys.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { DAY_MS } from '../../src/lib/time.ts'
import { createToken } from '../../src/staff/operator-tokens.ts'
import { type StaffPermission, staffPermissions } from '../../src/staff/roles.ts'
import { cleanUp as endSuppliers, FakeProcess } from '../fake-supplier/fake-process.ts'
import { imeigate } from '../support/command.ts'
import { renewed, type Step } from '../support/documented.ts'
import { startDocumented } from '../support/documented-server.ts'
import { cleanUp } from '../support/process.ts'
import { RestClient } from '../support/rest.ts'
import { imei, type Shop, TestClock, type TestServer } from '../support/server.ts'
import type { Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

/**
 * Every command of docs/operators-day.md is run, in their order, on a shop that has sold for some weeks. To write what has changed into the
 * page: `vitest run test/docs/operators-day -u`.
 */
const page = fileURLToPath(new URL('../../docs/operators-day.md', import.meta.url))
const text = readFileSync(page, 'utf8')

const TODAY = new Date()
const IS_FIRST = TODAY.getUTCDate() === 1
/** `monthAgo` is a day of the month that the page calls the last one. On the first day of a month the shop sold yesterday in the last one: that before it stands for it. */
const monthAgo = (day: number, hour = 0) =>
  new Date(Date.UTC(TODAY.getUTCFullYear(), TODAY.getUTCMonth() - (IS_FIRST ? 2 : 1), day, hour))
const LAST_MONTH = monthAgo(15, 12)
/** UNLOCKS is how many phones wait for people. */
const UNLOCKS = 300
const SHOWN_TO_PAY = '500037'
/** AFTER_REFUND is what Konter Jaya has then besides that deposit. */
const AFTER_REFUND = 212_000
const OTHERS_PHONE = '490154203237518'

let server: TestServer
let terminal: Terminal
let supplierUrl: string
let settings: Record<string, string>
let token: string
let jaya: Shop
let maju: Shop
/** `toPay` is what a deposit comes to, once the page has begun it: what it is raised by is random. */
let toPay = SHOWN_TO_PAY
/** `dispute` is the number of the review that a reseller's doubt leads to. */
let dispute = 2

beforeAll(async () => {
  supplierUrl = await new FakeProcess('--currency', 'IDR', '--services', '10', '--finish-ms', '0').url()
  const clock = new TestClock()
  ;({ server, terminal, settings } = await startDocumented({ clock }))
  const grosir = `--kind dhru --name Grosir --url ${supplierUrl} --username fake --apiaccesskey - --currency IDR --setting recheck=[604800]`
  await operator('supplier', 'add', ...grosir.split(' '))
  await operator(...'supplier add --kind manual --name Tim --currency IDR'.split(' '))
  const checks = ['--group', 'Fake checks 1', '--percent', '15', '--round', '500', '--into', 'Checks']
  await operator('supplier', 'sync', 'Grosir', ...checks, '--apply')
  const unlock = '--code unlock --group Unlocking --price 25000 --currency IDR --supplier Tim --name'.split(
    ' ',
  )
  await operator('service', 'create', ...unlock, 'Unlock Acme Phones')
  for (const [name, username] of [
    ['Konter Jaya', 'konter-jaya'],
    ['Toko Maju', 'toko-maju'],
  ] as const) {
    const account = `--username ${username} --email ${username}@example.com --currency IDR --deposit`.split(
      ' ',
    )
    await operator(
      'account',
      'create',
      '--name',
      name,
      ...account,
      username === 'toko-maju' ? '7600000' : '250000',
    )
  }
  await operator(...'account set konter-jaya --low-balance 300000'.split(' '))
  const provider = (kind: string, code: string, name: string) =>
    operator(
      ...`deposit provider add --kind ${kind} --code ${code} --currency IDR --account-number 1234567890`.split(
        ' ',
      ),
      ...['--name', name, '--account-holder-name', 'PT Toko Anda', '--bank', 'BCA'],
    )
  await provider('unique-amount', 'qris', 'QRIS')
  await provider('bank-transfer', 'bca', 'Transfer BCA')
  const all = Object.keys(staffPermissions) as StaffPermission[]
  ;({ token } = await createToken(server.sql, { name: 'the shop', permissions: all }, undefined))
  jaya = await shop(1, 'konter-jaya')
  maju = await shop(2, 'toko-maju')
  await pastOf(clock)
})
afterAll(async () => {
  terminal?.close()
  await server?.stop()
  await endSuppliers()
  await cleanUp()
})

async function operator(...args: string[]): Promise<void> {
  const { code, output } = await imeigate(args, settings, 'fake\n')
  expect(code, output).toBe(0)
}

async function posted(by: Shop, path: string, body: object): Promise<void> {
  const { status, text } = await new RestClient(server, by).post(path, body)
  expect(status, text).toBeLessThan(300)
}

async function shop(accountId: number, username: string): Promise<Shop> {
  const dialect = username === 'konter-jaya' ? 'panel' : 'contract'
  const { securityId, secret } = await createKey(server.sql, accountId as AccountId, { dialect })
  return { accountId, username, securityId, secret }
}

/** `pastOf` lets the shop sell last month, yesterday and in the night. */
async function pastOf(clock: TestClock): Promise<void> {
  const goTo = (at: number) => clock.advance(at - clock.now().getTime())
  goTo(LAST_MONTH.getTime())
  await ended(jaya, await place(jaya, 'fake-check-101', imei(1)))
  goTo(TODAY.getTime() - DAY_MS)
  await lost(maju)
  for (const [n, tac] of [
    [3, '35000000'],
    [4, '35000000'],
    [5, '00100212'],
    [6, '35000000'],
  ] as const)
    await ended(jaya, await place(jaya, 'fake-check-101', imei(n, tac)))
  goTo(Date.now())
  await until('all that was sold is in the figures', () => has(BEHIND, 0))
}

/** BEHIND are the accounts whose ledgers are not folded into the figures to their ends. */
const BEHIND = `(select account_id, max(id) as last from ledger_entries group by 1) as ledger
  left join folded_ledgers using (account_id) where last > coalesce(last_id, 0)`

const write = (name: string, lines: string[]) =>
  writeFileSync(join(terminal.folder, name), `${lines.join('\n')}\n`)

/** `place` places an order once the server knows the service: a refusal would take an order number, too. */
async function place(by: Shop, ID: string, IMEI: string): Promise<string> {
  await until(`service ${ID} is seen`, async () => {
    const details = await server.call(by, { action: 'getimeiservicedetails', ID })
    return details.json().SUCCESS !== undefined
  })
  return (await server.place(by, { ID, IMEI })).SUCCESS[0].REFERENCEID
}
const ended = (by: Shop, id: string) => server.ended(by, id)

async function lost(by: Shop): Promise<void> {
  await place(by, 'fake-check-102', imei(2, '00100203'))
  await until('a review is open', () => has(`reviews where resolved_at is null`))
}

const has = async (rows: string, count = 1): Promise<boolean> =>
  (await server.sql.unsafe(`select from ${rows}`)).length === count

/** `meanwhile` is what others do before the first example that holds these words. */
const meanwhile: [words: string, work: () => Promise<unknown>][] = [
  [
    'supplier sync Grosir\n',
    async () => {
      await fetch(`${supplierUrl}/control`, { method: 'POST', body: '{"price_factor":1.4}' })
      await operator('supplier', 'sync', 'Grosir', '--apply')
    },
  ],
  [
    'manual list',
    async () => {
      const phones = Array.from({ length: UNLOCKS }, (_, n) => imei(1000 + n, '35693803'))
      const half = UNLOCKS / 2
      for (const imeis of [phones.slice(0, half), phones.slice(half)])
        await posted(maju, '/api/order', { code: 'unlock', data: { imeis } })
      await until('all are with people', () => has(`items where state = 'processing'`, UNLOCKS))
      const line = (phone: string, n: number) =>
        `${phone}\t${n % 100 === 99 ? 'NOT FOUND' : `Unlock code ${10_000_000 + n * 7919}`}`
      write('sheet.txt', [...phones.slice(0, half).map(line), `${OTHERS_PHONE}\tUnlock code 11223344`])
      write('sheet-2.txt', phones.slice(half).map(line))
    },
  ],
  [
    'order list --account toko-maju',
    () =>
      until('the pasted results are carried out', () =>
        has(`items where state in ('pending', 'processing')`, 0),
      ),
  ],
  [
    'deposit match',
    async () => {
      const [, csv = ''] = /^```csv\n([\s\S]*?)^```$/m.exec(text) ?? []
      const day = new Date().toISOString().slice(0, 10)
      write('statement.csv', [inTruth(csv.replaceAll('TODAY', day)).trimEnd()])
    },
  ],
  [
    "op '/deposits?state=review'",
    async () => {
      await posted(maju, '/api/deposit', { amount: '1000000', provider_code: 'bca' })
      await posted(maju, '/api/deposit/1002/proof', { reference: 'FT2611290042' })
    },
  ],
  [
    'imeigate review list --kind changed',
    async () => {
      await until('the supplier has been asked', () => has(`reviews where kind = 'changed'`))
      const [review] = await server.sql<[{ id: number }]>`select id from reviews where kind = 'changed'`
      dispute = Number(review?.id)
    },
  ],
  [
    'imeigate order show 1002',
    async () => {
      // It is asked about now, and not when its turn comes.
      await server.sql`update items set due_at = now() where order_id = 1002`
      await until('order 1002 has ended', () => has(`items where order_id = 1002 and state = 'success'`))
    },
  ],
]

const [from, to] = [monthAgo(1), new Date(monthAgo(32).setUTCDate(0))].map((day) =>
  day.toISOString().slice(0, 10),
)
/** `periods` name the month that stands for the last one. */
const periods: [string, string][] = [
  ['--period last-month', `--from ${from} --to ${to}`],
  ['period=last-month', `from=${from}&to=${to}`],
]

/** `stands` are what the page shows in place of what is so in the test. */
const stands = (): [shown: string, inTruth: string][] => [
  ['127.0.0.1:8090', new URL(supplierUrl).host],
  ['cli:anna', `cli:${userInfo().username}`],
  [SHOWN_TO_PAY, toPay],
  [thousands(SHOWN_TO_PAY), thousands(toPay)],
  [thousands(SHOWN_TO_PAY, AFTER_REFUND), thousands(toPay, AFTER_REFUND)],
  ['review resolve 2 ', `review resolve ${dispute} `],
  ['review 2 is', `review ${dispute} is`],
  [' 2  changed', ` ${dispute}  changed`],
  ...(IS_FIRST ? periods : []),
  ['2026-10', LAST_MONTH.toISOString().slice(0, 7)],
]
const thousands = (amount: string, more = 0) => (Number(amount) + more).toLocaleString('en')
const inTruth = (words: string) =>
  stands().reduce((now, [shown, truth]) => now.replaceAll(shown, truth), words)
const asShown = (words: string) =>
  stands().reduce((now, [shown, truth]) => now.replaceAll(truth, shown), words)

async function answer(steps: Step[]): Promise<string[]> {
  const [, functions = ''] = /^```sh\n(op\(\)[\s\S]*?)^```$/m.exec(text) ?? []
  const { securityId, secret } = jaya
  const prelude = `URL=${server.url} TOKEN=${token} KEY_NAME=${securityId} KEY_SECRET=${secret}\n${functions}`
  const said: string[] = []
  let waiting: string[] = []
  const run = async () => {
    said.push(...(await terminal.run(waiting.map(inTruth), prelude)))
    waiting = []
  }
  for (const { command } of steps) {
    const work = meanwhile.find(([words]) => command.includes(words))
    if (work) {
      await run()
      meanwhile.splice(meanwhile.indexOf(work), 1)
      await work[1]()
    }
    waiting.push(command)
  }
  await run()
  const [, amount] = /"provider_code":"qris".*"total_pay":(\d+)/.exec(said.join('\n')) ?? []
  if (amount !== undefined) toPay = amount
  return said.map(asShown)
}

it('every command of the page gives what stands there', async () => {
  await expect(await renewed(text, answer)).toMatchFileSnapshot(page)
})
