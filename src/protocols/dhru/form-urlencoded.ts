import { isUtf8 } from 'node:buffer'
import { type Form, MAX_FIELDS } from './form.ts'

/** ENTITY matches a `&` that begins an HTML entity of a value that was escaped, and not encoded: it ends no field. */
const ENTITY = /&(?:lt|gt|quot|#\d{1,7}|#x[\da-f]{1,6});/iy

/** SEMICOLON is an expression, because V8 moves the search of `includes` into the loop that asks for what it found: 5,000 times 2 MB. */
const SEMICOLON = /;/

/** `readUrlencoded` adds the fields of a urlencoded text. It looks at no more than MAX_FIELDS `&`, whatever they mean. */
export function readUrlencoded(form: Form, text: string): void {
  const mayHaveEntities = SEMICOLON.test(text)
  let begin = text.startsWith('?') ? 1 : 0
  let from = begin
  for (let count = 0; begin < text.length; count++) {
    if (count === MAX_FIELDS) {
      form.isCut = true
      return
    }
    const end = text.indexOf('&', from)
    from = end + 1
    if (end >= 0 && mayHaveEntities && isEntity(text, end)) continue
    // PHP can be set to put `&amp;` between fields.
    if (mayHaveEntities && text.startsWith('amp;', begin)) begin += 4
    const pair = text.slice(begin, end < 0 ? undefined : end)
    const equals = pair.indexOf('=')
    if (equals < 0) form.add(decode(pair), '')
    else form.add(decode(pair.slice(0, equals)), pair.slice(equals + 1), decode)
    if (end < 0) return
    begin = from
  }
}

function isEntity(text: string, at: number): boolean {
  ENTITY.lastIndex = at
  return ENTITY.test(text)
}

/** `decode` decodes a part of a urlencoded text; what is not encoded as it should be stays as it is, but for its blanks. */
function decode(text: string): string {
  return text.includes('%') || text.includes('+') ? (percentDecoded(text) ?? withBlanks(text)) : text
}

const PERCENT = 0x25
const PLUS = 0x2b
const BLANK = 0x20

/**
 * `percentDecoded` decodes percent signs, and takes each `+` for a blank; undefined when a sign is followed by no two digits, or the bytes
 * are no UTF-8. decodeURIComponent would throw then, and thousands of errors take a tenth of a second.
 */
export function percentDecoded(text: string): string | undefined {
  const bytes = Buffer.from(text)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte !== PERCENT) {
      bytes[length++] = byte === PLUS ? BLANK : byte
      continue
    }
    const value = hexValue(bytes[at + 1]) * 16 + hexValue(bytes[at + 2])
    if (Number.isNaN(value)) return undefined
    bytes[length++] = value
    at += 2
  }
  const decoded = bytes.subarray(0, length)
  return isUtf8(decoded) ? decoded.toString('utf8') : undefined
}

function hexValue(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN
}

function withBlanks(text: string): string {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === PLUS) bytes[at] = BLANK
  return bytes.toString('utf8')
}
