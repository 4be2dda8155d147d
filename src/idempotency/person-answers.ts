import type { Transaction } from '../database/database.ts'
import { answerOnce, digest, type KeptAnswer, type KeptKey } from './idempotency.ts'
import { claimPersonKey, keepPersonAnswer, selectPersonAnswer } from './person-answers.sql.ts'

/** PersonRequest is a request of a person who is signed in, or of a program of the operator, that may be repeated. */
export interface PersonRequest {
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

/** `answerPersonOnce` is `answerOnce` for people who are signed in, and programs of the operator: each has keys of its own. */
export function answerPersonOnce(
  transaction: Transaction,
  { actor, key: given, action, body, at }: PersonRequest,
  work: () => Promise<{ json: string; kept: string }>,
): Promise<KeptAnswer> {
  const name = { actor, key: digest('answer', action, given) }
  const key: KeptKey = {
    claim: (sql, request) => claimPersonKey(sql, { ...name, ...request }),
    keep: (sql, answer) => keepPersonAnswer(sql, { ...name, answer }),
    select: (sql) => selectPersonAnswer(sql, name),
  }
  return answerOnce(transaction, key, { body: digest(body), at }, work)
}
