import type { Logger } from 'pino'
import { type Reads, unshared } from '../database/account-reads.ts'
import { isConnectionLoss, type Sql } from '../database/database.ts'
import type { AccountId, RequestNumber } from '../lib/ids.ts'
import type { Page } from '../lib/page.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { listRequests } from './list-requests.ts'
import type { Refusals } from './refusals.ts'
import { isOwned, type LoggedRequest, type OwnedRequest, presentable, type RequestEntry } from './request.ts'
import { insertRequests, type RequestFilter } from './requests.sql.ts'

/** FAST are refusals that cost no work. */
const FAST: ReadonlySet<OwnedRequest['outcome']> = new Set<OwnedRequest['outcome']>([
  ...(['too_many_requests', 'ip_not_allowed', 'key_revoked', 'key_expired', 'account_closed'] as const),
])
const EVERY_MS = 1_000
/** WRITE_AT is how many waiting entries are written at once, before the second is over. */
const WRITE_AT = 1_000
/** BATCH_SIZE is how many entries at most one statement writes. */
const BATCH_SIZE = 5_000
/** MAX_WAITING is how many entries are kept while the database is slow or away: a few seconds of a busy server. */
const MAX_WAITING = 50_000

/**
 * RequestLog writes what accounts' keys asked for, after the answers: no request waits for its entry or fails with it. Entries that were
 * not written yet are lost in a crash. An insert whose answer was lost is repeated, so that an entry may be there twice.
 */
export class RequestLog implements RuntimeService {
  readonly name = 'request log'
  readonly #sql: Sql
  readonly #reads: Reads
  readonly #log: Logger
  readonly #on: boolean
  readonly #refusals: Pick<Refusals, 'note' | 'mayKeep'>
  #waiting: OwnedRequest[] = []
  #dropped = 0
  #writing: Promise<void> | undefined
  readonly #loop: Loop

  /** `on`, false: nothing is written. */
  constructor({
    sql,
    reads = unshared(sql),
    log,
    on,
    refusals,
  }: { sql: Sql; reads?: Reads; log: Logger; on: boolean; refusals: Pick<Refusals, 'note' | 'mayKeep'> }) {
    this.#sql = sql
    this.#reads = reads
    this.#log = log
    this.#on = on
    this.#refusals = refusals
    this.#loop = new Loop({ name: 'request log', log, intervalMs: EVERY_MS, run: () => this.#write() })
  }

  start(): void {
    if (this.#on) this.#loop.start()
  }

  /** `stop` writes what is waiting. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.#writing
    for (let left = Infinity; this.#waiting.length > 0 && this.#waiting.length < left; ) {
      left = this.#waiting.length
      await this.#write()
    }
    this.#dropped += this.#waiting.length
    this.#waiting = []
    this.#reportDropped()
  }

  /** `list` gives a page of an account's requests, newest first. `before` is the last id of the page before. */
  async list(
    accountId: AccountId,
    filter: RequestFilter & { before?: RequestNumber | undefined; limit: number },
    signal?: AbortSignal,
  ): Promise<Page<LoggedRequest, RequestNumber>> {
    return await listRequests(this.#reads.of(accountId, signal), accountId, filter)
  }

  /** `note` is called for every answer. */
  note(entry: RequestEntry): void {
    if (entry.outcome !== 'ok') this.#refusals.note(entry)
    if (!this.#on || !isOwned(entry)) return
    // What is refused without any work may come as fast as it can be sent.
    if (FAST.has(entry.outcome) && !this.#refusals.mayKeep(entry)) return
    if (this.#waiting.length >= MAX_WAITING) {
      this.#dropped++
      return
    }
    this.#waiting.push(entry)
    if (this.#waiting.length === WRITE_AT && this.#writing === undefined) void this.#write()
  }

  /** `#write` runs once at a time, because two writes would wait for the same disk. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeBatches().finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  /** `#writeBatches` leaves what came in meanwhile for the next second, unless that is WRITE_AT entries. */
  async #writeBatches(): Promise<void> {
    do {
      const batch = this.#waiting.splice(0, BATCH_SIZE)
      if (batch.length === 0) break
      try {
        await insertRequests(this.#sql, batch.map(presentable))
      } catch (error) {
        if (isConnectionLoss(error)) {
          // The loop tries again within a second.
          this.#waiting.unshift(...batch)
          break
        }
        // The batch would fail again, and hold up all that follow.
        this.#dropped += batch.length
        this.#log.error({ err: error }, 'requests could not be logged')
      }
    } while (this.#waiting.length >= WRITE_AT)
    this.#reportDropped()
  }

  #reportDropped(): void {
    if (this.#dropped === 0) return
    this.#log.warn({ dropped: this.#dropped }, 'requests were left out of the request log')
    this.#dropped = 0
  }
}
