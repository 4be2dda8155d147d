import { type DatabaseAddress, openPool, type Sql } from './database.ts'

const CHANNEL = 'imeigate_changes'
const HEARTBEAT_MS = 250
/** Past this without hearing its own heartbeat a process trusts no cache: changes are seen within a second. */
const DEAF_AFTER_MS = 800
const TELL_AFTER_MS = 5

/** `orders`: new items are there to be sent; it is told by processes without workers. */
export type Topic = 'accounts' | 'catalogue' | 'suppliers' | 'orders'

/**
 * Tells this process what any process changed in the database, so that it may keep copies in memory.
 *
 * A lost connection would make the copies stale without a sign, so the process sends itself a heartbeat over the same
 * connection: `fresh()` is false when it has not come back lately, and whoever keeps a copy must then read the
 * database instead.
 */
export class Changes {
  readonly #sql: Sql
  readonly #listeners = new Map<Topic, (() => void)[]>()
  readonly #heartbeat = `imeigate_${process.pid}_${Math.random().toString(36).slice(2)}`
  #heardAt = Number.NEGATIVE_INFINITY
  readonly #telling = new Set<Topic>()
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  /** The process id of the PostgreSQL session that listens. */
  #session: number | undefined

  constructor(address: DatabaseAddress) {
    this.#sql = openPool(address, {
      max: 1,
      onNotify: (channel, payload) => {
        if (channel === CHANNEL) this.#tell(payload as Topic)
        else this.#heardAt = performance.now()
      },
    })
  }

  on(topic: Topic, forget: () => void): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), forget])
  }

  /** Tells every process, this one too, that there is something new. Not part of any transaction; may be lost. */
  tell(topic: Topic): void {
    if (this.#telling.has(topic)) return
    // What is told within one moment is told once.
    this.#telling.add(topic)
    setTimeout(() => {
      this.#telling.delete(topic)
      this.#sql`select pg_notify(${CHANNEL}, ${topic})`.catch(() => {})
    }, TELL_AFTER_MS)
  }

  fresh(): boolean {
    return performance.now() - this.#heardAt < DEAF_AFTER_MS
  }

  async start(): Promise<void> {
    await this.#beat()
    this.#timer = setInterval(() => {
      if (!this.fresh()) this.#tellAll()
      this.#beating ??= this.#beat()
        .catch(() => {})
        .finally(() => {
          this.#beating = undefined
        })
    }, HEARTBEAT_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sql.end({ timeout: 1 })
  }

  /** Listens, which is nothing new in a session that does, and sends itself a notification. */
  async #beat(): Promise<void> {
    const [row] = await this.#sql.unsafe<{ pid: number }[]>(
      `listen ${CHANNEL}; listen ${this.#heartbeat}; select pg_notify('${this.#heartbeat}', ''), pg_backend_pid() as pid`,
    )
    const session = row?.pid
    if (session === this.#session) return
    // What was told between the two sessions was not heard.
    this.#session = session
    this.#tellAll()
  }

  #tell(topic: Topic): void {
    for (const forget of this.#listeners.get(topic) ?? []) forget()
  }

  #tellAll(): void {
    for (const topic of this.#listeners.keys()) this.#tell(topic)
  }
}
