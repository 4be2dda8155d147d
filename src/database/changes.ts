import type { Sql } from './database.ts'

const CHANNEL = 'imeigate_changes'
const HEARTBEAT = 'imeigate_heartbeat'
const HEARTBEAT_MS = 250
/** Past this without hearing its own heartbeat a process trusts no cache: changes are seen within a second. */
const DEAF_AFTER_MS = 800

export type Topic = 'accounts' | 'catalogue'

/**
 * Tells this process what any process changed in the database, so that it may keep copies in memory.
 *
 * A lost connection would make the copies stale without a sign, so the process sends itself a heartbeat through
 * the same channel: `fresh()` is false when it has not come back lately, and whoever keeps a copy must then read
 * the database instead.
 */
export class Changes {
  readonly #sql: Sql
  readonly #listeners = new Map<Topic, (() => void)[]>()
  readonly #name = `${process.pid}-${Math.random().toString(36).slice(2)}`
  #heardAt = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #stopListening: (() => Promise<void>)[] = []

  constructor(sql: Sql) {
    this.#sql = sql
  }

  on(topic: Topic, forget: () => void): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), forget])
  }

  fresh(): boolean {
    return performance.now() - this.#heardAt < DEAF_AFTER_MS
  }

  async start(): Promise<void> {
    // Each (re)connection may have missed notifications: forget everything.
    const changes = await this.#sql.listen(
      CHANNEL,
      (topic) => this.#tell(topic as Topic),
      () => this.#tellAll(),
    )
    const heartbeat = await this.#sql.listen(HEARTBEAT, (name) => {
      if (name === this.#name) this.#heardAt = performance.now()
    })
    this.#stopListening = [changes.unlisten, heartbeat.unlisten]
    this.#heardAt = performance.now()
    this.#timer = setInterval(() => {
      if (!this.fresh()) this.#tellAll()
      this.#sql.notify(HEARTBEAT, this.#name).catch(() => {})
    }, HEARTBEAT_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.allSettled(this.#stopListening.map((stop) => stop()))
  }

  #tell(topic: Topic): void {
    for (const forget of this.#listeners.get(topic) ?? []) forget()
  }

  #tellAll(): void {
    for (const topic of this.#listeners.keys()) this.#tell(topic)
  }
}
