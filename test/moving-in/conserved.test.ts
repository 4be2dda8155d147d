import { afterAll, afterEach, beforeEach, expect, inject, it } from 'vitest'
import { Adjustments } from '../../src/ledger/adjustments.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { formatMicros, micros } from '../../src/lib/money.ts'
import { createToken } from '../../src/staff/operator-tokens.ts'
import { KitShop } from '../support/kit-shop.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { cleanUp } from '../support/process.ts'
import { randomNumbers } from '../support/random.ts'
import { until } from '../support/until.ts'
import { files, folderOf, move, openShop } from './moving.fixtures.ts'

afterAll(() => cleanUp())

let database: TestDatabase | undefined
beforeEach(async () => {
  database = await testDatabase()
})
afterEach(() => database?.drop())

/** `stateOf` gives all that a move makes, without what is another each time. */
const stateOf = async ({ sql }: Pick<TestDatabase, 'sql'>): Promise<unknown> => ({
  accounts: await sql`
    select a.username, a.login, a.name, a.email, a.currency, g.name as group, a.status, w.available::text, w.credit_limit::text, w.last_entry::int
      from accounts a join wallets w on w.account_id = a.id left join price_groups g on g.id = a.price_group_id order by 1`,
  services: await sql`select id, code, name, kind from services order by 1`,
  prices: await sql`select service_id, currency, unit_price::text from prices order by 1, 2, 3`,
  keys: await sql`select a.username, encode(k.secret_hash, 'hex') as hash from api_keys k join accounts a on a.id = k.account_id order by 1, 2`,
  orders: await sql`
    select a.username, f.id::int, f.type, f.state, f.answer from former_orders f join accounts a on a.id = f.account_id order by 1, 2, 3`,
})

/** `largeFiles` are of several batches, which are written one after the other. */
function largeFiles(random: () => number): Record<string, string> {
  const accounts = Array.from({ length: 150 }, (_, n) => {
    const balance = micros(BigInt(Math.floor((random() - 0.3) * 1e12)))
    const limit = balance < 0n ? -balance : 0n
    return `${n},user.${n},User ${n},user${n}@mail.example,USD,${n % 2 ? 'VIP' : ''},${formatMicros(balance)},${formatMicros(limit)},`
  })
  const orders = Array.from(
    { length: 1100 },
    (_, n) => `${n + 1},${n % 150},7,imei,,${n % 5 === 0 ? 0 : 4},x,1,2026-01-31,`,
  )
  return {
    ...files,
    'accounts.csv': `${files['accounts.csv'].split('\n')[0]}\n${accounts.join('\n')}\n`,
    'keys.csv': `account,key\n${accounts.map((_, n) => `${n},KEY-OF-USER-${n}`).join('\n')}\n`,
    'prices.csv': `service,account,price\n${accounts.map((_, n) => `7,${n},0.${n + 1}`).join('\n')}\n`,
    'orders.csv': `${files['orders.csv'].split('\n')[0]}\n${orders.join('\n')}\n`,
  }
}

it('an interrupted move goes on where it stopped, wherever that was, and ends as one that was not', async () => {
  const random = randomNumbers(inject('seed'))
  const folder = folderOf(largeFiles(random))
  const whole = await testDatabase()
  try {
    let steps = 0
    await move(whole, folder, { onProgress: (_part, _rows, total) => void (total !== undefined && steps++) })
    expect(steps).toBeGreaterThanOrEqual(7)
    const there = database as TestDatabase
    for (let stop = 1; stop <= steps; stop++) {
      let step = 0
      const interrupt = (_part: string, _rows: number, total: number | undefined): void => {
        if (total !== undefined && ++step === stop) throw new Error('interrupted')
      }
      await expect(move(there, folder, { onProgress: interrupt })).rejects.toThrow('interrupted')
    }
    const { report } = await move(there, folder)
    for (const part of report.parts) expect(part).toMatchObject({ made: 0, changed: 0, refused: 0 })
    expect(await stateOf(there)).toEqual(await stateOf(whole))
    expect((await checkLedger(there.sql)).filter(({ ok }) => !ok)).toEqual([])
    const [moves] = await there.sql`select count(*)::int as all, count(ended_at)::int as ended from moves`
    expect(moves).toEqual({ all: steps + 1, ended: 1 })
  } finally {
    await whole.drop()
  }
})

it('opening balances conserve money: what accounts have is what the files say, and adjustments go on from there', async () => {
  const random = randomNumbers(inject('seed'))
  const there = database as TestDatabase
  const large = largeFiles(random)
  const { report } = await move(there, folderOf(large), { only: ['groups', 'accounts'] })
  const balances = (large['accounts.csv'] ?? '')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',')[6] ?? '')
  const sum = balances.reduce((all, one) => all + BigInt(Math.round(Number(one) * 1e6)), 0n)
  const [{ balance = 0n, owed = 0n } = {}] = [...report.openings.values()]
  expect(balance).toBe(sum)
  expect(owed > 0n).toBe(true)
  const totals = async () => {
    const [row] = await there.sql`
      select (select sum(available + held)::text from wallets) as wallets,
             (select sum(delta)::text from ledger_lines where side in ('available', 'held')) as lines,
             (select sum(-delta)::text from ledger_lines where side = 'bank') as bank,
             (select sum(delta)::text from ledger_lines) as all`
    return row
  }
  expect(await totals()).toEqual({ wallets: String(sum), lines: String(sum), bank: String(sum), all: '0' })
  const adjustments = new Adjustments(there.sql)
  let moved = 0n
  for (let n = 0; n < 40; n++) {
    const id = (1 + Math.floor(random() * 140)) as AccountId
    const amount = micros(BigInt(Math.floor((random() - 0.5) * 1e9)) + 1n)
    const done = await adjustments
      .adjust(id, amount, { actor: 'cli:anna', note: 'so' })
      .catch((error: { code?: string }) => {
        expect(error.code).toBe('insufficient_balance')
      })
    if (done) moved += amount
  }
  const after = String(sum + moved)
  expect(await totals()).toEqual({ wallets: after, lines: after, bank: after, all: '0' })
  expect((await checkLedger(there.sql)).filter(({ ok }) => !ok)).toEqual([])
  // The files say the same as before, and no money moves again.
  await move(there, folderOf(large), { only: ['groups', 'accounts'] })
  expect(await totals()).toEqual({ wallets: after, lines: after, bank: after, all: '0' })
})

it('refunds of what is bought with an opening balance go back to it', async () => {
  const shop = await openShop()
  try {
    await shop.imeigate('move-in', 'run', folderOf(files))
    const program = new KitShop(`${shop.server.url}/`, 'GSM.Home', 'ABC-DEF-GHJ-KLM')
    await until('the catalogue is here', async () => Object.keys(await program.services()).length === 2)
    const id = await program.place('7', '490154203237518')
    await until(`order ${id} has ended`, async () => (await program.status(id))['STATUS'] === '4')
    expect((await program.account())['credit']).toBe(120.05)
    const refund = await shop.imeigate('order', 'refund', id, '--reason', 'late', '--json')
    expect(refund.code, refund.output).toBe(0)
    expect((await program.account())['credit']).toBe(120.5)
    expect((await shop.imeigate('ledger', 'check')).code).toBe(0)
  } finally {
    await shop.server.stop()
  }
})

it('operators read the orders of the former panel by their number, of whichever account', async () => {
  const shop = await openShop()
  try {
    await shop.imeigate('move-in', 'run', folderOf(files))
    const shown = (await shop.imeigate('order', 'show', '5001', '--json')).json()
    expect(shown).toMatchObject({
      id: 5001,
      former: [
        { type: 'imei', service: 7, state: 'success', price: '0.45', currency: 'USD' },
        { username: 'toko_hp', type: 'server', service: 1382, answer: 'ABC-1', currency: 'IDR' },
      ],
    })
    expect((await shop.imeigate('order', 'show', '5002')).output).toMatch(/^former order +5002 \(imei\)/m)
    expect((await shop.imeigate('order', 'show', '5009')).code).toBe(4)
    const { sql, url } = shop.server
    const { token } = await createToken(sql, { name: 'test', permissions: ['orders.read'] }, undefined)
    const reply = await fetch(`${url}/api/operator/former-orders/5001`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { data } = (await reply.json()) as { data: { items: unknown } }
    expect(data.items).toEqual(shown.former)
  } finally {
    await shop.server.stop()
  }
})

it('an account opens once: the database itself refuses a second opening balance', async () => {
  const there = database as TestDatabase
  await move(there, folderOf(files))
  await expect(
    there.sql`insert into ledger_entries (account_id, id, kind, amount, available_after, actor, created_at) values (1, 2, 'opening_up', 5, 5, 'x', now())`,
  ).rejects.toThrow('ledger_entries_open_first')
})
