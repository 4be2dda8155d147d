import { hash } from 'node:crypto'
import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId } from '../lib/ids.ts'
import { jsonWithAmounts } from '../lib/money-json.ts'
import { claimKey, keepAnswer, selectAnswer } from './idempotency.sql.ts'

export interface Asked {
  accountId: AccountId
  /** The caller's; null: what it asks is done, and nothing is kept. */
  key: string | null
  /** What the key is for: the same key under another action is another key. */
  action: string
  /** Everything that was asked: JSON values. */
  body: unknown
  at: Date
}

/** 128 bits of SHA-256, as hex. */
const digest = (...parts: unknown[]): string => hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32)

/**
 * Does once what is asked under a key, and answers every repetition as the first time (promise 3): the answer is kept
 * in the transaction that did the work. Requests under one key wait for each other. What is refused is not kept. Throws
 * idempotency_conflict when something else was asked under the key before. Gives the answer as JSON.
 */
export async function once(
  sql: Sql,
  { accountId, key: given, action, body, at }: Asked,
  work: (transaction: Transaction) => Promise<unknown>,
): Promise<{ json: string; replayed: boolean }> {
  const key = given === null ? null : digest('answer', action, given)
  return (await sql.begin(async (transaction) => {
    if (key === null) return { json: jsonWithAmounts(await work(transaction)), replayed: false }
    const asked = digest(body)
    if (await claimKey(transaction, { accountId, key, body: asked, at })) {
      const answer = jsonWithAmounts(await work(transaction))
      await keepAnswer(transaction, { accountId, key, answer })
      return { json: answer, replayed: false }
    }
    const kept = await selectAnswer(transaction, { accountId, key })
    // Swept in this moment: as if it had not been asked yet; the caller asks again.
    if (!kept) throw new Refusal('temporarily_unavailable')
    if (kept.body !== asked) throw new Refusal('idempotency_conflict', undefined, 'Idempotency-Key')
    return { json: kept.answer, replayed: true }
  })) as { json: string; replayed: boolean }
}
