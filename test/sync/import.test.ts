import { describe, expect, it } from 'vitest'
import { removePrice, setPrice } from '../../src/catalogue/prices.ts'
import { updateService } from '../../src/catalogue/services.ts'
import type { RemoteField } from '../../src/integrations/suppliers/supplier.ts'
import { Rates } from '../../src/ledger/rates.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { type Listed, many, useStore, wish } from './sync.fixtures.ts'

const used = useStore()

interface Made {
  id: number
  code: string
  remote_id: string
  active: boolean
  price: bigint | null
}

/** `made` gives the imported services of a supplier, with everyone's price in a currency. */
const made = async ({ id }: ListedSupplier, currency = 'USD'): Promise<Made[]> => [
  ...(await used.store.sql<Made[]>`
    select v.id, v.code, y.remote_id, v.active, p.unit_price as price
      from synced_services y join services v on v.id = y.service_id
      left join prices p on p.service_id = v.id and p.currency = ${currency} and account_id is null
     where y.supplier_id = ${id} order by v.id`),
]
const prices = async (supplier: ListedSupplier, currency = 'USD') =>
  (await made(supplier, currency)).map((row) => row.price)

/** `named` gives the list with names of its own, which codes are made of. */
const named = (...names: string[]): Listed[] => list.map((one, n) => ({ ...one, name: names[n] ?? '' }))

const list: Listed[] = [
  { id: '1', group: 'Unlocks', cost: '0.80' },
  { id: '2', group: 'Unlocks', cost: '1.00' },
  { id: '3', group: 'Checks', cost: '0.05' },
  { id: 'x/4', group: 'Other', cost: '2.00' },
]

describe('an import', () => {
  it('makes services of chosen groups and single ids, with a code, a route and a price by the rule', async () => {
    const { store } = used
    const supplier = await store.supplier('USD', 'Große Panel, 1')
    const selection = { all: false, groups: ['checks'], ids: ['x/4'] }
    const { changes } = await store.apply(supplier, list, { importing: wish({}, { selection }) })
    expect(changes).toMatchObject({ imported: 2, ruled: 0, skipped: [], repriced: 0 })
    const services = await store.sql`
      select code, name, group_name, kind, delivery_time, active, duplicate_policy, min_quantity, max_quantity
        from services v join synced_services y on y.service_id = v.id
       where y.supplier_id = ${supplier.id} order by v.id`
    const plain = { kind: 'imei', delivery_time: '1-5 Minutes', active: true, duplicate_policy: 'replay' }
    expect([...services]).toEqual([
      {
        ...plain,
        code: 'service-3',
        name: 'Service 3',
        group_name: 'Checks',
        min_quantity: 1,
        max_quantity: 1,
      },
      {
        ...plain,
        code: 'service-x-4',
        name: 'Service x/4',
        group_name: 'Other',
        min_quantity: 1,
        max_quantity: 1,
      },
    ])
    expect(await prices(supplier)).toEqual([70_000n, 2_500_000n])
    expect(await store.routes(supplier)).toMatchObject([
      { remote_service: '3', cost: 50_000n, available: true },
      { remote_service: 'x/4', cost: 2_000_000n, available: true },
    ])
  })

  it('comes into a group of ours, in a sale currency, and finds a free code', async () => {
    const { store } = used
    const supplier = await store.supplier()
    await new Rates(store.sql).set({
      base: 'USD',
      quote: 'IDR',
      rate: '16250',
      validFrom: new Date(0),
      actor: 'x',
    })
    await store.routed(await store.supplier(), 'TAKEN-1', '1')
    const services = named('Taken 1', 'taken: 1', 'Taken 2', 'TAKEN (1)')
    const importing = wish({ percent: '10', round: '500', currency: 'IDR' }, { into: 'Unlocking' })
    await store.apply(supplier, services, { importing })
    expect((await made(supplier)).map((row) => row.code)).toEqual([
      'taken-1-2',
      'taken-1-3',
      'taken-2',
      'taken-1-4',
    ])
    expect(await prices(supplier, 'IDR')).toEqual([
      14_500_000_000n,
      18_000_000_000n,
      1_000_000_000n,
      36_000_000_000n,
    ])
    const groups =
      await store.sql`select distinct group_name from services where code like 'taken-%' and group_name <> 'Ours'`
    expect(groups).toMatchObject([{ group_name: 'Unlocking' }])
  })

  it('keeps what the supplier calls its fields, under names that an order can carry', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const field: Omit<RemoteField, 'name'> = { label: '', type: 'text', required: false, options: [] }
    await store.apply(
      supplier,
      [
        {
          id: '1',
          kind: 'server',
          minQuantity: 5,
          maxQuantity: 50,
          fields: [
            { ...field, name: 'PIN', label: 'Your PIN', required: true },
            { ...field, name: 'e-mail address' },
            { ...field, name: 'E MAIL ADDRESS' },
            { ...field, name: 'imei' },
            { ...field, name: '序列号' },
            { ...field, name: 'Network', type: 'dropdown', options: ['A', 'B ', 'A', ''] },
            { ...field, name: 'Model', type: 'dropdown', options: ['One, Two'] },
          ],
        },
      ],
      { importing: wish() },
    )
    const [service] = await store.sql`
      select v.fields, v.kind, v.min_quantity, v.max_quantity, v.input_schema -> 'required' as required, r.id as route
        from services v join supplier_routes r on r.service_id = v.id where r.supplier_id = ${supplier.id}`
    const none = { type: 'text', required: false, options: [] }
    expect(service).toMatchObject({ kind: 'server', min_quantity: 5, max_quantity: 50, required: ['PIN'] })
    expect(service?.['fields']).toEqual([
      { ...none, name: 'PIN', label: 'Your PIN', required: true },
      { ...none, name: 'E_MAIL_ADDRESS', label: 'e-mail address' },
      { ...none, name: 'E_MAIL_ADDRESS_2', label: 'E MAIL ADDRESS' },
      { ...none, name: 'IMEI', label: 'imei' },
      { ...none, name: 'FIELD', label: '序列号' },
      { ...none, name: 'NETWORK', label: 'Network', type: 'dropdown', options: ['A', 'B'] },
      { ...none, name: 'MODEL', label: 'Model' },
    ])
    const theirs =
      await store.sql`select ours, theirs from supplier_route_fields where route_id = ${service?.['route']} order by ours`
    expect(Object.fromEntries(theirs.map((row) => [row['ours'], row['theirs']]))).toEqual({
      E_MAIL_ADDRESS: 'e-mail address',
      E_MAIL_ADDRESS_2: 'E MAIL ADDRESS',
      FIELD: '序列号',
      IMEI: 'imei',
      MODEL: 'Model',
      NETWORK: 'Network',
    })
  })

  it.each([
    [0, 20_000, 1, 10_000],
    [5, Number.POSITIVE_INFINITY, 5, 10_000],
    [0, 0, 1, 1],
    [10, 50, 10, 50],
  ])('sells a quantity from %d to %d from %i to %i', async (minQuantity, maxQuantity, min, max) => {
    const { store } = used
    const supplier = await store.supplier()
    const bounds = { minQuantity, maxQuantity }
    await store.apply(supplier, [{ id: '1', kind: 'server', ...bounds }], { importing: wish() })
    const made = await store.sql`
      select v.min_quantity, v.max_quantity from services v
        join synced_services y on y.service_id = v.id where y.supplier_id = ${supplier.id}`
    expect(made).toMatchObject([{ min_quantity: min, max_quantity: max }])
  })

  it('names what is left out, and imports the rest', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const services = [
      { id: '1' },
      { id: '2', name: 'By <b>file</b>', leftOut: 'it takes a file' },
      { id: '', name: 'Free <i>check</i>', group: 'Checks<script>x()</script>' },
      { id: ' \u200b', name: '' },
      { id: '7\u0007', name: 'rings' },
      { id: '9'.repeat(201), name: 'long' },
    ]
    const { comparison, changes } = await store.apply(supplier, services, { importing: wish() })
    expect(comparison).toMatchObject({
      listed: 1,
      leftOut: [
        { id: '2', group: 'Unlocks', name: 'By file', reason: 'it takes a file' },
        { id: '', group: 'Checks', name: 'Free check', reason: 'it has no id' },
        { group: 'Unlocks', name: '', reason: 'it has no id' },
        { id: '7', group: 'Unlocks', name: 'rings', reason: 'its id cannot be used' },
        { group: 'Unlocks', name: 'long', reason: 'its id cannot be used' },
      ],
    })
    expect(changes).toMatchObject({ imported: 1, skipped: [] })
  })

  it('calls a field by its name where its label is nothing but markup, without the markup of the name', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const field = (name: string): RemoteField => ({
      ...{ name, label: '<img src=x onerror=go()>', type: 'text', required: true, options: [] },
    })
    const fields = [field('Mail<script>go()</script> of <b>owner</b>'), field('<svg onload=go()>')]
    await store.apply(supplier, [{ id: '1', fields }], { importing: wish() })
    const [made] = await store.sql<{ fields: RemoteField[] }[]>`
      select v.fields from services v join synced_services y on y.service_id = v.id where y.supplier_id = ${supplier.id}`
    expect(made?.fields.map(({ label }) => label)).toEqual(['Mail of owner', 'SVG_ONLOAD_GO'])
    const theirs = await store.sql<{ theirs: string }[]>`
      select f.theirs from supplier_route_fields f join supplier_routes r on r.id = f.route_id
       where r.supplier_id = ${supplier.id} order by 1`
    expect(theirs.map((row) => row.theirs)).toEqual([
      '<svg onload=go()>',
      'Mail<script>go()</script> of <b>owner</b>',
    ])
  })

  it('makes text of what the supplier writes', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const evil = 'free<script>alert(1)</script><img src=x onerror=go()>&lt;svg onload=go()&gt;'
    const field: RemoteField = {
      name: 'NOTE',
      label: evil,
      type: 'dropdown',
      required: true,
      options: [evil],
    }
    const texts = { name: evil, group: evil, deliveryTime: evil, description: `<p>one</p>${evil}` }
    await store.apply(supplier, [{ id: '1', ...texts, fields: [field] }], { importing: wish() })
    const made = await store.sql`
      select v.name, v.group_name, v.delivery_time, v.description, v.fields from services v
        join synced_services y on y.service_id = v.id where y.supplier_id = ${supplier.id}`
    expect(made).toMatchObject([
      {
        name: 'free',
        group_name: 'free',
        delivery_time: 'free',
        description: 'one\nfree',
        fields: [{ label: 'free', options: ['free'] }],
      },
    ])
  })

  it('makes none twice, nor one that a route leads to, and says what cannot be sold', async () => {
    const { store } = used
    const supplier = await store.supplier()
    await store.routed(supplier, 'by-hand', '1')
    const services: Listed[] = [
      { id: '1' },
      { id: '2' },
      { id: '3', name: '' },
      { id: '4', kind: 'server', minQuantity: 20_000, maxQuantity: 30_000 },
      { id: '5', cost: '99999999' },
      { id: '6', name: 'x'.repeat(300), description: 'y'.repeat(30_000) },
    ]
    const { changes } = await store.apply(supplier, services, { importing: wish() })
    expect(changes?.imported).toBe(2)
    expect(changes?.skipped).toEqual([
      { remoteId: '3', reason: 'name: is missing' },
      { remoteId: '4', reason: 'minQuantity: must be a whole number from 1 to 10,000' },
      { remoteId: '5', reason: '$124,999,998.75 is more than a price can be' },
    ])
    const again = await store.apply(supplier, services, { importing: wish({ percent: '50' }) })
    expect(again.changes).toMatchObject({ imported: 0, ruled: 2, repriced: 2 })
    expect(await prices(supplier)).toEqual([1_500_000n, 1_500_000n])
  })

  it.each([
    [
      'a group',
      { selection: { all: false, groups: ['Unlocks', 'None'], ids: [] } },
      {},
      'group',
      'no group None',
    ],
    [
      'a service',
      { selection: { all: false, groups: [], ids: ['1', '99'] } },
      {},
      'remoteService',
      'no service 99',
    ],
    ['an exchange rate', {}, { currency: 'JPY' }, 'currency', 'no exchange rate from USD to JPY'],
  ])(
    'is refused, and nothing is changed, where there is no such %s',
    async (_, given, rule, field, words) => {
      const { store } = used
      const supplier = await store.supplier()
      const before = await store.everything()
      const tried = store.apply(supplier, list, { importing: wish(rule, given) })
      await expect(tried).rejects.toMatchObject({
        code: 'invalid_input',
        field,
        detail: expect.stringContaining(words),
      })
      expect(await store.everything()).toEqual(before)
      expect(await store.runs(supplier)).toMatchObject([
        { outcome: 'failed', error: expect.stringContaining(words) },
      ])
    },
  )
})

describe('a sale price', () => {
  it('follows the cost by its rule, up and down, and the exchange rate', async () => {
    const { store } = used
    const supplier = await store.supplier('EUR')
    const rate = (value: string, day: number) =>
      new Rates(store.sql).set({
        base: 'EUR',
        quote: 'USD',
        rate: value,
        validFrom: new Date(day),
        actor: 'x',
      })
    await rate('1', 0)
    await store.apply(supplier, many(2), { importing: wish({ percent: '25', fixed: '0.10', round: '0.05' }) })
    expect(await prices(supplier)).toEqual([1_350_000n, 1_350_000n])
    const dearer = [
      { id: '1', cost: '1.20' },
      { id: '2', cost: '0.50' },
    ]
    expect((await store.apply(supplier, dearer, { acceptJumps: 'all' })).changes).toMatchObject({
      repriced: 2,
      routes: 2,
    })
    expect(await prices(supplier)).toEqual([1_600_000n, 750_000n])
    await rate('1.1', 1)
    expect(await prices(supplier)).toEqual([1_750_000n, 800_000n])
    expect((await store.apply(supplier, dearer)).changes).toMatchObject({ repriced: 0, kept: 0 })
  })

  it('stays where a person has changed or removed it, or nobody wanted it to follow', async () => {
    const { store } = used
    const supplier = await store.supplier()
    const fixed = wish({}, { follows: false, selection: { all: false, groups: [], ids: ['4'] } })
    await store.apply(supplier, many(4), { importing: fixed })
    await store.apply(supplier, many(4), {
      importing: wish({}, { selection: { all: false, groups: [], ids: ['1', '2', '3'] } }),
    })
    const [, , two, three] = await made(supplier)
    await setPrice(store.sql, { service: String(two?.id), currency: 'USD', price: '9' })
    await removePrice(store.sql, { service: String(three?.id), currency: 'USD' })
    const { changes } = await store.apply(supplier, many(4, { cost: '2' }), { acceptJumps: 'all' })
    expect(changes).toMatchObject({ repriced: 1, kept: 1 })
    expect(await prices(supplier)).toEqual([1_250_000n, 2_500_000n, 9_000_000n, null])
  })

  it('stays where its exchange rate is away, and has its rule in a new currency', async () => {
    const { store } = used
    const supplier = await store.supplier('CHF')
    const rate = (from: number) =>
      new Rates(store.sql).set({
        base: 'CHF',
        quote: 'SEK',
        rate: '10',
        validFrom: new Date(from),
        actor: 'x',
      })
    await rate(0)
    await store.apply(supplier, many(1), { importing: wish({ currency: 'SEK' }) })
    await store.owner`delete from exchange_rates where base = 'CHF'`
    expect(
      (await store.apply(supplier, many(1, { cost: '2' }), { acceptJumps: 'all' })).changes,
    ).toMatchObject({
      unpriced: 1,
      repriced: 0,
    })
    const changed = await store.apply(supplier, many(1, { cost: '2' }), {
      importing: wish({ currency: 'CHF' }),
    })
    expect(changed.changes).toMatchObject({ ruled: 1, repriced: 1 })
    expect(await prices(supplier, 'CHF')).toEqual([2_500_000n])
    expect(await prices(supplier, 'SEK')).toEqual([12_500_000n])
  })
})

describe('an imported service whose supplier has it no more', () => {
  const lose = async (store: typeof used.store, supplier: ListedSupplier) =>
    (await store.apply(supplier, many(9), { acceptLoss: true })).changes
  const active = async (supplier: ListedSupplier) => (await made(supplier)).at(-1)?.active

  it('is made inactive, and active again when it comes back', async () => {
    const { store } = used
    const supplier = await store.supplier()
    await store.apply(supplier, many(10), { importing: wish() })
    expect(await lose(store, supplier)).toMatchObject({ deactivated: 1, reactivated: 0, routes: 1 })
    expect(await active(supplier)).toBe(false)
    expect(await lose(store, supplier)).toMatchObject({ deactivated: 0, reactivated: 0 })
    expect((await store.apply(supplier, many(10))).changes).toMatchObject({ deactivated: 0, reactivated: 1 })
    expect(await active(supplier)).toBe(true)
    expect(await made(supplier)).toHaveLength(10)
  })

  it('stays active while another route leads somewhere', async () => {
    const { store } = used
    const [supplier, other] = [await store.supplier(), await store.supplier()]
    await store.apply(supplier, many(10), { importing: wish() })
    const last = (await made(supplier)).at(-1)
    await store.sql`insert into supplier_routes (service_id, supplier_id, remote_service) values (${last?.id ?? 0}, ${other.id}, '1')`
    expect(await lose(store, supplier)).toMatchObject({ deactivated: 0, routes: 1 })
    expect(await active(supplier)).toBe(true)
    await store.sql`update supplier_routes set available = false where supplier_id = ${other.id}`
    expect(await lose(store, supplier)).toMatchObject({ deactivated: 1 })
  })

  it('is left alone when its operator made it inactive, before or since', async () => {
    const { store } = used
    const [before, since] = [await store.supplier(), await store.supplier()]
    for (const supplier of [before, since]) await store.apply(supplier, many(10), { importing: wish() })
    const set = async (supplier: ListedSupplier, wanted: boolean) =>
      updateService(store.sql, String((await made(supplier)).at(-1)?.id), { active: wanted })
    await set(before, false)
    await lose(store, before)
    await lose(store, since)
    await set(since, true)
    await set(since, false)
    for (const supplier of [before, since]) {
      expect((await store.apply(supplier, many(10))).changes).toMatchObject({ reactivated: 0 })
      expect(await active(supplier)).toBe(false)
    }
  })
})
