import type { ChildProcess } from 'node:child_process'
import { setTimeout as pauseFor } from 'node:timers/promises'
import pg from 'pg'
import type { Logger } from 'pino'
import type { DatabaseAccess } from './access.ts'
import { isConnectionLoss, withCode } from './connection-loss.ts'
import { Cluster, PORT, SERVING_USER, USER } from './embedded/cluster.ts'

const DATABASE = 'imeigate'
/** IN_USE_LOCK is held, shared, by every process that uses the cluster. It may be any constant. */
const IN_USE_LOCK = 7_164_002
/** MAX_SILENT_MS is how long a server that does not even answer is waited for. One that says it is starting may take its time. */
const MAX_SILENT_MS = 30_000
/** MAX_ENDING_MS is how long a server that ends each time is started again: what a killed one left may need that long to go away. */
const MAX_ENDING_MS = 8_000
const START_AGAIN_AFTER_MS = 200
/** REJOIN_PAUSES_MS bound the pause behind a try that failed to bring back a server that went away: twice as long each time. */
const REJOIN_PAUSES_MS = { first: 1_000, longest: 30_000 }
const STARTING_UP = '57P03'
/** ALONE_MS: who has the lock for itself loses it so long after it has said nothing, and stops the server within half of that or not at all. */
const ALONE_MS = 4_000
/** MAX_STOP_MS is how long the server's end is waited for. One that takes longer ends by itself, and the next start waits for that. */
const MAX_STOP_MS = 3_000

/** TRIM_EVERY_MS is how often the size of PostgreSQL's log is looked at. */
const TRIM_EVERY_MS = 60_000

export interface Embedded {
  access: DatabaseAccess
  /** `close` stops the server if nobody else uses it. */
  close(): Promise<void>
}

/**
 * `openEmbedded` opens the PostgreSQL that lives in the data folder: uses the running one, or starts it.
 *
 * The server and the command line share it. Each holds a shared lock in it while it runs; whoever leaves and then
 * gets the lock for itself was the last, and stops PostgreSQL. So it needs no owner: one that is killed leaves it
 * running for the next.
 */
export async function openEmbedded({
  folder,
  log,
  signal,
}: {
  folder: string
  log: Logger
  /** `signal` gives the start up; a server that was started by then is stopped again. */
  signal?: AbortSignal
}): Promise<Embedded> {
  const shared = new SharedCluster(await Cluster.open(folder, log, signal), log)
  await shared.join(signal)
  if (signal?.aborted) {
    await shared.leave()
    throw signal.reason
  }
  const where = { host: shared.cluster.socketFolder, port: PORT, database: DATABASE }
  return {
    access: { serving: { ...where, user: SERVING_USER }, owner: { ...where, user: USER } },
    close: () => shared.leave(),
  }
}

class SharedCluster {
  readonly cluster: Cluster
  readonly #log: Logger
  #trimming: NodeJS.Timeout | undefined
  #session: pg.Client | undefined
  #leaving = false
  readonly #left = new AbortController()
  #rejoining: Promise<void> | undefined

  constructor(cluster: Cluster, log: Logger) {
    this.cluster = cluster
    this.#log = log
  }

  /** `join` holds the shared lock once it resolves; it starts the server as often as needed. */
  async join(signal?: AbortSignal): Promise<void> {
    let child: Child | undefined
    let silentSince = performance.now()
    // A server that we started is joined even when we are leaving: who else would end it?
    while (!(this.#leaving || signal?.aborted) || (child && !child.ended)) {
      try {
        await this.#enter()
        return
      } catch (error) {
        const { code } = error as { code?: string }
        if (!isConnectionLoss(error)) throw error
        if (code === STARTING_UP) silentSince = performance.now()
      }
      const patience = child?.ended ? MAX_ENDING_MS : MAX_SILENT_MS
      if (performance.now() - silentSince > patience) {
        const why = child?.error?.message ?? `its log ends with\n${this.cluster.lastWords()}`
        throw new Error(`the embedded PostgreSQL did not start; ${why}`)
      }
      if (!child) {
        this.#log.debug('the embedded PostgreSQL is started')
        child = watch(this.cluster.start())
      }
      if (child.ended) {
        await new Promise((resolve) => setTimeout(resolve, START_AGAIN_AFTER_MS))
        child = watch(this.cluster.start())
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  async leave(): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    this.#left.abort()
    clearInterval(this.#trimming)
    await this.#rejoining
    const session = this.#session
    if (!session) return
    try {
      const asked = performance.now()
      // A process that was frozen here finds others in the server, which it must not stop.
      if ((await takeForItself(session)) && performance.now() - asked < ALONE_MS / 2) await this.#stop()
    } catch (error) {
      if (!isConnectionLoss(withCode(error))) throw error
    } finally {
      await session.end().catch(() => {})
    }
  }

  async #enter(): Promise<void> {
    const session = new pg.Client({
      host: this.cluster.socketFolder,
      port: PORT,
      user: USER,
      database: 'postgres',
      connectionTimeoutMillis: 5000,
      application_name: 'imeigate (in use)',
    })
    // The statement under way, or the end of the connection, says what is wrong.
    session.on('error', () => {})
    session.on('end', () => this.#rejoin(session))
    try {
      await session.connect()
      await session.query('select pg_advisory_lock_shared($1)', [IN_USE_LOCK])
      await makeWhatIsMissing(session)
      this.#session = session
      this.#trimming ??= setInterval(() => this.cluster.trimLog(), TRIM_EVERY_MS).unref()
    } catch (error) {
      session.end().catch(() => {})
      throw withCode(error)
    }
  }

  /** `#rejoin` starts the server again that went away under us (killed, out of memory); the pools mend themselves once it is back. */
  #rejoin(lost: pg.Client): void {
    if (this.#leaving || this.#session !== lost) return
    this.#session = undefined
    this.#log.error('the embedded PostgreSQL ended unexpectedly and is started again')
    this.#rejoining = (async () => {
      let pause = REJOIN_PAUSES_MS.first
      while (!this.#leaving && !this.#session) {
        try {
          await this.join()
        } catch (error) {
          this.#log.error({ err: error }, `starting it failed, it is tried again in ${pause / 1000} s`)
          // Whoever leaves does not wait for it.
          await pauseFor(pause, undefined, { signal: this.#left.signal }).catch(() => {})
          pause = Math.min(2 * pause, REJOIN_PAUSES_MS.longest)
        }
      }
    })()
  }

  async #stop(): Promise<void> {
    const pid = this.cluster.pid()
    if (pid === undefined) return
    process.kill(pid, 'SIGINT')
    // The lock file goes last. The process itself may linger as a zombie where nobody collects orphans.
    const giveUpAt = performance.now() + MAX_STOP_MS
    while (this.cluster.pid() === pid) {
      if (performance.now() > giveUpAt) return
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    this.cluster.removeSocketFolder()
  }
}

/**
 * `takeForItself` gives up the shared lock, and tells whether nobody else has it; then a start waits until the session ends. PostgreSQL ends it
 * when its process freezes there.
 */
export async function takeForItself(session: pg.Client): Promise<boolean> {
  await session.query(`set idle_session_timeout = ${ALONE_MS}`)
  await session.query('select pg_advisory_unlock_shared($1)', [IN_USE_LOCK])
  const { rows } = await session.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [
    IN_USE_LOCK,
  ])
  return rows[0]?.alone === true
}

interface Child {
  ended: boolean
  error?: Error
}

function watch(process: ChildProcess): Child {
  const child: Child = { ended: false }
  process.once('exit', () => {
    child.ended = true
  })
  process.once('error', (error) => {
    child.ended = true
    child.error = error
  })
  return child
}

/**
 * MAKE_ROLE makes the role that serves. What PostgreSQL refuses it, and what is cancelled, is answered to us, who know what to make of it:
 * in PostgreSQL's own log, which is of the server's troubles, callers could write as much as they like.
 */
const MAKE_ROLE = `create role ${SERVING_USER} login; alter role ${SERVING_USER} set log_min_messages = 'log'`

/** `makeWhatIsMissing` makes the database, and the role that serves. */
async function makeWhatIsMissing(session: pg.Client): Promise<void> {
  const { rows } = await session.query<{ database: boolean; role: boolean }>(
    `select exists (select from pg_database where datname = $1) as database,
            exists (select from pg_roles where rolname = $2) as role`,
    [DATABASE, SERVING_USER],
  )
  if (!rows[0]?.database) await session.query(`create database ${DATABASE}`).catch(ignoreDuplicate)
  if (!rows[0]?.role) await session.query(MAKE_ROLE).catch(ignoreDuplicate)
}

function ignoreDuplicate(error: unknown): void {
  const { code } = error as { code?: string }
  // Two that start at once both see that it is missing.
  if (code !== '42P04' && code !== '42710' && code !== '23505') throw error
}
