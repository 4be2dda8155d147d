import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contradictsItself } from '../../src/client/dhru/doubled-names.ts'

/** Said is JSON as it is written: an object may have a name twice. */
type Said = string | Said[] | { names: [name: string, value: Said][] }

const { said } = fc.letrec<{ said: Said }>((tie) => ({
  said: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(
      '1',
      '2',
      'null',
      '""',
      '"a"',
      '"{"',
      '"}"',
      '","',
      '"\\\\"',
      '"\\""',
      '"\\"a\\":1"',
      '"x: y"',
    ),
    fc.array(tie('said'), { maxLength: 3 }),
    fc.record({
      names: fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c:', '{', '\\"'), tie('said')), { maxLength: 4 }),
    }),
  ),
}))
const blank = fc.constantFrom('', '', ' ', '\n', ' '.repeat(30))

const written = (one: Said, gap: string): string => {
  if (typeof one === 'string') return one
  if (Array.isArray(one)) return `[${gap}${one.map((inner) => written(inner, gap)).join(`${gap},`)}]`
  const fields = one.names.map(([name, value]) => `${gap}"${name}"${gap}:${gap}${written(value, gap)}${gap}`)
  return `{${fields.join(',')}${gap}}`
}

/** `isDoubled` tells what says two things under one name, in the plain way. */
const isDoubled = (one: Said, gap: string): boolean => {
  if (typeof one === 'string') return false
  if (Array.isArray(one)) return one.some((inner) => isDoubled(inner, gap))
  return one.names.some(
    ([name, value], at) =>
      isDoubled(value, gap) ||
      one.names
        .slice(0, at)
        .some(([other, before]) => other === name && written(before, gap) !== written(value, gap)),
  )
}

it('JSON that says two things under one name is told from all other', () => {
  fc.assert(
    fc.property(said, blank, (one, gap) => {
      const text = written(one, gap)
      expect(() => JSON.parse(text)).not.toThrow()
      expect(contradictsItself(text)).toBe(isDoubled(one, gap))
      const read: unknown = JSON.parse(text)
      if (typeof read !== 'object' || read === null) return
      expect(contradictsItself(text, read)).toBe(isDoubled(one, gap))
    }),
    { numRuns: 3_000 },
  )
})

it.each(['\\"', 'x', '{', '"a"   '])('a long text of many %j is looked through once', (part) => {
  const long = part.repeat(4_000_000 / part.length)
  expect(contradictsItself(`{"a":1} "${long}`)).toBe(false)
  expect(contradictsItself(`{"a":1,"a":2} "${long}`)).toBe(true)
  const value = JSON.stringify(long)
  expect(contradictsItself(`{"a":${value},"a":${value}}`)).toBe(false)
  expect(contradictsItself(`{"a":${value},"a":1}`)).toBe(true)
})

it('what is nested without end is taken for it', () => {
  expect(contradictsItself('['.repeat(99_999))).toBe(false)
  expect(contradictsItself('{"a":'.repeat(700_000))).toBe(true)
})
