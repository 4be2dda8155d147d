import fc from 'fast-check'
import { expect, it } from 'vitest'
import { otherIn } from '../../src/client/dhru/identifiers.ts'

const OURS = '353711081024017'
const THEIRS = '490154203237518'

/** `text` gives texts that nearly name a phone, in every spelling. */
const text = fc
  .array(
    fc.constantFrom(
      ...['IMEI: ', 'imei', 'IMEI2: ', 'IMEI No: ', '\u0418\u041c\u0415\u0418: ', 'IMEI \u53f7\u7801\uff1a'],
      ...[OURS, THEIRS, '49-015420-323751-8', '35 371108 102401 7', '4901542032', '37518', '2022-01-02', '0'],
      ...['\uff14\uff19\uff10', '\u0663\u0665\u0663', '\u096a\u096f\u0966', '\u00bd', '\u200b', '\u00e9'],
      ...[
        '<b>',
        '</b>',
        '<br>',
        ' ',
        '\n',
        '-',
        '.',
        'A',
        'A\u0301',
        'z',
        'Lock: ON',
        '\u041c\u043e\u0434\u0435\u043b\u044c',
      ],
    ),
    { maxLength: 9 },
  )
  .map((parts) => parts.join(''))

it('a text without the digits of an IMEI names what it would name if it were searched', () => {
  fc.assert(
    fc.property(text, (said) => {
      // Beside a half that is one sign every text is searched.
      expect(otherIn(said, OURS)).toBe(otherIn(`${said} x\u00bd`, OURS))
    }),
    { numRuns: 5_000 },
  )
})

const named = fc.constantFrom('IMEI', 'input', 'CODE', 'orders', THEIRS, OURS, '490154203237518 ')
const value = fc.oneof(
  text,
  fc.constantFrom('490154203<b>237518', 490154203237518, 4.9e14, '4.90154203237518e14', '4.9e+14', 7, null),
)
const { answer } = fc.letrec<{ answer: unknown }>((tie) => ({
  answer: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(named, value, { maxKeys: 3 }),
    fc.dictionary(named, tie('answer'), { maxKeys: 3 }),
    fc.array(tie('answer'), { maxLength: 2 }),
  ),
}))

it('an answer in which no text has the digits of an IMEI names what it would name if it were searched', () => {
  fc.assert(
    fc.property(answer, (said) => {
      expect(otherIn([said], OURS)).toBe(otherIn([said, 'x\u00bd'], OURS))
    }),
    { numRuns: 5_000 },
  )
})

it('every sign that becomes a digit counts as one', () => {
  const missed: string[] = []
  for (let code = 0x80; code <= 0x10ffff; code++) {
    const sign = String.fromCodePoint(code)
    const [, digit] = /^([0-9])(?![0-9])/.exec(sign.normalize('NFKC')) ?? []
    if (digit === undefined) continue
    const said = { IMEI: THEIRS, CODE: `3537110810240${sign}` }
    if (otherIn(said, `3537110810240${digit}7`) !== undefined) missed.push(sign)
  }
  expect(missed).toEqual([])
})

it('a letter that an accent makes another one of stands between no digits', () => {
  expect(otherIn({ IMEI: THEIRS, CODE: '3537110A\u03018102401' }, OURS)).toBeUndefined()
  expect(otherIn({ IMEI: THEIRS, CODE: '3537110A8102401' }, OURS)).toBe(THEIRS)
})

it.each([
  ['a list', (inner: unknown): unknown => [inner]],
  ['an object', (inner: unknown): unknown => ({ A: inner })],
])('ours is seen however deep it stands in %s', (_name, around) => {
  let said: unknown = OURS
  for (let level = 0; level < 50_000; level++) said = around(said)
  expect(otherIn({ IMEI: THEIRS, said }, OURS)).toBeUndefined()
  expect(otherIn({ IMEI: THEIRS }, OURS)).toBe(THEIRS)
})
