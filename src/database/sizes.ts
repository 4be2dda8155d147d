import type { Queryable } from './database.ts'

/** AGES_DAYS are the times in which growth is told. */
const AGES_DAYS = [7, 30]

/** Sizes is how much room the database takes, in bytes, with its largest tables and their indexes. */
export interface Sizes {
  bytes: number
  tables: { name: string; bytes: number }[]
  /** `growth` is by how much more it takes than so many days ago; `bytes`, null: that is not known yet. */
  growth: { days: number; bytes: number | null }[]
}

export async function selectSizes(sql: Queryable, largest: number): Promise<Sizes> {
  const [whole] = await sql<{ bytes: number }[]>`select pg_database_size(current_database())::float8 as bytes`
  const tables = await sql<Sizes['tables']>`
    select relname::text as name, pg_total_relation_size(oid)::float8 as bytes
      from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
     order by 2 desc limit ${largest}`
  const bytes = whole?.bytes ?? 0
  const before = await sql<{ days: number; bytes: number | null }[]>`
    select days, (select bytes::float8 from database_sizes where day <= (now() at time zone 'utc')::date - days order by day desc limit 1) as bytes
      from unnest(${AGES_DAYS}::int[]) as days order by days`
  const growth = before.map(({ days, bytes: then }) => ({ days, bytes: then === null ? null : bytes - then }))
  return { bytes, tables, growth }
}

/** `noteSize` keeps how much room the database takes, once an hour. */
export async function noteSize(sql: Queryable, at: Date): Promise<void> {
  await sql`
    insert into database_sizes (day, bytes, measured_at)
    select (${at}::timestamptz at time zone 'utc')::date, pg_database_size(current_database()), ${at}::timestamptz
     where not exists (select from database_sizes where measured_at between ${at}::timestamptz - interval '1 hour' and ${at}::timestamptz)
    on conflict (day) do update set bytes = excluded.bytes, measured_at = excluded.measured_at`
}
