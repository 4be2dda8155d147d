import { Busboy } from '@fastify/busboy'
import querystring from 'fast-querystring'

/** The fields of a request, whatever encoding they came in. */
export class Form {
  /** By name in lower case; a field that came more than once has its first non-empty value. */
  readonly #fields = new Map<string, { name: string; value: string }>()

  add(name: string, value: string): void {
    const trimmed = name.trim()
    const key = trimmed.toLowerCase()
    if (key === '') return
    const earlier = this.#fields.get(key)
    if (earlier === undefined || earlier.value.trim() === '') this.#fields.set(key, { name: trimmed, value })
  }

  /** The field's value as sent; undefined when it is absent. Names in lower case. */
  get(name: string): string | undefined {
    return this.#fields.get(name)?.value
  }

  /** The first of the names that has a value other than blanks, trimmed; '' when none has. */
  first(...names: string[]): string {
    for (const name of names) {
      const value = this.#fields.get(name)?.value.trim()
      if (value) return value
    }
    return ''
  }

  /** Every field, its name as sent. */
  entries(): Iterable<{ name: string; value: string }> {
    return this.#fields.values()
  }
}

/** What every Dhru request says, before its action looks further. */
export interface DhruRequest {
  form: Form
  username: string
  secret: string
  /** Trimmed and in lower case; '' when missing. */
  action: string
  format: 'json' | 'xml'
  idempotencyKey: string | undefined
}

/** Field names that are not the order's own. */
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

/** More fields than this are not read: no client sends them, and each costs memory. */
const MOST_FIELDS = 5_000

/**
 * Reads a body of any bytes. A content type that is missing or odd is tried as urlencoded, or as a JSON object when
 * the body looks like one; what cannot be read is left out.
 */
export function readForm(contentType: string | undefined, body: Buffer): Form | Promise<Form> {
  if (contentType !== undefined && /^\s*multipart\//i.test(contentType))
    return readMultipart(contentType, body)
  const text = body.toString('utf8')
  return (/^\s*\{/.test(text) && readJson(text)) || readUrlencoded(text)
}

function readUrlencoded(text: string): Form {
  const form = new Form()
  let count = 0
  for (const [name, value] of Object.entries(querystring.parse(text))) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (++count > MOST_FIELDS) return form
      form.add(name, String(one ?? ''))
    }
  }
  return form
}

function readJson(text: string): Form | undefined {
  let object: unknown
  try {
    object = JSON.parse(text)
  } catch {
    return undefined
  }
  const form = new Form()
  for (const [name, value] of Object.entries(object as Record<string, unknown>).slice(0, MOST_FIELDS)) {
    if (value !== null) form.add(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return form
}

function readMultipart(contentType: string, body: Buffer): Promise<Form> {
  const form = new Form()
  const { promise, resolve } = Promise.withResolvers<Form>()
  const done = (): void => resolve(form)
  try {
    const parser = new Busboy({
      headers: { 'content-type': contentType },
      limits: {
        fields: MOST_FIELDS,
        parts: MOST_FIELDS,
        fieldSize: body.length,
        fieldNameSize: 200,
        headerPairs: 50,
      },
      // Some clients send a field as a file; its content is the value all the same.
      isPartAFile: () => false,
    })
    parser.on('field', (name, value) => form.add(String(name ?? ''), String(value ?? '')))
    parser.on('finish', done)
    parser.on('close', done)
    // A body that is cut off or no multipart at all: what could be read before counts.
    parser.on('error', done)
    parser.end(body)
  } catch {
    done()
  }
  return promise
}
