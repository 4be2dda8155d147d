import { decodeHTMLStrict } from 'entities'
import { ok, type Result } from '../../lib/fault.ts'
import { type Fields, put } from './fields.ts'
import { malformed, parseJson } from './json.ts'
import { readXml } from './parameters-xml.ts'

/** Decoded is what a text holds: JSON, or the fields of the kit's XML. */
export type Decoded = { json: unknown } | { fields: Fields }

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

/** `unescaped` takes away the HTML entities, the percent signs or the slashes that a client, or its framework, added to a whole text. */
function unescaped(text: string): string {
  if (/^%(?:3c|7b|5b)/i.test(text)) {
    try {
      return decodeURIComponent(text.replaceAll('+', ' '))
    } catch {
      return text
    }
  }
  if (/^&(?:lt|#0*60|#x0*3c);|^[[{]\s*[[{]?\s*&(?:quot|#0*34|#x0*22);/i.test(text))
    return decodeHTMLStrict(text)
  return /^[[{]\s*[[{]?\s*\\"/.test(text) ? text.replace(/\\(.)/gs, '$1') : text
}

function decodeOnce(text: string): Result<Decoded> {
  if (PAIRS.test(text)) return ok({ fields: fieldsOfPairs(text) })
  const plain = PLAIN.test(text) ? text : decodeBase64(text)
  if (plain === undefined) return malformed('neither JSON, XML nor base64 of one of them')
  if (plain === '') return ok({ json: null })
  if (plain.startsWith('<')) {
    const read = readXml(plain)
    return read.ok ? ok({ fields: read.value }) : read
  }
  try {
    return ok({ json: parseJson(plain) })
  } catch {
    return malformed('the JSON cannot be read')
  }
}

/** PAIRS is a form within the form, `ID=bl&IMEI=...`, known by the first of its names; base64 has no sign behind its last `=`. */
const PAIRS = /^(?:id|service(?:_?id|_code)?|imei|(?:order|reference)_?id)=[^=]/i

function fieldsOfPairs(text: string): Fields {
  const fields = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(text.replaceAll('&amp;', '&'))) put(fields, name, value)
  return fields
}

const PLAIN = /^(?:[[{"<]|null$)/

/** `decodeBase64` reads standard or url-safe base64, with or without padding; where a form turned + into a blank, it turns it back. */
function decodeBase64(text: string): string | undefined {
  const compact = text.replace(/[\r\n\t]/g, '').replaceAll(' ', '+')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(compact)) return undefined
  const bytes = Buffer.from(compact, 'base64')
  const decoded = bytes.toString('utf8').trim()
  const blank = decoded === '' && bytes.length > 0
  return blank || PLAIN.test(decoded) ? decoded : undefined
}
