import type { Logger as QueueLogger, Runner, TaskList } from 'graphile-worker'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { DatabaseAddress, Queryable } from '../database/database.ts'
import { pools } from '../database/pools.ts'
import { QUEUE_SCHEMA } from '../database/serving-role.ts'
import { endsWithin } from '../lib/time.ts'
import { insertJob, moveJobsBack } from './jobs.sql.ts'
import { queuePool } from './queue-pool.ts'

export { countJobs, selectGivenUp } from './jobs.sql.ts'

/** JobTask does a job. What it throws is logged. Its signal says that the process stops: the task must end soon. */
export interface JobTask {
  (payload: unknown, stopping: AbortSignal): Promise<void>
  everyMinute?: boolean
}

/** `everyMinute` makes a task that one process of all runs every minute. */
export const everyMinute = (task: JobTask): JobTask => Object.assign(task, { everyMinute: true })

export interface JobsDeps {
  address: DatabaseAddress
  log: Logger
  /** `tasks` are by the names of the jobs. */
  tasks: Record<string, JobTask>
}

/** CONCURRENCY bounds the jobs that this process works on at a time; the queue wants as many connections, and warns where it has fewer. */
const CONCURRENCY = pools.queue.max
/** POLL_EVERY_MS is how soon a job is found whose time has come; new jobs are found at once. */
const POLL_EVERY_MS = 5_000
/** GRACE_MS is how long jobs may take to end by themselves; then the queue's own shutdown has the rest of MAX_STOP_MS. */
const GRACE_MS = 1_000
const MAX_STOP_MS = 2_000
const START_AGAIN_AFTER_MS = 1_000

/** Jobs works on the jobs of the queue, which is kept in PostgreSQL. Each process that works has one. */
export class Jobs {
  readonly #deps: JobsDeps
  readonly #stopping = new AbortController()
  #logger: QueueLogger | undefined
  /** `#pool` is the queue's own, because the queue reads values by the driver's own types. */
  #pool: pg.Pool | undefined
  #starting: Promise<Runner> | undefined
  #runner: Runner | undefined
  #watching: Promise<void> | undefined

  constructor(deps: JobsDeps) {
    this.#deps = deps
  }

  /** `start` begins. The queue's tables must be there: `installQueue`. */
  async start(): Promise<void> {
    this.#starting = this.#run()
    this.#runner = await this.#starting
    this.#watching = this.#watch(this.#runner)
  }

  /** `stop` takes no more jobs, tells those under way to end, and is done within 3 seconds. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the process is stopping'))
    // The queue cannot be told to stop while it starts.
    if (this.#starting) await endsWithin(MAX_STOP_MS, Promise.allSettled([this.#starting]))
    const runner = this.#runner
    if (runner) {
      const ended = Promise.allSettled([runner.stop(), this.#watching])
      if (!(await endsWithin(GRACE_MS, ended))) {
        runner.kill().catch(() => {})
        await endsWithin(MAX_STOP_MS - GRACE_MS, ended)
      }
    }
    const pool = this.#pool
    this.#pool = undefined
    if (pool) await endsWithin(GRACE_MS, pool.end())
  }

  /**
   * `setBack` follows a clock that was set back. The queue's schedule waits until its next minute has come, by the old time, and so it is
   * started again; jobs under way end first.
   */
  async setBack(sql: Queryable, back: { now: Date; byMs: number }): Promise<void> {
    await moveJobsBack(sql, back)
    // One that has stopped already is being started again.
    await this.#runner?.stop().catch(() => {})
  }

  async #run(): Promise<Runner> {
    const { address, tasks } = this.#deps
    this.#pool ??= queuePool(address, CONCURRENCY)
    const taskList: TaskList = {}
    for (const [name, task] of Object.entries(tasks)) {
      taskList[name] = async (payload: unknown): Promise<void> => task(payload, this.#stopping.signal)
    }
    // The import is here so that no command loads the queue.
    const { parseCronItems, Logger, run } = await import('graphile-worker')
    this.#logger ??= queueLogger(Logger, this.#deps.log)
    return await run({
      pgPool: this.#pool,
      schema: QUEUE_SCHEMA,
      logger: this.#logger,
      noHandleSignals: true,
      concurrency: CONCURRENCY,
      pollInterval: POLL_EVERY_MS,
      taskList,
      parsedCronItems: parseCronItems(
        Object.keys(tasks)
          .filter((name) => tasks[name]?.everyMinute)
          .map((task) => ({
            task,
            match: '* * * * *',
            identifier: task,
            // A minute that nobody worked in leaves one job, not one each.
            options: { jobKey: task, maxAttempts: 1, backfillPeriod: 0 },
          })),
      ),
    })
  }

  /** `#watch` starts the queue again should it ever give up; lost connections it mends itself. */
  async #watch(runner: Runner): Promise<void> {
    let current: Runner | undefined = runner
    while (!this.#stopping.signal.aborted) {
      await current?.promise.catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'the job queue ended and is started again')
      })
      if (this.#stopping.signal.aborted) return
      await new Promise((resolve) => setTimeout(resolve, START_AGAIN_AFTER_MS))
      if (this.#stopping.signal.aborted) return
      current = await this.#run().catch((error: unknown) => {
        this.#deps.log.warn({ err: error }, 'the job queue cannot be started and will be tried again')
        return undefined
      })
      this.#runner = current
    }
  }
}

/**
 * `addJob` adds a job, which nobody sees before the transaction is committed. A job that waits under the same
 * key is replaced. It is tried `attempts` times (at first once), with growing pauses. The queue's tables must be
 * there: `installQueue`.
 */
export async function addJob(
  sql: Queryable,
  name: string,
  payload: unknown,
  {
    runAt = null,
    key = null,
    attempts = 1,
  }: { runAt?: Date | null; key?: string | null; attempts?: number } = {},
): Promise<void> {
  await insertJob(sql, { name, payload, runAt, key, attempts })
}

/** `queueLogger` logs a failed job as an error, and the queue's own troubles, which it mends, as warnings; the rest is traced. */
function queueLogger(Queue: typeof QueueLogger, log: Logger): QueueLogger {
  return new Queue(() => (level, message, meta) => {
    const line = `jobs: ${message.split('\n', 1)[0]}`
    if (meta['failure'] === true) log.error({ err: meta['error'] }, line)
    else if (level === 'error' || level === 'warning') log.warn(line)
    else log.trace(line)
  })
}
