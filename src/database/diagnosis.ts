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
  room: ConnectionRoom
  /** `skewMs` is how far the database's clock is ahead of this machine's; half of the round trip is taken off. */
  skewMs: number
}

/** ConnectionRoom says how many connections the role of this session may have, and who has them. */
export interface ConnectionRoom {
  /** `limits` are what bounds them. Of `most`, `kept` are for others: reserved, or taken by sessions that are not imeigate's here. */
  limits: { name: 'max_connections' | 'role' | 'database'; of: string; most: number; kept: number }[]
  /** `servers` counts the processes that hear of changes here now. */
  servers: number
}

async function roomOf(sql: Sql): Promise<ConnectionRoom> {
  const [found] = await sql<
    {
      most: number
      reserved: number
      others: number
      role: string
      ofRole: number
      database: string
      ofDatabase: number
      servers: number
    }[]
  >`
    with sessions as (
      select usename = current_user and datname = current_database() and application_name = 'imeigate' as "isOurs", query
        from pg_stat_activity where backend_type = 'client backend'
    )
    select current_setting('max_connections')::int as most,
           case when rolsuper then 0
                else current_setting('superuser_reserved_connections')::int
                     + coalesce(current_setting('reserved_connections', true)::int, 0) end as reserved,
           (select count(*) filter (where "isOurs" is not true) from sessions)::int as others,
           (select count(*) filter (where "isOurs" and query ~ '^(listen |select pg_notify)') from sessions)::int as servers,
           quote_ident(rolname) as role, case when rolsuper then -1 else rolconnlimit end as "ofRole",
           quote_ident(datname) as database, case when rolsuper then -1 else datconnlimit end as "ofDatabase"
      from pg_roles, pg_database where rolname = current_user and datname = current_database()`
  if (!found) throw new Error('the database gave no answer')
  const { most, reserved, others, role, ofRole, database, ofDatabase, servers } = found
  return {
    limits: [
      { name: 'max_connections', of: role, most, kept: reserved + others },
      ...(ofRole < 0 ? [] : [{ name: 'role' as const, of: role, most: ofRole, kept: 0 }]),
      ...(ofDatabase < 0 ? [] : [{ name: 'database' as const, of: database, most: ofDatabase, kept: 0 }]),
    ],
    servers,
  }
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
    room: await roomOf(sql),
    skewMs: Math.round((clock?.now.getTime() ?? 0) - (asked + answered) / 2),
  }
}

/** `selectProcesses` gives what the processes that hear of changes say of themselves; an older one says nothing. */
export async function selectProcesses(sql: Sql): Promise<Record<string, unknown>[]> {
  const rows = await sql<{ about: string }[]>`
    select substring(query from '/\\* (\\S+) \\*/') as about from pg_stat_activity
     where usename = current_user and datname = current_database() and application_name = 'imeigate'
       and query ~ '^(listen |select pg_notify).*/\\* \\S+ \\*/'
     order by backend_start`
  return rows.flatMap(({ about }) => {
    try {
      return [JSON.parse(decodeURIComponent(about)) as Record<string, unknown>]
    } catch {
      return []
    }
  })
}
