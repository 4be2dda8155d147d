import type { Clock } from '../clock.ts'
import { Batcher } from '../database/batcher.ts'
import { isConnectionLoss, type Sql } from '../database/database.ts'
import { followItems, lockWallets, type Report, writeReports } from './fulfilment.sql.ts'

const BATCH_SIZE = 1000
/** PostgreSQL chose this transaction to end a deadlock: it is simply done again. */
const DEADLOCK = '40P01'

/**
 * Records what became of items, many in one transaction (promise 2: each capture or release once, with the
 * balances that follow from it). Safe to repeat: a report counts only under the item's current claim.
 */
export class Outcomes {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #batcher: Batcher<Report, boolean>

  constructor(sql: Sql, clock: Clock) {
    this.#sql = sql
    this.#clock = clock
    this.#batcher = new Batcher((reports) => this.#record(reports), { size: BATCH_SIZE })
  }

  /** Gives whether the report was written: false when the lease was lost or the item had ended before. */
  record(report: Report): Promise<boolean> {
    return this.#batcher.add(report)
  }

  async stop(): Promise<void> {
    await this.#batcher.drained()
  }

  async #record(reports: Report[]): Promise<boolean[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#transaction(reports)
      } catch (error) {
        const again = isConnectionLoss(error) || (error as { code?: string }).code === DEADLOCK
        if (!again || tries === 50) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  async #transaction(reports: Report[]): Promise<boolean[]> {
    const connection = await this.#sql.reserve()
    try {
      const accounts = [...new Set(reports.map(({ item }) => item.accountId))]
      const now = this.#clock.now()
      const [, , written] = await Promise.all([
        connection`begin`.execute(),
        lockWallets(connection, accounts),
        writeReports(connection, reports, now),
        followItems(
          connection,
          reports.map(({ item }) => item),
          now,
        ),
      ])
      const commit = await connection`commit`
      if (commit.command !== 'COMMIT') throw new Error(`the batch ended with ${commit.command}`)
      const name = (account: number, order: number, position: number): string =>
        `${account}/${order}/${position}`
      const done = new Set(written.map((row) => name(row.account_id, Number(row.order_id), row.position)))
      return reports.map(({ item }) => done.has(name(item.accountId, item.orderId, item.position)))
    } catch (error) {
      await connection`rollback`.catch(() => {})
      throw error
    } finally {
      connection.release()
    }
  }
}
