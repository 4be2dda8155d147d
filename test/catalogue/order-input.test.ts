import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GivenInput } from '../../src/catalogue/field-names.ts'
import { type InputSchema, inputSchemaFor } from '../../src/catalogue/input-schema.ts'
import { type OrderInput, readInput } from '../../src/catalogue/order-input.ts'
import type { Service } from '../../src/catalogue/service.ts'
import { orThrow, refusalFor } from '../../src/lib/fault.ts'
import { dropdown, service, text } from './catalogue.fixtures.ts'

const given = (input?: string, fields: Record<string, string> = {}, quantity?: string): GivenInput => ({
  input,
  quantity,
  fields: new Map(Object.entries(fields)),
})

function accepted(of: Service, input: GivenInput): OrderInput {
  return orThrow(readInput(of, input))
}

function refused(
  of: Service,
  input: GivenInput,
): { code: string; detail: string | undefined; field: string | undefined } {
  const result = readInput(of, input)
  if (result.ok) throw new Error('was accepted')
  const { code, detail, field } = refusalFor(result)
  return { code, detail, field }
}

const IMEI = '490154203237518'

describe('the input of an imei service', () => {
  it('is the IMEI in digits, one of it', () => {
    expect(accepted(service(), given(' 49-015420-323751-8 '))).toEqual({
      input: IMEI,
      quantity: 1,
      fields: null,
      canonical: JSON.stringify([IMEI, 1]),
    })
  })

  it.each([undefined, '', '  ', '-'])('must have an IMEI (%o)', (input) => {
    expect(refused(service(), given(input))).toMatchObject({ code: 'imei_required', field: 'IMEI' })
  })

  it.each([
    ['490154203237519', '490154203237519: the check digit should be 8'],
    [
      '49015420323751',
      '49015420323751: an IMEI has 15 digits, this has 14: with its check digit it is 490154203237518',
    ],
    ['4901542032375I8', '4901542032375I8: an IMEI has 15 digits and nothing else'],
    ['4'.repeat(500), `${'4'.repeat(40)}...: an IMEI has 15 digits, this has 500`],
    ['4\0', '4?: an IMEI has 15 digits and nothing else'],
  ])('says what is wrong with %o', (input, detail) => {
    expect(refused(service(), given(input))).toEqual({ code: 'invalid_imei', detail, field: 'IMEI' })
  })

  it('may have a wrong check digit where the service says so, but not another length', () => {
    const lenient = service({ inputSchema: inputSchemaFor(service(), 'imei-digits') })
    expect(accepted(lenient, given('490154203237519')).input).toBe('490154203237519')
    expect(refused(lenient, given('49015420323751')).detail).toBe(
      '49015420323751: an IMEI has 15 digits, this has 14: with its check digit it is 490154203237518',
    )
  })

  it('follows a schema that the operator gave', () => {
    const inputSchema: InputSchema = {
      type: 'object',
      properties: { imei: { type: 'string', pattern: '^35' }, PIN: { type: 'string', pattern: '^\\d{4}$' } },
      required: ['imei'],
    }
    const own = service({ inputSchema, fields: [text('PIN')] })
    expect(accepted(own, given('35123')).input).toBe('35123')
    expect(refused(own, given('49'))).toEqual({
      code: 'invalid_imei',
      detail: '49: must match pattern "^35"',
      field: 'IMEI',
    })
    expect(refused(own, given('35', { pin: '12' }))).toEqual({
      code: 'invalid_field',
      detail: 'PIN: must match pattern "^\\d{4}$"',
      field: 'PIN',
    })
    const needsPin = service({ ...own, inputSchema: { ...inputSchema, required: ['imei', 'PIN'] } })
    expect(refused(needsPin, given('35'))).toEqual({ code: 'field_missing', detail: 'PIN', field: 'PIN' })
  })
})

describe('the input of a serial service', () => {
  const serial = service({ kind: 'serial' })

  it('keeps the serial number as sent and knows the same device in any case', () => {
    const lower = accepted(serial, given(' dnpx1abc '))
    expect(lower.input).toBe('dnpx1abc')
    expect(lower.canonical).toBe(accepted(serial, given('DNPX1ABC')).canonical)
    expect(lower.canonical).not.toBe(accepted(serial, given('DNPX1ABD')).canonical)
  })

  it('must have a serial number, and says where it goes', () => {
    expect(refused(serial, given())).toEqual({
      code: 'imei_required',
      detail: 'the serial number goes in IMEI',
      field: 'IMEI',
    })
  })

  it.each(['A'.repeat(65), 'A\0B', 'A\nB', 'A\ud800B', 'A\u2028B'])('refuses %o', (input) => {
    expect(refused(serial, given(input)).code).toBe('invalid_imei')
  })
})

describe('the quantity', () => {
  const server = service({ kind: 'server', minQuantity: 5, maxQuantity: 20 })

  it('is the smallest one unless given', () => {
    expect(accepted(server, given()).quantity).toBe(5)
    expect(accepted(server, given(undefined, {}, '')).quantity).toBe(5)
  })

  it.each([
    ['5', 5],
    [' 12 ', 12],
    ['020', 20],
    ['12.00', 12],
    ['5.0', 5],
    ['\u200e12\u200f', 12],
    ['\u06f1\u06f2', 12],
    ['\u0661\u0662', 12],
    ['\uff11\uff12', 12],
  ])('is read from %o', (quantity, expected) => {
    expect(accepted(server, given(undefined, {}, quantity)).quantity).toBe(expected)
  })

  it.each(['4', '21', '-5', '5.5', '12.000', '12,000', '0', '1e1', 'five', '0x10', '99999999999999999999'])(
    'refuses %o with the range',
    (quantity) => {
      expect(refused(server, given(undefined, {}, quantity))).toEqual({
        code: 'quantity_out_of_range',
        detail: `${quantity}: the quantity must be a whole number from 5 to 20`,
        field: 'QUANTITY',
      })
    },
  )

  it('of a device is one, also where a client sends the 0 that panels list for it', () => {
    expect(accepted(service(), given(IMEI, {}, '1')).quantity).toBe(1)
    expect(accepted(service(), given(IMEI, {}, '0')).quantity).toBe(1)
    const single = service({ kind: 'server', minQuantity: 1, maxQuantity: 1 })
    expect(accepted(single, given(undefined, {}, '0')).quantity).toBe(1)
    expect(refused(service(), given(IMEI, {}, '2'))).toMatchObject({
      code: 'quantity_out_of_range',
      detail: '2: the quantity must be 1',
    })
  })
})

describe('a server service', () => {
  it('takes an order without an input, and keeps one that is given', () => {
    const server = service({ kind: 'server' })
    expect(accepted(server, given()).input).toBe('')
    expect(accepted(server, given('user@example.com')).input).toBe('user@example.com')
    expect(refused(server, given('a\0')).code).toBe('invalid_imei')
  })
})

describe('extra fields', () => {
  const fields = [text('NETWORK', true), dropdown('COLOUR', ['red', 'dark blue']), text('NOTE')]
  const of = service({ fields })

  it('are found by name in any case, trimmed, and kept by upper-case name', () => {
    expect(accepted(of, given(IMEI, { network: ' O2 ', Colour: 'dark blue' })).fields).toEqual({
      NETWORK: 'O2',
      COLOUR: 'dark blue',
    })
  })

  it.each([{}, { NETWORK: '' }, { NETWORK: ' ' }])('that are required must be there (%o)', (sent) => {
    expect(refused(of, given(IMEI, sent as Record<string, string>))).toEqual({
      code: 'field_missing',
      detail: 'NETWORK',
      field: 'NETWORK',
    })
  })

  it('of type dropdown take only an option, and the refusal names them', () => {
    expect(refused(of, given(IMEI, { NETWORK: 'O2', COLOUR: 'green' }))).toEqual({
      code: 'invalid_field',
      detail: 'COLOUR: green is not one of red, dark blue',
      field: 'COLOUR',
    })
  })

  it.each(['a\0b', 'a\nb', 'a\u0085b', 'a\ud800', 'x'.repeat(2001)])('refuse %o', (value) => {
    expect(refused(of, given(IMEI, { NETWORK: value }))).toMatchObject({
      code: 'invalid_field',
      field: 'NETWORK',
    })
  })

  it('may be 2,000 characters long', () => {
    const longest = 'x'.repeat(2000)
    expect(accepted(of, given(IMEI, { NETWORK: longest })).fields).toEqual({ NETWORK: longest })
  })

  it('that the service does not declare are left out', () => {
    const without = accepted(of, given(IMEI, { NETWORK: 'O2' }))
    expect(accepted(of, given(IMEI, { NETWORK: 'O2', IP: '1.2.3.4', __proto__: 'x' }))).toEqual(without)
    expect(accepted(service(), given(IMEI, { NETWORK: 'O2' })).fields).toBeNull()
  })
})

describe('the canonical form', () => {
  const names = ['A', 'B', 'C']
  const of = service({ kind: 'server', maxQuantity: 9, fields: names.map((name) => text(name)) })
  const value = fc
    .string({ minLength: 1, maxLength: 8, unit: fc.constantFrom(...'ab1,"[]\\: |') })
    .filter((sent) => sent.trim() !== '')
  const input = fc.record({
    input: fc.constantFrom('', 'a', 'b', 'a,1', '1'),
    quantity: fc.integer({ min: 1, max: 9 }),
    fields: fc.dictionary(fc.constantFrom(...names), value),
  })
  type Input = { input: string; quantity: number; fields: Record<string, string> }
  const canonical = ({ input, quantity, fields }: Input) =>
    accepted(of, given(input, fields, String(quantity))).canonical
  const meaning = ({ input, quantity, fields }: Input) => [
    input,
    quantity,
    names.map((name) => (fields[name] === undefined ? null : fields[name].trim())),
  ]

  it('is the same for the same meaning, however it was sent', () => {
    fc.assert(
      fc.property(input, fc.boolean(), (sent, upside) => {
        const entries = Object.entries(sent.fields).map(([name, text]) => [name.toLowerCase(), `\t${text} `])
        const again = Object.fromEntries([
          ...(upside ? entries.reverse() : entries),
          ['UNKNOWN', 'x'],
          ['c', ''],
        ])
        const { C: last } = sent.fields
        const fields = last === undefined ? again : { ...again, c: ` ${last}` }
        const other = accepted(of, given(` ${sent.input}`, fields, `0${sent.quantity}`))
        expect(other.canonical).toBe(canonical(sent))
      }),
    )
  })

  it('does not depend on the order that the service declares its fields in', () => {
    const turned = service({ ...of, fields: of.fields.toReversed() })
    const sent = given('a', { A: '1', B: '2', C: '3' })
    expect(accepted(turned, sent).canonical).toBe(accepted(of, sent).canonical)
  })

  it('is the same only for the same meaning', () => {
    fc.assert(
      fc.property(input, input, (one, other) => {
        const same = JSON.stringify(meaning(one)) === JSON.stringify(meaning(other))
        expect(canonical(one) === canonical(other)).toBe(same)
      }),
      { numRuns: 2000 },
    )
  })
})
