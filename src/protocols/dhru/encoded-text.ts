import { decodeHTMLStrict } from 'entities'
import { ok, type Result } from '../../lib/fault.ts'
import { type Decoded, put } from './fields.ts'
import { percentDecoded } from './form-urlencoded.ts'
import { malformed, parseJson } from './json.ts'
import { hasMoreThan } from './marks.ts'
import { readXml } from './parameters-xml.ts'

/**
 * `decodeText` reads JSON, the kit's XML, or base64 of either, from a text without blanks around it. Blanks in base64 are null. A text that
 * was escaped once more than it should be is taken.
 */
export function decodeText(text: string): Result<Decoded> {
  const read = decodeOnce(text)
  if (read.ok) {
    const inner = 'json' in read.value && typeof read.value.json === 'string' ? read.value.json.trim() : ''
    return /^[[{<]/.test(inner) ? decodeOnce(inner) : read
  }
  const plain = unescaped(text)
  return plain === text ? read : decodeOnce(plain)
}

/** MAX_ESCAPES bounds the entities, or the slashes, that are taken out of one text. */
const MAX_ESCAPES = 20_000

/**
 * `unescaped` takes away the HTML entities, the percent signs or the slashes that a client, or its framework, added to a whole text. A
 * text with too many stays as it is.
 */
function unescaped(text: string): string {
  if (/^%(?:3c|7b|5b)/i.test(text) || PERCENT_BASE64.test(text)) return percentDecoded(text) ?? text
  const beginning = text.slice(0, 100)
  if (/^&(?:lt|#0{0,9}60|#x0{0,9}3c);|^[[{]\s*[[{]?\s*&(?:quot|#0{0,9}34|#x0{0,9}22);/i.test(beginning)) {
    return hasMoreThan(MAX_ESCAPES, '&', text) ? text : decodeHTMLStrict(text)
  }
  if (!/^[[{]\s*[[{]?\s*\\"/.test(beginning) || hasMoreThan(MAX_ESCAPES, '\\', text)) return text
  return text.replace(/\\(.)/gs, '$1')
}

/** PERCENT_BASE64 is base64 whose last signs were encoded once more for a form. */
const PERCENT_BASE64 = /^[A-Za-z0-9+/_-]{8,}%(?:2b|2f|3d)[A-Za-z0-9+/_%-]*$/i

function decodeOnce(text: string): Result<Decoded> {
  const plain = isReadable(text) ? text : decodeBase64(text)
  if (plain === undefined) return malformed('neither JSON, XML nor base64 of one of them')
  if (plain === '') return ok({ json: null })
  if (PAIRS.test(plain)) return fieldsOfPairs(plain)
  if (plain.startsWith('<')) return readXml(plain)
  const read = parseJson(plain)
  return read.ok ? ok({ json: read.value }) : read
}

/** PAIRS is a form within the form, `ID=bl&IMEI=...`, known by the first of its names; base64 has no sign behind its last `=`. */
const PAIRS =
  /^\??(?:id|service(?:_?id|_code)?|imei|(?:order|reference)_?id|qnt|quantity|custom_?field|reference)=[^=]/i

/** MAX_PAIRS bounds the pairs of such a form: an order has 100 fields at most. */
const MAX_PAIRS = 200

function fieldsOfPairs(text: string): Result<Decoded> {
  if (hasMoreThan(MAX_PAIRS, '&', text)) return malformed(`more than ${MAX_PAIRS} fields in a text`)
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text.replaceAll('&amp;', '&'))) put(fields, name, value)
  return ok({ fields })
}

const PLAIN = /^(?:[[{"<]|null$)/

const isReadable = (text: string): boolean => PLAIN.test(text) || PAIRS.test(text)

/**
 * `decodeBase64` reads standard or url-safe base64, with or without padding; where a form turned + into a blank, it turns it back. What was
 * in it may have been escaped, or be base64 once more.
 */
function decodeBase64(text: string, isInner = false): string | undefined {
  if (!/^[A-Za-z0-9+/_ \r\n\t-]+={0,2}$/.test(text)) return undefined
  const bytes = Buffer.from(/[ \r\n\t]/.test(text) ? compacted(text) : text, 'base64')
  const decoded = unescaped(bytes.toString('utf8').trim())
  if (isReadable(decoded) || (decoded === '' && bytes.length > 0)) return decoded
  return isInner ? undefined : decodeBase64(decoded, true)
}

/** `compacted` leaves out line ends and tabs, and puts a `+` in the place of each blank. */
function compacted(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === 0x20) bytes[length++] = 0x2b
    else if (byte > 0x20) bytes[length++] = byte
  }
  return bytes.toString('latin1', 0, length)
}
