import { Busboy } from '@fastify/busboy'
import querystring from 'fast-querystring'
import { isTooDeep, MAX_DEPTH, parseJson } from './json.ts'

/** Form has the fields of a request, whatever encoding they came in. */
export class Form {
  /** `#fields` is by name in lower case (as sent when it has brackets); a field that came more than once has its first non-empty value. */
  readonly #fields = new Map<string, { name: string; value: string }>()

  add(name: string, value: string): void {
    const trimmed = name.trim()
    // In `parameters[A-1][ID]` the case of A-1 is the caller's own.
    const key = trimmed.includes('[') ? trimmed : trimmed.toLowerCase()
    if (key === '') return
    const earlier = this.#fields.get(key)
    if (earlier === undefined || earlier.value.trim() === '') this.#fields.set(key, { name: trimmed, value })
  }

  /** `get` gives the field's value as sent; undefined when it is absent. `name` is in lower case. */
  get(name: string): string | undefined {
    return this.#fields.get(name)?.value
  }

  /** `first` gives the value of the first of the names that has one other than blanks, trimmed; '' when none has. */
  first(...names: string[]): string {
    for (const name of names) {
      const value = this.#fields.get(name)?.value.trim()
      if (value) return value
    }
    return ''
  }

  /** `entries` gives every field, its name as sent. */
  entries(): Iterable<{ name: string; value: string }> {
    return this.#fields.values()
  }
}

/** DhruRequest is what every request says, before its action reads more of it. */
export interface DhruRequest {
  form: Form
  username: string
  secret: string
  /** `action` is trimmed and in lower case; '' when missing. */
  action: string
  format: 'json' | 'xml'
  idempotencyKey: string | undefined
}

/** ENVELOPE has the names of fields that are not the order's own. */
export const ENVELOPE = {
  username: ['username', 'api_username', 'user'],
  secret: ['apiaccesskey', 'key', 'api_key', 'apikey', 'accesskey'],
  action: ['action'],
  format: ['requestformat'],
  parameters: ['parameters'],
  idempotencyKey: ['idempotency_key'],
}

export function readRequest(form: Form): DhruRequest {
  return {
    form,
    username: form.first(...ENVELOPE.username),
    secret: form.first(...ENVELOPE.secret),
    action: form.first(...ENVELOPE.action).toLowerCase(),
    format: form.first(...ENVELOPE.format).toLowerCase() === 'xml' ? 'xml' : 'json',
    idempotencyKey: form.first(...ENVELOPE.idempotencyKey) || undefined,
  }
}

/**
 * `readForm` reads a body of any bytes. A content type that is missing or odd is tried as urlencoded, or as a JSON object when the body
 * looks like one. Fields that cannot be read are left out.
 */
export function readForm(contentType: string | undefined, body: Buffer): Form | Promise<Form> {
  if (contentType !== undefined && /^\s*multipart\//i.test(contentType))
    return readMultipart(contentType.trim(), body)
  const text = body.toString('utf8')
  return (/^\s*\{/.test(text) && readJson(text.trim())) || readUrlencoded(text)
}

/** ENTITY is a `&` that begins an HTML entity of a value that was escaped, and not encoded: it ends no field. */
const ENTITY = /&(?=(?:lt|gt|quot|#\d{1,7}|#x[\da-f]{1,6});)/gi

function readUrlencoded(text: string): Form {
  const form = new Form()
  const fields: Record<string, string | string[]> = querystring.parse(
    text.includes(';') ? text.replace(ENTITY, '%26') : text,
  )
  for (const name in fields) {
    const value = fields[name] as string | string[]
    if (typeof value === 'string') form.add(name, value)
    else for (const one of value) form.add(name, one)
  }
  return form
}

function readJson(text: string): Form | undefined {
  let object: unknown
  try {
    object = parseJson(text)
  } catch {
    return undefined
  }
  const form = new Form()
  for (const [name, value] of Object.entries(object as Record<string, unknown>)) {
    // `parameters` may be JSON inside this JSON. A level more than it may have by itself is enough to say so there.
    if (value === null || isTooDeep(value, MAX_DEPTH + 1)) continue
    form.add(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return form
}

/** MAX_PARTS bounds the parts that are read: no client sends so many, and each costs far more than a urlencoded field. */
const MAX_PARTS = 20_000

function readMultipart(contentType: string, body: Buffer): Promise<Form> {
  const form = new Form()
  const { promise, resolve } = Promise.withResolvers<Form>()
  let ended = false
  const end = (): void => {
    ended = true
    resolve(form)
  }
  try {
    const parser = new Busboy({
      headers: { 'content-type': withBoundary(contentType, body) },
      limits: { parts: MAX_PARTS, fieldSize: body.length, headerPairs: 50 },
      // Some clients send a field as a file; its content is the value all the same.
      isPartAFile: () => false,
    })
    parser.on('field', (name, value) => {
      if (!ended) form.add(String(name ?? ''), String(value ?? ''))
    })
    parser.on('finish', end)
    // The body is cut off or no multipart at all. The fields before this event are whole; the half of one follows it.
    parser.on('error', end)
    parser.end(body)
  } catch {
    end()
  }
  return promise
}

/**
 * `withBoundary` prefers the boundary that the body begins with to that of the header: clients that set the header by hand forget it, and
 * Node's fetch, when it follows a redirect, writes the body anew under the header of the old one.
 */
function withBoundary(contentType: string, body: Buffer): string {
  const [, boundary] = /^\s*--([\w'()+,./:=?-]{1,70})\r?\n/.exec(body.toString('latin1', 0, 200)) ?? []
  if (boundary === undefined) return contentType
  return `${contentType.replace(/;\s*boundary\s*=.*$/is, '')}; boundary="${boundary}"`
}
