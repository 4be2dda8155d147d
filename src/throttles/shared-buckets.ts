import type { Logger } from 'pino'
import { isConnectionLoss, type Sql } from '../database/database.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { Bucket } from './bucket.ts'
import { deleteFull, spendDurably, upsertSpent } from './buckets.sql.ts'

const EVERY_MS = 500
/** SWEEP_RUNS is after how many runs full buckets are removed from the table: a minute. */
const SWEEP_RUNS = 120
/** BATCH_SIZE is how many buckets at most one run tells of: it bounds what a flood of new names costs the database. */
const BATCH_SIZE = 1000
/** MAX_WAITING bounds how many wait to be told of; the others hold in this process alone. */
const MAX_WAITING = 10_000

/**
 * SharedBuckets lets all processes spend from the same buckets, without a look at the database when something is spent: each process
 * counts by itself, and twice a second adds what it has spent to the table, from which it hears what the others have.
 *
 * How exact that is: in any time the processes let through what the bucket holds and what has flowed in, and each of them at most a
 * twentieth of a minute's number, and what it let through in the half second before it heard of the others, beyond that. What is beyond is
 * owed: it is missing later. While the database is away each process counts for itself.
 */
export class SharedBuckets implements RuntimeService {
  readonly name = 'throttles'
  readonly now: () => number
  readonly #sql: Sql
  readonly #log: Logger
  #spent: Bucket[] = []
  #runs = 0
  readonly #loop: Loop

  /** `now` is a clock that never goes back, in milliseconds. */
  constructor({ sql, log, now = () => performance.now() }: { sql: Sql; log: Logger; now?: () => number }) {
    this.#sql = sql
    this.#log = log
    this.now = now
    this.#loop = new Loop({ name: this.name, log, intervalMs: EVERY_MS, run: () => this.share() })
  }

  start(): void {
    this.#loop.start()
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
  }

  /** `open` makes a bucket. Whoever opens it keeps it: a second one of the same subject would count apart until it is shared. */
  open(subject: string): Bucket {
    return new Bucket(subject, (bucket) => {
      if (this.#spent.length < MAX_WAITING) this.#spent.push(bucket)
    })
  }

  /** `takeDurably` takes one of what may be done so often an hour, at once and for all processes; gives the seconds to wait where there is none. */
  takeDurably(subject: string, perHour: number): Promise<number> {
    return spendDurably(this.#sql, subject, perHour)
  }

  /** `share` adds what was spent to the table, and takes over what all have spent. */
  async share(): Promise<void> {
    if (++this.#runs % SWEEP_RUNS === 0) await deleteFull(this.#sql)
    const batch = this.#spent.splice(0, BATCH_SIZE)
    if (batch.length === 0) return
    const told = new Map(batch.map((bucket) => [bucket.subject, bucket]))
    const spent = batch.map((bucket) => ({ subject: bucket.subject, ms: bucket.say() }))
    try {
      for (const { subject, ms } of await upsertSpent(this.#sql, spent)) {
        told.get(subject)?.hear(ms, this.now())
      }
    } catch (error) {
      // What could not be told is forgotten: it would be a debt that nobody made at a time when all were away.
      if (!isConnectionLoss(error)) this.#log.warn({ err: error }, 'throttles could not be shared')
    }
  }
}
