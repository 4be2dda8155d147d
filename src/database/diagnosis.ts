import type { Sql } from './database.ts'
import { schemaOf } from './migrate.ts'

/** Diagnosis is what `imeigate doctor` asks a database about itself. */
export interface Diagnosis {
  /** `version` is for example "18.1". */
  version: string
  /** `versionNumber` is for example 180001. */
  versionNumber: number
  /** `schema` is undefined where there is no schema of imeigate yet. See `schemaOf`. */
  schema: number | 'unreleased' | undefined
  /** `durability` has settings of PostgreSQL by name, most of them "on" or "off". */
  durability: { fsync: string; synchronous_commit: string; full_page_writes: string }
  /** `takesChanges` is false of a standby, and where sessions are to change nothing. */
  takesChanges: boolean
  /** `skewMs` is how far the database's clock is ahead of this machine's; half of the round trip is taken off. */
  skewMs: number
}

export async function diagnose(sql: Sql): Promise<Diagnosis> {
  const [server] = await sql<{ version: string; number: number; takesChanges: boolean; schema: boolean }[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
           current_setting('transaction_read_only') = 'off' as "takesChanges",
           to_regclass('schema_migrations') is not null as schema`
  const [durability] = await sql<Diagnosis['durability'][]>`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
           current_setting('full_page_writes') as full_page_writes`
  if (!server || !durability) throw new Error('the database gave no answer')
  const asked = Date.now()
  const [clock] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  const answered = Date.now()
  return {
    version: server.version,
    versionNumber: server.number,
    takesChanges: server.takesChanges,
    schema: server.schema ? await schemaOf(sql) : undefined,
    durability,
    skewMs: Math.round((clock?.now.getTime() ?? 0) - (asked + answered) / 2),
  }
}
