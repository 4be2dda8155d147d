import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KitShop } from '../support/kit-shop.ts'
import { MadeUpPanel, type PanelSize } from '../support/made-up-panel.ts'
import { cleanUp, temporaryFolder } from '../support/process.ts'
import { until } from '../support/until.ts'
import { type MovedShop, openShop } from './moving.fixtures.ts'

/**
 * A whole panel moves in, and the programs of its resellers' shops, in the shape of the vendor's kit, run against it before and against imeigate
 * afterwards. `MOVING_IN=whole npx vitest run test/moving-in/panel-move` does so with a panel of full size, and says how long it took.
 */
const isWhole = process.env['MOVING_IN'] === 'whole'
const size: PanelSize = isWhole
  ? { accounts: 60, services: 4000, orders: 100_000 }
  : { accounts: 24, services: 100, orders: 2500 }
/** SHOPS are the accounts whose programs run; of each so many orders are asked about. */
const SHOPS = Array.from({ length: 12 }, (_, n) => n)
const ORDERS_ASKED = 20

const panel = new MadeUpPanel(size)
const folder = join(temporaryFolder(), 'export')
let shop: MovedShop
let panelUrl: string

beforeAll(async () => {
  panelUrl = await panel.open()
  mkdirSync(folder)
  await panel.write(folder)
  shop = await openShop()
})
afterAll(async () => {
  await shop?.server.stop()
  await panel.close()
  await cleanUp()
})

/** `ordersOf` gives the numbers of some of an account's orders, and whether each is of a server service. */
function ordersOf(account: number): [id: string, action: string][] {
  const found: [string, string][] = []
  for (let n = size.orders - 1; n >= 0 && found.length < ORDERS_ASKED; n--) {
    const order = panel.order(n)
    if (order.account !== account) continue
    found.push([String(order.id), order.type === 'IMEI' ? 'getimeiorder' : 'getserverorder'])
  }
  return found
}

/** `day` is what a reseller's shop does and shows. */
async function day(url: string, n: number): Promise<Record<string, unknown>> {
  const { username, key } = panel.account(n)
  const program = new KitShop(url, username, key)
  const stranger = ordersOf((n + 1) % size.accounts)[0]?.[0] ?? ''
  const statuses: unknown[] = []
  for (const [id, action] of ordersOf(n)) statuses.push([id, await program.status(id, action)])
  return {
    account: await program.account(),
    services: await program.services(),
    statuses,
    "another's": await program.status(stranger),
    nobodys: await program.status('99999999'),
    'with a wrong key': await new KitShop(url, username, `${key}X`).isLetIn(),
  }
}

const took = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  const from = performance.now()
  const done = await work()
  if (isWhole) process.stderr.write(`${what}: ${((performance.now() - from) / 1000).toFixed(1)} s\n`)
  return done
}

describe('a panel that moves in', () => {
  const before = new Map<number, unknown>()
  const counts = async (): Promise<unknown> => {
    const [row] = await shop.server.sql`
      select (select count(*)::int from accounts) as accounts, (select count(*)::int from services) as services,
             (select count(*)::int from api_keys) as keys, (select count(*)::int from prices) as prices,
             (select count(*)::int from former_orders) as orders, (select count(*)::int from ledger_entries) as entries,
             (select count(*)::int from items) as items, (select count(*)::int from moves) as moves`
    return row
  }

  it('is tried without writing anything', async () => {
    for (const n of SHOPS) before.set(n, await day(panelUrl, n))
    const nothing = await counts()
    const run = await took('dry run', () => shop.imeigate('move-in', 'run', folder, '--dry-run', '--json'))
    expect(run.json()).toMatchObject({ written: false, problem_count: 0, problems: [], changes: [] })
    expect(run.code).toBe(0)
    expect(await counts()).toEqual(nothing)
    const made = run
      .json()
      .parts.map(({ part, made: count }: { part: string; made: number }) => [part, count])
    expect(Object.fromEntries(made)).toMatchObject({ ...size, groups: 2, keys: size.accounts })
  })

  it('is here afterwards, and the ledger and its chain are whole', async () => {
    const run = await took('move', () => shop.imeigate('move-in', 'run', folder, '--json'))
    expect(run.stderr).toBe('')
    expect(run.json()).toMatchObject({ written: true, problem_count: 0, changes: [] })
    expect(await counts()).toMatchObject({
      ...{ accounts: size.accounts, services: size.services, keys: size.accounts, orders: size.orders },
      ...{ items: 0, moves: 1 },
    })
    const check = await took('ledger check', () => shop.imeigate('ledger', 'check', '--json'))
    expect(check.code, check.output).toBe(0)
    const all = JSON.stringify(
      await shop.server
        .sql`select before::text, after::text from trail where what in ('accounts', 'api_keys', 'moves')`,
    )
    for (const n of SHOPS) expect(all).not.toContain(panel.account(n).key)
  })

  it('adds up: what accounts open with is what the panel says that they have', async () => {
    const rows = await shop.server.sql`
      select a.currency, sum(l.delta)::text as opened from ledger_lines l join accounts a on a.id = l.account_id
       where l.side = 'available' group by 1 order by 1`
    const sums = new Map<string, bigint>()
    for (let n = 0; n < size.accounts; n++) {
      const { currency, balance } = panel.account(n)
      sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(balance) * 10_000n)
    }
    const expected = [...sums].sort().map(([currency, sum]) => ({ currency, opened: String(sum) }))
    expect(rows).toEqual(expected)
  })

  it('moved a second time makes and changes nothing', async () => {
    const state = await counts()
    const run = await took('second move', () => shop.imeigate('move-in', 'run', folder, '--json'))
    expect(run.json()).toMatchObject({ written: true, problem_count: 0, changes: [] })
    for (const part of run.json().parts) expect(part).toMatchObject({ made: 0, changed: 0, refused: 0 })
    expect(await counts()).toEqual({ ...(state as object), moves: 2 })
  })

  it('leaves the programs of its resellers as they were: they get the same answers', async () => {
    const url = `${shop.server.url}/`
    await until('the catalogue is here', async () => {
      const { username, key } = panel.account(0)
      return Object.keys(await new KitShop(url, username, key).services()).length === size.services
    })
    await took('days of shops', async () => {
      for (const n of SHOPS) expect(await day(url, n), panel.account(n).username).toEqual(before.get(n))
    })
  })

  it('sells on: the same program places an order, under a number above all others', async () => {
    const url = `${shop.server.url}/`
    const { username, key } = panel.account(1)
    const program = new KitShop(url, username, key)
    const was = Number((await program.account())['credit'])
    const first = await program.place(String(panel.service(0).id), '490154203237518')
    expect(Number(first)).toBeGreaterThan(100_000 + size.orders - 1)
    await until(`order ${first} has ended`, async () => (await program.status(first))['STATUS'] === '4')
    expect((await program.account())['credit']).toBeCloseTo(
      was - panel.cents(panel.account(1), panel.service(0)) / 100,
      2,
    )
  })

  it('goes on to be asked: what ended at the panel since then is moved in again, and the shop hears of it', async () => {
    const n = size.orders - 1
    const { id, account } = panel.order(n)
    const orders = join(folder, 'orders.csv')
    const text = readFileSync(orders, 'utf8')
    const [open = ''] = new RegExp(`^${id},.*$`, 'm').exec(text) ?? []
    const cells = open.trim().split(',')
    cells.splice(5, 2, '4', 'done at last')
    cells.splice(-1, 1, '2026-08-01 00:00:00')
    writeFileSync(orders, text.replace(open, `${cells.join(',')}\r`))
    const run = await shop.imeigate('move-in', 'run', folder, '--only', 'orders', '--json')
    expect(run.json().changes).toEqual([
      {
        file: 'orders.csv',
        line: n + 2,
        what: expect.stringContaining(`order ${id} of `),
        fields: ['state', 'answer', 'ended_at'],
      },
    ])
    const { username, key } = panel.account(account)
    const program = new KitShop(`${shop.server.url}/`, username, key)
    const action = panel.order(n).type === 'IMEI' ? 'getimeiorder' : 'getserverorder'
    expect(await program.status(String(id), action)).toMatchObject({ STATUS: '4', CODE: 'done at last' })
    expect((await shop.imeigate('ledger', 'check')).code).toBe(0)
  })
})
