import type { Sql } from '../database/database.ts'
import { Providers, settingsOf } from '../deposits/providers.ts'
import { randomNumbers } from '../lib/random.ts'
import { DAY_MS, HOUR_MS } from '../lib/time.ts'
import { foldNext } from '../sales/folder.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { hasOrders, selectOffered, selectSold, writeBalances, writeMonth } from './demo-month.sql.ts'
import { makeMonth } from './demo-month.ts'
import { type MadeAccount, makeShop, RESELLER } from './demo-shop.ts'

/** SEED makes the same month in every demo. */
const SEED = 1129

/** Filling says how the demo's shop is filled: with how many orders, up to which moment. */
interface Filling {
  sealer: Sealer
  orders: number
  now: Date
}

/** `fillShop` makes the demo's shop and, where nobody has ordered anything yet, its month, in one transaction. Gives the reseller to try things with. */
export async function fillShop(sql: Sql, { sealer, orders, now }: Filling): Promise<MadeAccount> {
  const accounts = await makeShop(sql, sealer, now)
  if (!(await hasOrders(sql))) {
    const [services, sold, providers] = await Promise.all([
      selectOffered(sql),
      selectSold(sql),
      new Providers(sql, async () => sealer).list(),
    ])
    const ways = new Map(providers.map((one) => [one.currency, { id: one.id, details: settingsOf(one) }]))
    const month = makeMonth({ now, seed: SEED, orders, accounts, services, sold, providers: ways })
    await sql.begin(async (transaction) => {
      await writeMonth(transaction, month)
      for (const one of balances) await writeBalances(transaction, history(one, now), pauseOf(one, now))
    })
    // Today shows figures first, so they are made now and not in the background.
    while (await foldNext(sql, { now: () => now })) {}
  }
  return accounts.find(({ username }) => username === RESELLER.username) as MadeAccount
}

/** `balances` are those at suppliers today, and what is paid in there when they are used up. */
const balances = [
  { supplier: 'Big Panel', left: 412.35, perDay: 14, topUp: 400 },
  { supplier: 'Unlock Direct', left: 1286.1, perDay: 118, topUp: 1500, hoursWithout: 3 },
  { supplier: 'IMEI Source', left: 61.72, perDay: 16, topUp: 250 },
]

type Account = (typeof balances)[number]

/** `history` goes back from the balance of today, four times a day, through 30 days. */
function history({ supplier, left, perDay, topUp }: Account, now: Date) {
  const random = randomNumbers(SEED)
  const at: Date[] = []
  const amounts: string[] = []
  let balance = left
  for (let ago = 0; ago < 30 * DAY_MS; ago += 6 * HOUR_MS) {
    at.unshift(new Date(now.getTime() - ago - HOUR_MS / 4))
    amounts.unshift(balance.toFixed(2))
    balance += (perDay / 4) * (0.6 + 0.8 * random())
    if (balance > topUp + left / 4) balance -= topUp
    if (balance < 0) balance = 0
  }
  return { supplier, at, balances: amounts }
}

/** `pauseOf` is when a supplier of the demo was sent nothing for a while, because our money there was used up. */
function pauseOf({ hoursWithout }: Account, now: Date) {
  if (hoursWithout === undefined) return null
  const from = new Date(now.getTime() - 9.3 * DAY_MS)
  return { from, to: new Date(from.getTime() + hoursWithout * HOUR_MS), reason: 'Insufficient credit' }
}
