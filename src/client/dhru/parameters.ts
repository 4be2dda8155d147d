/** ParametersEncoding is that of `parameters`: the vendor's XML block, base64 of JSON, or the JSON itself. */
export type ParametersEncoding = 'xml' | 'base64' | 'json'

/** DhruFields are the names and values of one order or question. */
export type DhruFields = Readonly<Record<string, string>>

/** NO_PARAMETERS is what the vendor's kit sends where a request has no parameters. */
export const NO_PARAMETERS = '\n'

/** `encodeParameters` encodes those of one order. Throws when the encoding is XML and a name cannot be an XML element. */
export function encodeParameters(fields: DhruFields, encoding: ParametersEncoding): string {
  const entries = Object.entries(fields)
  if (entries.length === 0) return NO_PARAMETERS
  if (encoding !== 'xml') return encodeJson(inJson(fields), encoding)
  const elements = entries.map(([name, value]) => {
    const tag = elementName(name)
    return `<${tag}>${escaped(value)}</${tag}>`
  })
  return `<PARAMETERS>${elements.join('')}</PARAMETERS>\n`
}

/** `encodeRows` encodes the parameters of many orders, each under the key that its answer comes back under. */
export const encodeRows = (
  rows: Iterable<readonly [key: string, fields: DhruFields]>,
  encoding: Exclude<ParametersEncoding, 'xml'>,
): string => encodeJson(Object.fromEntries([...rows].map(([key, fields]) => [key, inJson(fields)])), encoding)

/** `encodeCustomField` makes CUSTOMFIELD: the fields that have no name of their own on the wire. */
export const encodeCustomField = (fields: DhruFields): string => encodeJson(fields, 'base64')

/** VENDOR_NAMES are spelt in JSON as the vendor's kit spells them: panels that look a name up by its letters find no other. */
const VENDOR_NAMES: Readonly<Record<string, string>> = {
  CUSTOMFIELD: 'customfield',
  SECRO: 'SecRO',
  NETWORK: 'Network',
}

const inJson = (fields: DhruFields): DhruFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      Object.hasOwn(VENDOR_NAMES, name) ? (VENDOR_NAMES[name] as string) : name,
      value,
    ]),
  )

function encodeJson(value: object, encoding: 'base64' | 'json'): string {
  const json = JSON.stringify(value)
  return encoding === 'base64' ? toBase64(json) : json
}

function elementName(name: string): string {
  const tag = name.toUpperCase()
  if (!/^[A-Z_][A-Z0-9_.-]*$/.test(tag))
    throw new Error(`${JSON.stringify(name)} is no name of an XML element`)
  return tag
}

/** ILLEGAL characters cannot stand in XML 1.0, escaped or not. */
const ILLEGAL = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g
const SPECIAL = /[&<>"'\r]/g
const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // An XML parser turns a bare carriage return into a line feed.
  '\r': '&#13;',
}

const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(ILLEGAL, '')
    .replace(SPECIAL, (character) => escapes[character] ?? character)

/** `toBase64` encodes a text's UTF-8 bytes; half of a surrogate pair becomes U+FFFD. */
function toBase64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}
