import { expect, it } from 'vitest'
import { both, fault, invalid, ok, orThrow, refusalFor, refused, resultOf } from '../../src/lib/fault.ts'
import {
  emptyFault,
  lineFault,
  plainLineFault,
  quoteLine,
  shorten,
  stripLine,
  textFault,
} from '../../src/lib/text.ts'

it('a result is a value, or every fault with its path', () => {
  expect(resultOf(5, [undefined])).toEqual(ok(5))
  expect(resultOf(5, [undefined, fault('a', 'is missing'), fault('b', 'is wrong')])).toEqual({
    ok: false,
    code: 'invalid_input',
    faults: [
      { path: ['a'], message: 'is missing' },
      { path: ['b'], message: 'is wrong' },
    ],
  })
  expect(both(invalid('a', 'is missing'), invalid('b', 'is wrong'))).toMatchObject({
    faults: [{ path: ['a'] }, { path: ['b'] }],
  })
})

it('a refusal says the first fault and carries all; the path is left out where the words name the value', () => {
  expect(() => orThrow(invalid(['fields', 0, 'name'], 'is missing'))).toThrow(
    expect.objectContaining({ detail: 'fields.0.name: is missing', field: 'fields' }),
  )
  expect(refusalFor(refused('invalid_imei', 'IMEI', '12: too short'))).toMatchObject({
    message: 'Invalid IMEI: 12: too short',
    field: 'IMEI',
    faults: [{ path: ['IMEI'], message: '12: too short' }],
  })
  expect(refusalFor(refused('invalid_imei', ['data', 'imeis', 1], 'too short')).message).toBe(
    'Invalid IMEI: data.imeis.1: too short',
  )
  expect(refusalFor(refused('order_id_required'))).toMatchObject({
    message: 'Order id required',
    detail: undefined,
    field: undefined,
  })
})

it.each([
  ['a\0b', 'must not hold control characters', 'must not hold control characters'],
  ['\ud800', 'must not hold control characters', 'must not hold control characters'],
  ['a\nb\tc\r\n', 'must not hold control characters', undefined],
  ['Größe 😀', undefined, undefined],
  ['123456789012', 'must not be longer than 10 characters', 'must not be longer than 10 characters'],
])('%j as a line: %s; as a text: %s', (text, line, lines) => {
  expect(lineFault('name', text, 10)?.message).toBe(line)
  expect(textFault('name', text, 10)?.message).toBe(lines)
})

it('what people of other accounts read turns no direction, and breaks no line', () => {
  for (const code of [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e]) {
    expect(plainLineFault('name', `a${String.fromCodePoint(code)}b`, 10)?.message).toContain(
      'turn the direction',
    )
  }
  for (let code = 0x2066; code <= 0x2069; code++) {
    expect(plainLineFault('name', String.fromCodePoint(code), 10)?.message).toContain('turn the direction')
  }
  expect(plainLineFault('name', 'a\u001bb', 10)?.message).toBe('must not hold control characters')
  // Right-to-left scripts need no marks, and some need joiners.
  for (const text of ['متجر', 'חנות', 'می\u200cخواهم', '店 😀', 'Größe']) {
    expect(plainLineFault('name', text, 10), text).toBeUndefined()
  }
})

it('what people of other accounts read has no text in it that is not seen, and no name is made of nothing', () => {
  const tags = [...'hello'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')
  for (const text of [
    tags,
    `Bob${tags}`,
    '\u{e0001}',
    'a\ufff9b\ufffac\ufffb',
    '\u206a',
    'x\u206f',
    `🏴x${tags}`,
  ]) {
    expect(plainLineFault('name', text, 100)?.message, JSON.stringify(text)).toBe(
      'must not hold characters that are not seen',
    )
  }
  const wales = `🏴${[...'gbwls'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('')}\u{e007f}`
  for (const text of [wales, `${wales}${wales} Cymru`, '👩\u200d🔧', 'a\u00adb', 'ไทย\u200bไทย']) {
    expect(plainLineFault('name', text, 100), JSON.stringify(text)).toBeUndefined()
  }
  for (const text of ['', '\u200b', ' \u2800\u3164', '\ufeff\u00ad', '\u200d']) {
    expect(emptyFault('name', text)?.message, JSON.stringify(text)).toBe('is missing')
  }
})

it('what others wrote is mended', () => {
  expect(stripLine(' a\0b\r\n\tc\u0007 ')).toBe('ab c')
  expect(quoteLine('one\u0000\ntwo\u202ethree')).toBe('one two three')
  expect(quoteLine('one\u2028two\u200f\u061cthree')).toBe('one two three')
  expect(shorten('abcdef', 4)).toBe('abc…')
  expect(shorten('ab😀def', 4)).toBe('ab…')
  expect(shorten('abcd', 4)).toBe('abcd')
})
