import { createServer } from 'node:net'
import type { Command } from 'commander'
import {
  fail,
  ok,
  type Symptom,
  symptomsOfDatabase,
  symptomsOfFolder,
  symptomsOfMachine,
  warn,
} from '../app/doctor.ts'
import { type Config, readConfig } from '../config.ts'
import { openPool } from '../database/database.ts'
import { OWN_SESSIONS, sessionSharing, sharedSessions } from '../database/session-sharing.ts'
import { Refusal } from '../errors.ts'
import { withAccess } from './connection.ts'
import { answering, table } from './output.ts'

export function register(program: Command): void {
  program
    .command('doctor')
    .description('look for what would keep the server from working; exit code 1 when something would')
    .action(
      answering(async () => {
        const found = await examine()
        const ok = found.every(({ status }) => status !== 'fail')
        return {
          json: { ok, checks: found },
          text: table(found, {
            '': ({ status }) => status,
            what: ({ name }) => name,
            found: ({ detail }) => detail,
            'what to do': ({ advice }) => advice,
          }),
          bad: !ok,
        }
      }),
    )
}

async function examine(): Promise<Symptom[]> {
  let config: Config
  try {
    config = readConfig(process.env)
  } catch (error) {
    return [...symptomsOfMachine(), fail('settings', (error as Error).message, 'correct the environment')]
  }
  // The folder comes first: an embedded database cannot start without it.
  return [
    ...symptomsOfMachine(),
    ok('settings', 'valid'),
    ...symptomsOfFolder(config),
    ...(await database(config)),
    await port(config),
  ]
}

async function database(config: Config): Promise<Symptom[]> {
  try {
    return await withAccess(async (access) => {
      const sharing = typeof access.serving === 'string' ? await sessionSharing(access.serving) : undefined
      if (sharing) return [fail('database', sharedSessions(sharing), OWN_SESSIONS)]
      const sql = openPool(access.serving, { max: 1 })
      try {
        return await symptomsOfDatabase(sql, access, config)
      } finally {
        await sql.end({ timeout: 2 })
      }
    })
  } catch (error) {
    if (error instanceof Refusal && error.code === 'not_found')
      return [warn('database', error.message, 'imeigate start makes it, if the folder is right')]
    const advice = 'see that PostgreSQL runs and that DATABASE_URL is right'
    return [fail('database', (error as Error).message, advice)]
  }
}

async function port({ host, port: number }: Config): Promise<Symptom> {
  const where = `${host}:${number}`
  const refused = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = createServer()
    probe.once('error', resolve)
    probe.listen({ host, port: number }, () => probe.close(() => resolve(undefined)))
  })
  if (!refused) return ok('port', number === 0 ? 'any free one' : `${where} is free`)
  if (refused.code === 'EADDRINUSE' && (await isServed(host, number)))
    return ok('port', `imeigate serves ${where}`)
  const detail = refused.code === 'EADDRINUSE' ? `${where} is taken by another program` : refused.message
  return fail('port', detail, 'set HOST and PORT to a free address of this machine')
}

/** `isServed` tells whether an imeigate answers there. */
async function isServed(host: string, number: number): Promise<boolean> {
  const reachable =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  try {
    const answer = await fetch(`http://${reachable}:${number}/readyz`, { signal: AbortSignal.timeout(2000) })
    const { status } = (await answer.json()) as { status?: unknown }
    return status === 'ready' || status === 'not ready'
  } catch {
    return false
  }
}
