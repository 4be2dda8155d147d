import { readdirSync, readFileSync } from 'node:fs'
import type { Sql, Transaction } from './database.ts'

const folder = new URL('./migrations/', import.meta.url)
/** Any constant: it names the lock that lets one process migrate at a time. */
const MIGRATION_LOCK = 7_164_001

interface Migration {
  number: number
  file: string
}

function shipped(): Migration[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.+\.sql$/.test(file))
    .sort()
    .map((file) => ({ number: Number(file.slice(0, 4)), file }))
}

/** The newest schema this program knows. */
export const newestSchema = (): number => shipped().at(-1)?.number ?? 0

/**
 * Brings the schema up to date, all of it or nothing, one process at a time.
 * Returns the files it applied. Throws when the schema is newer than this program, or PostgreSQL older than 15.
 */
export async function migrate(sql: Sql): Promise<string[]> {
  return await sql.begin(async (transaction) => {
    const [server] = await transaction<
      { version: number }[]
    >`select current_setting('server_version_num')::int as version`
    if (server && server.version < 150_000) throw new Error('imeigate needs PostgreSQL 15 or newer')
    await transaction`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
    const current = await schemaVersion(transaction)
    const newest = newestSchema()
    if (current > newest) {
      throw new Error(
        `the database has schema ${current}, this imeigate knows ${newest}: start a newer imeigate`,
      )
    }
    const applied: string[] = []
    for (const { number, file } of shipped().filter((migration) => migration.number > current)) {
      await transaction.unsafe(readFileSync(new URL(file, folder), 'utf8'))
      await transaction`insert into schema_migrations (number, file) values (${number}, ${file})`
      applied.push(file)
    }
    return applied
  })
}

async function schemaVersion(sql: Transaction): Promise<number> {
  await sql.unsafe(
    'create table if not exists schema_migrations (number integer primary key, file text not null, applied_at timestamptz not null default now())',
  )
  const [row] = await sql<{ number: number | null }[]>`select max(number) as number from schema_migrations`
  return row?.number ?? 0
}

/** Whether the database answers and has exactly this program's schema. */
export async function isReady(sql: Sql): Promise<boolean> {
  try {
    const [row] = await sql<{ number: number | null }[]>`select max(number) as number from schema_migrations`
    return row?.number === newestSchema()
  } catch {
    return false
  }
}
