import { errorIn, ImeigateError } from './error.ts'
import { backoffMs, pause } from './pause.ts'

/** Fetch sends a request: the platform's fetch, or one of your own (for a proxy, a log). */
export type Fetch = (url: string, request: RequestInit) => Promise<Response>

export interface CallSettings {
  /** `url` is where the server is, such as `https://imei.example.com`. */
  url: string
  /** `key` is the API key: `<security id>.<secret>`. */
  key: string
  fetch?: Fetch | undefined
  /** `timeoutMs` is how long one attempt may take, in milliseconds. 30,000 when left out. */
  timeoutMs?: number | undefined
  /** `retries` is how often a call that was not answered is sent again. 5 when left out. */
  retries?: number | undefined
}

export interface Request {
  method: string
  /** `path` has the query. */
  path: string
  body?: string | undefined
  accept?: string
  headers?: Record<string, string>
  idempotencyKey?: string | null
  signal?: AbortSignal | undefined
  /** `waitMs` is how long the server was asked to wait before it answers. */
  waitMs?: number
}

const TIMEOUT_MS = 30_000
const RETRIES = 5
/** MAX_WAIT_MS is the longest `Retry-After` that is waited for; beyond that the error is thrown. */
const MAX_WAIT_MS = 61_000
/** RETRIED has the statuses that are tried again: nothing was done, or an idempotency key makes the repetition safe. */
const RETRIED = [429, 502, 503, 504]

/** Calls sends requests until they are answered. */
export class Calls {
  readonly #url: string
  readonly #key: string
  readonly #fetch: Fetch
  readonly #timeoutMs: number
  readonly #retries: number

  /** The constructor throws a TypeError for settings that cannot work. */
  constructor({ url, key, fetch, timeoutMs = TIMEOUT_MS, retries = RETRIES }: CallSettings) {
    const { protocol } = new URL(url)
    if (!/^https?:$/.test(protocol)) throw new TypeError('url must begin with https:// or http://')
    if (!/^[^\s.]+\.\S+$/.test(key)) throw new TypeError('key must be <security id>.<secret>')
    this.#url = url.replace(/\/+$/, '')
    this.#key = key
    this.#fetch = fetch ?? ((to, request) => globalThis.fetch(to, request))
    this.#timeoutMs = timeoutMs
    this.#retries = retries
  }

  /** `text` gives the whole answer. Throws an ImeigateError, or the signal's reason. */
  text(request: Request): Promise<{ response: Response; text: string }> {
    return this.#untilAnswered(request, async (response) => ({ response, text: await response.text() }))
  }

  /** `open` gives the answer with its body still to be read. Throws as `text` does. */
  open(request: Request): Promise<Response> {
    return this.#untilAnswered(request, (response) => response)
  }

  async #untilAnswered<T>(request: Request, read: (response: Response) => T | Promise<T>): Promise<T> {
    for (let failures = 1; ; failures++) {
      const answer = await this.#once(request, read)
      if (!(answer instanceof ImeigateError)) return answer
      if (!passes(answer) || failures > this.#retries) throw answer
      await pause(Math.max(backoffMs(failures), answer.retryAfterMs ?? 0), request.signal)
    }
  }

  async #once<T>(
    {
      method,
      path,
      body,
      accept = 'application/json',
      headers,
      idempotencyKey = null,
      signal,
      waitMs = 0,
    }: Request,
    read: (response: Response) => T | Promise<T>,
  ): Promise<T | ImeigateError> {
    signal?.throwIfAborted()
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), this.#timeoutMs + waitMs)
    try {
      const response = await this.#fetch(this.#url + path, {
        method,
        headers: {
          authorization: `Bearer ${this.#key}`,
          accept,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(idempotencyKey !== null && { 'idempotency-key': idempotencyKey }),
          ...headers,
        },
        ...(body !== undefined && { body }),
        // Following a redirect would turn a POST into a GET.
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      })
      if (response.ok) return await read(response)
      if (response.status < 400) return redirected(response, idempotencyKey)
      return errorIn(response, await response.text(), idempotencyKey)
    } catch (error) {
      signal?.throwIfAborted()
      if (!late.signal.aborted)
        return unanswered('CONNECTION_ERROR', 'the connection failed', idempotencyKey, error)
      return unanswered('TIMEOUT_ERROR', `no answer within ${this.#timeoutMs + waitMs} ms`, idempotencyKey)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** `passes` tells whether the same call may be answered later. */
export const passes = ({ status, code, retryAfterMs }: ImeigateError): boolean =>
  (code === 'CONNECTION_ERROR' || code === 'TIMEOUT_ERROR' || RETRIED.includes(status)) &&
  (retryAfterMs ?? 0) <= MAX_WAIT_MS

const unanswered = (
  code: 'CONNECTION_ERROR' | 'TIMEOUT_ERROR',
  message: string,
  idempotencyKey: string | null,
  cause?: unknown,
): ImeigateError => new ImeigateError(message, { code, idempotencyKey, cause })

function redirected({ status, headers }: Response, idempotencyKey: string | null): ImeigateError {
  const to = headers.get('location')
  const message = `the server sends requests elsewhere${to === null ? '' : `, to ${to}`}: set url to where it is`
  return new ImeigateError(message, { code: 'REDIRECT_ERROR', status, idempotencyKey })
}
