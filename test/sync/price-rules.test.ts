import { beforeAll, expect, it } from 'vitest'
import { removePrice, setPrice } from '../../src/catalogue/prices.ts'
import { Rates } from '../../src/ledger/rates.ts'
import type { PriceGroupId } from '../../src/lib/ids.ts'
import { formatMicros, type Micros } from '../../src/lib/money.ts'
import type { PriceRuleInput } from '../../src/price-book/price-rule.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { useStore, wish } from './sync.fixtures.ts'

const used = useStore()
const groups = new Map<string, PriceGroupId>()
beforeAll(async () => {
  const { sql } = used.store
  for (const [quote, rate] of [
    ['IDR', '16000'],
    ['EUR', '0.9'],
    ['JPY', '150'],
  ] as const) {
    await new Rates(sql).set({ base: 'USD', quote, rate, validFrom: new Date(0), actor: 'x' })
  }
  for (const name of ['Gold', 'Silver']) {
    const [row] = await sql<
      { id: PriceGroupId }[]
    >`insert into price_groups (name) values (${name}) returning id`
    if (row) groups.set(name, row.id)
  }
})

/** Step is an import with a rule, for everyone or a price group, which follows or not. */
type Step = Partial<PriceRuleInput> & { group?: string; follows?: boolean }

const importWith = (supplier: ListedSupplier, cost: string, { group, follows = true, ...rule }: Step) =>
  used.store.apply(supplier, [{ id: '1', cost }], {
    importing: wish(rule, { follows, priceGroup: group === undefined ? null : groups.get(group) }),
  })

const resync = (supplier: ListedSupplier, cost: string) =>
  used.store.apply(supplier, [{ id: '1', cost }], { acceptJumps: 'all' })

async function prices(supplier: ListedSupplier): Promise<string[]> {
  const rows = await used.store.sql<{ price: Micros; currency: string; name: string | null }[]>`
    select p.unit_price as price, p.currency, g.name from prices p
      join synced_services y using (service_id) left join price_groups g on g.id = p.price_group_id
     where y.supplier_id = ${supplier.id} order by g.name nulls first, p.currency`
  return rows.map(({ price, currency, name }) =>
    [name, formatMicros(price, currency), currency].filter(Boolean).join(' '),
  )
}

const [usd, idr, eur]: [Step, Step, Step] = [
  { percent: '25', currency: 'USD' },
  { percent: '25', currency: 'IDR' },
  { percent: '100', currency: 'EUR' },
]

it.each<[string, Step[], string[], string[]]>([
  ['one currency', [usd], ['1.25 USD'], ['2.50 USD']],
  ['a second currency', [usd, idr], ['20000 IDR', '1.25 USD'], ['40000 IDR', '2.50 USD']],
  ['a second currency that was the first', [idr, usd], ['20000 IDR', '1.25 USD'], ['40000 IDR', '2.50 USD']],
  [
    'three currencies',
    [usd, idr, eur],
    ['1.80 EUR', '20000 IDR', '1.25 USD'],
    ['3.60 EUR', '40000 IDR', '2.50 USD'],
  ],
  ['a new rule of one currency', [usd, { ...usd, percent: '50' }], ['1.50 USD'], ['3.00 USD']],
  [
    'a new rule of one of two currencies',
    [usd, idr, { ...usd, percent: '50' }],
    ['20000 IDR', '1.50 USD'],
    ['40000 IDR', '3.00 USD'],
  ],
  [
    'a price group beside everyone',
    [usd, { percent: '10', currency: 'USD', group: 'Gold' }],
    ['1.25 USD', 'Gold 1.10 USD'],
    ['2.50 USD', 'Gold 2.20 USD'],
  ],
  ['a price group only', [{ ...usd, group: 'Gold' }], ['Gold 1.25 USD'], ['Gold 2.50 USD']],
  [
    'two price groups in two currencies',
    [
      { ...usd, group: 'Gold' },
      { ...idr, group: 'Silver' },
      { ...eur, group: 'Gold' },
    ],
    ['Gold 1.80 EUR', 'Gold 1.25 USD', 'Silver 20000 IDR'],
    ['Gold 3.60 EUR', 'Gold 2.50 USD', 'Silver 40000 IDR'],
  ],
  [
    'a second currency that does not follow',
    [usd, { ...idr, follows: false }],
    ['20000 IDR', '1.25 USD'],
    ['20000 IDR', '2.50 USD'],
  ],
  [
    'a first currency that does not follow',
    [{ ...usd, follows: false }, idr],
    ['20000 IDR', '1.25 USD'],
    ['40000 IDR', '1.25 USD'],
  ],
  [
    'fixed amounts, least prices and rounding of their own',
    [
      { percent: '0', fixed: '0.10', round: '0.25', currency: 'USD' },
      { percent: '0', fixed: '500', round: '1000', minPrice: '30000', currency: 'IDR' },
    ],
    ['30000 IDR', '1.25 USD'],
    ['33000 IDR', '2.25 USD'],
  ],
  [
    'a currency without decimals',
    [usd, { percent: '0.5', currency: 'JPY' }],
    ['151 JPY', '1.25 USD'],
    ['302 JPY', '2.50 USD'],
  ],
])('each price follows the cost by its own rule: %s', async (_, steps, first, then) => {
  const supplier = await used.store.supplier()
  for (const step of steps) await importWith(supplier, '1', step)
  expect(await prices(supplier)).toEqual(first)
  expect((await resync(supplier, '1')).changes).toMatchObject({ repriced: 0, kept: 0, unpriced: 0 })
  await resync(supplier, '2')
  expect(await prices(supplier)).toEqual(then)
  await resync(supplier, '1')
  expect(await prices(supplier)).toEqual(first)
})

/** `codeOf` gives the code of the one service that was imported from a supplier. */
async function codeOf({ id }: ListedSupplier): Promise<string> {
  const [row] = await used.store.sql<{ code: string }[]>`
    select code from services v join synced_services y on y.service_id = v.id where y.supplier_id = ${id}`
  return row?.code ?? ''
}

it('a price that was set by hand stays, and the others follow', async () => {
  const supplier = await used.store.supplier()
  await importWith(supplier, '1', usd)
  await importWith(supplier, '1', idr)
  const service = await codeOf(supplier)
  await setPrice(used.store.sql, { service, currency: 'EUR', price: '7' })
  await setPrice(used.store.sql, { service, currency: 'USD', price: '9' })
  expect((await importWith(supplier, '1', eur)).changes).toMatchObject({ ruled: 1, repriced: 0, kept: 2 })
  expect((await resync(supplier, '2')).changes).toMatchObject({ repriced: 1, kept: 2 })
  expect(await prices(supplier)).toEqual(['7.00 EUR', '40000 IDR', '9.00 USD'])
})

it('a price that was removed takes its rule along, and comes back with a new one', async () => {
  const supplier = await used.store.supplier()
  for (const step of [usd, idr, { ...usd, group: 'Gold' }]) await importWith(supplier, '1', step)
  const service = await codeOf(supplier)
  await removePrice(used.store.sql, { service, currency: 'USD' })
  expect((await resync(supplier, '2')).changes).toMatchObject({ repriced: 2, kept: 0 })
  expect(await prices(supplier)).toEqual(['40000 IDR', 'Gold 2.50 USD'])
  await importWith(supplier, '2', { ...usd, percent: '50' })
  expect(await prices(supplier)).toEqual(['40000 IDR', '3.00 USD', 'Gold 2.50 USD'])
})

it('a currency whose exchange rate is away stays, and the others follow', async () => {
  const supplier = await used.store.supplier()
  for (const step of [usd, idr, eur]) await importWith(supplier, '1', step)
  await used.store.owner`delete from exchange_rates where quote = 'EUR'`
  expect((await resync(supplier, '2')).changes).toMatchObject({ repriced: 2, unpriced: 1 })
  expect(await prices(supplier)).toEqual(['1.80 EUR', '40000 IDR', '2.50 USD'])
  await expect(importWith(supplier, '2', eur)).rejects.toMatchObject({
    code: 'invalid_input',
    field: 'currency',
    detail: expect.stringContaining('imeigate rate set USD EUR'),
  })
  await new Rates(used.store.sql).set({
    base: 'USD',
    quote: 'EUR',
    rate: '0.9',
    validFrom: new Date(0),
    actor: 'x',
  })
  await resync(supplier, '2')
  expect(await prices(supplier)).toEqual(['3.60 EUR', '40000 IDR', '2.50 USD'])
})
