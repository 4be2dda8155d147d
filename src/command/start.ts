import type { Command } from 'commander'
import { type Logger, pino } from 'pino'
import type { Config } from '../config.ts'
import { readConfig } from '../config.ts'
import type { DatabaseAddress } from '../database/database.ts'
import type { Server } from '../server.ts'

/** A stop that takes longer than this has hung, and is ended with an error. */
const STOP_WITHIN_MS = 9_500

export function register(program: Command): void {
  program
    .command('start')
    .description('start the server: requests, workers, and the embedded database unless DATABASE_URL is set')
    .action(() => serve(readConfig(process.env), makeLog(process.env)))
}

/** Pretty on a terminal, one JSON object a line elsewhere. */
export function makeLog(environment: NodeJS.ProcessEnv): Logger {
  const options = { level: readConfig(environment).logLevel, base: null }
  if (!process.stdout.isTTY) return pino(options)
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' } },
  })
}

/**
 * Runs a server until SIGTERM or SIGINT, then stops it in order and exits 0. `ready` is run once it listens.
 */
export async function serve(
  config: Config,
  log: Logger,
  ready: (server: Server, address: DatabaseAddress) => Promise<void> = async () => {},
): Promise<void> {
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve(signal)
        // A second Ctrl-C means now; but a terminal and npm may both deliver the first one.
        setTimeout(() => process.once(signal, () => process.exit(1)), 1000).unref()
        process.on(signal, () => {})
      })
    }
  })
  const { startServer } = await import('../server.ts')
  const { address, close } = await openDatabase(config, log)
  let server: Server | undefined
  try {
    server = await startServer(config, address, log)
    log.info({ url: server.url, role: config.role }, `imeigate listens on ${server.url}`)
    await ready(server, address)
    log.info(`stopping on ${await stopAsked}`)
    setTimeout(() => {
      log.error('the stop took too long and was cut off')
      process.exit(1)
    }, STOP_WITHIN_MS).unref()
  } finally {
    await server?.stop()
    await close()
  }
  log.info('stopped')
}

async function openDatabase(
  config: Config,
  log: Logger,
): Promise<{ address: DatabaseAddress; close: () => Promise<void> }> {
  if (config.databaseUrl !== undefined) return { address: config.databaseUrl, close: async () => {} }
  const { openEmbedded } = await import('../database/embedded.ts')
  const embedded = await openEmbedded({ folder: config.dataFolder, log })
  return { address: embedded.connection, close: () => embedded.close() }
}
