import { readdirSync, readFileSync } from 'node:fs'
import type { Sql } from './database.ts'

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
 * Brings the schema up to date: each migration in its own transaction, one process at a time.
 * Returns the files it applied. Throws when the schema is newer than this program, or PostgreSQL older than 15.
 */
export async function migrate(sql: Sql): Promise<string[]> {
  const connection = await sql.reserve()
  try {
    const [server] = await connection<
      { version: number }[]
    >`select current_setting('server_version_num')::int as version`
    if (server && server.version < 150_000) throw new Error('imeigate needs PostgreSQL 15 or newer')
    await connection`select pg_advisory_lock(${MIGRATION_LOCK})`
    const current = await schemaVersion(connection)
    const newest = newestSchema()
    if (current > newest) {
      throw new Error(
        `the database has schema ${current}, this imeigate knows ${newest}: start a newer imeigate`,
      )
    }
    const applied: string[] = []
    for (const { number, file } of shipped().filter((migration) => migration.number > current)) {
      const text = readFileSync(new URL(file, folder), 'utf8')
      // One simple-protocol message is one transaction.
      await connection.unsafe(
        `${text};\ninsert into schema_migrations (number, file) values (${number}, '${file}')`,
      )
      applied.push(file)
    }
    return applied
  } finally {
    await connection`select pg_advisory_unlock(${MIGRATION_LOCK})`.catch(() => {})
    connection.release()
  }
}

async function schemaVersion(sql: Sql): Promise<number> {
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
