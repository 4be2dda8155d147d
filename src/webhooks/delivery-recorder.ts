import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { WebhookId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { Batcher } from '../runtime/batcher.ts'
import {
  type DeliveryResult,
  holdEvents,
  lockHealth,
  makeEventsDue,
  updateHealth,
  writeDeliveryResults,
} from './deliveries.sql.ts'
import { healthAfter } from './health.ts'

const BATCH_SIZE = 200

/** DeliveryRecorder writes the results of deliveries, in batches, and what they say of the endpoints' health. */
export class DeliveryRecorder {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #log: Logger
  readonly #batcher: Batcher<DeliveryResult, void>

  constructor(sql: Sql, clock: Clock, log: Logger) {
    this.#sql = sql
    this.#clock = clock
    this.#log = log
    this.#batcher = new Batcher((results) => this.#writeAll(results), { size: BATCH_SIZE })
  }

  /** `write` never throws: what cannot be recorded is sent again once its lease is over. */
  async write(result: DeliveryResult): Promise<void> {
    await this.#batcher.add(result).catch((error: unknown) => {
      this.#log.warn({ err: error, webhook: result.event.webhookId }, 'an attempt could not be recorded')
    })
  }

  async #writeAll(results: DeliveryResult[]): Promise<(undefined | Error)[]> {
    const groups = Map.groupBy(results, ({ event }) => event.webhookId)
    const failures = new Map<WebhookId, Error>()
    for (const [id, group] of groups) {
      await this.#writeOf(id, group).catch((error: Error) => failures.set(id, error))
    }
    return results.map(({ event }) => failures.get(event.webhookId))
  }

  async #writeOf(id: WebhookId, results: DeliveryResult[]): Promise<void> {
    const now = this.#clock.now()
    const ofEndpoint = results.filter((result) => result.ofEndpoint)
    const isStillWell = ofEndpoint.every(({ delivered, event }) => delivered && event.failuresBefore === 0)
    if (isStillWell) return await writeDeliveryResults(this.#sql, results, now)
    const after = await this.#sql.begin(async (sql) => {
      // Every transaction locks a webhook before its events.
      const before = await lockHealth(sql, id)
      await writeDeliveryResults(sql, results, now)
      if (!before) return undefined
      const after = healthAfter(before, ofEndpoint, now)
      await updateHealth(sql, id, after, now)
      if (after.recovered) await makeEventsDue(sql, id, now)
      if (after.status !== 'active') await holdEvents(sql, id)
      return before.status === 'active' ? after : undefined
    })
    if (after && after.status !== 'active') {
      const why =
        after.status === 'gone'
          ? 'it answered 410'
          : `it has failed since ${after.failingSince?.toISOString()}`
      this.#log.warn({ webhook: id, status: after.status }, `a webhook is sent nothing more: ${why}`)
    }
  }
}
