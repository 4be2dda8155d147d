import { readdirSync, readFileSync } from 'node:fs'
import { type DatabaseAddress, openPool, type Sql, type Transaction } from './database.ts'
import { pools } from './pools.ts'

const folder = new URL('./migrations', import.meta.url)
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
 * `migrate` brings the schema up to date, one process at a time, each file whole or not at all: what a file adds to a type can
 * be used by the next one only. Returns the files it applied. Throws when the schema is newer than this program or was made
 * before the first release, or PostgreSQL is older than 15.
 */
export async function migrate(address: DatabaseAddress): Promise<string[]> {
  const sql = openPool(address, pools.migration)
  try {
    const applied: string[] = []
    for (;;) {
      const file = await sql.begin(applyNext)
      if (file === undefined) return applied
      applied.push(file)
    }
  } finally {
    await sql.end({ timeout: 2 })
  }
}

/** Applies the first file that the database does not have yet; undefined: it has all. */
async function applyNext(sql: Transaction): Promise<string | undefined> {
  const [server] = await sql<
    { version: number }[]
  >`select current_setting('server_version_num')::int as version`
  if (server && server.version < 150_000) throw new Error('imeigate needs PostgreSQL 15 or newer')
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
  const current = await schemaVersion(sql)
  if (await isUnreleased(sql)) {
    throw new Error('the database was made before the first release of imeigate: make a new one')
  }
  const newest = newestSchema()
  if (current > newest) {
    throw new Error(
      `the database has schema ${current}, this imeigate knows ${newest}: start a newer imeigate`,
    )
  }
  const next = shipped().find((migration) => migration.number > current)
  if (!next) return undefined
  await sql.unsafe(readFileSync(new URL(next.file, folder), 'utf8'))
  await sql`insert into schema_migrations (number, file) values (${next.number}, ${next.file})`
  return next.file
}

async function schemaVersion(sql: Transaction): Promise<number> {
  await sql.unsafe(
    'create table if not exists schema_migrations (number integer primary key, file text not null, applied_at timestamptz not null default now())',
  )
  const [row] = await sql<{ number: number | null }[]>`select max(number) as number from schema_migrations`
  return row?.number ?? 0
}

/** `isUnreleased` recognises the ten files that were the schema before the first release, and that nothing can bring up to date. */
async function isUnreleased(sql: Transaction): Promise<boolean> {
  const rows = await sql`select from schema_migrations where file = '0001-foundation.sql'`
  return rows.length > 0
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
