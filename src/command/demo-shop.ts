import { createAccount, createPriceGroup, listAccounts, listPriceGroups } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import { createKey, listKeys } from '../accounts/keys.ts'
import { addAnnouncement, listAnnouncements } from '../announcements/announcements.ts'
import { setBrand } from '../brand/brand.ts'
import { importServices } from '../catalogue/import.ts'
import { setPrice } from '../catalogue/prices.ts'
import type { Sql } from '../database/database.ts'
import { Providers } from '../deposits/providers.ts'
import { findSeller, setSeller } from '../invoices/seller.ts'
import { Rates } from '../ledger/rates.ts'
import { orThrow } from '../lib/fault.ts'
import { parseMicros } from '../lib/money.ts'
import { DAY_MS, MINUTE_MS } from '../lib/time.ts'
import { setRule } from '../price-book/rules.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { addRoute, listRoutes, updateRoute } from '../supplier-routes/routes.ts'
import { createSupplier, listSuppliers, updateSupplier } from '../suppliers/suppliers.ts'
import { keepHomeCurrency } from './demo-month.sql.ts'
import { DEMO_PRICE_GROUP, demoServices } from './demo-services.ts'

/**
 * The shop that the demo shows: suppliers, services with routes and prices, ways to pay in, and resellers with keys. All of it is made by the
 * domain's own functions, and what is there already is left as it is. What they have ordered is in `demo-month.ts`.
 */

export const RESELLER = {
  name: 'Demo Reseller',
  email: 'reseller@example.com',
  currency: 'USD',
  username: 'reseller',
  group: DEMO_PRICE_GROUP,
}

const SILVER = 'Silver resellers'

/** DemoReseller is somebody who orders: how much (`weight`), by which protocol, and since how many days. */
interface DemoReseller {
  name: string
  email: string
  username: string
  currency: string
  group?: string
  creditLimit?: string
  lowBalance?: string
  weight: number
  via: 'dhru' | 'rest' | 'portal'
  sinceDays: number
}

const GOLD = DEMO_PRICE_GROUP
const reseller = (
  name: string,
  currency: string,
  weight: number,
  via: DemoReseller['via'],
  sinceDays: number,
  more: Partial<DemoReseller> = {},
): DemoReseller => {
  const username = name.toLowerCase().replaceAll(' ', '-')
  return { name, username, email: `desk@${username}.example`, currency, weight, via, sinceDays, ...more }
}

const demoResellers: readonly DemoReseller[] = [
  { ...RESELLER, weight: 8, via: 'rest', sinceDays: 64 },
  reseller('Corner Phones', 'USD', 13, 'portal', 210),
  reseller('Mobile Hospital', 'USD', 17, 'dhru', 340, { group: GOLD }),
  reseller('Toko Seluler Jaya', 'IDR', 12, 'dhru', 150),
  reseller('Fixit Felix', 'EUR', 8, 'rest', 95),
  reseller('Handy Klinik Berlin', 'EUR', 9, 'dhru', 120, { group: SILVER }),
  reseller('Lagos Unlock Hub', 'USD', 15, 'dhru', 180, { group: SILVER }),
  reseller('Dubai GSM Traders', 'USD', 20, 'rest', 400, { group: GOLD, creditLimit: '500' }),
  reseller('Celulares del Norte', 'USD', 7, 'portal', 75),
  reseller('Phone Bazaar Karachi', 'USD', 9, 'dhru', 130, { group: SILVER }),
  reseller('Second Life Phones', 'USD', 4, 'portal', 45, { lowBalance: '400' }),
  reseller('Quick Fix Nairobi', 'USD', 5, 'dhru', 13),
  reseller('Pixel Repair Lab', 'EUR', 6, 'portal', 0.6),
]

/** `suppliers` are sandboxes, so that nothing of the demo is bought anywhere; the one that each database begins with becomes the first of them. */
const suppliers = [
  { name: 'Big Panel', currency: 'USD', lowBalance: '150' },
  { name: 'Unlock Direct', currency: 'USD', lowBalance: '250' },
  { name: 'IMEI Source', currency: 'EUR', lowBalance: '100' },
]
const WORKSHOP = 'Our workshop'

/** `routes` are costs at suppliers, in their currencies, the preferred one first. The cost of `serial-lock` has risen above its price. */
const demoRoutes: Record<string, readonly (readonly [supplier: string, cost: string | null])[]> = {
  'imei-basic': [
    ['Big Panel', '0.025'],
    ['IMEI Source', '0.024'],
  ],
  blacklist: [
    ['Big Panel', '0.06'],
    ['IMEI Source', '0.058'],
  ],
  carrier: [
    ['IMEI Source', '0.44'],
    ['Big Panel', '0.52'],
  ],
  'carrier-once': [
    ['IMEI Source', '0.42'],
    ['Big Panel', '0.49'],
  ],
  'unlock-network': [
    ['Unlock Direct', '10.20'],
    ['Big Panel', '11.40'],
  ],
  'unlock-model': [
    ['Unlock Direct', '4.10'],
    ['Big Panel', '4.60'],
  ],
  'unlock-office': [['Unlock Direct', '6.90']],
  'unlock-gold': [['Unlock Direct', '7.80']],
  'serial-warranty': [
    ['IMEI Source', '0.038'],
    ['Big Panel', '0.045'],
  ],
  'serial-lock': [['Big Panel', '0.17']],
  'tool-credits': [['Unlock Direct', '0.78']],
  'tool-licence': [['Unlock Direct', '39.00']],
  'tool-handmade': [[WORKSHOP, null]],
}

/** `rates` are what one unit of a currency is worth. */
const rates = [
  ['EUR', 'USD', '1.08'],
  ['USD', 'IDR', '16250'],
  ['EUR', 'IDR', '17550'],
] as const

const payIns = [
  { code: 'bank-usd', currency: 'USD', bank: 'Harbour Bank', number: '00-4417-2290', min: '10' },
  {
    code: 'bank-eur',
    currency: 'EUR',
    bank: 'Harbour Bank',
    number: 'DE02 1203 0000 0000 2020 51',
    min: '10',
  },
  { code: 'bank-idr', currency: 'IDR', bank: 'Bank Nusantara', number: '7714 0091 22', min: '50000' },
]
const PAYEE = 'Demo Shop Ltd'
const CONTACT = 'desk@demo-shop.example'

/** MadeAccount is a reseller as the database has it, with the key that it orders with; null: it orders in the portal. */
export interface MadeAccount extends DemoReseller {
  id: AccountView['id']
  keyId: number | null
}

/** `makeShop` makes what is missing of the shop, and gives its resellers. */
export async function makeShop(sql: Sql, sealer: Sealer, now: Date): Promise<MadeAccount[]> {
  await makeBusiness(sql)
  const groups = await listPriceGroups(sql)
  for (const name of [DEMO_PRICE_GROUP, SILVER]) {
    if (!groups.some((group) => group.name === name)) await createPriceGroup(sql, name)
  }
  const there = new Map((await listAccounts(sql)).map((account) => [account.email, account]))
  await makeSuppliers(sql, sealer)
  const services = demoServices.map((service) => ({
    ...service,
    supplier: demoRoutes[service.code]?.[0]?.[0],
  }))
  orThrow(await importServices(sql, JSON.stringify(services), 'json'))
  await Promise.all([makeRoutesAndPrices(sql), makePayIns(sql, sealer)])
  const made: MadeAccount[] = []
  for (const one of demoResellers) made.push(await makeReseller(sql, one, there.get(one.email), now))
  await makeNews(sql, now)
  return made
}

/** `news` is what the shop has told its resellers, so many days ago. */
const news = [
  {
    title: 'Carrier checks answer within a minute again',
    body: 'The supplier behind the carrier checks had been slow since Monday. Your orders go to another one now.\n\nWhat waited was done, and nothing was charged twice.',
    daysAgo: 3,
    until: null,
    pinned: false,
  },
  {
    title: 'Orders done by hand rest over the New Year',
    body: 'From 31 December to 2 January nobody works on orders that are done by hand. All others go on as always.',
    daysAgo: 1,
    until: 40,
    pinned: true,
  },
]

/** `makeBusiness` says who sells, in which currency it counts, and where it is asked. */
async function makeBusiness(sql: Sql): Promise<void> {
  if (!(await findSeller(sql))) {
    await setSeller(sql, { name: PAYEE, address: '12 Harbour Road\nSingapore', contact: CONTACT })
    await setBrand(sql, { name: 'Demo Shop', email: CONTACT, telegram: 'demo_shop_desk' })
  }
  await keepHomeCurrency(sql, 'USD')
}

async function makeNews(sql: Sql, now: Date): Promise<void> {
  if ((await listAnnouncements(sql, 1)).length > 0) return
  for (const { daysAgo, until, ...said } of news) {
    const at = new Date(now.getTime() - daysAgo * DAY_MS)
    const end = until === null ? null : new Date(now.getTime() + until * DAY_MS)
    await addAnnouncement(sql, { ...said, until: end }, 'demo', { now: () => at })
  }
}

async function makeSuppliers(sql: Sql, sealer: Sealer): Promise<void> {
  const names = new Map((await listSuppliers(sql, sealer)).map((one) => [one.name, one]))
  for (const [place, form] of suppliers.entries()) {
    if (names.has(form.name)) continue
    if (place === 0) await updateSupplier(sql, sealer, 'sandbox', form)
    else await createSupplier(sql, sealer, { kind: 'sandbox', concurrency: 100, ...form })
  }
  if (!names.has(WORKSHOP)) await createSupplier(sql, sealer, { kind: 'manual', name: WORKSHOP })
}

async function makeRoutesAndPrices(sql: Sql): Promise<void> {
  const keeper = new Rates(sql)
  if ((await keeper.list(1)).length === 0) {
    for (const [base, quote, rate] of rates) {
      await keeper.set({ base, quote, rate, validFrom: LONG_AGO, actor: 'demo' })
    }
  }
  const known = await listRoutes(sql)
  for (const [service, wanted] of Object.entries(demoRoutes)) {
    for (const [supplier, cost] of wanted) {
      const route = known.find((one) => one.serviceCode === service && one.supplierName === supplier)
      if (!route) await addRoute(sql, { service, supplier, cost: cost === null ? null : parseMicros(cost) })
      else if (cost !== null && route.cost === null) {
        await updateRoute(sql, route.id, { cost: parseMicros(cost) })
      }
    }
  }
  await sql.begin(async (transaction) => {
    await setRule(transaction, { group: GOLD, basis: 'everyone', percent: '-8', currency: 'USD' })
    await setRule(transaction, { group: SILVER, basis: 'everyone', percent: '-4', currency: 'USD' })
    await setRule(transaction, { basis: 'cost', percent: '55', currency: 'EUR' })
    await setRule(transaction, { group: SILVER, basis: 'everyone', percent: '-4', currency: 'EUR' })
    await setRule(transaction, { basis: 'cost', percent: '60', round: '500', currency: 'IDR' })
  })
  await setPrice(sql, { service: 'carrier', group: GOLD, currency: 'USD', price: '0.69' })
}

const LONG_AGO = new Date('2020-01-01T00:00:00Z')

async function makePayIns(sql: Sql, sealer: Sealer): Promise<void> {
  const providers = new Providers(sql, async () => sealer)
  const codes = new Set((await providers.list()).map(({ code }) => code))
  for (const { code, currency, bank, number, min } of payIns) {
    if (codes.has(code)) continue
    const settings = { account_number: number, account_holder_name: PAYEE, bank }
    await providers.create({
      kind: 'bank-transfer',
      code,
      currency,
      name: 'Bank transfer',
      minAmount: parseMicros(min),
      settings,
    })
  }
}

async function makeReseller(
  sql: Sql,
  one: DemoReseller,
  known: AccountView | undefined,
  now: Date,
): Promise<MadeAccount> {
  const { name, email, username, currency, group, creditLimit, lowBalance } = one
  const since = { now: () => new Date(now.getTime() - one.sinceDays * DAY_MS) }
  const form = {
    ...{ name, email, username, currency },
    ...(group !== undefined && { group }),
    ...(creditLimit !== undefined && { creditLimit }),
    ...(lowBalance !== undefined && { lowBalance }),
  }
  const account = known ?? (await createAccount(sql, form, 'demo', since))
  if (one.via === 'portal') return { ...one, id: account.id, keyId: null }
  const soon = { now: () => new Date(since.now().getTime() + 5 * MINUTE_MS) }
  const dialect = one.via === 'dhru' ? ('panel' as const) : ('contract' as const)
  const [key] = await listKeys(sql, { accountId: account.id, limit: 1 })
  if (key) return { ...one, id: account.id, keyId: key.id }
  const { id: keyId } = await createKey(sql, account.id, { name: 'Website', dialect }, soon)
  return { ...one, id: account.id, keyId }
}
