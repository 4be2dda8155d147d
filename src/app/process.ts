import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { DatabaseAccess } from '../database/access.ts'
import { isConnectionLoss, withCode } from '../database/connection-loss.ts'
import { compileNextTick } from '../runtime/next-tick.ts'
import { StartStopped } from '../runtime/runtime-service.ts'
import type { Server } from './server.ts'

/** MAX_STOP_MS bounds the stop: one that takes longer has hung, and is ended with an error. */
const MAX_STOP_MS = 9_500
/** MAX_END_MS is how long what is left of a process that has stopped may go on. */
const MAX_END_MS = 1_000
/** SAME_SIGNAL_MS is how long a signal that comes again is taken for the same one. */
const SAME_SIGNAL_MS = 2_000

/**
 * `serve` runs a server until SIGTERM or SIGINT, then stops it in order; the process then ends with code 0. A signal that comes during
 * the start gives the start up. `ready` is run once the server listens. Rejects when the server cannot be started: all that had been
 * started is stopped by then. An error that nobody took care of is logged as fatal, stops the server, and ends the process with code 1.
 */
export async function serve(
  config: Config,
  log: Logger,
  ready: (server: Server, access: DatabaseAccess) => Promise<void> = async () => {},
): Promise<void> {
  compileNextTick()
  const stop = new AbortController()
  let cutOff: NodeJS.Timeout | undefined
  const stopNow = (why: string): void => {
    if (stop.signal.aborted) return
    log.info(`stopping on ${why}`)
    stop.abort(new StartStopped(`the process was told to stop by ${why}`))
    cutOff = setTimeout(() => {
      log.error('the stop took too long and was cut off')
      process.exit(1)
    }, MAX_STOP_MS).unref()
  }
  stopOnSignals(stopNow)
  stopOnNeglectedErrors(log, stopNow)
  const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
  let close = async (): Promise<void> => {}
  let server: Server | undefined
  try {
    const database = await reachDatabase(config, log, stop.signal)
    close = database.close
    const { startServer } = await import('./server.ts')
    server = await startServer(config, database.access, log, undefined, stop.signal)
    log.info({ url: server.url, role: config.role }, `imeigate listens on ${server.url}`)
    await ready(server, database.access)
    await stopped
  } catch (error) {
    if (!(error instanceof StartStopped)) throw error
  } finally {
    await server?.stop()
    await close()
  }
  log.info('stopped')
  // The job queue may still wait to tell a database that came back late what became of a job, for up to two minutes.
  clearTimeout(cutOff)
  setTimeout(() => process.exit(), MAX_END_MS).unref()
}

/** `stopOnSignals` calls `stop` on SIGTERM or SIGINT, as often as one comes; a later second one of the same ends the process at once. */
export function stopOnSignals(stop: (why: string) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    let firstAt: number | undefined
    // One listener, never removed: without any, even for a moment, the signal would end the process at once.
    process.on(signal, () => {
      firstAt ??= performance.now()
      // A second Ctrl-C means now; but a terminal and npm may both deliver the first one, on a busy machine one after the other.
      if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(1)
      stop(signal)
    })
  }
}

/** `stopOnNeglectedErrors` ends the process, in order and loudly, on an error that nobody took care of: nobody knows what it would do next. */
function stopOnNeglectedErrors(log: Logger, stop: (why: string) => void): void {
  const neglected = (error: unknown): void => {
    log.fatal({ err: error }, 'an error that nobody took care of')
    process.exitCode = 1
    stop('an error that nobody took care of')
  }
  process.on('uncaughtException', neglected)
  process.on('unhandledRejection', (error) => {
    if (isQueuesLostConnection(error))
      log.warn({ err: error }, 'the job queue lost its connection while a job ended')
    else neglected(error)
  })
}

/**
 * graphile-worker 0.18.0 waits for nothing when it marks a job as done or failed (`completeJob` and `failJob` in its worker.ts), so a
 * connection that is lost under that is a rejection of nobody's. It does no harm: the job stays locked, and is looked for again as every
 * job of a process that died. Its batches, which would catch it, end the whole queue instead.
 */
const isQueuesLostConnection = (error: unknown): boolean =>
  error instanceof Error &&
  isConnectionLoss(withCode(error)) &&
  /graphile-worker[\\/]dist[\\/].*(completeJob|failJob)/s.test(error.stack ?? '')

/** `reachDatabase` gives the ways into the configured database, or starts the embedded one. */
async function reachDatabase(
  config: Config,
  log: Logger,
  signal: AbortSignal,
): Promise<{ access: DatabaseAccess; close: () => Promise<void> }> {
  if (config.database) return { access: config.database, close: async () => {} }
  const { openEmbedded } = await import('../database/embedded.ts')
  const embedded = await openEmbedded({ folder: config.dataFolder, log, signal })
  return { access: embedded.access, close: () => embedded.close() }
}
