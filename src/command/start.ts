import type { Command } from 'commander'
import { type Logger, pino } from 'pino'
import { AGAINST_ROOT, isRoot } from '../app/operating-user.ts'
import { serve } from '../app/process.ts'
import { readConfig } from '../config.ts'
import { asking, type DatabaseAddress } from '../database/database.ts'
import { localTime } from '../lib/time.ts'
import { hasStaff, inviteFirstOwner } from '../staff/staff.ts'
import { refuseDemo } from './demo-folder.ts'

export function register(program: Command): void {
  program.command('start').action(async () => {
    const log = makeLog(process.env)
    if (isRoot()) log.warn(`imeigate runs as root: ${AGAINST_ROOT}`)
    const config = readConfig(process.env)
    refuseDemo(config)
    await serve(config, log, async ({ url }, { serving }) => {
      if (config.role !== 'worker') await welcomeOwner(serving, config.publicUrl ?? url, log)
    })
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

/**
 * `welcomeOwner` says how the first owner comes in, while there is nobody. The invitation itself is shown on a terminal only: logs are kept
 * where others read them.
 */
async function welcomeOwner(address: DatabaseAddress, url: string, log: Logger): Promise<void> {
  const first = process.stdout.isTTY ? await asking(address, inviteFirstOwner) : undefined
  if (first && 'invitation' in first) {
    const { token, until } = first.invitation
    process.stdout.write(
      `\nNobody can use the console yet. The first owner opens this, once, until ${localTime(until)}:\n\n` +
        `    ${url}/console/setup#${token}\n\n`,
    )
  } else if (!(await asking(address, hasStaff))) {
    log.info('nobody can use the console yet: imeigate staff invite --role owner invites the first owner')
  }
}
