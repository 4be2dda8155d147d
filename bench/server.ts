import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { openPool, type Sql } from '../src/database/database.ts'
import { openEmbedded } from '../src/database/embedded.ts'
import { cleanUpOnSignals, root, start, stopAll } from './processes.ts'

/** `inFolder` does the work of a bench in a temporary folder, and ends all that it has started, however it ends. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-bench-'))
  const cleanUp = cleanUpOnSignals(async () => {
    await stopAll()
    rmSync(folder, { recursive: true, force: true })
  })
  try {
    await work(folder)
  } finally {
    await cleanUp()
  }
}

/**
 * `startApi` starts a checkout's server without workers, as a process of its own on an embedded PostgreSQL in `data`, and gives its URL. What is
 * measured is the server, and not the limits that it sets to its callers.
 */
export const startApi = (data: string, { checkout = root, name = 'imeigate' } = {}): Promise<string> =>
  start(
    [join(checkout, 'bin/imeigate.js'), 'start'],
    {
      IMEIGATE_DATA: data,
      IMEIGATE_ROLE: 'api',
      LOG_LEVEL: 'error',
      REST_REQUESTS_PER_MINUTE: '0',
      DHRU_REQUESTS_PER_MINUTE: '0',
      FAILED_LOGINS_PER_MINUTE: '0',
    },
    name,
  )

/** `onDatabase` works on the database of a server that runs. */
export async function onDatabase<T>(data: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const embedded = await openEmbedded({ folder: data, log: pino({ level: 'warn' }) })
  const sql = openPool(embedded.access.owner)
  try {
    return await work(sql)
  } finally {
    await sql.end()
    await embedded.close()
  }
}
