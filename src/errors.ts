/**
 * Every error that a caller can be told of: its code, its words, and the HTTP status of protocols that have one.
 * Dhru says it as MESSAGE (words, with the detail) and FULL_DESCRIPTION (code, with the detail), always with
 * HTTP 200. Nobody invents a code elsewhere.
 */
export const errors = {
  invalid_credentials: { status: 401, words: 'Authentication failed' },
  key_expired: { status: 401, words: 'API key expired' },
  key_revoked: { status: 401, words: 'API key revoked' },
  account_closed: { status: 401, words: 'Account closed' },
  permission_denied: { status: 403, words: 'Permission denied' },
  ip_not_allowed: { status: 403, words: 'Invalid IP request' },
  invalid_signature: { status: 401, words: 'The signature is missing or wrong' },
  action_missing: { status: 400, words: 'Action missing' },
  unsupported_action: { status: 400, words: 'Unsupported action' },
  payload_required: { status: 400, words: 'Invalid request' },
  malformed_parameters: { status: 400, words: 'Malformed parameters' },
  invalid_input: { status: 422, words: 'Invalid input' },
  service_not_found: { status: 404, words: 'Service not found' },
  service_closed: { status: 409, words: 'Service closed' },
  imei_required: { status: 422, words: 'IMEI required' },
  invalid_imei: { status: 422, words: 'Invalid IMEI' },
  field_missing: { status: 422, words: 'Required field missing' },
  invalid_field: { status: 422, words: 'Invalid field' },
  quantity_out_of_range: { status: 422, words: 'Quantity out of range' },
  insufficient_balance: { status: 402, words: 'Not enough credit' },
  duplicate_order: { status: 409, words: 'Duplicate order' },
  idempotency_conflict: { status: 409, words: 'Idempotency key already used for another request' },
  order_id_required: { status: 400, words: 'Order id required' },
  order_not_found: { status: 404, words: 'Order not found' },
  too_many_rows: { status: 413, words: 'Too many rows' },
  body_too_large: { status: 413, words: 'Request too large' },
  method_not_allowed: { status: 405, words: 'Method not allowed' },
  not_found: { status: 404, words: 'Not found' },
  conflict: { status: 409, words: 'Conflict' },
  too_many_requests: { status: 429, words: 'Too many requests' },
  provider_unavailable: { status: 503, words: 'The payment provider cannot be reached, try again' },
  temporarily_unavailable: { status: 503, words: 'Temporarily unavailable, try again' },
  shutting_down: { status: 503, words: 'Shutting down, try again' },
  internal_error: { status: 500, words: 'Internal error' },
} as const satisfies Record<string, { status: number; words: string }>

export type ErrorCode = keyof typeof errors

/** Something a caller asked for that was refused, with the reason that the caller is told. */
export class Refusal extends Error {
  readonly code: ErrorCode
  /** What exactly is wrong, in words that name the field or value; shown to the caller. */
  readonly detail: string | undefined
  /** The input field at fault, where there is one. */
  readonly field: string | undefined
  /** Everything that is wrong, by field, where more than the first is known. */
  readonly faults: Readonly<Record<string, string[]>> | undefined

  constructor(code: ErrorCode, detail?: string, field?: string, faults?: Record<string, string[]>) {
    super(detail === undefined ? errors[code].words : `${errors[code].words}: ${detail}`)
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
    this.field = field
    this.faults = faults
  }
}
