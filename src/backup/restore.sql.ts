import type { Queryable } from '../database/database.ts'
import type { SequenceValue } from './container.ts'

/** `countOthers` counts the other connections to this database. */
export async function countOthers(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`
  return row?.count ?? 0
}

/** `countForeign` counts the tables of a database that has no schema of ours. */
export async function countForeign(sql: Queryable): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_class
     where relnamespace = (select oid from pg_namespace where nspname = current_schema())
       and relkind in ('r', 'p') and to_regclass('schema_migrations') is null`
  return row?.count ?? 0
}

/** `emptied` are statements that take away all rows of tables, once nothing watches over them. */
export const emptied = (tables: readonly string[]): string[] => [
  ...tables.map((table) => `alter table ${quoted(table)} disable trigger user`),
  `truncate ${tables.map(quoted).join(', ')}`,
]

/** `watched` has the triggers watch again. */
export const watched = (tables: readonly string[]): string[] =>
  tables.map((table) => `alter table ${quoted(table)} enable trigger user`)

export const locked = (tables: readonly string[]): string =>
  `lock table ${tables.map(quoted).join(', ')} in access exclusive mode`

/** `hasRows` asks whether a table has more rows than a schema that was just made. */
export const hasRows = (table: string, unusedRows: number): string =>
  `select from ${quoted(table)} offset ${unusedRows} limit 1`

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** INTEGER_GAP and BIGINT_GAP are the numbers that are passed over, and so many more for each minute since the backup was made. */
const INTEGER_GAP = { least: 10_000, aMinute: 10 }
const BIGINT_GAP = { least: 100_000, aMinute: 6_000 }

/**
 * `moveSequences` has numbers go on beyond those that were given since the backup was made, which somebody outside may know things by. What no
 * number of was given in the backup may have been given since, too.
 */
export async function moveSequences(
  sql: Queryable,
  sequences: readonly SequenceValue[],
  sinceMinutes: number,
): Promise<void> {
  const minutes = Math.max(0, Math.ceil(sinceMinutes))
  const gap = ({ least, aMinute }: typeof INTEGER_GAP): number => least + aMinute * minutes
  await sql`
    select setval(format('%I.%I', schemaname, sequencename)::regclass,
                  least(max_value, coalesce(g.last::bigint, start_value - 1)
                        + case data_type when 'bigint'::regtype then ${gap(BIGINT_GAP)}::bigint else ${gap(INTEGER_GAP)}::bigint end))
      from pg_sequences s
      join unnest(${sequences.map(({ name }) => name)}::text[], ${sequences.map(({ last }) => last)}::text[]) as g (name, last)
        on g.name = s.sequencename
     where schemaname = (select nspname from pg_namespace n join pg_class c on c.relnamespace = n.oid
                          where c.oid = to_regclass('schema_migrations'))`
}

/** `holdOpenItems` keeps what was open from being sent before a person has said so; gives how many of them wait for a supplier, and how many are with one. */
export async function holdOpenItems(sql: Queryable): Promise<{ waiting: number; sent: number }> {
  const [row] = await sql<{ waiting: number; sent: number }[]>`
    with held as (
      update items set restored = true where state in ('pending', 'processing', 'unknown') returning state)
    select count(*) filter (where state = 'pending')::int as waiting,
           count(*) filter (where state <> 'pending')::int as sent from held`
  return row ?? { waiting: 0, sent: 0 }
}

/** `endUnfinishedBackups` says of backups that were being made when this one was taken, such as itself, that nothing is known of their end. */
export async function endUnfinishedBackups(sql: Queryable): Promise<void> {
  await sql`
    update backups set problem = 'not known: it was being made when the backup was taken that was restored'
     where ended_at is null and problem is null`
}
