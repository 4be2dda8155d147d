import { Batcher } from '../../database/batcher.ts'
import { isConnectionLoss, type Sql } from '../../database/database.ts'
import type { Clock } from '../../lib/time.ts'
import { followItems, type ItemUpdate, lockWallets, writeItemUpdates } from './outcomes.sql.ts'

const BATCH_SIZE = 1000
/** PostgreSQL chose this transaction to end a deadlock: it is simply done again. */
const DEADLOCK = '40P01'
const RETRY_EVERY_MS = 100
/** How often a batch is tried while the database is away; less often when the process is to end. */
const MAX_TRIES = 50
const LAST_TRIES = 10

/**
 * Records what became of items, many in one transaction (promise 2: each capture or release once, with the
 * balances that follow from it). Safe to repeat: a report counts only under the item's current claim.
 */
export class OutcomeWriter {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #batcher: Batcher<ItemUpdate, boolean>
  #mostTries = MAX_TRIES

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
    this.#batcher = new Batcher((reports) => this.#record(reports), { size: BATCH_SIZE })
  }

  /** Gives whether the report was written: false when the lease was lost or the item had ended before. */
  record(report: ItemUpdate): Promise<boolean> {
    return this.#batcher.add(report)
  }

  /** The process is to end: what cannot be written soon is asked about after the next start. */
  hurry(): void {
    this.#mostTries = LAST_TRIES
  }

  async stop(): Promise<void> {
    await this.#batcher.drained()
  }

  async #record(reports: ItemUpdate[]): Promise<(boolean | Error)[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#transaction(reports)
      } catch (error) {
        const again = isConnectionLoss(error) || (error as { code?: string }).code === DEADLOCK
        if (!again && reports.length > 1) return await this.#recordApart(reports)
        if (!again || tries >= this.#mostTries) return reports.map(() => error as Error)
        await new Promise((resolve) => setTimeout(resolve, RETRY_EVERY_MS))
      }
    }
  }

  /** The database refused the batch: each report alone, so that only the one at fault fails. */
  async #recordApart(reports: ItemUpdate[]): Promise<(boolean | Error)[]> {
    const written: (boolean | Error)[] = []
    for (const report of reports) written.push(...(await this.#record([report])))
    return written
  }

  async #transaction(reports: ItemUpdate[]): Promise<boolean[]> {
    const items = reports.map(({ item }) => item)
    const now = this.#clock.now()
    const written = await this.#sql.begin(async (sql) => {
      const [, rows] = await Promise.all([
        lockWallets(sql, [...new Set(items.map(({ accountId }) => accountId))]),
        writeItemUpdates(sql, reports, now),
        followItems(sql, items, now),
      ])
      return rows
    })
    const done = new Set(written.map(({ ord }) => Number(ord)))
    return items.map((_item, index) => done.has(index + 1))
  }
}
