import type { Logger } from 'pino'
import type { Sql } from '../../database/database.ts'
import { Loop } from '../../runtime/loop.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import { insertExchanges } from './exchanges.sql.ts'
import { charactersOf, exchangesOf, type HeardCall } from './exchanges.ts'

const EVERY_MS = 1000
/**
 * MAX_CALLS and MAX_CHARACTERS bound what waits in this process, as it will be written: once for each item of a call. What comes beyond them is not
 * kept.
 */
const MAX_CALLS = 2000
const MAX_CHARACTERS = 16 * 1024 * 1024
/** CALLS_PER_WRITE and CHARACTERS_PER_WRITE bound one statement; a single call may be larger. */
const CALLS_PER_WRITE = 100
const CHARACTERS_PER_WRITE = 4 * 1024 * 1024

interface Waiting {
  items: ClaimedItem[]
  of: HeardCall
  at: Date
  characters: number
}

/**
 * ExchangeKeeper keeps what was sent and received where that is wanted of every attempt. It is written behind the outcomes, many calls in one
 * statement, so that no item waits for it: what comes faster than it is written is counted, and not kept.
 */
export class ExchangeKeeper {
  readonly #sql: Sql
  readonly #log: Logger
  readonly #length: number | undefined
  readonly #loop: Loop
  #waiting: Waiting[] = []
  #characters = 0
  #dropped = 0

  constructor({
    sql,
    log,
    exchangeLength,
  }: {
    sql: Sql
    log: Logger
    exchangeLength?: number | undefined
  }) {
    this.#sql = sql
    this.#log = log
    this.#length = exchangeLength
    this.#loop = new Loop({ name: 'exchanges', log, intervalMs: EVERY_MS, run: () => this.#write() })
  }

  start(): void {
    this.#loop.start()
  }

  /** `stop` writes what waits. */
  async stop(): Promise<void> {
    await this.#loop.stop()
    while (this.#waiting.length > 0) {
      const more = await this.#write().catch((error: unknown) => {
        this.#log.warn({ err: error }, 'what suppliers said was not kept')
        return false
      })
      if (!more) break
    }
  }

  /** `add` has the last exchanges of a call about items written soon, unless too much waits. */
  add(items: ClaimedItem[], of: HeardCall, at: Date): void {
    if (items.length === 0 || of.heard.length === 0) return
    const heard = of.heard.reduce(
      (sum, { body, answer }) => sum + body.length + (answer?.body.length ?? 0),
      0,
    )
    const characters = Math.max(heard, charactersOf(items, of.heard, this.#length))
    if (this.#waiting.length >= MAX_CALLS || this.#characters + characters > MAX_CHARACTERS) {
      this.#dropped++
      return
    }
    this.#characters += characters
    this.#waiting.push({ items, of, at, characters })
  }

  /** `#write` gives true where more waits. What cannot be written is not tried again. */
  async #write(): Promise<boolean> {
    if (this.#dropped > 0) {
      this.#log.warn({ calls: this.#dropped }, 'more was said by suppliers than could be kept')
      this.#dropped = 0
    }
    const some = this.#next()
    if (some.length === 0) return false
    const rows = some.flatMap(({ items, of, at }) => exchangesOf(items, of, at, this.#length))
    if (rows.length > 0) await insertExchanges(this.#sql, rows)
    return this.#waiting.length > 0
  }

  /** `#next` takes the calls of the next statement: at least one, if one waits. */
  #next(): Waiting[] {
    let count = 0
    let sum = 0
    for (const { characters } of this.#waiting.slice(0, CALLS_PER_WRITE)) {
      if (count > 0 && sum + characters > CHARACTERS_PER_WRITE) break
      count++
      sum += characters
    }
    this.#characters -= sum
    return this.#waiting.splice(0, count)
  }
}
