import { type Form, MAX_FIELDS } from './form.ts'

/** MAX_HEADERS bounds the headers of a part, in bytes: a part with longer ones is left out. */
const MAX_HEADERS = 4096
const LINE_END = '\r\n'
const HEADERS_END = '\r\n\r\n'

/**
 * `readMultipart` adds the fields of a multipart body (RFC 7578). A field that was sent as a file is taken for its content, as some
 * clients send one; of a body that is cut off the parts before the cut count. It looks at no more than MAX_FIELDS parts.
 */
export function readMultipart(form: Form, contentType: string, body: Buffer): void {
  const boundary = boundaryOf(contentType, body)
  if (boundary === '') return
  const delimiter = Buffer.from(`${LINE_END}--${boundary}`)
  const charsets: Charsets = new Map()
  let begin = firstPart(body, delimiter)
  for (let count = 0; begin !== undefined && !isLast(body, begin); count++) {
    if (count === MAX_FIELDS) {
      form.isCut = true
      return
    }
    const end = body.indexOf(delimiter, begin)
    // The last part of what was cut off may have lost a digit, and it costs money to guess.
    if (end < 0) return
    addPart(form, body.subarray(begin, end), charsets)
    begin = end + delimiter.length
  }
}

/**
 * `boundaryOf` prefers the boundary that the body begins with to that of the header: clients that set the header by hand forget it, and
 * Node's fetch, when it follows a redirect, writes the body anew under the header of the old one.
 */
function boundaryOf(contentType: string, body: Buffer): string {
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(contentType)) return ''
  const [, own] = /^\s*--([\w'()+,./:=?-]{1,70})\r?\n/.exec(body.toString('latin1', 0, 200)) ?? []
  return own ?? parameterOf(contentType, BOUNDARY)
}

/** `firstPart` gives the place behind the first delimiter; undefined: there is none. */
function firstPart(body: Buffer, delimiter: Buffer): number | undefined {
  const dashes = delimiter.subarray(LINE_END.length)
  const start = body.indexOf(dashes)
  if (start < 0) return undefined
  if (start < 200 && body.toString('latin1', 0, start).trim() === '') return start + dashes.length
  const found = body.indexOf(delimiter)
  return found < 0 ? undefined : found + delimiter.length
}

/** `isLast` tells whether the delimiter before `at` is the one that ends the body. */
const isLast = (body: Buffer, at: number): boolean => body[at] === DASH && body[at + 1] === DASH

const DASH = 0x2d

/** `addPart` adds a part, from the end of its delimiter's line on. */
function addPart(form: Form, part: Buffer, charsets: Charsets): void {
  const headersEnd = part.subarray(0, MAX_HEADERS).indexOf(HEADERS_END)
  if (headersEnd < 0) return
  const headers = part.toString('utf8', 0, headersEnd).replace(/\r\n[ \t]+/g, ' ')
  const disposition = DISPOSITION.exec(headers)?.[1] ?? ''
  if (!/^form-data\s*;/i.test(disposition)) return
  const name = parameterOf(disposition, NAME)
  if (name === '') return
  const value = part.subarray(headersEnd + HEADERS_END.length)
  const charset = () => parameterOf(TYPE.exec(headers)?.[1] ?? '', CHARSET)
  form.add(name, value, (bytes) => decode(bytes, charset(), charsets))
}

/** `header` makes what finds a header; each stands behind a line end. */
const header = (name: string): RegExp => new RegExp(`\\r\\n${name}[ \\t]*:[ \\t]*([^\\r\\n]*)`, 'i')

const DISPOSITION = header('content-disposition')
const TYPE = header('content-type')

/** `parameter` makes what finds a parameter of a header, in quotes or without. */
const parameter = (name: string): RegExp =>
  new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i')

const BOUNDARY = parameter('boundary')
const NAME = parameter('name')
const CHARSET = parameter('charset')

function parameterOf(header: string, wanted: RegExp): string {
  const [, quoted, plain = ''] = wanted.exec(header) ?? []
  return quoted?.replace(/\\(.)/g, '$1') ?? plain
}

/** Charsets has what decodes the charsets of one body, undefined where there is none of the name. */
type Charsets = Map<string, InstanceType<typeof TextDecoder> | undefined>

/** MAX_CHARSETS bounds the charsets of one body, whose parts are those of one form: to look for one takes as long as to decode many parts. */
const MAX_CHARSETS = 4

function decode(bytes: Buffer, charset: string, charsets: Charsets): string {
  if (charset === '' || /^utf-?8$/i.test(charset)) return bytes.toString('utf8')
  if (!charsets.has(charset) && charsets.size < MAX_CHARSETS) charsets.set(charset, decoderOf(charset))
  return charsets.get(charset)?.decode(bytes) ?? bytes.toString('utf8')
}

function decoderOf(charset: string): InstanceType<typeof TextDecoder> | undefined {
  try {
    return new TextDecoder(charset)
  } catch {
    return undefined
  }
}
