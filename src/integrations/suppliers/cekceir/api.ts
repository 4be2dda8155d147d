import { contradictsItself, plainText } from '../../../client/index.ts'
import { failure } from '../../../lib/failures.ts'
import type { Clock } from '../../../lib/time.ts'
import type { OutboundClient, OutboundRequest } from '../../../outbound/outbound.ts'
import { call, type NothingSent, type Unclear } from '../http-kit/call.ts'
import { isObject, type JsonObject, own, parseExact, textField } from '../http-kit/json.ts'
import { retryAfterOf, turnedAway } from '../http-kit/turned-away.ts'

/** Answer is a whole answer that is no error. */
interface Answer {
  kind: 'answer'
  body: JsonObject
  /** `date` is the server's clock when it answered, UTC; null: it did not say. */
  date: Date | null
}

/** Fault is the API's own error object, which the application itself sent, and no proxy before it. */
export interface Fault {
  kind: 'fault'
  status: number
  message: string
  body: JsonObject
  /** `retryAfterMs` is how long it asks us to wait; null: it does not say. */
  retryAfterMs: number | null
}

export type Said = Answer | Fault | NothingSent | Unclear

export type Query = Record<string, string>

/** Api is a Cek Ceir style API as it is spoken to over the network. */
export class Api {
  readonly #base: string
  readonly #key: string
  readonly #client: OutboundClient
  readonly #fronts: readonly number[]
  readonly #clock: Clock

  constructor(deps: {
    url: string
    key: string
    client: OutboundClient
    fronts: readonly number[]
    clock: Clock
  }) {
    this.#base = baseOf(deps.url)
    this.#key = deps.key
    this.#client = deps.client
    this.#fronts = deps.fronts
    this.#clock = deps.clock
  }

  get(path: string, signal: AbortSignal, query: Query = {}): Promise<Said> {
    const search = new URLSearchParams(query)
    const url = `${this.#base}${path}${search.size > 0 ? `?${search}` : ''}`
    return this.#said({ method: 'GET', url, headers: this.#headers(), signal })
  }

  /** `post` sends a request. `idempotencyKey` must be the same for the same request only. */
  post(
    path: string,
    { body, idempotencyKey }: { body: string; idempotencyKey: string },
    how: Pick<OutboundRequest, 'signal' | 'mayBegin'>,
  ): Promise<Said> {
    const headers = {
      ...this.#headers(),
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    }
    return this.#said({ method: 'POST', url: `${this.#base}${path}`, headers, body, ...how })
  }

  close(): Promise<void> {
    return this.#client.close()
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#key}`, accept: 'application/json' }
  }

  async #said(request: OutboundRequest): Promise<Said> {
    const reply = await call(this.#client, request)
    if (reply.kind !== 'reply') return reply
    const { status, headers, text } = reply
    const read = parseExact(text.replace(/^\ufeff+/, ''))
    const body = isObject(read) && !contradictsItself(text, read) ? read : undefined
    const isOwn = body !== undefined && own(body, 'error') === true && textField(body, 'code') !== undefined
    const now = this.#clock.now()
    const away = turnedAway(reply, { fronts: this.#fronts, isOwn, now })
    if (away) return away
    if (!body) return { kind: 'unclear', why: failure('no_json', { status }) }
    const isError = own(body, 'error') === true
    if (status >= 200 && status < 300) {
      return isError
        ? { kind: 'unclear', why: failure('with_error', { status, text: messageOf(body) }) }
        : { kind: 'answer', body, date: dateOf(headers['date']) }
    }
    if (status < 400 || !isOwn) {
      return { kind: 'unclear', why: failure('no_error_object', { status }) }
    }
    return {
      kind: 'fault',
      status,
      message: messageOf(body),
      body,
      retryAfterMs: retryAfterOf(headers['retry-after'], now),
    }
  }
}

/** `baseOf` adds `/api` to a URL that does not end in it. */
function baseOf(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname.replace(/\/+$/, '').replace(/\/api$/i, '')}/api`
}

function messageOf(body: JsonObject): string {
  const fields = plainText(own(body, 'errors'))
  const message = textField(body, 'message', 'error_message', 'code') ?? 'error'
  return fields === '' ? message : `${message} (${fields.replaceAll('\n', ', ')})`
}

function dateOf(header: string | undefined): Date | null {
  const date = new Date(header ?? '')
  return Number.isNaN(date.getTime()) ? null : date
}

/** `unwrapped` gives the object itself where it is wrapped in `data`. */
export function unwrapped(body: JsonObject): JsonObject {
  const data = own(body, 'data')
  return isObject(data) ? data : body
}
