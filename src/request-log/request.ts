import type { ErrorCode } from '../errors.ts'
import type { AccountId, KeyId, RequestNumber } from '../lib/ids.ts'

/** RequestEntry is one answered request of an account's key. It holds no credentials and no body. */
export interface RequestEntry {
  accountId: AccountId
  keyId: KeyId
  /** `at` is when it came in. */
  at: Date
  via: 'dhru' | 'rest'
  /** `action` is the Dhru action, or method and path pattern such as `POST /api/order`. */
  action: string
  /** `status` is that of HTTP. */
  status: number
  outcome: 'ok' | ErrorCode
  /** `detail` is what the caller was told of a refusal. */
  detail: string | null
  /** `orderId` is the one order that it placed. */
  orderId: number | null
  ip: string
  /** `tookUs` is the time from the request's head to its answer, in microseconds. */
  tookUs: number
  /** `requestId` is the answer's X-Request-Id: a UUID. */
  requestId: string
}

/** LoggedRequest is an entry as it is read. Ids grow with time, within a second. */
export interface LoggedRequest extends RequestEntry {
  id: RequestNumber
}
