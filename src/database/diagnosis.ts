import type { Sql } from './database.ts'

/** What `imeigate doctor` asks a database about itself. */
export interface Diagnosis {
  /** For example "18.1". */
  version: string
  /** For example 180001. */
  versionNumber: number
  /** undefined: there is no schema of imeigate yet. */
  schema: number | undefined
  /** PostgreSQL settings by name, as "on" or "off" or what else they have. */
  durability: { fsync: string; synchronous_commit: string; full_page_writes: string }
  /** How far the database's clock is ahead of this machine's, in milliseconds; the network's delay is taken off. */
  skewMs: number
}

export async function diagnose(sql: Sql): Promise<Diagnosis> {
  const [server] = await sql<{ version: string; number: number; schema: boolean }[]>`
    select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
           to_regclass('schema_migrations') is not null as schema`
  const [durability] = await sql<Diagnosis['durability'][]>`
    select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
           current_setting('full_page_writes') as full_page_writes`
  if (!server || !durability) throw new Error('the database gave no answer')
  const [newest] = server.schema
    ? await sql<{ number: number | null }[]>`select max(number) as number from schema_migrations`
    : []
  const asked = Date.now()
  const [clock] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  const answered = Date.now()
  return {
    version: server.version,
    versionNumber: server.number,
    schema: newest?.number ?? undefined,
    durability,
    skewMs: Math.round((clock?.now.getTime() ?? 0) - (asked + answered) / 2),
  }
}
