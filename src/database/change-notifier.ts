import { Loop } from '../runtime/loop.ts'
import type { Presence } from '../runtime/presence.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { isConnectionLoss } from './connection-loss.ts'
import { type DatabaseAddress, openPool, type Sql } from './database.ts'
import { pools } from './pools.ts'

const CHANNEL = 'imeigate_changes'
const HEARTBEAT_MS = 250
/**
 * CACHE_TRUST_MS is how long caches are trusted after the last heartbeat. With a heartbeat every 250 ms, a change is seen within a
 * second.
 */
const CACHE_TRUST_MS = 800
/** SILENT_MS is how long a heartbeat may be without an answer before the database counts as away: a frozen one closes no connection. */
const SILENT_MS = 2000
/** PUBLISH_EVERY_MS is how often at most one topic is sent: each time costs every process that listens, and new orders wait for it to be sent to suppliers. */
const PUBLISH_EVERY_MS = 10

/**
 * Topic names what was changed. `orders` means that items wait to be sent; processes without workers publish it. `order_ids` means that ids
 * which were taken ahead are used no more.
 */
export type Topic =
  | 'accounts'
  | 'catalogue'
  | 'suppliers'
  | 'deposit_providers'
  | 'people'
  | 'orders'
  | 'order_ids'
  | 'brand'
  | 'kept_settings'

/** ChangeListener is the part of a ChangeNotifier that the owner of a cache needs. */
export type ChangeListener = Pick<ChangeNotifier, 'onInvalidate' | 'isConnected'>

/**
 * ChangeNotifier tells this process what any process changed in the database, so that it may keep copies in memory.
 *
 * A lost connection would make the copies stale without a sign, so the process sends itself a heartbeat over the same connection:
 * `isConnected()` is false when no heartbeat came back lately, and then the owner of a copy must read the database instead. What is
 * published between two sessions of PostgreSQL is lost, so every new session invalidates every topic.
 */
export class ChangeNotifier implements RuntimeService {
  readonly name = 'change notifications'
  readonly #sql: Sql
  readonly #listeners = new Map<Topic, (() => void)[]>()
  readonly #heartbeat = `imeigate_${process.pid}_${Math.random().toString(36).slice(2)}`
  #heartbeatAt = Number.NEGATIVE_INFINITY
  /** `#sent` has the topics that were sent a moment ago; true: published again since, so to be sent once more. */
  readonly #sent = new Map<Topic, boolean>()
  readonly #loop = new Loop({
    name: 'change notifications',
    intervalMs: HEARTBEAT_MS,
    run: () => this.#checkConnection(),
  })
  #beating: Promise<void> | undefined
  /** `#beatAt` is when the heartbeat that is under way was sent. */
  #beatAt = 0
  readonly #presence: Pick<Presence, 'lost' | 'found'> | undefined
  /** `#about` is a comment: what a session asked last is seen by all sessions of its role. */
  readonly #about: string
  /** `#session` is the process id of the PostgreSQL session that listens. */
  #session: number | undefined

  /** `presence` is told whether the database is there; `about` is what `selectProcesses` then tells of this process. */
  constructor(
    address: DatabaseAddress,
    presence?: Pick<Presence, 'lost' | 'found'>,
    about?: Readonly<Record<string, string | number>>,
  ) {
    this.#presence = presence
    this.#about = about ? ` /* ${encodeURIComponent(JSON.stringify(about))} */` : ''
    this.#sql = openPool(address, {
      ...pools.notifications,
      told: {
        onNotify: (channel, payload) => {
          if (channel === CHANNEL) this.#invalidate(payload as Topic)
          else this.#heartbeatAt = performance.now()
        },
        onConnected: () => presence?.found(),
        onLost: () => {
          presence?.lost()
          // Most often the server is there, and another connection is to be had at once.
          this.#loop.wake()
        },
      },
    })
  }

  /** `onInvalidate` has `forget` called after each change of a topic, and whenever changes may have been missed. */
  onInvalidate(topic: Topic, forget: () => void): void {
    this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), forget])
  }

  /** `publish` tells every process, this one too, of a change. It is not part of any transaction, and may be lost. */
  publish(topic: Topic): void {
    if (this.#sent.has(topic)) this.#sent.set(topic, true)
    else this.#send(topic)
  }

  /** `isConnected` tells whether changes are being received, so that copies in memory may be trusted. */
  isConnected(): boolean {
    return performance.now() - this.#heartbeatAt < CACHE_TRUST_MS
  }

  async start(): Promise<void> {
    await this.#beat()
    this.#loop.start()
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.#sql.end({ timeout: 1 })
  }

  /** `#checkConnection` does not wait for the heartbeat, which may hang: whether it came back is seen by the next run. */
  #checkConnection(): void {
    if (!this.isConnected()) this.#invalidateAll()
    if (this.#beating) {
      if (performance.now() - this.#beatAt > SILENT_MS) this.#presence?.lost()
      return
    }
    this.#beatAt = performance.now()
    this.#beating = this.#beat()
      .then(
        () => this.#presence?.found(),
        (error: unknown) => {
          // A standby lets nobody listen, and answers.
          if (!isConnectionLoss(error)) this.#presence?.found()
        },
      )
      .finally(() => {
        this.#beating = undefined
      })
  }

  /** `#beat` listens, which changes nothing in a session that listens already, and sends this process a notification. */
  async #beat(): Promise<void> {
    const [row] = await this.#sql.unsafe<{ pid: number }[]>(
      `listen ${CHANNEL}; listen ${this.#heartbeat}; select pg_notify('${this.#heartbeat}', ''), pg_backend_pid() as pid${this.#about}`,
    )
    const session = row?.pid
    if (session === this.#session) return
    this.#session = session
    this.#invalidateAll()
  }

  #send(topic: Topic): void {
    this.#sent.set(topic, false)
    setTimeout(() => {
      const again = this.#sent.get(topic)
      this.#sent.delete(topic)
      if (again) this.#send(topic)
    }, PUBLISH_EVERY_MS)
    this.#sql.unsafe(`select pg_notify('${CHANNEL}', '${topic}')${this.#about}`).catch(() => {})
  }

  #invalidate(topic: Topic): void {
    for (const forget of this.#listeners.get(topic) ?? []) forget()
  }

  #invalidateAll(): void {
    for (const topic of this.#listeners.keys()) this.#invalidate(topic)
  }
}
