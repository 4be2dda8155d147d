import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inputSchemaFor } from '../../src/catalogue/input-schema.ts'
import { listPrices, removePrice, setPrice } from '../../src/catalogue/prices.ts'
import type { Service } from '../../src/catalogue/service.ts'
import {
  countServices,
  createService,
  listServices,
  type NewService,
  showService,
  updateService,
} from '../../src/catalogue/services.ts'
import { Refusal } from '../../src/errors.ts'
import { testDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let sql: typeof database.sql
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  await sql`insert into price_groups (name) values ('Gold'), ('Silver')`
})
afterAll(() => database.drop())

let made = 0
const input = (over: Partial<NewService> = {}): NewService => ({
  code: `service-${++made}`,
  name: 'A service',
  group: 'Checks',
  price: '0.77',
  currency: 'USD',
  ...over,
})
const create = (over: Partial<NewService> = {}) => createService(sql, input(over))

async function refusal(work: Promise<unknown>): Promise<Refusal> {
  const result = await work.catch((error: unknown) => error)
  if (result instanceof Refusal) return result
  throw result instanceof Error ? result : new Error('was not refused')
}

describe('a new service', () => {
  it('has the defaults of its kind, and is read back as it was made', async () => {
    const service = await create({ code: 'Sim-Lock' })
    expect(service).toMatchObject({
      code: 'Sim-Lock',
      kind: 'imei',
      fields: [],
      minQuantity: 1,
      maxQuantity: 1,
      opensAt: null,
      timeZone: 'UTC',
      active: true,
      duplicatePolicy: 'replay',
      replayWindowSeconds: 600,
      processing: 'automatic',
      routing: 'fixed',
      failureMessage: 'Not available for this input',
      minPollSeconds: 2,
      maxPollSeconds: 600,
      expirySeconds: 604_800,
      promisedSeconds: null,
      visibleTo: null,
    })
    const sheet = await showService(sql, 'SIM-LOCK')
    expect(sheet.service).toEqual(service)
    expect(sheet.suppliers).toEqual([])
    expect(sheet.prices).toMatchObject([
      { currency: 'USD', unitPrice: 770_000n, accountId: null, group: null },
    ])
    expect((await showService(sql, String(service.id))).service).toEqual(service)
  })

  it('allows duplicates only when it sells quantities', async () => {
    expect((await create({ kind: 'serial' })).duplicatePolicy).toBe('replay')
    expect((await create({ kind: 'server' })).duplicatePolicy).toBe('allow')
    expect((await create({ kind: 'server', duplicatePolicy: 'refuse' })).duplicatePolicy).toBe('refuse')
  })

  it('with everything given is read back as it was made', async () => {
    const service = await create({
      kind: 'server',
      description: 'Two\nlines, <b>HTML</b>',
      deliveryTime: '1-5 Minutes',
      fields: [
        { name: 'email', label: 'E-mail', required: true },
        { name: 'PLAN', options: ['S', 'L'] },
      ],
      minQuantity: 5,
      maxQuantity: 50,
      opensAt: '22:00',
      closesAt: '06:00',
      timeZone: 'Asia/Jakarta',
      active: false,
      replayWindowSeconds: 0,
      processing: 'manual',
      routing: 'cheapest',
      failureMessage: 'Try another service',
      minPollSeconds: 30,
      maxPollSeconds: 3600,
      expirySeconds: 86_400,
      promisedSeconds: 3600,
      visibleTo: ['silver', '1'],
      supplier: 'Sandbox',
    })
    expect(service.fields).toEqual([
      { name: 'EMAIL', label: 'E-mail', type: 'text', required: true, options: [] },
      { name: 'PLAN', label: 'PLAN', type: 'dropdown', required: false, options: ['S', 'L'] },
    ])
    expect(service).toMatchObject({ promisedSeconds: 3600, visibleTo: [1, 2] })
    const sheet = await showService(sql, service.code)
    expect(sheet.service).toEqual(service)
    expect(sheet.suppliers).toEqual(['sandbox'])
    expect(sheet.visibleTo).toEqual(['Gold', 'Silver'])
  })

  it('has its bounds from its quantities, until the quantities are taken away', async () => {
    const service = await create({ kind: 'server', quantityOptions: [50, 10, 10, 20] })
    expect(service).toMatchObject({ quantityOptions: [10, 20, 50], minQuantity: 10 })
    expect(service.maxQuantity).toBe(50)
    const other = await updateService(sql, service.code, { quantityOptions: [5, 100] })
    expect(other).toMatchObject({ quantityOptions: [5, 100], minQuantity: 5, maxQuantity: 100 })
    expect(await refusal(updateService(sql, service.code, { maxQuantity: 200 }))).toMatchObject({
      field: 'quantityOptions',
    })
    const free = await updateService(sql, service.code, { quantityOptions: [], maxQuantity: 200 })
    expect(free).toMatchObject({ quantityOptions: [], minQuantity: 5, maxQuantity: 200 })
  })

  it('of kind serial has a box of its own, which its schema follows', async () => {
    const service = await create({
      kind: 'serial',
      inputName: 'ECID',
      minInputLength: 10,
      maxInputLength: 75,
    })
    const serialOf = ({ inputSchema }: Service) =>
      (inputSchema['properties'] as Record<string, object>)['serial']
    expect(serialOf(service)).toEqual({ type: 'string', title: 'ECID', minLength: 10, maxLength: 75 })
    const changed = await updateService(sql, service.code, {
      inputName: '',
      inputHint: 'On the box',
      minInputLength: 1,
    })
    expect(serialOf(changed)).toEqual({
      type: 'string',
      description: 'On the box',
      minLength: 1,
      maxLength: 75,
    })
  })

  it('must have a code of its own, in any case', async () => {
    await create({ code: 'taken' })
    expect(await refusal(create({ code: 'TAKEN' }))).toMatchObject({ code: 'conflict', field: 'code' })
  })

  it.each<[keyof NewService, Partial<NewService>]>([
    ['code', { code: '' }],
    ['code', { code: '1382' }],
    ['code', { code: 'a b' }],
    ['code', { code: 'a'.repeat(65) }],
    ['name', { name: '  ' }],
    ['name', { name: 'a\0b' }],
    ['group', { group: '' }],
    ['description', { description: 'a\0b' }],
    ['deliveryTime', { deliveryTime: 'a\nb' }],
    ['kind', { kind: 'file' as 'imei' }],
    ['price', { price: '-1' }],
    ['price', { price: '0.1234567' }],
    ['price', { price: '100000000.01' }],
    ['currency', { currency: 'usd' }],
    ['currency', { currency: 'XYZ' }],
    ['fields', { fields: [{ name: 'A B' }] }],
    ['fields', { fields: [{ name: 'qnt' }] }],
    ['fields', { fields: [{ name: 'A' }, { name: 'a' }] }],
    ['fields', { fields: [{ name: 'A', type: 'dropdown' }] }],
    ['fields', { fields: [{ name: 'A', type: 'text', options: ['x'] }] }],
    ['fields', { fields: [{ name: 'A', options: ['x', 'x'] }] }],
    ['fields', { fields: [{ name: 'A', options: ['x,y'] }] }],
    ['imeiFormat', { kind: 'server', imeiFormat: 'imei' }],
    ['imeiFormat', { imeiFormat: 'imei', inputSchema: { type: 'object' } }],
    ['inputSchema', { inputSchema: { type: 'array' } }],
    ['inputSchema', { inputSchema: { type: 'object', properties: 5 } }],
    [
      'inputSchema',
      { inputSchema: { type: 'object', properties: { imei: { type: 'string', format: 'luck' } } } },
    ],
    ['inputSchema', { inputSchema: { type: 'object', properties: { PIN: {} }, required: ['PIN'] } }],
    ['minQuantity', { kind: 'server', minQuantity: 0 }],
    ['minQuantity', { kind: 'server', minQuantity: 1.5 }],
    ['minQuantity', { minQuantity: 2 }],
    ['maxQuantity', { kind: 'server', minQuantity: 5, maxQuantity: 4 }],
    ['maxQuantity', { maxQuantity: 2 }],
    ['quantityOptions', { quantityOptions: [2, 5] }],
    ['quantityOptions', { kind: 'server', quantityOptions: [0, 5] }],
    ['quantityOptions', { kind: 'server', quantityOptions: [1.5] }],
    ['quantityOptions', { kind: 'server', quantityOptions: [5, 10_001] }],
    ['quantityOptions', { kind: 'server', quantityOptions: [5, 10], minQuantity: 6 }],
    ['quantityOptions', { kind: 'server', quantityOptions: [5, 10], maxQuantity: 20 }],
    ['quantityOptions', { kind: 'server', quantityOptions: Array.from({ length: 101 }, (_, n) => n + 1) }],
    ['inputName', { inputName: 'ECID' }],
    ['inputName', { kind: 'serial', inputName: 'a\nb' }],
    ['inputHint', { kind: 'server', inputHint: 'of the phone' }],
    ['minInputLength', { minInputLength: 2 }],
    ['minInputLength', { kind: 'serial', minInputLength: 0 }],
    ['maxInputLength', { maxInputLength: 20 }],
    ['maxInputLength', { kind: 'serial', maxInputLength: 256 }],
    ['maxInputLength', { kind: 'serial', minInputLength: 12, maxInputLength: 10 }],
    ['opensAt', { opensAt: '9:00', closesAt: '17:00' }],
    ['closesAt', { opensAt: '09:00', closesAt: '24:00' }],
    ['closesAt', { opensAt: '09:00' }],
    ['timeZone', { timeZone: 'Jakarta' }],
    ['duplicatePolicy', { duplicatePolicy: 'maybe' as 'allow' }],
    ['replayWindowSeconds', { replayWindowSeconds: -1 }],
    ['processing', { processing: 'slow' as 'manual' }],
    ['routing', { routing: 'dearest' as 'cheapest' }],
    ['failureMessage', { failureMessage: ' ' }],
    ['failureMessage', { failureMessage: 'a\nb' }],
    ['minPollSeconds', { minPollSeconds: 0 }],
    ['minPollSeconds', { minPollSeconds: 86_401 }],
    ['maxPollSeconds', { minPollSeconds: 60, maxPollSeconds: 59 }],
    ['maxPollSeconds', { maxPollSeconds: 86_401 }],
    ['expirySeconds', { expirySeconds: 59 }],
    ['visibleTo', { visibleTo: ['Bronze'] }],
    ['visibleTo', { visibleTo: [] }],
    ['supplier', { supplier: 'nobody' }],
  ])('is refused naming %s for %o', async (field, over) => {
    const before = await countServices(sql, {})
    expect(await refusal(create(over))).toMatchObject({ code: 'invalid_input', field })
    expect(await countServices(sql, {})).toEqual(before)
  })
})

describe('changing a service', () => {
  it('changes what is given and leaves the rest', async () => {
    const service = await create({
      opensAt: '09:00',
      closesAt: '17:00',
      description: 'old',
      visibleTo: ['gold'],
    })
    const changed = await updateService(sql, service.code, { description: 'new', active: false })
    expect(changed).toEqual({ ...service, description: 'new', active: false })
    expect((await showService(sql, service.code)).service).toEqual(changed)
    const cleared = await updateService(sql, String(service.id), {
      opensAt: null,
      closesAt: null,
      visibleTo: null,
    })
    expect(cleared).toMatchObject({ opensAt: null, closesAt: null, visibleTo: null, description: 'new' })
  })

  it('never changes the kind', async () => {
    const service = await create()
    expect(await refusal(updateService(sql, service.code, { kind: 'server' }))).toMatchObject({
      field: 'kind',
    })
    expect(await updateService(sql, service.code, { kind: 'imei' })).toEqual(service)
  })

  it('of fields changes the schema that follows from them, in the IMEI format it had', async () => {
    const service = await create({ imeiFormat: 'imei-digits' })
    const changed = await updateService(sql, service.code, { fields: [{ name: 'PIN', required: true }] })
    expect(changed.inputSchema).toEqual(inputSchemaFor(changed, 'imei-digits'))
    const strict = await updateService(sql, service.code, { imeiFormat: 'imei' })
    expect(strict.inputSchema).toEqual(inputSchemaFor(changed, 'imei'))
  })

  it('of fields leaves a schema that the operator gave, until the schema is taken away', async () => {
    const own = {
      type: 'object',
      properties: { imei: { type: 'string' }, PIN: { type: 'string' } },
      required: ['PIN'],
    }
    const service = await create({ inputSchema: own, fields: [{ name: 'PIN' }] })
    const changed = await updateService(sql, service.code, { fields: [{ name: 'PIN' }, { name: 'NOTE' }] })
    expect(changed.inputSchema).toEqual(own)
    const without = updateService(sql, service.code, { fields: [] })
    expect(await refusal(without)).toMatchObject({ field: 'inputSchema' })
    const derived = await updateService(sql, service.code, { inputSchema: null })
    expect(derived.inputSchema).toEqual(inputSchemaFor(changed))
  })

  it('asks no less often at most than at first', async () => {
    const service = await create({ minPollSeconds: 900 })
    expect(service).toMatchObject({ minPollSeconds: 900, maxPollSeconds: 900 })
    expect(await updateService(sql, service.code, { minPollSeconds: 1000 })).toMatchObject({
      maxPollSeconds: 1000,
    })
    const most = { maxPollSeconds: 999 }
    expect(await refusal(updateService(sql, service.code, most))).toMatchObject({ field: 'maxPollSeconds' })
  })

  it('gives it another supplier in place of the one it had', async () => {
    await sql`insert into suppliers (kind, name) values ('sandbox', 'second')`
    const service = await create({ supplier: 'sandbox' })
    await updateService(sql, service.code, { supplier: 'second' })
    expect((await showService(sql, service.code)).suppliers).toEqual(['second'])
  })

  it('needs one that is there, and a code that is free', async () => {
    const [one, other] = [await create(), await create()]
    expect(await refusal(updateService(sql, 'nowhere', {}))).toMatchObject({ code: 'service_not_found' })
    expect(await refusal(updateService(sql, '99999999999', {}))).toMatchObject({ code: 'service_not_found' })
    expect(await refusal(updateService(sql, one.code, { code: other.code }))).toMatchObject({
      code: 'conflict',
    })
  })
})

describe('the list of services', () => {
  it('is by group, then id, without inactive ones unless asked for, and can be searched', async () => {
    const codes = ({ services: sheets }: Awaited<ReturnType<typeof listServices>>) =>
      sheets.map((sheet) => sheet.service.code)
    await create({ code: 'zeta-1', group: 'B list' })
    await create({ code: 'zeta-2', group: 'A list', name: 'Blacklist' })
    await create({ code: 'zeta-3', group: 'B list', active: false })
    await create({ code: 'zeta-4', group: 'A list' })
    expect(codes(await listServices(sql, { active: true, search: 'ZETA', limit: 10 }))).toEqual([
      'zeta-2',
      'zeta-4',
      'zeta-1',
    ])
    expect(codes(await listServices(sql, { group: 'b LIST', limit: 10 }))).toEqual(['zeta-1', 'zeta-3'])
    expect(codes(await listServices(sql, { active: true, search: 'blackl', limit: 10 }))).toEqual(['zeta-2'])
  })
})

describe('a price', () => {
  it('is for everyone, a group or an account, and is changed by setting it again', async () => {
    const { code, id } = await create()
    await sql`insert into accounts (id, name, email, username, currency) overriding system value
              values (7, 'Shop', 'shop@example.com', 'shop', 'EUR')`
    await setPrice(sql, {
      service: code,
      group: 'GOLD',
      currency: 'USD',
      price: '0.5',
      minItems: 2,
      maxItems: 10,
    })
    await setPrice(sql, { service: code, account: 7 as never, currency: 'EUR', price: '0' })
    const changed = await setPrice(sql, {
      service: String(id),
      group: 'gold',
      currency: 'USD',
      price: '0.4',
    })
    expect(changed).toMatchObject({
      serviceId: id,
      accountId: null,
      group: 'Gold',
      currency: 'USD',
      unitPrice: 400_000n,
      minItems: 2,
      maxItems: 10,
    })
    expect(
      (await listPrices(sql, code)).map(({ accountId, group, unitPrice }) => [accountId, group, unitPrice]),
    ).toEqual([
      [null, null, 770_000n],
      [null, 'Gold', 400_000n],
      [7, null, 0n],
    ])
    await removePrice(sql, { service: code, group: 'Gold', currency: 'USD' })
    expect(await listPrices(sql, code)).toHaveLength(2)
    expect(await refusal(removePrice(sql, { service: code, group: 'Gold', currency: 'USD' }))).toMatchObject({
      code: 'not_found',
    })
  })

  it.each([
    [{ service: 'nowhere' }, 'service_not_found', 'service'],
    [{ group: 'Bronze' }, 'invalid_input', 'group'],
    [{ account: 99 as never }, 'invalid_input', 'account'],
    [{ account: 99 as never, group: 'Gold' }, 'invalid_input', 'account'],
    [{ currency: 'usd' }, 'invalid_input', 'currency'],
    [{ price: '1,5' }, 'invalid_input', 'price'],
    [{ minItems: 0 }, 'invalid_input', 'minItems'],
    [{ minItems: 5, maxItems: 4 }, 'invalid_input', 'maxItems'],
  ])('is refused for %o', async (over, code, field) => {
    const service = await create()
    const rule = { service: service.code, currency: 'USD', price: '1', ...over }
    expect(await refusal(setPrice(sql, rule))).toMatchObject({ code, field })
  })

  it("for an account must be in the account's currency", async () => {
    const service = await create()
    await sql`insert into accounts (id, name, email, username, currency) overriding system value
              values (8, 'Shop', 'shop@example.com', 'shop8', 'EUR')`
    const rule = { service: service.code, account: 8 as never, currency: 'USD', price: '1' }
    expect(await refusal(setPrice(sql, rule))).toMatchObject({ code: 'invalid_input', field: 'currency' })
  })
})
