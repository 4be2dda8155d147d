import type { ChangeListener } from '../database/change-notifier.ts'
import type { Sql } from '../database/database.ts'
import { selectPrices } from './prices.sql.ts'
import type { Service } from './service.ts'
import { type ServiceRow, selectServices } from './services.sql.ts'
import { Snapshot } from './snapshot.ts'

export type { Snapshot } from './snapshot.ts'

/** The catalogue in memory: read again when a change to it was told, or when changes cannot be heard. */
export class Catalogue {
  readonly #sql: Sql
  readonly #notifier: ChangeListener
  #snapshot: Snapshot | undefined
  /** Counts the changes told, so that what was read before a change is not kept after it. */
  #generation = 0
  #loading: { generation: number; snapshot: Promise<Snapshot> } | undefined
  #next: Promise<Snapshot> | undefined
  #parsed = new Map<string, unknown>()

  constructor(sql: Sql, notifier: ChangeListener) {
    this.#sql = sql
    this.#notifier = notifier
    notifier.onInvalidate('catalogue', () => {
      this.#generation++
      this.#snapshot = undefined
    })
  }

  /** The catalogue with every change that was told before this call: at once when it is in memory. */
  current(): Snapshot | Promise<Snapshot> {
    if (this.#snapshot && this.#notifier.isConnected()) return this.#snapshot
    return this.#load()
  }

  /** At most one load runs and one waits, however many ask and however fast changes come. */
  #load(): Promise<Snapshot> {
    if (!this.#loading) return this.#startLoading()
    if (this.#loading.generation === this.#generation) return this.#loading.snapshot
    // The load that runs may have read from before the last change: read once more after it.
    this.#next ??= this.#loading.snapshot
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.#load()
      })
    return this.#next
  }

  #startLoading(): Promise<Snapshot> {
    const generation = this.#generation
    const snapshot = this.#read()
      .then((loaded) => {
        if (generation === this.#generation) this.#snapshot = loaded
        return loaded
      })
      .finally(() => {
        this.#loading = undefined
      })
    this.#loading = { generation, snapshot }
    return snapshot
  }

  async #read(): Promise<Snapshot> {
    // One instant for both tables: a service and its prices are often changed together.
    const [services, prices] = await this.#sql.begin('isolation level repeatable read read only', (sql) =>
      Promise.all([selectServices(sql), selectPrices(sql)]),
    )
    // Thousands of services share a few schemas and field lists: each distinct text is parsed once and, since
    // the object stays the same from load to load, compiled once.
    const parsed = new Map<string, unknown>()
    const parse = (text: string): unknown => {
      const value = parsed.get(text) ?? this.#parsed.get(text) ?? JSON.parse(text)
      parsed.set(text, value)
      return value
    }
    const snapshot = new Snapshot(
      services.map((row) => serviceOf(row, parse)),
      prices,
      new Map(services.map((row) => [row.id, { createdAt: row.created_at, updatedAt: row.updated_at }])),
    )
    this.#parsed = parsed
    return snapshot
  }
}

export function serviceOf(row: ServiceRow, parse: (text: string) => unknown = JSON.parse): Service {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    group: row.group_name,
    description: row.description,
    deliveryTime: row.delivery_time,
    kind: row.kind,
    inputSchema: parse(row.input_schema) as Service['inputSchema'],
    fields: parse(row.fields) as Service['fields'],
    minQuantity: row.min_quantity,
    maxQuantity: row.max_quantity,
    opensAt: row.opens_at,
    closesAt: row.closes_at,
    timeZone: row.time_zone,
    active: row.active,
    duplicatePolicy: row.duplicate_policy,
    replayWindowSeconds: row.replay_window_seconds,
    processing: row.processing,
    routing: row.routing,
    failureMessage: row.failure_message,
    minPollSeconds: row.min_poll_seconds,
    maxPollSeconds: row.max_poll_seconds,
    expirySeconds: row.expiry_seconds,
    visibleTo: row.visible_to,
  }
}
