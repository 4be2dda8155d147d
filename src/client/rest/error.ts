import type { Schemas } from './schema.ts'

/** NoAnswer has the client's own codes, for calls that got no error object of the API. */
type NoAnswer = 'CONNECTION_ERROR' | 'TIMEOUT_ERROR' | 'UNREADABLE_ANSWER_ERROR' | 'REDIRECT_ERROR'

type ErrorObject = Schemas['Error']

/**
 * ImeigateError is a call that was refused or not answered. A POST that was not answered may have been carried out: send it again
 * under the same idempotency key.
 */
export class ImeigateError extends Error {
  override readonly name = 'ImeigateError'
  /** `code` is such as `INSUFFICIENT_BALANCE_ERROR`. */
  readonly code: ErrorObject['code'] | NoAnswer
  /** `status` is that of HTTP; 0: there was no answer. */
  readonly status: number
  /** `source` is the part of the request that is at fault. */
  readonly source: ErrorObject['source'] | null
  /** `errors` says what is wrong, by field, such as `data.imeis.0`. */
  readonly errors: Readonly<Record<string, string[]>>
  /** `traceId` names the request in the server's log. */
  readonly traceId: string | null
  /** `idempotencyKey` is the key under which a POST was sent. */
  readonly idempotencyKey: string | null
  /** `retryAfterMs` is how long the server wants to be left alone, in milliseconds; null: it did not say. */
  readonly retryAfterMs: number | null

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = details.code
    this.status = details.status ?? 0
    this.source = details.source ?? null
    this.errors = details.errors ?? {}
    this.traceId = details.traceId ?? null
    this.idempotencyKey = details.idempotencyKey ?? null
    this.retryAfterMs = details.retryAfterMs ?? null
  }
}

type ErrorDetails = Pick<ImeigateError, 'code'> &
  Partial<Omit<ImeigateError, keyof Error | 'code'>> & { cause?: unknown }

/** `errorIn` makes an error of an answer, also of a proxy's HTML page. */
export function errorIn(response: Response, text: string, idempotencyKey: string | null): ImeigateError {
  const { status, headers } = response
  const { code, message, source, errors, traceId } = errorObject(text)
  return new ImeigateError(message ?? `HTTP ${status} without an error object`, {
    code: code ?? 'UNREADABLE_ANSWER_ERROR',
    status,
    source: source ?? null,
    errors: errors ?? {},
    traceId: traceId ?? headers.get('x-request-id'),
    idempotencyKey,
    retryAfterMs: waitIn(headers),
  })
}

/** `errorObject` gives an empty object where the text has no error object of the API. */
function errorObject(text: string): Partial<ErrorObject> {
  try {
    const value = JSON.parse(text) as ErrorObject | null
    return value?.error === true ? value : {}
  } catch {
    return {}
  }
}

/** `waitIn` reads `Retry-After`, in seconds or as a date; without it, the seconds until the rate limit allows the next request. */
function waitIn(headers: Headers): number | null {
  const after = headers.get('retry-after') ?? ''
  if (/^\d{1,9}$/.test(after)) return Number(after) * 1000
  const date = Date.parse(after)
  if (!Number.isNaN(date)) return Math.max(0, date - Date.now())
  const reset = headers.get('ratelimit-remaining') === '0' ? (headers.get('ratelimit-reset') ?? '') : ''
  return /^\d{1,9}$/.test(reset) ? Number(reset) * 1000 : null
}
