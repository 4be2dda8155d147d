import { describe, expect, it } from 'vitest'
import { withText } from '../../../src/integrations/suppliers/http-kit/results.ts'

const text = (result: string, isBase64 = false) =>
  withText({ kind: 'success', result, reference: null }, isBase64)

describe('a result', () => {
  it.each([
    [
      'Model: iPhone 11<br>Blacklist: <span style="color:red">ON</span><script>x()</script>&nbsp;&amp;',
      'Model: iPhone 11\nBlacklist: ON &',
    ],
    ['<p>Modelo: A12</p><p>Bloqueado: <b>S\u00ed</b></p>', 'Modelo: A12\nBloqueado: S\u00ed'],
    [
      '<table><tr><td>Model</td><td>S21</td></tr><tr><td>SIM</td><td>Lock</td></tr></table>',
      'Model S21\nSIM Lock',
    ],
    [
      '<ul><li>\u041c\u043e\u0434\u0435\u043b\u044c</li><li>\u0411\u043b\u043e\u043a</li></ul>',
      '\u041c\u043e\u0434\u0435\u043b\u044c\n\u0411\u043b\u043e\u043a',
    ],
    ['Model: X<img src=x onerror=alert(1)>', 'Model: X'],
    ['Model: X<img src=x onerror=alert(1)', 'Model: X'],
    ['a<style>b{color:red}</style>c<!-- d -->', 'ac'],
    ['<SCRIPT\n>bad()</SCRIPT >good', 'good'],
    ['&lt;script&gt;bad()&lt;/script&gt;good', 'good'],
    ['&amp;lt;b&amp;gt;good', 'good'],
    [
      '<div>\u0627\u0644\u062d\u0627\u0644\u0629: <i>\u0646\u0638\u064a\u0641</i></div>',
      '\u0627\u0644\u062d\u0627\u0644\u0629: \u0646\u0638\u064a\u0641',
    ],
    ['<a href="javascript:x()">\u5df2\u89e3\u9501</a>', '\u5df2\u89e3\u9501'],
    ['<iframe src=//evil></iframe>', 'Completed'],
    ['C\0ODE', 'CODE'],
  ])('%j becomes text, and is kept as it came', (raw, result) => {
    expect(text(raw)).toEqual({ kind: 'success', result, reference: null, raw })
  })

  it.each(['12345678', 'a < b and c > d', 'AT&T', 'Model: X\n  Lock: On', 'R&D <3', 'SGVsbG8gd29ybGQ='])(
    '%j is text already',
    (raw) => expect(text(raw)).toEqual({ kind: 'success', result: raw, reference: null }),
  )

  it.each([
    ['TW9kZWw6IGlQaG9uZQ==', 'Model: iPhone'],
    ['TW9kZWw6PGJyPmlQaG9uZQ==', 'Model:\niPhone'],
    ['0JzQvtC00LXQu9GM', '\u041c\u043e\u0434\u0435\u043b\u044c'],
    ['TW9kZWw6\nIGlQaG9uZQ==', 'Model: iPhone'],
    ['12345678', '12345678'],
    ['not base64!', 'not base64!'],
    ['iPhone', 'iPhone'],
  ])('%j is decoded where the setting says that results are base64', (raw, result) => {
    expect(text(raw, true)).toMatchObject({ result })
  })

  it.each([
    ['{"Model":"X","Lock":{"SIM":"On"}}', 'Model: X\nLock:\n  SIM: On'],
    [' [{"a":1},{"a":12345678901234567890}]', 'a: 1\na: 12345678901234567890'],
    ['["<b>x</b>"]', 'x'],
    ['{broken', '{broken'],
    ['{}', '{}'],
    ['[Locked]', '[Locked]'],
  ])('%j is written out where it is an object or a list', (raw, result) => {
    expect(text(raw)).toMatchObject({ result })
  })

  it.each([
    [
      { kind: 'accepted', reference: 'x'.repeat(201) },
      { kind: 'unknown', askable: true },
    ],
    [
      { kind: 'success', result: 'ok', reference: 'x'.repeat(9999) },
      { kind: 'success', reference: null },
    ],
    [
      { kind: 'duplicate', reason: 'no', reference: 'x'.repeat(9999) },
      { kind: 'duplicate', reference: null },
    ],
    [{ kind: 'accepted', reference: 'x'.repeat(200) }, { kind: 'accepted' }],
  ] as const)('%j: a number that is too long for one is none', (said, outcome) => {
    expect(withText(said)).toMatchObject(outcome)
  })

  it('of any other kind stays as it is', () => {
    const refused = { kind: 'refused', reason: '<b>no</b>' } as const
    expect(withText(refused)).toBe(refused)
  })
})
