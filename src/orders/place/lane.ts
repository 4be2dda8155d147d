import type { Sql } from '../../database/database.ts'
import { writeProbe } from './placement.sql.ts'

/** FRESH_MS is how long a commit proves that the next order can be placed, too. */
const FRESH_MS = 2000
/** TURNED_DOWN_MS is how long an order that the database turned down speaks louder than a probe, which is less than an order. */
const TURNED_DOWN_MS = 5000

/** Lane is how placing goes on one connection: what its last orders say, and where none came lately, a probe. */
export class Lane {
  readonly #sql: Sql
  readonly #name: string
  #committedAt = Number.NEGATIVE_INFINITY
  #turnedDown: { at: number; error: unknown } | undefined

  /** `name` tells the probes of this connection from those of all others. */
  constructor(sql: Sql, name: string) {
    this.#sql = sql
    this.#name = name
  }

  committed(): void {
    this.#committedAt = performance.now()
    this.#turnedDown = undefined
  }

  /** `turnedDown` notes that orders were not placed although nothing was wrong with them. */
  turnedDown(error: unknown): void {
    this.#turnedDown = { at: performance.now(), error }
  }

  /** `prove` throws what keeps orders from being placed. */
  async prove(now: Date): Promise<void> {
    const { at, error } = this.#turnedDown ?? { at: Number.NEGATIVE_INFINITY, error: undefined }
    if (performance.now() - at < TURNED_DOWN_MS) throw error
    if (performance.now() - this.#committedAt < FRESH_MS) return
    await writeProbe(this.#sql, { lane: this.#name, now })
    this.committed()
  }
}
