import { expect, it } from 'vitest'
import { compileSchema, MAX_FAULTS } from '../../src/lib/json-schema.ts'
import { findPattern } from '../../src/lib/patterns.ts'

const fits = (pattern: string, text: string): boolean =>
  compileSchema({ type: 'string', pattern }, 'data')(text).length === 0

it('no pattern of an operator takes without end for a text of a stranger', () => {
  const text = `${'a'.repeat(5000)}!`
  expect(fits('^(a+)+$', text)).toBe(false)
  expect(findPattern('^(a+)+$', text)).toBeUndefined()
  expect(fits('a', 'a'.repeat(1_000_000))).toBe(false)
})

it('neither does a format, nor a list whose values must differ', () => {
  const check = (schema: object, value: unknown) => compileSchema(schema, 'data')(value).length === 0
  for (const [format, part] of [
    ['email', 'a.'],
    ['url', '::'],
    ['uri', 'a'],
    ['uri-template', ':'],
    ['hostname', 'a-'],
    ['ipv4', '1.'],
    ['regex', '\\'],
    ['json-pointer', '/'],
    ['uuid', '0'],
  ] as const) {
    const text = `http://${part.repeat(1_000_000)}!`
    expect(check({ type: 'string', format }, text), format).toBe(false)
  }
  const url = { type: 'string', format: 'url' }
  expect([
    check(url, 'https://example.com/a?b=c'),
    check(url, 'example.com'),
    check(url, 'file:///x'),
  ]).toEqual([true, false, false])
  const list = { type: 'array', uniqueItems: true, items: { type: 'string' } }
  expect([check(list, ['a', 'b']), check(list, ['a', 'a'])]).toEqual([true, false])
  for (const slow of [
    { type: 'array', uniqueItems: true },
    { type: 'object', properties: { a: { type: 'array', uniqueItems: true, items: { type: 'object' } } } },
    { anyOf: [{ type: 'array', uniqueItems: true, items: { type: ['string', 'object'] } }] },
  ]) {
    expect(() => compileSchema(slow, 'data')).toThrow('uniqueItems')
  }
})

it('a pattern that RE2 does not know, or that repeats too much, is refused', () => {
  expect(() => fits('^(a)\\1$', 'aa')).toThrow("the syntax is RE2's")
  expect(() => fits('(?:abcdefghij){1,100}', 'aa')).toThrow('repeats too much')
})

it.each([
  ['^[A-Z0-9]{6,12}$', 'ABC123', true],
  ['^[A-Z0-9]{6,12}$', 'ABC', false],
  ['^(?:iPhone|iPad) \\d+$', 'iPad 7', true],
  ['^(?:iPhone|iPad) \\d+$', 'iPod 7', false],
  ['^\\d{4}$', '12345', false],
  ['^\\p{L}+$', 'é', true],
])('the pattern %s on %s: %s', (pattern, text, expected) => {
  expect(fits(pattern, text)).toBe(expected)
})

it('two patterns of one schema are not taken for one another', () => {
  const check = compileSchema(
    {
      type: 'object',
      properties: { a: { type: 'string', pattern: '^(x|y)+$' }, b: { type: 'string', pattern: '^(1|2)+$' } },
    },
    'data',
  )
  expect(check({ a: 'xy', b: '12' })).toEqual([])
  expect(check({ a: '12', b: 'xy' }).map(({ path }) => path)).toEqual([['a'], ['b']])
})

it('faults name their value and are not told without end', () => {
  const check = compileSchema(
    {
      type: 'object',
      required: ['n'],
      properties: { 'a/b': { type: 'array', items: { type: 'integer' } } },
      additionalProperties: false,
    },
    'data',
  )
  expect(check({ 'a/b': [1, 'x'], c: 1 })).toMatchObject([
    { path: ['n'], message: 'is required' },
    { path: ['c'], message: 'is not known' },
    { path: ['a/b', '1'], message: 'must be integer' },
  ])
  expect(check({ n: 1, 'a/b': Array.from({ length: 100 }, () => 'x') })).toHaveLength(MAX_FAULTS)
})

it('what is no schema is refused, and one $id may come again', () => {
  expect(() => compileSchema({ type: 'x' }, 'data')).toThrow()
  expect(() => compileSchema({ type: 'string', patern: 'x' }, 'data')).toThrow('patern')
  for (let times = 0; times < 2; times++) compileSchema({ $id: 'https://x.test/a', type: 'string' }, 'data')
})

it('texts become numbers for a schema of texts only', () => {
  const schema = { type: 'object', properties: { level: { type: 'integer', maximum: 3 } } }
  expect(compileSchema(schema, 'text')({ level: '2' })).toEqual([])
  expect(compileSchema(schema, 'text')({ level: '4' })).toMatchObject([{ message: 'must be <= 3' }])
  expect(compileSchema(schema, 'data')({ level: '2' })).toMatchObject([{ message: 'must be integer' }])
})
