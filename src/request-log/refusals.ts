import type { Logger } from 'pino'
import { isConnectionLoss, type Sql } from '../database/database.ts'
import type { ErrorCode } from '../errors.ts'
import { addressGroup } from '../lib/ip.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { Bucket } from '../throttles/bucket.ts'
import { isOwned, presentable, type RequestEntry } from './request.ts'
import { insertStrangers } from './strangers.sql.ts'

const EVERY_MS = 1_000
/** SUMMARY_RUNS is after how many runs the lines that were left out are counted in one. */
const SUMMARY_RUNS = 10
/** LINES_PER_MINUTE bounds the lines of the log, in each process. */
const LINES_PER_MINUTE = 300
/** KEPT_PER_MINUTE bounds the requests of strangers that one process keeps, and KEPT_OF_ADDRESS those of one address. */
const KEPT_PER_MINUTE = 600
const KEPT_OF_ADDRESS = 60
/** MAX_ADDRESSES bounds the addresses that are counted apart. */
const MAX_ADDRESSES = 10_000

/** ALARMING are refusals of which many are an attack, or a shop that is set up wrongly. */
const ALARMING: ReadonlySet<string> = new Set<ErrorCode>([
  'invalid_credentials',
  'invalid_signature',
  'too_many_failed_logins',
  'too_many_requests',
])

/**
 * Refusals tells the operator of every request that was refused: by a counter, by a line of the log, and, where no account was known, by an
 * entry of its own, with which `imeigate request show` finds it. Lines and entries are bounded by the minute, so that nobody fills a disk with
 * them; what was left out is counted in a line.
 */
export class Refusals implements RuntimeService {
  readonly name = 'refusals'
  readonly #sql: Sql
  readonly #log: Logger
  readonly #keeps: boolean
  readonly #count: (protocol: string, reason: string) => void
  readonly #now: () => number
  readonly #lines = new Bucket('lines', () => {})
  readonly #kept = new Bucket('kept', () => {})
  readonly #ofAddresses = new Map<string, Bucket>()
  #waiting: RequestEntry[] = []
  #unsaid: Partial<Record<string, number>> = {}
  #runs = 0
  readonly #loop: Loop

  /** `keeps`, false: no request is written to the database. `count` counts a refusal; `now` is a clock that never goes back. */
  constructor({
    sql,
    log,
    keeps,
    count,
    now = () => performance.now(),
  }: {
    sql: Sql
    log: Logger
    keeps: boolean
    count: (protocol: string, reason: string) => void
    now?: () => number
  }) {
    this.#sql = sql
    this.#log = log
    this.#keeps = keeps
    this.#count = count
    this.#now = now
    this.#loop = new Loop({ name: this.name, log, intervalMs: EVERY_MS, run: () => this.#run() })
  }

  start(): void {
    this.#loop.start()
  }

  async stop(): Promise<void> {
    await this.#loop.stop()
    await this.#write()
    this.#summarize()
  }

  /** `note` is called for every request that was refused. */
  note(entry: RequestEntry): void {
    const { via, outcome } = entry
    this.#count(via, outcome)
    if (this.#lines.take(LINES_PER_MINUTE, this.#now()) === 0) this.#say(entry)
    else this.#unsaid[outcome] = (this.#unsaid[outcome] ?? 0) + 1
    if (this.#keeps && !isOwned(entry) && this.mayKeep(entry)) this.#waiting.push(presentable(entry))
  }

  #say({ via, outcome, action, status, ip, accountId, keyId, requestId }: RequestEntry): void {
    const line = {
      protocol: via,
      reason: outcome,
      action,
      status,
      ip,
      requestId,
      ...(accountId !== null && { account: accountId }),
      ...(keyId !== null && { key: keyId }),
    }
    this.#log[ALARMING.has(outcome) ? 'warn' : 'info'](line, 'a request was refused')
  }

  /** `mayKeep` counts a request that may be one of very many, and tells whether there is room for its entry. */
  mayKeep({ ip }: Pick<RequestEntry, 'ip'>): boolean {
    const now = this.#now()
    const address = addressGroup(ip)
    let bucket = this.#ofAddresses.get(address)
    if (!bucket) {
      if (this.#ofAddresses.size >= MAX_ADDRESSES) this.#ofAddresses.clear()
      bucket = new Bucket(address, () => {})
      this.#ofAddresses.set(address, bucket)
    }
    return bucket.take(KEPT_OF_ADDRESS, now) === 0 && this.#kept.take(KEPT_PER_MINUTE, now) === 0
  }

  async #run(): Promise<void> {
    if (++this.#runs % SUMMARY_RUNS === 0) this.#summarize()
    await this.#write()
  }

  #summarize(): void {
    const reasons = this.#unsaid
    if (Object.keys(reasons).length === 0) return
    this.#unsaid = {}
    this.#log.warn({ reasons }, 'more requests were refused, which have no lines of their own')
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return
    const batch = this.#waiting
    this.#waiting = []
    try {
      await insertStrangers(this.#sql, batch)
    } catch (error) {
      // While the database is away they wait for it, a minute's number at most.
      if (isConnectionLoss(error)) this.#waiting = [...batch, ...this.#waiting].slice(-KEPT_PER_MINUTE)
      else this.#log.error({ err: error }, 'refused requests could not be kept')
    }
  }
}
