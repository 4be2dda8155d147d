import type { Queryable } from './database.ts'

/** Sizes is how much room the database takes, in bytes, with its largest tables and their indexes. */
export interface Sizes {
  bytes: number
  tables: { name: string; bytes: number }[]
}

export async function selectSizes(sql: Queryable, largest: number): Promise<Sizes> {
  const [whole] = await sql<{ bytes: number }[]>`select pg_database_size(current_database())::float8 as bytes`
  const tables = await sql<Sizes['tables']>`
    select relname::text as name, pg_total_relation_size(oid)::float8 as bytes
      from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
     order by 2 desc limit ${largest}`
  return { bytes: whole?.bytes ?? 0, tables }
}
