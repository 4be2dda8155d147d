/**
 * `refusals` has the reasons for which the fake supplier refuses, in the words of real panels. Dhru and the instant check send `message`
 * and `description`; REST sends the code, too, with the HTTP status.
 */
export const refusals = {
  login: {
    status: 401,
    code: 'UNAUTHORIZED_ERROR',
    source: 'headers',
    message: 'Authentication Failed',
    description: 'Invalid username or API access key',
  },
  maintenance: {
    status: 503,
    code: 'SERVICE_UNAVAILABLE_ERROR',
    source: 'order',
    message: 'Maintenance',
    description: 'Under maintenance, please try again later',
  },
  credit: {
    status: 402,
    code: 'INSUFFICIENT_BALANCE_ERROR',
    source: 'order',
    message: 'CreditprocessError',
    description: 'Not enough credit',
  },
  duplicate: {
    status: 409,
    code: 'CONFLICT_ERROR',
    source: 'order',
    message: 'ValidationError123',
    description: 'This IMEI is already pending',
  },
  key: {
    status: 409,
    code: 'CONFLICT_ERROR',
    source: 'headers',
    message: 'Idempotency key already used for another request',
    description: 'idempotency_conflict',
  },
  imei: {
    status: 422,
    code: 'UNPROCESSABLE_ERROR',
    source: 'order',
    message: 'IMEI not found',
    description: 'This IMEI was not found',
  },
  input: {
    status: 422,
    code: 'REQUEST_NOT_MATCH_SPEC_ERROR',
    source: 'body',
    message: 'Required field missing',
    description: 'A field that the service needs is missing, or the quantity is out of range',
  },
  service: {
    status: 404,
    code: 'NOT_FOUND_ERROR',
    source: 'body',
    message: 'Invalid Service',
    description: 'This service does not exist',
  },
  order: {
    status: 404,
    code: 'NOT_FOUND_ERROR',
    source: 'params',
    message: 'Order not found',
    description: 'There is no such order',
  },
  action: {
    status: 404,
    code: 'NOT_FOUND_ERROR',
    source: 'params',
    message: 'Invalid Action',
    description: 'There is no such action',
  },
  request: {
    status: 400,
    code: 'REQUEST_NOT_MATCH_SPEC_ERROR',
    source: 'body',
    message: 'Invalid Request',
    description: 'The request cannot be read',
  },
  /** `failure` is said with HTTP 500. */
  failure: {
    status: 500,
    code: 'INTERNAL_SERVER_ERROR',
    source: 'order',
    message: 'Internal Server Error',
    description: 'Something went wrong',
  },
} as const

export type RefusalName = keyof typeof refusals
