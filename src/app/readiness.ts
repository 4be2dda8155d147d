import type { Sql } from '../database/database.ts'
import { isReady } from '../database/migrate.ts'

/** KEPT_MS is how long an answer of the database counts: however often somebody asks, it is asked once a second. */
const KEPT_MS = 1000

/** Readiness tells whether the process can do its work. */
export class Readiness {
  readonly #sql: Sql
  #isStopping = false
  #asked: Promise<boolean> | undefined
  #askedAt = 0

  constructor(sql: Sql) {
    this.#sql = sql
  }

  /** `stop` says that the process takes no more work. */
  stop(): void {
    this.#isStopping = true
  }

  async now(): Promise<{ isReady: boolean; database: 'ready' | 'away or not migrated'; stopping: boolean }> {
    const now = performance.now()
    if (!this.#asked || now - this.#askedAt > KEPT_MS) {
      this.#askedAt = now
      this.#asked = isReady(this.#sql)
    }
    const isThere = await this.#asked
    return {
      isReady: isThere && !this.#isStopping,
      database: isThere ? 'ready' : 'away or not migrated',
      stopping: this.#isStopping,
    }
  }
}
