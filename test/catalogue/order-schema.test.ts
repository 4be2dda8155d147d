import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { InputSchema } from '../../src/catalogue/input-schema.ts'
import { readData } from '../../src/catalogue/order-data.ts'
import { readInput } from '../../src/catalogue/order-input.ts'
import { publishedSchema } from '../../src/catalogue/order-schema.ts'
import { schemaFault } from '../../src/catalogue/schema-fault.ts'
import type { Service, UnitPrice } from '../../src/catalogue/service.ts'
import { faultsIn, orThrow, pathText } from '../../src/lib/fault.ts'
import { micros } from '../../src/lib/money.ts'
import { asText, formOf, valuesIn } from '../../web/src/portal/routes/order/form.ts'
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

/** Asked is a field that a service asks for, with what somebody fills in (one text for each input of the page) and what is meant by it. */
interface Asked {
  schema: Record<string, unknown>
  texts: string[]
  /** `value`, undefined: it is left out. */
  value: unknown
}

describe('the form of the portal', () => {
  const line = fc
    .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })
    .map((one) => one.trim())
    .filter((one) => one !== '')
  const whole = fc.integer()
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => (one === 0 ? 0 : one))
  const given = <Value>(schema: object, value: fc.Arbitrary<Value>, write: (one: Value) => string[]) =>
    value.map((one): Asked => ({ schema: { ...schema }, texts: write(one), value: one }))
  const one = (value: unknown) => [String(value)]
  // People leave empty lines, and spaces at the ends.
  const lines = (values: readonly unknown[]) => [`\n${values.map((value) => ` ${value}`).join(' \r\n\n')}\n`]
  const some = (type: string, choices: readonly unknown[]) => ({ type, enum: [...choices] })
  const choices = fc.oneof(
    fc.uniqueArray(line, { minLength: 1, maxLength: 4 }).map((of) => some('string', of)),
    fc.uniqueArray(whole, { minLength: 1, maxLength: 4 }).map((of) => some('integer', of)),
  )
  const few = { maxLength: 4 }
  const filled: fc.Arbitrary<Asked> = fc.oneof(
    given({ type: 'string' }, line, one),
    given({ type: 'integer' }, whole, one),
    given({ type: 'number' }, number, one),
    given({ type: 'boolean' }, fc.boolean(), (is) => (is ? ['yes'] : [])),
    choices.chain((schema) => given(schema, fc.constantFrom(...schema.enum), one)),
    choices.chain((items) =>
      given({ type: 'array', items }, fc.subarray(items.enum), (chosen) => chosen.map(String)),
    ),
    given({ type: 'array', items: { type: 'string' } }, fc.array(line, few), lines),
    given({ type: 'array', items: { type: 'integer' } }, fc.array(whole, few), lines),
    given({ type: 'array', items: { type: 'number' } }, fc.array(number, few), lines),
  )
  const left = filled
    .filter(({ schema }) => schema['type'] !== 'boolean')
    .map(({ schema }): Asked => ({ schema, texts: schema['items'] ? [] : [''], value: undefined }))
  const asked = fc.dictionary(
    fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/),
    fc.record({ is: fc.oneof({ weight: 4, arbitrary: filled }, left), isRequired: fc.boolean() }),
    { maxKeys: 6 },
  )

  it('sends what was filled in, as the schema types it; what is checked before is what is placed', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (fields) => {
        const entries = Object.entries(fields).map(([name, { is, isRequired }]) => ({
          ...{ name, ...is },
          isRequired: isRequired && is.value !== undefined,
        }))
        const needed = entries.filter(({ isRequired }) => isRequired).map(({ name }) => name)
        const inputSchema = {
          ...{ type: 'object', required: ['imeis', ...needed], 'x-requestFrom': '/imeis' },
          properties: {
            imeis: { type: 'array', items: { type: 'string' } },
            ...Object.fromEntries(entries.map(({ name, schema }) => [name, schema])),
          },
        }
        const form = formOf(inputSchema)
        if (!form) throw new Error('it is not drawn')
        const page = new FormData()
        for (const { name, texts } of entries)
          for (const written of texts) page.append(`field ${name}`, written)
        const values = valuesIn(form.fields, page)
        const meant = entries.filter(
          ({ value, isRequired }) =>
            value !== undefined && (isRequired || !Array.isArray(value) || value.length > 0),
        )
        expect(values).toEqual(Object.fromEntries(meant.map(({ name, value }) => [name, value])))

        const of = service({ inputSchema, fields: entries.map(({ name }) => text(name)) })
        const placed = orThrow(await readData(of, price, { ...values, imeis: [imei(1)] }))
        const checked = readInput(of, {
          ...{ input: imei(1), quantity: undefined },
          fields: new Map(Object.entries(values).map(([name, value]) => [name, asText(value)])),
        })
        expect([orThrow(checked)]).toEqual(placed)
      }),
    )
  })

  it.each([
    ['a list of lists', { type: 'array', items: { type: 'array' } }],
    ['a list of objects', { type: 'array', items: { type: 'object' } }],
    ['a list whose items differ', { type: 'array', prefixItems: [{ type: 'string' }] }],
    ['choices that look alike', { enum: ['1', 1] }],
    ['a choice of nothing', { enum: ['', 'a'] }],
    ['an object', { type: 'object' }],
  ])('does not draw %s', (_what, schema) => {
    const properties = { imeis: { type: 'array', items: { type: 'string' } }, X: schema }
    expect(formOf({ properties, 'x-requestFrom': '/imeis' })).toBeUndefined()
  })
})
