import type { Transaction } from '../database/database.ts'
import { answerOnce, digest, type KeptAnswer, type KeptKey } from './idempotency.ts'
import { claimOperatorKey, keepOperatorAnswer, selectOperatorAnswer } from './operator-answers.sql.ts'

/** OperatorRequest is a request of a person of the staff, or of a program, that may be repeated. */
export interface OperatorRequest {
  /** `actor` is who asks, as the trail names it. */
  actor: string
  /** `key` is what the caller calls the request. */
  key: string
  /** `action` is what the key is for: keys of different actions never meet. */
  action: string
  /** `body` is everything that was asked, as JSON values. */
  body: unknown
  at: Date
}

/** `answerOperatorOnce` is `answerOnce` for people of the staff and their programs: each has keys of its own. */
export function answerOperatorOnce(
  transaction: Transaction,
  { actor, key: given, action, body, at }: OperatorRequest,
  work: () => Promise<{ json: string; kept: string }>,
): Promise<KeptAnswer> {
  const name = { actor, key: digest('answer', action, given) }
  const key: KeptKey = {
    claim: (sql, request) => claimOperatorKey(sql, { ...name, ...request }),
    keep: (sql, answer) => keepOperatorAnswer(sql, { ...name, answer }),
    select: (sql) => selectOperatorAnswer(sql, name),
  }
  return answerOnce(transaction, key, { body: digest(body), at }, work)
}
