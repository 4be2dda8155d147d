import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { InputSchema } from '../../src/catalogue/input-schema.ts'
import { readData } from '../../src/catalogue/order-data.ts'
import { readInput } from '../../src/catalogue/order-input.ts'
import { publishedSchema } from '../../src/catalogue/order-schema.ts'
import { schemaFault } from '../../src/catalogue/schema-fault.ts'
import type { Service, UnitPrice } from '../../src/catalogue/service.ts'
import { faultsIn, orThrow, pathText } from '../../src/lib/fault.ts'
import { micros } from '../../src/lib/money.ts'
import { imei } from '../support/server.ts'
import { service, text } from './catalogue.fixtures.ts'

const price: UnitPrice = { unitPrice: micros(1n), minItems: 1, maxItems: 100 }

const published = (of: Service) => new Ajv2020({ strict: false }).compile(publishedSchema(of, price))
const faults = async (of: Service, data: Record<string, unknown>): Promise<unknown> => {
  const read = await readData(of, price, data)
  if (read.ok) return read.value.map(({ input }) => input)
  return Object.fromEntries(read.faults.map(({ path, message }) => [pathText(path), [message]]))
}

/** `nested` has its list elsewhere than ours, with a field beside it and keywords that ours lacks. */
const nested: InputSchema = {
  type: 'object',
  required: ['devices'],
  properties: {
    devices: {
      type: 'object',
      required: ['list'],
      properties: { list: { type: 'array', minItems: 1, items: { type: 'string', format: 'imei' } } },
    },
    level: { type: 'integer', minimum: 1, maximum: 3 },
  },
  'x-quantityFrom': '/devices/list',
  'x-requestFrom': '/devices/list',
}
const credits: InputSchema = {
  type: 'object',
  required: ['player', 'amount'],
  properties: { player: { type: 'string', pattern: '^p' }, amount: { type: 'integer', multipleOf: 10 } },
  'x-quantityFrom': '/amount',
  'x-requestFrom': '/player',
}

describe('a schema of one item', () => {
  it('with an operator’s own words becomes one of a list', async () => {
    const own = service({
      inputSchema: {
        type: 'object',
        properties: {
          imei: { type: 'string', format: 'imei', pattern: '^35' },
          PIN: { $ref: '#/$defs/pin' },
        },
        required: ['imei', 'PIN'],
        if: { properties: { imei: { pattern: '^3500' } } },
        // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
        then: { properties: { PIN: { const: '0000' } } },
        $defs: { pin: { type: 'string', pattern: '^\\d{4}$' } },
      },
      fields: [text('PIN', true)],
    })
    expect(schemaFault(own)).toBeUndefined()
    const fits = published(own)
    expect(fits({ imeis: [imei(1, '35100000')], PIN: '1234' })).toBe(true)
    expect(fits({ imeis: ['86'.padEnd(15, '1')], PIN: '1234' })).toBe(false)
    expect(fits({ imeis: ['351'], PIN: '1234' })).toBe(false)
    // What only one item can say is looked at item by item.
    expect(await faults(own, { imeis: [imei(1, '35100000'), imei(1, '35000000')], PIN: '1234' })).toEqual({
      'data.PIN': ['must be equal to constant'],
    })
    expect(await faults(own, { imeis: [imei(1, '35100000')], PIN: '1234' })).toEqual([imei(1, '35100000')])
  })

  it('that cannot become one of a list is refused', () => {
    const own: InputSchema = {
      type: 'object',
      properties: { imei: { type: 'string' }, PIN: { $ref: '#/properties/imei' } },
    }
    expect(schemaFault(service({ inputSchema: own, fields: [text('PIN')] }))?.message).toContain(
      'no schema of an order',
    )
  })

  it('of serial numbers tells them apart in any case', async () => {
    const of = service({ kind: 'serial' })
    expect(await faults(of, { serials: ['ab1', 'AB2'] })).toEqual(['ab1', 'AB2'])
    expect(await faults(of, { serials: ['ab1', 'AB1'] })).toEqual({ 'data.serials.1': ['is there twice'] })
    expect(await faults(of, { serials: ['a\u0000'] })).toEqual({
      'data.serials.0': [expect.stringContaining('printable')],
    })
  })

  it('names everything that is wrong, but not without end', async () => {
    const read = await readData(service(), price, { imeis: Array.from({ length: 50 }, (_, n) => String(n)) })
    expect(faultsIn(read)).toHaveLength(20)
    const same = await readData(service(), price, { imeis: Array.from({ length: 50 }, () => imei(1)) })
    expect(faultsIn(same)).toHaveLength(20)
  })

  it('lets others have their turn while it reads many items', async () => {
    let turns = 0
    const turn = setImmediate(() => turns++)
    const data = { imeis: Array.from({ length: 10_000 }, (_, n) => imei(n)) }
    const read = await readData(service(), { ...price, maxItems: 10_000 }, data)
    clearImmediate(turn)
    expect(orThrow(read)).toHaveLength(10_000)
    expect(turns).toBe(1)
  })

  it('refuses a list that is longer than any order without a look at what is in it', async () => {
    const read = await readData(service(), price, { imeis: Array.from({ length: 10_001 }, () => 'x') })
    expect(faultsIn(read)).toEqual([
      { path: ['data', 'imeis'], message: 'must NOT have more than 10000 items' },
    ])
  })
})

describe('a schema of a whole order', () => {
  const of = service({ inputSchema: nested, fields: [text('LEVEL')] })
  const server = service({ kind: 'server', inputSchema: credits, minQuantity: 10, maxQuantity: 100 })

  it('is published as it is, in formats that everybody knows', () => {
    const fits = published(of)
    expect(fits({ devices: { list: [imei(1)] }, level: 3 })).toBe(true)
    expect(fits({ devices: { list: ['1'] } })).toBe(false)
    expect(JSON.stringify(publishedSchema(of, price))).not.toContain('format')
  })

  it('says what is counted and what is sent on', async () => {
    const read = orThrow(await readData(of, price, { devices: { list: [imei(1), imei(2)] }, level: 2 }))
    expect(read).toMatchObject([
      { input: imei(1), quantity: 1, fields: { LEVEL: '2' } },
      { input: imei(2), quantity: 1, fields: { LEVEL: '2' } },
    ])
    expect(orThrow(await readData(server, price, { player: 'p1', amount: 30 }))).toMatchObject([
      { input: 'p1', quantity: 30 },
    ])
  })

  it('says what is wrong where it is', async () => {
    expect(await faults(of, { devices: { list: [imei(1), '351'] }, level: 4 })).toEqual({
      'data.devices.list.1': ['an IMEI has 15 digits, this has 3'],
      'data.level': ['must be <= 3'],
    })
    expect(await faults(server, { player: 'p1', amount: 110 })).toEqual({
      'data.amount': [expect.stringContaining('100')],
    })
  })

  it('sells one item an order on the Dhru wire', () => {
    const fields = new Map([['level', '2']])
    expect(orThrow(readInput(of, { input: imei(1), fields }))).toMatchObject({
      input: imei(1),
      fields: { LEVEL: '2' },
    })
    const wrong = readInput(of, { input: imei(1), fields: new Map([['LEVEL', '4']]) })
    expect(wrong).toMatchObject({ code: 'invalid_field', faults: [{ path: ['level'] }] })
    expect(readInput(of, { input: '351', fields })).toMatchObject({ code: 'invalid_imei' })
    const bought = orThrow(readInput(server, { input: 'p1', quantity: '30', fields: new Map() }))
    expect(bought).toMatchObject({ input: 'p1', quantity: 30 })
    expect(readInput(server, { input: 'x', quantity: '30', fields: new Map() })).toMatchObject({
      code: 'invalid_imei',
    })
    expect(readInput(server, { input: 'p1', quantity: '35', fields: new Map() })).toMatchObject({
      faults: [{ path: ['amount'] }],
    })
  })

  const list = { imeis: { type: 'array', items: { type: 'string' } } }
  it.each<[string, Partial<Service>]>([
    ['x-requestFrom must be a JSON pointer such as /imeis', { inputSchema: { 'x-requestFrom': 'imeis' } }],
    ['x-requestFrom is /a/b, and there is no property a', { inputSchema: { 'x-requestFrom': '/a/b' } }],
    [
      'x-requestFrom is /imeis, and imeis is not required',
      { inputSchema: { properties: list, 'x-requestFrom': '/imeis' } },
    ],
    [
      'x-requestFrom is missing: it says where the imeis stand',
      { inputSchema: { properties: list, 'x-quantityFrom': '/imeis' } },
    ],
    [
      'x-requestFrom must lead to a list of texts',
      {
        inputSchema: {
          properties: { imeis: { type: 'array' } },
          required: ['imeis'],
          'x-requestFrom': '/imeis',
        },
      },
    ],
    [
      'only server services have quantities',
      {
        inputSchema: {
          properties: { ...list, q: { type: 'integer' } },
          required: ['imeis'],
          'x-requestFrom': '/imeis',
          'x-quantityFrom': '/q',
        },
      },
    ],
    [
      'a list has no other quantity',
      {
        kind: 'server',
        inputSchema: {
          properties: { ...list, q: { type: 'integer' } },
          required: ['imeis'],
          'x-requestFrom': '/imeis',
          'x-quantityFrom': '/q',
        },
      },
    ],
    [
      'x-quantityFrom must lead to where x-requestFrom does, or to a value of type integer',
      { kind: 'server', inputSchema: { properties: list, 'x-quantityFrom': '/imeis' } },
    ],
    [
      'the schema has note, which is neither pointed at nor a field',
      { inputSchema: { properties: { ...list, note: {} }, required: ['imeis'], 'x-requestFrom': '/imeis' } },
    ],
    [
      'no property for the required field PIN',
      {
        fields: [text('PIN', true)],
        inputSchema: { properties: list, required: ['imeis'], 'x-requestFrom': '/imeis' },
      },
    ],
    [
      'not a JSON Schema 2020-12',
      { inputSchema: { properties: { a: { type: 'x' } }, 'x-requestFrom': '/a' } },
    ],
  ])('is refused: %s', (words, over) => {
    const given = service(over)
    expect(
      schemaFault({ ...given, inputSchema: { type: 'object', ...given.inputSchema } })?.message,
    ).toContain(words)
  })

  it('has patterns of RE2, and an end', () => {
    const of = (pattern: string) => {
      const imei = { type: 'string', pattern }
      return schemaFault(
        service({ inputSchema: { type: 'object', properties: { imei }, required: ['imei'] } }),
      )
    }
    expect(of('^[0-9]{15}$')).toBeUndefined()
    expect(of('^(?=35)')?.message).toContain("the syntax is RE2's")
    expect(of('x'.repeat(70_000))?.message).toContain('must not be longer than 65536 characters')
  })

  it('is good as it is here', () => {
    expect(schemaFault(of)).toBeUndefined()
    expect(schemaFault(server)).toBeUndefined()
  })
})
