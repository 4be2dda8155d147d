import { trimmed } from '../../lib/text.ts'

/** MAX_FIELDS bounds the fields of a request: a panel's own PHP takes 1,000, and rows beyond that come as JSON. */
export const MAX_FIELDS = 5000

/** MAX_ENVELOPE has room for every name and key, however it is escaped, in characters as sent. */
const MAX_ENVELOPE = 4096

/** Form has the fields of a request, whatever encoding they came in. What a value costs to decode is spent when somebody wants it. */
export class Form {
  /** `#fields` is by name in lower case (as sent when it has brackets); a field that came more than once has its first non-empty value. */
  readonly #fields = new Map<string, Field>()
  /** `#lists` counts the values of each `name[]`, which PHP puts one behind the other. */
  readonly #lists = new Map<string, number>()
  /** `isCut` says that there are more fields than MAX_FIELDS, which were not looked at. */
  isCut = false

  /** `add` takes a value as sent, and what decodes it. */
  add<Sent extends string | Buffer>(name: string, sent: Sent, decode: (sent: Sent) => string = String): void {
    const written = trimmed(name)
    const full = written.endsWith('[]') ? this.#counted(written) : written
    // In `parameters[A-1][ID]` the case of A-1 is the caller's own.
    const key = full.includes('[') ? full : full.toLowerCase()
    if (key === '') return
    const earlier = this.#fields.get(key)
    if (earlier === undefined || earlier.isBlank)
      this.#fields.set(key, new Field(full, sent, decode as (sent: string | Buffer) => string))
  }

  #counted(name: string): string {
    const count = this.#lists.get(name) ?? 0
    this.#lists.set(name, count + 1)
    return `${name.slice(0, -1)}${count}]`
  }

  /** `get` gives the field's value as sent; undefined when it is absent. `name` is in lower case. */
  get(name: string): string | undefined {
    return this.#fields.get(name)?.value
  }

  /** `first` gives the value of the first of the names that has one other than blanks, trimmed; '' when none has. */
  first(...names: string[]): string {
    for (const name of names) {
      const value = trimmed(this.#fields.get(name)?.value ?? '')
      if (value) return value
    }
    return ''
  }

  /**
   * `envelope` is `first` for a value that is short where it is any good: nobody pays for a long one, of which it gives the beginning as
   * sent.
   */
  envelope(...names: string[]): string {
    for (const name of names) {
      const value = trimmed(this.#fields.get(name)?.beginning ?? '')
      if (value) return value
    }
    return ''
  }

  /** `fields` gives every field by its key, its name as sent. */
  get fields(): ReadonlyMap<string, { readonly name: string; readonly value: string }> {
    return this.#fields
  }
}

class Field {
  readonly name: string
  readonly #sent: string | Buffer
  readonly #decode: (sent: string | Buffer) => string
  #value: string | undefined

  constructor(name: string, sent: string | Buffer, decode: (sent: string | Buffer) => string) {
    this.name = name
    this.#sent = sent
    this.#decode = decode
  }

  get value(): string {
    this.#value ??= this.#decode(this.#sent)
    return this.#value
  }

  get beginning(): string {
    return this.#isShort ? this.value : String(this.#sent.slice(0, MAX_ENVELOPE))
  }

  get isBlank(): boolean {
    return this.#isShort && trimmed(this.value) === ''
  }

  get #isShort(): boolean {
    return this.#sent.length <= MAX_ENVELOPE
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
    username: form.envelope(...ENVELOPE.username),
    secret: form.envelope(...ENVELOPE.secret),
    action: form.envelope(...ENVELOPE.action).toLowerCase(),
    format: form.envelope(...ENVELOPE.format).toLowerCase() === 'xml' ? 'xml' : 'json',
    idempotencyKey: form.envelope(...ENVELOPE.idempotencyKey) || undefined,
  }
}
