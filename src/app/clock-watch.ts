import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { type Clock, SECOND_MS } from '../lib/time.ts'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { databaseTime, moveBack } from './clock-watch.sql.ts'

const EVERY_MS = SECOND_MS
/** MIN_BACK_MS is how far a clock must be set back to be noted: what is due that much later is late for nobody. */
const MIN_BACK_MS = 30 * SECOND_MS

interface ClockWatchDeps {
  sql: Sql
  clock: Clock
  log: Logger
  jobs: Pick<Jobs, 'setBack'>
  /** `steady` is a clock that nobody sets, in milliseconds. */
  steady?: () => number
  /** `askDatabase` gives the time by the database's clock. */
  askDatabase?: () => Promise<Date>
}

/**
 * ClockWatch sees that the machine's clock is set back. What was due by the old time, and every lease, would stand until that time has come
 * again; so both are moved back with the clock. One that is set forward needs nothing: all is due earlier, and nothing is done twice. Where the
 * database's clock says otherwise, this machine's may be the wrong one now, and by it the leases of other machines would end too early.
 */
export class ClockWatch implements RuntimeService {
  readonly name = 'clock watch'
  readonly #deps: ClockWatchDeps
  readonly #steady: () => number
  readonly #askDatabase: () => Promise<Date>
  readonly #loop: Loop
  /** `#aheadMs` is how far the clock was ahead of the steady one. */
  #aheadMs: number

  constructor(deps: ClockWatchDeps) {
    this.#deps = deps
    this.#steady = deps.steady ?? (() => performance.now())
    this.#askDatabase = deps.askDatabase ?? (() => databaseTime(deps.sql))
    this.#aheadMs = this.#measure()
    this.#loop = new Loop({ name: this.name, log: deps.log, intervalMs: EVERY_MS, run: () => this.#run() })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** `nextRun` resolves when the clock has been looked at once more, for tests. */
  async nextRun(): Promise<void> {
    await this.#loop.nextRun()
  }

  #measure(): number {
    return this.#deps.clock.now().getTime() - this.#steady()
  }

  async #run(): Promise<void> {
    const { sql, clock, log, jobs } = this.#deps
    const aheadMs = this.#measure()
    const byMs = Math.round(this.#aheadMs - aheadMs)
    if (byMs >= MIN_BACK_MS) {
      const now = clock.now()
      const seconds = byMs / SECOND_MS
      const ofDatabase = await this.#askDatabase()
      if (Math.abs(ofDatabase.getTime() - now.getTime()) < MIN_BACK_MS) {
        log.warn({ seconds }, 'the clock was set back, and what is due with it')
        await moveBack(sql, { now, byMs })
        await jobs.setBack(sql, { now, byMs })
      } else {
        log.error(
          { seconds, now, ofDatabase },
          'the clock was set back to another time than that of the database',
        )
      }
    }
    // Behind it, so that a run that fails is done again.
    this.#aheadMs = aheadMs
  }
}
