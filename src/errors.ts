/** PEOPLE are the APIs to which people are signed in. */
const PEOPLE = ['operator', 'portal'] as const

/**
 * `errors` lists every error that a caller can be told of: its code, its message, and the HTTP status of protocols that have one. No
 * code is invented elsewhere. Dhru says an error as MESSAGE (the message, with the detail) and FULL_DESCRIPTION (code, with the detail),
 * always with HTTP 200. `retryAfter`: in so many seconds it may be tried again, where the refusal itself does not know it better; every
 * 429 and 503 has it. `only`: no other API says it.
 */
export const errors = {
  invalid_credentials: { status: 401, message: 'Authentication failed' },
  key_expired: { status: 401, message: 'API key expired' },
  key_revoked: { status: 401, message: 'API key revoked' },
  account_closed: { status: 401, message: 'Account closed' },
  step_up_required: { status: 403, message: 'Give password and second factor again', only: PEOPLE },
  csrf: { status: 403, message: 'The request does not come from this site', only: PEOPLE },
  session_expired: { status: 401, message: 'Sign in again', only: PEOPLE },
  permission_denied: { status: 403, message: 'Permission denied' },
  ip_not_allowed: { status: 403, message: 'Invalid IP request' },
  invalid_signature: { status: 401, message: 'The signature is missing or wrong', only: 'hooks' },
  action_missing: { status: 400, message: 'Action missing', only: 'dhru' },
  unsupported_action: { status: 400, message: 'Unsupported action', only: 'dhru' },
  payload_required: { status: 400, message: 'Invalid request' },
  malformed_parameters: { status: 400, message: 'Malformed parameters', only: 'dhru' },
  invalid_input: { status: 422, message: 'Invalid input' },
  service_not_found: { status: 404, message: 'Service not found' },
  service_closed: { status: 409, message: 'Service closed' },
  service_paused: { status: 409, message: 'Service not available at present' },
  imei_required: { status: 422, message: 'IMEI required' },
  invalid_imei: { status: 422, message: 'Invalid IMEI' },
  field_missing: { status: 422, message: 'Required field missing' },
  invalid_field: { status: 422, message: 'Invalid field' },
  quantity_out_of_range: { status: 422, message: 'Quantity out of range' },
  insufficient_balance: { status: 402, message: 'Not enough credit' },
  duplicate_order: { status: 409, message: 'Duplicate order' },
  idempotency_conflict: { status: 409, message: 'Idempotency key already used for another request' },
  version_conflict: { status: 409, message: 'Somebody else has changed it', only: PEOPLE },
  plan_stale: { status: 409, message: 'Something has changed since this plan was made', only: 'operator' },
  order_id_required: { status: 400, message: 'Order id required', only: 'dhru' },
  order_not_found: { status: 404, message: 'Order not found' },
  too_many_rows: { status: 413, message: 'Too many rows', only: 'dhru' },
  body_too_large: { status: 413, message: 'Request too large' },
  method_not_allowed: { status: 405, message: 'Method not allowed', only: 'dhru' },
  not_found: { status: 404, message: 'Not found' },
  conflict: { status: 409, message: 'Conflict' },
  too_many_failed_logins: { status: 429, message: 'Too many failed logins', retryAfter: 60 },
  too_many_requests: { status: 429, message: 'Too many requests', retryAfter: 2 },
  provider_unavailable: {
    status: 503,
    message: 'The payment provider cannot be reached, try again',
    retryAfter: 10,
  },
  temporarily_unavailable: { status: 503, message: 'Temporarily unavailable, try again', retryAfter: 2 },
  shutting_down: { status: 503, message: 'Shutting down, try again', retryAfter: 2 },
  internal_error: { status: 500, message: 'Internal error' },
} as const satisfies Record<
  string,
  { status: number; message: string; retryAfter?: number; only?: Api | readonly Api[] }
>

/** Api is one that says errors; `hooks` is where suppliers and payment gateways say that something happened. */
type Api = 'dhru' | 'rest' | 'operator' | 'portal' | 'hooks'

export type ErrorCode = keyof typeof errors

/** `codesOf` gives the codes that an API may say. */
export const codesOf = (api: Api): ErrorCode[] =>
  (Object.keys(errors) as ErrorCode[]).filter((code) => {
    const { only }: { status: number; only?: Api | readonly Api[] } = errors[code]
    return only === undefined || [only].flat().includes(api)
  })

/** Fault is what is wrong with one value, for the person who sent it. */
export interface Fault {
  /** `path` is the names and numbers that lead to the value, such as `['fields', 0, 'name']`; empty: the whole. */
  readonly path: readonly (string | number)[]
  /** `message` reads on from the path: "is missing". */
  readonly message: string
  /** `value` is what stands at the place in a file, where that helps to find it. */
  readonly value?: string
  /** `keyword` is a word for programs that say the fault in another language: one of JSON Schema, `characters`, `amount` or a reason (src/reasons.ts); `params` are its values. */
  readonly keyword?: string
  readonly params?: Readonly<Record<string, unknown>>
}

/** Refusal is thrown where something that a caller asked for is refused, with the reason that the caller is told. */
export class Refusal extends Error {
  readonly code: ErrorCode
  /** `detail` says what exactly is wrong, and names the field or value; it is shown to the caller. */
  readonly detail: string | undefined
  /** `field` is the input field at fault, where there is one. */
  readonly field: string | undefined
  /** `faults` is everything that is wrong with what was sent, where that was read as a whole. */
  readonly faults: readonly Fault[]
  /** `retryAfter` is in how many seconds it may be tried again; undefined: waiting does not help. */
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, detail?: string, field?: string, faults: readonly Fault[] = []) {
    const { message } = errors[code]
    // It is an answer and no failure: nobody reads where it was made, and to find that out takes as long as the rest of a request.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(detail === undefined ? message : `${message}: ${detail}`)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
    this.field = field
    this.faults = faults
    const row: { status: number; retryAfter?: number } = errors[code]
    this.retryAfter = row.retryAfter
  }
}

/**
 * `unavailable` refuses what a database that is away, or takes no changes, has kept from being done. `isProof`: nothing of it was done; else
 * its caller is told that nobody knows, and that repeating it is the way to find out.
 */
export const unavailable = ({ isProof }: { isProof: boolean }): Refusal =>
  new Refusal('temporarily_unavailable', isProof ? undefined : NOT_KNOWN)

const NOT_KNOWN = 'it is not known whether this was done, send the same request again'

/** Throttled is a refusal of what comes too often: it ends by itself. */
export class Throttled extends Refusal {
  override readonly retryAfter: number

  /** `limit` says which one was reached, where that helps. */
  constructor(code: 'too_many_requests' | 'too_many_failed_logins', waitMs: number, limit?: string) {
    const seconds = Math.max(1, Math.ceil(waitMs / 1000))
    super(code, `${limit === undefined ? '' : `${limit}: `}wait ${seconds} s`)
    this.retryAfter = seconds
  }
}
