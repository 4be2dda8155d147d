import fc from 'fast-check'

// biome-ignore lint/suspicious/noExplicitAny: any JSON Schema.
type Schema = any

/** `NASTY` texts have broken servers before. */
const NASTY = [
  '',
  ' ',
  '\0',
  '\ud800',
  '__proto__',
  'constructor',
  "' or 1=1 --",
  '../../etc/passwd',
  '%00',
  '1e309',
  '-0',
  'NaN',
  '9'.repeat(400),
  '𝟙𝟚𝟛',
  '‮',
  'null',
  '[]',
  '2026-02-30T25:61:00Z',
  '0001-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '294277-01-01T00:00:00Z',
]
const NUMBERS = [0, -1, 1.5, 1e21, -1e-7, 2 ** 31, 2 ** 53, 2 ** 63, 1e308, 32_768]

const texts = fc.oneof(fc.constantFrom(...NASTY), fc.string({ maxLength: 40 }), fc.string({ unit: 'binary' }))
const numbers = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer(), fc.double({ noNaN: true }))

/** `anything` gives any JSON value. */
export const anything: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  texts,
  numbers,
  fc.constantFrom(null, true, [], {}),
)

/** `nearly` gives values that a schema asks for, or nearly: now and then something else stands anywhere in them. */
export function nearly(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 5, arbitrary: fitting(schema) }, { weight: 1, arbitrary: anything })
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  const choices = schema?.anyOf ?? schema?.oneOf
  if (choices) return fc.oneof(...choices.map(nearly))
  if (schema?.const !== undefined) return fc.constant(schema.const)
  if (schema?.enum) return fc.constantFrom(...schema.enum)
  switch (schema?.type) {
    case 'object':
      return object(schema)
    case 'array':
      return fc.array(nearly(schema.items ?? {}), { maxLength: 4 })
    case 'integer':
      return fc.oneof(
        fc.integer({ min: bound(schema.minimum, -5), max: bound(schema.maximum, 100) }),
        numbers,
      )
    case 'number':
      return numbers
    case 'boolean':
      return fc.boolean()
    case 'string':
      if (schema.format === 'date-time') {
        return fc.oneof(
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
          texts,
        )
      }
      return texts
    default:
      return anything
  }
}

const bound = (given: number | undefined, otherwise: number): number =>
  Math.max(-(2 ** 31), Math.min(given ?? otherwise, 2 ** 31 - 1))

function object(schema: Schema): fc.Arbitrary<unknown> {
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, nearly(inner)]),
  )
  const required = schema.required ?? []
  return fc
    .tuple(
      fc.record(properties, { requiredKeys: [] }),
      fc.record(Object.fromEntries(Object.entries(properties).filter(([name]) => required.includes(name)))),
      fc.dictionary(texts, anything, { maxKeys: 1 }),
      fc.integer({ min: 0, max: 9 }),
    )
    .map(([some, needed, strange, luck]) => ({
      ...some,
      // Mostly everything that is needed is there, so that what lies behind the first check is reached too.
      ...(luck > 1 && needed),
      ...(luck > 7 && strange),
    }))
}
