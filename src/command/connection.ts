import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import pino from 'pino'
import { userName } from '../app/operating-user.ts'
import { type Config, readConfig, WrongSettings } from '../config.ts'
import type { DatabaseAccess } from '../database/access.ts'
import { type ConnectionAnswer, connectionAnswer } from '../database/connection-answers.ts'
import { isConnectionLoss, openPool, type Sql } from '../database/database.ts'
import { hasSchema, isReady } from '../database/migrate.ts'
import { pools } from '../database/pools.ts'
import { Refusal } from '../errors.ts'
import { setDecimals } from '../lib/money.ts'

export interface Connected {
  sql: Sql
  config: Config
  access: DatabaseAccess
}

/**
 * `withDatabase` runs a command's work on the configured database (DATABASE_URL, or the embedded one: a running one is used, a
 * stopped one is started and stopped again). Migrates it first where it is older; throws when it is newer, and a Refusal (not_found) where
 * there is none: a command in the wrong folder makes no database.
 */
export async function withDatabase<T>(work: (connected: Connected) => Promise<T>): Promise<T> {
  return await withAccess(async (access, config) => {
    // The history of prices names who changed one.
    const sql = openPool(access.serving, {
      ...pools.long,
      session: { ...pools.long.session, 'imeigate.actor': actor() },
    })
    try {
      if (!(await isReady(sql))) {
        if (!(await hasSchema(sql))) throw noDatabase(`${databaseIn(config)} is empty`)
        const { prepareDatabase } = await import('../app/prepare-database.ts')
        await prepareDatabase(access)
      }
      return await work({ sql, config, access })
    } finally {
      await sql.end({ timeout: 2 })
    }
  })
}

/**
 * `withAccess` runs work that needs no pool, and does not migrate: for commands that look at the database itself. `signal` gives the
 * start of an embedded database up. With `creates` an embedded database is made where there is none.
 */
export async function withAccess<T>(
  work: (access: DatabaseAccess, config: Config) => Promise<T>,
  { signal, creates = false }: { signal?: AbortSignal; creates?: boolean } = {},
): Promise<T> {
  const config = readConfig(process.env)
  setDecimals(config.decimals)
  if (config.database) return await reaching(config.database, (access) => work(access, config))
  if (!creates && !(await isMade(config.dataFolder)))
    throw noDatabase(`there is none in ${config.dataFolder}`)
  const { openEmbedded } = await import('../database/embedded.ts')
  const log = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }))
  const embedded = await openEmbedded({ folder: config.dataFolder, log, ...(signal && { signal }) })
  try {
    return await reaching(embedded.access, (access) => work(access, config))
  } finally {
    await embedded.close()
  }
}

/** `isMade` tells whether a data folder has a database. Who may not look into it is told so by what opens it. */
const isMade = (dataFolder: string): Promise<boolean> =>
  stat(join(dataFolder, 'postgres')).then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT' && code !== 'ENOTDIR',
  )

const noDatabase = (why: string): Refusal =>
  new Refusal(
    'not_found',
    `no database: ${why}; name the right one by IMEIGATE_DATA, DATABASE_URL or --settings, or make it by imeigate start or migrate`,
  )

/** `databaseIn` says in words which database settings lead to, without its password. */
export const databaseIn = ({ database, dataFolder }: Config): string =>
  database === undefined
    ? `the embedded one in ${dataFolder}`
    : typeof database.serving === 'string'
      ? whereOf(database.serving)
      : database.serving.host

/** `reaching` says of a failed connection why it failed and where the database was looked for, without its password. */
async function reaching<T>(access: DatabaseAccess, work: (access: DatabaseAccess) => Promise<T>): Promise<T> {
  try {
    return await work(access)
  } catch (error) {
    if (!isConnectionLoss(error)) throw error
    const where = typeof access.serving === 'string' ? whereOf(access.serving) : access.serving.host
    const { code, message } = error as { code: string; message: string }
    const answer = connectionAnswer(code, where, message)
    // A wrong password, or a database that does not exist, is not mended by another try.
    throw answer.again ? new Unreachable(answer, code) : new NoSuchDatabase(answer)
  }
}

/** Unreachable says why there is no connection at present; its code is the driver's. */
export class Unreachable extends Error {
  readonly code: string
  readonly answer: ConnectionAnswer

  constructor(answer: ConnectionAnswer, code: string) {
    super(`${answer.sentence}: ${answer.advice}`)
    this.code = code
    this.answer = answer
  }
}

/** NoSuchDatabase says what of DATABASE_URL PostgreSQL does not take. */
export class NoSuchDatabase extends WrongSettings {
  readonly answer: ConnectionAnswer

  constructor(answer: ConnectionAnswer) {
    super(`${answer.sentence}: ${answer.advice}`)
    this.answer = answer
  }
}

const whereOf = (url: string): string =>
  URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : 'DATABASE_URL'

/** `actor` names who runs this command, as it is recorded. */
export const actor = (): string => `cli:${userName()}`
