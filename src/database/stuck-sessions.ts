import type { Logger } from 'pino'
import { Loop } from '../runtime/loop.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { Sql } from './database.ts'

const EVERY_MS = 10_000

/**
 * StuckSessions ends sessions of frozen processes that PostgreSQL cannot end itself. One whose client takes no answers waits for it for ever, over
 * all time-outs of statements and transactions: with what it has locked, or, where it listens, with all notifications since then, until
 * there is no room for new ones. Over a network the session's own time-outs are faster.
 */
export class StuckSessions implements RuntimeService {
  readonly name = 'stuck sessions'
  readonly #sql: Sql
  readonly #log: Logger
  readonly #loop: Loop
  /** `#seen` are those that were stuck a moment ago: a client that is only slow has moved on since. */
  #seen = new Set<string>()

  constructor(sql: Sql, log: Logger) {
    this.#sql = sql
    this.#log = log
    this.#loop = new Loop({ name: this.name, log, intervalMs: EVERY_MS, run: () => this.#run() })
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  /** `nextRun` resolves when they have been looked for once more, for tests. */
  async nextRun(): Promise<void> {
    await this.#loop.nextRun()
  }

  async #run(): Promise<void> {
    const stuck = await selectStuck(this.#sql)
    const ended = stuck.filter(({ mark }) => this.#seen.has(mark)).map(({ pid }) => pid)
    this.#seen = new Set(stuck.map(({ mark }) => mark))
    if (ended.length === 0) return
    await this.#sql`select pg_terminate_backend(pid) from unnest(${ended}::int[]) as s (pid)`
    this.#log.warn({ sessions: ended }, 'sessions were ended whose process takes no answers: is it frozen?')
  }
}

/**
 * `selectStuck` gives our sessions that wait for their client to take an answer, and have changed something, or only listen. `mark` names the
 * statement, too. One that reads much and changes nothing may take its time.
 */
async function selectStuck(sql: Sql): Promise<{ pid: number; mark: string }[]> {
  return await sql<{ pid: number; mark: string }[]>`
    select pid, pid || ' ' || state_change as mark
      from pg_stat_activity
     where datname = current_database() and usename = current_user and application_name = 'imeigate'
       and wait_event = 'ClientWrite' and (state = 'idle' or backend_xid is not null)`
}
