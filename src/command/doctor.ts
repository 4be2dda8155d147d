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
import { version } from '../version.ts'
import { NoSuchDatabase, Unreachable, withAccess } from './connection.ts'
import { answering, table } from './output.ts'

export function register(program: Command): void {
  program.command('doctor').action(
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
    ...(await port(config)),
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
    if (error instanceof Unreachable || error instanceof NoSuchDatabase)
      return [fail('database', error.answer.sentence, error.answer.advice)]
    const advice = 'see that PostgreSQL runs and that DATABASE_URL is right'
    return [fail('database', (error as Error).message, advice)]
  }
}

/** `port` looks whether the server can listen, and where one does, whether it is of this version. */
async function port({ host, port: number }: Config): Promise<Symptom[]> {
  const where = `${host}:${number}`
  const refused = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    const probe = createServer()
    probe.once('error', resolve)
    probe.listen({ host, port: number }, () => probe.close(() => resolve(undefined)))
  })
  if (!refused) return [ok('port', number === 0 ? 'any free one' : `${where} is free`)]
  const running = refused.code === 'EADDRINUSE' ? await runningAt(host, number) : undefined
  if (!running) {
    const detail = refused.code === 'EADDRINUSE' ? `${where} is taken by another program` : refused.message
    return [fail('port', detail, 'set HOST and PORT to a free address of this machine')]
  }
  const found = ok('port', `imeigate serves ${where}`)
  const served = running.version
  if (served === undefined || served === version) return [found]
  const detail = `${served} serves, and this is ${version}`
  return [found, warn('version', detail, 'restart the server, or use the same version here')]
}

/** `runningAt` gives the imeigate that answers there; undefined: none does. A worker has no document that names its version. */
async function runningAt(host: string, number: number): Promise<{ version: string | undefined } | undefined> {
  const reachable =
    host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host
  const read = async (path: string): Promise<{ status?: unknown; info?: { version?: unknown } }> => {
    const url = `http://${reachable}:${number}${path}`
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) })
    return (await answer.json()) as object
  }
  try {
    const { status } = await read('/readyz')
    if (status !== 'ready' && status !== 'not ready') return undefined
    const { info } = await read('/openapi.json')
    return { version: typeof info?.version === 'string' ? info.version : undefined }
  } catch {
    return undefined
  }
}
