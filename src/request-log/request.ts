import type { ErrorCode } from '../errors.ts'
import type { AccountId, KeyId, RequestNumber } from '../lib/ids.ts'

/** One answered request of an account's key. Credentials and bodies have no place in it. */
export interface RequestEntry {
  accountId: AccountId
  keyId: KeyId
  /** When it came in. */
  at: Date
  via: 'dhru' | 'rest'
  /** The Dhru action, or method and path pattern such as `POST /api/order`. */
  action: string
  /** Of HTTP. */
  status: number
  outcome: 'ok' | ErrorCode
  /** What the caller was told of a refusal. */
  detail: string | null
  /** The one order that it placed. */
  orderId: number | null
  ip: string
  /** From the request's head to its answer, in microseconds. */
  tookUs: number
  /** As the answer's X-Request-Id has it: a UUID. */
  requestId: string
}

/** An entry as it is read: numbers grow with time, within a second. */
export interface LoggedRequest extends RequestEntry {
  id: RequestNumber
}
