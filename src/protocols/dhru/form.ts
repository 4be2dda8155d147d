import { trimmed } from '../../lib/text.ts'

/** MAX_FIELDS bounds the fields of a request: a panel's own PHP takes 1,000, and rows beyond that come as JSON. */
export const MAX_FIELDS = 5000

/** Form has the fields of a request, whatever encoding they came in. What a value costs to decode is spent when somebody wants it. */
export class Form {
  /** `#fields` is by name in lower case (as sent when it has brackets); a field that came more than once has its first non-empty value. */
  readonly #fields = new Map<string, Field>()
  /** `#lists` counts the values of each `name[]`, which PHP puts one behind the other. */
  readonly #lists = new Map<string, number>()
  /** `isCut` says that there are more fields than MAX_FIELDS, which were not looked at. */
  isCut = false

  /** `add` takes a value, or what decodes it. */
  add(name: string, value: string | (() => string)): void {
    const written = trimmed(name)
    const full = written.endsWith('[]') ? this.#counted(written) : written
    // In `parameters[A-1][ID]` the case of A-1 is the caller's own.
    const key = full.includes('[') ? full : full.toLowerCase()
    if (key === '') return
    const earlier = this.#fields.get(key)
    if (earlier === undefined || earlier.value.trim() === '') this.#fields.set(key, new Field(full, value))
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

  /** `fields` gives every field by its key, its name as sent. */
  get fields(): ReadonlyMap<string, { readonly name: string; readonly value: string }> {
    return this.#fields
  }
}

class Field {
  readonly name: string
  #value: string | (() => string)

  constructor(name: string, value: string | (() => string)) {
    this.name = name
    this.#value = value
  }

  get value(): string {
    if (typeof this.#value !== 'string') this.#value = this.#value()
    return this.#value
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
