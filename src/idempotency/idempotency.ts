import { hash } from 'node:crypto'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId } from '../lib/ids.ts'
import { jsonWithAmounts } from '../lib/money-json.ts'
import type { Clock } from '../lib/time.ts'
import { nothingDone, undone } from '../lib/undone.ts'
import { claimKey, keepAnswer, selectAnswer } from './idempotency.sql.ts'

/** KeyedRequest is a request that may be repeated. */
export interface KeyedRequest {
  accountId: AccountId
  /** `key` is the caller's idempotency key; null: the work is done, and nothing is kept. */
  key: string | null
  /** `action` is what the key is for: keys of different actions never meet. */
  action: string
  /** `body` is everything that was asked, as JSON values. */
  body: unknown
  /** `isInParts`: something of the request is done by transactions of its own, so that a failure proves nothing once the work has begun. */
  isInParts?: boolean
}

/** KeptAnswer is an answer as JSON, and whether it was given before. */
export interface KeptAnswer {
  json: string
  replayed: boolean
}

/** `digest` gives 128 bits of SHA-256, as hex. */
export const digest = (...values: unknown[]): string =>
  hash('sha256', JSON.stringify(values), 'hex').slice(0, 32)

/** KeptKey is where the answer to one request is kept. */
export interface KeptKey {
  /** `claim` tells whether the request comes for the first time. It waits for another one under the key that is not committed yet. */
  claim(sql: Queryable, request: { body: string; at: Date }): Promise<boolean>
  keep(sql: Queryable, answer: string): Promise<void>
  select(sql: Queryable): Promise<{ body: string; answer: string } | undefined>
}

/**
 * `answerOnce` does the work of a request the first time that it comes under its key, and gives what was kept every other time. `body` is a digest of
 * what was asked: throws idempotency_conflict when something else was asked under the key before. `work` gives the answer, as JSON, and what of it
 * is kept.
 */
export async function answerOnce(
  transaction: Transaction,
  key: KeptKey,
  request: { body: string; at: Date },
  work: () => Promise<{ json: string; kept: string }>,
): Promise<KeptAnswer> {
  if (await key.claim(transaction, request)) {
    const { json, kept } = await work()
    await key.keep(transaction, kept)
    return { json, replayed: false }
  }
  const kept = await key.select(transaction)
  // The key was swept in this moment, and the caller may try again.
  if (!kept) throw new Refusal('temporarily_unavailable')
  if (kept.body !== request.body) throw new Refusal('idempotency_conflict', undefined, 'Idempotency-Key')
  return { json: kept.answer, replayed: true }
}

/** Idempotency answers requests once (promise 3, one purchase once). */
export class Idempotency {
  readonly #sql: Sql
  readonly #clock: Clock

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
  }

  /**
   * `once` does the work of a request the first time that it comes under its key, and answers every repetition as the first time: the
   * answer is kept in the transaction that did the work. Requests under one key wait for each other. A refusal is not kept. Throws
   * idempotency_conflict when something else was asked under the key before. A failure which proves that nothing was done is in `nothingDone`.
   */
  async once(
    request: KeyedRequest,
    work: (transaction: Transaction) => Promise<unknown>,
  ): Promise<KeptAnswer> {
    let hasBegun = false
    try {
      return await this.#once(request, (transaction) => {
        hasBegun = true
        return work(transaction)
      })
    } catch (error) {
      const isProof = undone.has(error) && !(request.isInParts && hasBegun)
      throw isProof ? nothingDone.put(error) : error
    }
  }

  async #once(
    { accountId, key: given, action, body }: KeyedRequest,
    work: (transaction: Transaction) => Promise<unknown>,
  ): Promise<KeptAnswer> {
    return await this.#sql.begin(async (transaction): Promise<KeptAnswer> => {
      if (given === null) return { json: jsonWithAmounts(await work(transaction)), replayed: false }
      const name = { accountId, key: digest('answer', action, given) }
      const key: KeptKey = {
        claim: (sql, request) => claimKey(sql, { ...name, ...request }),
        keep: (sql, answer) => keepAnswer(sql, { ...name, answer }),
        select: (sql) => selectAnswer(sql, name),
      }
      return await answerOnce(transaction, key, { body: digest(body), at: this.#clock.now() }, async () => {
        const json = jsonWithAmounts(await work(transaction))
        return { json, kept: json }
      })
    })
  }
}
