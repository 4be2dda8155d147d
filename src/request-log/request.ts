import type { ErrorCode } from '../errors.ts'
import type { AccountId, KeyId, RequestNumber } from '../lib/ids.ts'
import { sanitizeLine } from '../lib/text.ts'

/** RequestEntry is one answered request. It holds no credentials and no body. */
export interface RequestEntry {
  /** `accountId` is whose it was; null: it was refused before that was known. */
  accountId: AccountId | null
  /** `keyId` is also that of a key which was refused although its secret was right, such as a revoked one. */
  keyId: KeyId | null
  /** `at` is when it came in. */
  at: Date
  /** `via` is the protocol; http: it was refused before it reached one. */
  via: 'dhru' | 'rest' | 'operator' | 'portal' | 'hook' | 'http'
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
  /** `requestId` is the answer's X-Request-Id: see `requestIds`. */
  requestId: string
}

/** OwnedRequest is a request of an account's key. */
export interface OwnedRequest extends RequestEntry {
  accountId: AccountId
  keyId: KeyId
  via: 'dhru' | 'rest'
}

/** LoggedRequest is an entry as its account reads it. Ids grow with time, within a second. */
export interface LoggedRequest extends OwnedRequest {
  id: RequestNumber
}

export const isOwned = (entry: RequestEntry): entry is OwnedRequest => entry.accountId !== null

const MAX_TEXT_LENGTH = 500

/** `presentable` cuts an entry's texts, and makes them lines that can be shown. */
export const presentable = <Entry extends RequestEntry>(entry: Entry): Entry => ({
  ...entry,
  action: lineOf(entry.action),
  detail: entry.detail === null ? null : lineOf(entry.detail),
})

const lineOf = (text: string): string => sanitizeLine(text.slice(0, MAX_TEXT_LENGTH))
