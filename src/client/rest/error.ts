import type { Schemas } from './schema.ts'

/** NoAnswer are the client's own codes, for calls that got no error object of the API. */
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
    const { code, status = 0, source = null, errors = {}, traceId = null } = details
    this.code = code
    this.status = status
    this.source = source
    this.errors = errors
    this.traceId = traceId
    this.idempotencyKey = details.idempotencyKey ?? null
    this.retryAfterMs = details.retryAfterMs ?? null
  }
}

interface ErrorDetails {
  code: ImeigateError['code']
  status?: number
  source?: ImeigateError['source']
  errors?: Record<string, string[]>
  traceId?: string | null
  idempotencyKey?: string | null
  retryAfterMs?: number | null
  cause?: unknown
}

/** `errorIn` makes an error of an answer, also of a proxy's HTML page. */
export function errorIn(response: Response, text: string, idempotencyKey: string | null): ImeigateError {
  const { status, headers } = response
  const retryAfterMs = waitIn(headers)
  const traceId = headers.get('x-request-id')
  const object = errorObject(text)
  if (object) {
    const { code, message, source, errors } = object
    return new ImeigateError(message, {
      code,
      status,
      source,
      errors,
      traceId: object.traceId ?? traceId,
      idempotencyKey,
      retryAfterMs,
    })
  }
  return new ImeigateError(`HTTP ${status} without an error object`, {
    code: 'UNREADABLE_ANSWER_ERROR',
    status,
    traceId,
    idempotencyKey,
    retryAfterMs,
  })
}

function errorObject(text: string): ErrorObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return (value as ErrorObject | null)?.error === true ? (value as ErrorObject) : undefined
  } catch {
    return undefined
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
