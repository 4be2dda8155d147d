import { describe, expect, it } from 'vitest'
import { readTrail } from '../../src/audit/trail.ts'
import type { ServiceInput } from '../../src/catalogue/complete-service.ts'
import { findService, updateService } from '../../src/catalogue/services.ts'
import { followedText } from '../../src/command/supplier-follow-text.ts'
import type { RemoteField } from '../../src/integrations/suppliers/supplier.ts'
import { listRoutes, removeRoute } from '../../src/supplier-routes/routes.ts'
import { followedJson } from '../../src/sync/as-json.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { findWaitingLists } from '../../src/sync/waiting.ts'
import { type Listed, useStore, wish } from './sync.fixtures.ts'

const used = useStore()

const field = (name: string, given: Partial<RemoteField> = {}): RemoteField => ({
  ...{ name, label: name, type: 'text', required: true, options: [] },
  ...given,
})
const credits = (given: Partial<Listed> = {}): Listed => ({
  ...{ id: '1', kind: 'server', minQuantity: 1, maxQuantity: 10, fields: [field('EMAIL')] },
  ...given,
})
const ecid = (given: Partial<Listed['box']> = {}): Listed => ({
  ...{ id: '1', kind: 'serial', box: { name: 'ECID', hint: 'Hex', minLength: 10, maxLength: 16, ...given } },
})
const check = (given: Partial<Listed> = {}): Listed => ({ id: '1', fields: [field('CARRIER')], ...given })

/** `imported` makes a supplier and a service of each of its list's. */
async function imported(...list: Listed[]) {
  const { store } = used
  const supplier = await store.supplier()
  await store.apply(supplier, list, { importing: wish() })
  const [row] = await store.sql<{ code: string }[]>`
    select code from services v join synced_services y on y.service_id = v.id
     where y.supplier_id = ${supplier.id} order by v.id`
  const code = row?.code ?? ''
  return { supplier, code, now: () => findService(store.sql, code) }
}

/** `told` gives what an applied list says of each detail, after a preview that says the same and changes nothing. */
async function told(supplier: ListedSupplier, ...list: Listed[]): Promise<string[]> {
  const { store } = used
  const before = await store.everything()
  const preview = await store.preview(supplier, list)
  expect(await store.everything()).toEqual(before)
  const report = await store.apply(supplier, list)
  const followed = report.changes?.followed ?? []
  expect(followedJson(preview.followed)).toEqual(followedJson(followed))
  return followedText(followed)
    .split('\n')
    .map((line) => line.replace(/^(follows|kept) 1 \([^)]*\): /, '$1: '))
    .filter(Boolean)
}

const options = (...quantityOptions: number[]) => ({ quantityOptions, maxQuantity: 0, minQuantity: 0 })

describe('what the supplier changes of an imported service, ours follows', () => {
  it.each<[string, Listed, Listed, string, Partial<ServiceInput>]>([
    [
      'a higher minimum',
      credits(),
      credits({ minQuantity: 5 }),
      'quantity 1 to 10 -> 5 to 10',
      { minQuantity: 5 },
    ],
    [
      'a lower maximum',
      credits(),
      credits({ maxQuantity: 3 }),
      'quantity 1 to 10 -> 1 to 3',
      { maxQuantity: 3 },
    ],
    [
      'no bound any more',
      credits(),
      credits({ maxQuantity: 2e9 }),
      'quantity 1 to 10 -> 1 to 10000',
      { maxQuantity: 10_000 },
    ],
    [
      'choices',
      credits(),
      credits(options(50, 10)),
      'quantity 1 to 10 -> 10, 50',
      { quantityOptions: [10, 50], minQuantity: 10 },
    ],
    [
      'other choices',
      credits(options(10, 50)),
      credits(options(10)),
      'quantity 10, 50 -> 10',
      { maxQuantity: 10 },
    ],
    [
      'no choices any more',
      credits(options(10, 50)),
      credits(),
      'quantity 10, 50 -> 1 to 10',
      { quantityOptions: [] },
    ],
    [
      'one more field',
      check(),
      check({ fields: [field('CARRIER'), field('Model', { required: false })] }),
      'fields none -> MODEL "Model": text',
      {},
    ],
    [
      'no field any more',
      check(),
      check({ fields: [] }),
      'fields CARRIER: text, required -> none',
      { fields: [] },
    ],
    [
      'a field that became a dropdown',
      check(),
      check({ fields: [field('CARRIER', { type: 'dropdown', options: ['AT&T', 'O2'] })] }),
      'fields CARRIER: text, required -> CARRIER: dropdown, required, AT&T | O2',
      {},
    ],
    [
      'a field of another label, and not required',
      check(),
      check({ fields: [field('CARRIER', { label: 'Ваш оператор', required: false })] }),
      'fields CARRIER: text, required -> CARRIER "Ваш оператор": text',
      {},
    ],
    [
      'fields in another order',
      check({ fields: [field('A'), field('B')] }),
      check({ fields: [field('B'), field('A')] }),
      'fields',
      {},
    ],
    [
      'a box of another name',
      ecid(),
      ecid({ name: 'Lock Code' }),
      'box ECID, 10 to 16 characters -> Lock Code, 10 to 16 characters',
      { inputName: 'Lock Code' },
    ],
    [
      'a box of other lengths',
      ecid(),
      ecid({ minLength: 12, maxLength: 12 }),
      'box ECID, 10 to 16 characters -> ECID, 12 to 12 characters',
      { minInputLength: 12, maxInputLength: 12 },
    ],
    [
      'a box with another hint',
      ecid(),
      ecid({ hint: '*#06#' }),
      'box ECID "Hex", 10 to 16 characters -> ECID "*#06#", 10 to 16 characters',
      { inputHint: '*#06#' },
    ],
  ])('%s', async (_, before, after, said, values) => {
    const { supplier, now } = await imported(before)
    const old = await now()
    expect(await told(supplier, after)).toEqual([`follows: ${said}`])
    const service = await now()
    expect(service).toMatchObject(values)
    expect({ ...service, ...old }).toEqual(old)
    expect(await told(supplier, after)).toEqual([])
    // What orders are checked with follows, too.
    const required = (service.inputSchema['required'] as string[]).filter((name) => name !== service.kind)
    expect(required).toEqual(service.fields.filter((one) => one.required).map(({ name }) => name))
    await told(supplier, before)
    expect(await now()).toEqual(old)
  })
})

describe('what a person has changed', () => {
  it.each<[string, Listed, ServiceInput, Listed, string]>([
    [
      'its quantity',
      credits(),
      { maxQuantity: 4 },
      credits({ minQuantity: 2 }),
      'quantity 1 to 4 -> 2 to 10',
    ],
    [
      'its choices',
      credits(),
      { quantityOptions: [1, 10] },
      credits({ maxQuantity: 0 }),
      'quantity 1, 10 -> 1 to 1',
    ],
    [
      'a label',
      check(),
      { fields: [{ name: 'CARRIER', label: 'Your carrier', required: true }] },
      check({ fields: [] }),
      'fields CARRIER "Your carrier": text, required -> none',
    ],
    [
      'a hint',
      ecid(),
      { inputHint: 'see the box' },
      ecid({ maxLength: 20 }),
      'box ECID "see the box", 10 to 16 characters -> ECID "Hex", 10 to 20 characters',
    ],
    [
      'its schema',
      check(),
      { inputSchema: ownSchema() },
      check({ fields: [] }),
      'fields CARRIER: text, required -> none',
    ],
  ])('%s, stays, and is told of once', async (_, before, edit, after, said) => {
    const { supplier, code, now } = await imported(before)
    const edited = await updateService(used.store.sql, code, edit)
    expect(await told(supplier, after)).toEqual([`kept: ${said}: stays, because it was edited by hand`])
    expect(await now()).toEqual(edited)
    expect(await told(supplier, { ...after, name: 'Another name' })).toEqual([])
    expect(await now()).toEqual(edited)
  })

  it('does not keep what was not changed from following', async () => {
    const { supplier, code, now } = await imported(credits())
    await updateService(used.store.sql, code, {
      maxQuantity: 4,
      name: 'Credits',
      description: 'Ours',
      active: false,
    })
    const list = credits({ maxQuantity: 20, fields: [field('PHONE')] })
    expect(await told(supplier, list)).toEqual([
      'kept: quantity 1 to 4 -> 1 to 20: stays, because it was edited by hand',
      'follows: fields EMAIL: text, required -> PHONE: text, required',
    ])
    expect(await now()).toMatchObject({ maxQuantity: 4, name: 'Credits', description: 'Ours', active: false })
    expect((await now()).fields).toMatchObject([{ name: 'PHONE' }])
  })

  it('follows again when it is what the list has', async () => {
    const { supplier, code, now } = await imported(credits())
    await updateService(used.store.sql, code, { maxQuantity: 4 })
    await told(supplier, credits({ maxQuantity: 20 }))
    await updateService(used.store.sql, code, { maxQuantity: 20 })
    expect(await told(supplier, credits({ maxQuantity: 30 }))).toEqual([
      'follows: quantity 1 to 20 -> 1 to 30',
    ])
    expect((await now()).maxQuantity).toBe(30)
  })

  it('is told of in a notice after a reading that nobody has watched, until the next one', async () => {
    const { store } = used
    const { supplier, code } = await imported(credits())
    await updateService(store.sql, code, { maxQuantity: 4 })
    await store.apply(supplier, [credits({ maxQuantity: 20 })])
    const waiting = async () =>
      (await findWaitingLists(store.sql)).filter(({ supplierId }) => supplierId === supplier.id)
    expect(await waiting()).toEqual([])
    await store.sql`
      insert into supplier_syncs (supplier_id, every_minutes, next_at) values (${supplier.id}, 60, now() - interval '1 minute')`
    await store.apply(supplier, [credits({ maxQuantity: 30 })], { trigger: 'scheduled', actor: 'schedule' })
    expect(await waiting()).toMatchObject([{ edited: 1, jumps: 0, error: null }])
    await store.apply(supplier, [credits({ maxQuantity: 30 })])
    expect(await waiting()).toEqual([])
  })
})

/** `ownSchema` is a schema that an operator wrote. */
function ownSchema() {
  const CARRIER = { type: 'string', enum: ['O2'] }
  return { type: 'object', properties: { imei: { type: 'string' }, CARRIER }, required: ['imei', 'CARRIER'] }
}

it('a service of another kind than ours stays, and so does one that nobody can sell, until it can be sold', async () => {
  const { supplier, now } = await imported(credits())
  const old = await now()
  expect(await told(supplier, check())).toEqual([
    'kept: kind: stays, because it is of kind imei there now, and a service keeps its kind',
  ])
  const [line] = await told(supplier, credits({ minQuantity: 20_000, maxQuantity: 30_000 }))
  expect(line).toMatch(/^kept: quantity 1 to 10 -> none: stays, because .*10,000$/)
  expect(await now()).toEqual(old)
  expect(await told(supplier, credits({ minQuantity: 7 }))).toEqual(['follows: quantity 1 to 10 -> 7 to 10'])
})

it('the trail has who applied the list, with what was before and after', async () => {
  const { store } = used
  const { supplier, now } = await imported(credits())
  await told(supplier, credits({ maxQuantity: 12 }))
  const { items } = await readTrail(store.sql, {
    what: 'service',
    subject: String((await now()).id),
    limit: 1,
  })
  expect(items).toMatchObject([
    { actor: 'test:ada', before: { max_quantity: 10 }, after: { max_quantity: 12 } },
  ])
})

it('what a field is called there follows; orders that are open keep the names of fields that are gone', async () => {
  const { store } = used
  const { supplier, code } = await imported(check({ fields: [field('Network name'), field('Old one')] }))
  await told(supplier, check({ fields: [field('network_Name'), field('PLAIN')] }))
  const names = async () => {
    const rows = await store.sql<{ ours: string; theirs: string }[]>`
      select ours, theirs from supplier_route_fields f join supplier_routes r on r.id = f.route_id
       where r.supplier_id = ${supplier.id} order by ours`
    return Object.fromEntries(rows.map(({ ours, theirs }) => [ours, theirs]))
  }
  expect(await names()).toEqual({ NETWORK_NAME: 'network_Name', OLD_ONE: 'Old one' })
  await told(supplier, check({ fields: [field('NETWORK_NAME', { label: 'x' }), field('PLAIN')] }))
  expect(await names()).toEqual({ OLD_ONE: 'Old one' })
  expect((await findService(store.sql, code)).fields.map(({ name }) => name)).toEqual([
    'NETWORK_NAME',
    'PLAIN',
  ])
})

it('a service that was not imported, or has lost its route there, does not follow', async () => {
  const { store } = used
  const { supplier, code, now } = await imported(credits())
  const made = await store.routed(supplier, `by-hand-${supplier.id}`, '2')
  const [route] = await listRoutes(store.sql, { service: code })
  if (route) await removeRoute(store.sql, route.id)
  const before = [await now(), await findService(store.sql, String(made))]
  const list = [credits({ maxQuantity: 3 }), check({ id: '2', fields: [field('X')] })]
  expect(await told(supplier, ...list)).toEqual([])
  expect([await now(), await findService(store.sql, String(made))]).toEqual(before)
})

it('a list that is not believed changes no detail', async () => {
  const { store } = used
  const others = Array.from({ length: 9 }, (_, n) => check({ id: `${n + 2}` }))
  const { supplier, now } = await imported(credits(), ...others)
  const old = await now()
  expect(await store.apply(supplier, [credits({ maxQuantity: 3 })])).toMatchObject({ outcome: 'suspicious' })
  expect(await now()).toEqual(old)
  expect(await told(supplier, credits({ maxQuantity: 3 }), ...others)).toHaveLength(1)
})
