import { readdirSync, readFileSync } from 'node:fs'
import { type DatabaseAddress, openPool, type Queryable, type Sql, type Transaction } from './database.ts'
import { pools } from './pools.ts'

const folder = new URL('./migrations/', import.meta.url)
/** MIGRATION_LOCK lets one process migrate, or grant, at a time. It may be any constant. */
export const MIGRATION_LOCK = 7_164_001
/** MIN_POSTGRESQL is the oldest version of PostgreSQL that has what the schema needs. */
export const MIN_POSTGRESQL = 150_000

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

/** `newestSchema` is the number of the newest schema that this program knows. */
export const newestSchema = (): number => shipped().at(-1)?.number ?? 0

/** MigrationCancelled is thrown when a migration was given up because the process was told to stop. */
export class MigrationCancelled extends Error {}

/**
 * `migrate` brings the schema up to date, one process at a time, each file in a transaction of its own: what a file adds to a type can
 * be used by the next one only. Gives the files it applied. Throws when the schema is newer than this program or was made before the
 * first release, or PostgreSQL is older than 15.
 *
 * `signal` cancels it at any moment, within about 2 seconds: PostgreSQL rolls the file under way back, and a MigrationCancelled is
 * thrown. `upTo` is the number of the last file that is applied, where that is not the newest.
 */
export async function migrate(
  address: DatabaseAddress,
  signal?: AbortSignal,
  upTo = newestSchema(),
): Promise<string[]> {
  const sql = openPool(address, pools.migration)
  const { promise: cancelled, reject } = Promise.withResolvers<never>()
  const cancel = (): void =>
    reject(
      new MigrationCancelled('the migration was cancelled: each of its files is done whole or not at all'),
    )
  const session: Session = {}
  signal?.addEventListener('abort', cancel)
  if (signal?.aborted) cancel()
  try {
    return await Promise.race([cancelled, applyAll(sql, session, signal, upTo)])
  } catch (error) {
    if (signal?.aborted && session.pid !== undefined) await cancelStatement(address, session.pid)
    throw error
  } finally {
    signal?.removeEventListener('abort', cancel)
    await sql.end({ timeout: 2 })
  }
}

/** Session holds the process id of the PostgreSQL session that migrates, as soon as it is known. */
interface Session {
  pid?: number
}

async function applyAll(
  sql: Sql,
  session: Session,
  signal: AbortSignal | undefined,
  upTo: number,
): Promise<string[]> {
  const applied: string[] = []
  for (;;) {
    const file = await sql.begin((transaction) => applyNext(transaction, session, signal, upTo))
    if (file === undefined) return applied
    applied.push(file)
  }
}

/** `applyNext` applies the first file that the database does not have yet; undefined: it has all. */
async function applyNext(
  sql: Transaction,
  session: Session,
  signal: AbortSignal | undefined,
  upTo: number,
): Promise<string | undefined> {
  const [server] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`
  if (server) session.pid = server.pid
  signal?.throwIfAborted()
  await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`
  signal?.throwIfAborted()
  // Who may not make tables may ask whether there is anything to do.
  const [known] = await sql<{ made: boolean }[]>`select to_regclass('schema_migrations') is not null as made`
  if (!known?.made) {
    await sql.unsafe(
      'create table schema_migrations (number integer primary key, file text not null, applied_at timestamptz not null default now())',
    )
  }
  const next = await findNext(sql)
  signal?.throwIfAborted()
  if (!next || next.number > upTo) return undefined
  await sql.unsafe(readFileSync(new URL(next.file, folder), 'utf8'))
  signal?.throwIfAborted()
  await sql`insert into schema_migrations (number, file) values (${next.number}, ${next.file})`
  return next.file
}

/** `findNext` finds the first file that the database lacks. Throws when no file can bring it up to date. */
async function findNext(sql: Queryable): Promise<Migration | undefined> {
  const [server] = await sql<
    { version: number }[]
  >`select current_setting('server_version_num')::int as version`
  if (server && server.version < MIN_POSTGRESQL) throw new Error('imeigate needs PostgreSQL 15 or newer')
  const current = (await schemaOf(sql)) ?? 0
  const newest = newestSchema()
  if (current === 'unreleased') {
    throw new Error('the database was made before the first release of imeigate: make a new one')
  }
  if (current > newest) {
    throw new Error(
      `the database has schema ${current}, this imeigate knows ${newest}: start a newer imeigate`,
    )
  }
  return shipped().find(({ number }) => number > current)
}

/**
 * `schemaOf` gives the number of a database's schema; undefined: no file was applied. `unreleased`: it was made of files that were
 * replaced before the first release, and nothing can bring it up to date.
 */
export async function schemaOf(sql: Queryable): Promise<number | 'unreleased' | undefined> {
  const applied = await sql<Migration[]>`select number, file from schema_migrations order by number`
  const known = new Map(shipped().map(({ number, file }) => [number, file]))
  const isUnreleased = applied.some(({ number, file }) => known.has(number) && known.get(number) !== file)
  return isUnreleased ? 'unreleased' : applied.at(-1)?.number
}

/** `cancelStatement` ends what a session does. Without an answer the session is cut off a moment later, and PostgreSQL rolls back too. */
async function cancelStatement(address: DatabaseAddress, pid: number): Promise<void> {
  const sql = openPool(address, { max: 1 })
  const answered = sql`select pg_cancel_backend(${pid}::int)`.catch(() => {})
  await sql.end({ timeout: 2 })
  await answered
}

/** `proveSchema` throws unless the database answers and has exactly this program's schema. */
export async function proveSchema(sql: Sql): Promise<void> {
  const next = await findNext(sql)
  if (next) throw new Error(`the database lacks ${next.file}`)
}

/** `hasSchema` tells whether a database has a schema of ours, whichever. */
export async function hasSchema(sql: Sql): Promise<boolean> {
  const [known] = await sql<{ made: boolean }[]>`select to_regclass('schema_migrations') is not null as made`
  return known?.made ?? false
}

/** `isReady` tells whether the database answers and has exactly this program's schema. */
export const isReady = (sql: Sql): Promise<boolean> =>
  proveSchema(sql).then(
    () => true,
    () => false,
  )
