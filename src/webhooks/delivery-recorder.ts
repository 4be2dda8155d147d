import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { WebhookId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { Batcher } from '../runtime/batcher.ts'
import {
  type DeliveryResult,
  hasten,
  hold,
  lockHealth,
  updateHealth,
  writeDeliveryResults,
} from './deliveries.sql.ts'
import { healthAfter } from './health.ts'

const BATCH_SIZE = 200

/** DeliveryRecorder records the results of attempts, those that end at one time together, and what they say of their endpoints. */
export class DeliveryRecorder {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #log: Logger
  readonly #batcher: Batcher<DeliveryResult, void>

  constructor(sql: Sql, clock: Clock, log: Logger) {
    this.#sql = sql
    this.#clock = clock
    this.#log = log
    this.#batcher = new Batcher((outcomes) => this.#writeAll(outcomes), { size: BATCH_SIZE })
  }

  /** `write` never throws: what cannot be recorded is sent again once its lease is over. */
  async write(outcome: DeliveryResult): Promise<void> {
    await this.#batcher.add(outcome).catch((error: unknown) => {
      this.#log.warn({ err: error, webhook: outcome.event.webhookId }, 'an attempt could not be recorded')
    })
  }

  async #writeAll(outcomes: DeliveryResult[]): Promise<(undefined | Error)[]> {
    const groups = Map.groupBy(outcomes, ({ event }) => event.webhookId)
    const failures = new Map<WebhookId, Error>()
    for (const [id, group] of groups) {
      await this.#writeOf(id, group).catch((error: Error) => failures.set(id, error))
    }
    return outcomes.map(({ event }) => failures.get(event.webhookId))
  }

  async #writeOf(id: WebhookId, outcomes: DeliveryResult[]): Promise<void> {
    const now = this.#clock.now()
    const telling = outcomes.filter(({ ofEndpoint }) => ofEndpoint)
    const allWell = telling.every(({ delivered, event }) => delivered && event.failuresBefore === 0)
    // There is nothing new of the endpoint.
    if (allWell) return await writeDeliveryResults(this.#sql, outcomes, now)
    const after = await this.#sql.begin(async (sql) => {
      // Locked before its events, as everywhere.
      const before = await lockHealth(sql, id)
      await writeDeliveryResults(sql, outcomes, now)
      if (!before) return undefined
      const after = healthAfter(before, telling, now)
      await updateHealth(sql, id, after, now)
      if (after.recovered) await hasten(sql, id, now)
      if (after.status !== 'active') await hold(sql, id)
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
