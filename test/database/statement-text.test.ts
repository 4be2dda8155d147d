import { expect, test } from 'vitest'
import { Identifier, type Template, writeOut } from '../../src/database/statement-text.ts'

interface Part extends Template {
  isPart: true
}
const sql = (strings: TemplateStringsArray, ...values: unknown[]): Part => ({ strings, values, isPart: true })
const isPart = (value: unknown): value is Part => (value as Part | null)?.isPart === true
const textOf = (template: Template): string => writeOut(template, isPart).text

test('one template has the text that its values ask for, whatever it was written with before', () => {
  const some = (value: unknown): Template => sql`select ${value} from t where a = ${1}`
  const cases: [value: unknown, text: string][] = [
    ['x', 'select $1 from t where a = $2'],
    [5n, 'select $1::bigint from t where a = $2'],
    [true, 'select $1::boolean from t where a = $2'],
    [new Date(), 'select $1::timestamptz from t where a = $2'],
    [new Identifier('b"c'), 'select "b""c" from t where a = $1'],
    [sql``, 'select  from t where a = $1'],
    [sql`(${1} + ${2n})`, 'select ($1 + $2::bigint) from t where a = $3'],
    [sql`(${sql`${2n}`} - ${'x'})`, 'select ($1::bigint - $2) from t where a = $3'],
    [null, 'select $1 from t where a = $2'],
  ]
  for (const first of cases) {
    for (const [value, text] of [first, ...cases, first]) expect(textOf(some(value))).toBe(text)
  }
})

test('the same text is one string, which is hashed once', () => {
  const some = (value: number): Template => sql`select ${value}${sql` + ${value}`}`
  const [one, other] = [writeOut(some(1), isPart), writeOut(some(2), isPart)]
  expect([one.values, other.values]).toEqual([
    [1, 1],
    [2, 2],
  ])
  expect(other.text).toBe(one.text)
})
