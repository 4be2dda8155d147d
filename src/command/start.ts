import type { Command } from 'commander'
import { type Logger, pino } from 'pino'
import { serve } from '../app/process.ts'
import { readConfig } from '../config.ts'
import { AGAINST_ROOT, isRoot } from './root.ts'

export function register(program: Command): void {
  program
    .command('start')
    .description('start the server: requests, workers, and the embedded database unless DATABASE_URL is set')
    .action(async () => {
      const log = makeLog(process.env)
      if (isRoot()) log.warn(`imeigate runs as root: ${AGAINST_ROOT}`)
      await serve(readConfig(process.env), log)
    })
}

/** `makeLog` logs readable lines on a terminal, and one JSON object a line elsewhere. */
export function makeLog(environment: NodeJS.ProcessEnv): Logger {
  const options = { level: readConfig(environment).logLevel, base: null }
  if (!process.stdout.isTTY) return pino(options)
  return pino({
    ...options,
    transport: { target: 'pino-pretty', options: { translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' } },
  })
}
