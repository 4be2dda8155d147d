import { createHash } from 'node:crypto'
import type { Queryable } from '../database/database.ts'
import type { SequenceValue } from './container.ts'

/** Table is one whose rows are in backups. */
export interface Table {
  name: string
  columns: string[]
  /** `bytes` is what it takes on the disk. */
  bytes: number
}

/** NOT_KEPT: the schema's own table, whose content is the number in a backup's head. Unlogged tables are not in backups either. */
const NOT_KEPT = ['schema_migrations']

/** `selectTables` gives the tables, each behind those that its rows point to. */
export async function selectTables(sql: Queryable): Promise<Table[]> {
  const rows = await sql<{ name: string; columns: string[]; bytes: number; needs: string[] }[]>`
    select c.relname as name, pg_table_size(c.oid)::float8 as bytes,
           array(select attname::text from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum) as columns,
           array(select distinct r.relname::text from pg_constraint f join pg_class r on r.oid = f.confrelid
                  where f.conrelid = c.oid and f.contype = 'f' and r.oid <> c.oid) as needs
      from pg_class c
     where c.relnamespace = (select relnamespace from pg_class where oid = to_regclass('schema_migrations'))
       and c.relkind = 'r' and c.relpersistence = 'p' and c.relname <> all(${NOT_KEPT}::text[])
     order by c.relname`
  const ordered: Table[] = []
  const left = new Map(rows.map((row) => [row.name, row]))
  while (left.size > 0) {
    const free = [...left.values()].filter(({ needs }) => needs.every((one) => !left.has(one)))
    if (free.length === 0) throw new Error(`tables point to each other: ${[...left.keys()].join(', ')}`)
    for (const { needs: _, ...table } of free) {
      left.delete(table.name)
      ordered.push(table)
    }
  }
  return ordered
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`
const listed = (columns: readonly string[]): string => columns.map(quoted).join(', ')

type Named = Pick<Table, 'name' | 'columns'>
export const copyOutOf = ({ name, columns }: Named): string =>
  `copy ${quoted(name)} (${listed(columns)}) to stdout`
export const copyInto = ({ name, columns }: Named): string =>
  `copy ${quoted(name)} (${listed(columns)}) from stdin`

/** `fingerprintOf` says which tables, columns and sequences a schema has. */
export async function fingerprintOf(sql: Queryable): Promise<string> {
  const rows = await sql<{ line: string }[]>`
    with ours as (select relnamespace as id from pg_class where oid = to_regclass('schema_migrations'))
    select concat_ws(' ', c.relkind, c.relname, a.attnum, a.attname, a.attnotnull,
                     regexp_replace(format_type(a.atttypid, a.atttypmod), '^.*[.]', '')) as line
      from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and c.relkind = 'r'
     where c.relnamespace = (select id from ours) and c.relkind in ('r', 'S')
    union all
    select concat_ws(' ', 'enum', t.typname, e.enumlabel)
      from pg_type t join pg_enum e on e.enumtypid = t.oid where t.typnamespace = (select id from ours)`
  const lines = rows.map(({ line }) => line).sort()
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}

/** `selectSequences` says how far the sequences have come, as of now: what was rolled back counts, too. */
export async function selectSequences(sql: Queryable): Promise<SequenceValue[]> {
  return await sql<SequenceValue[]>`
    select sequencename as name, last_value::text as last from pg_sequences
     where schemaname = (select nspname from pg_namespace n join pg_class c on c.relnamespace = n.oid
                          where c.oid = to_regclass('schema_migrations'))
     order by 1`
}

/** `selectKeyMarks` names the keys that sealed secrets open with. */
export async function selectKeyMarks(sql: Queryable): Promise<string[]> {
  const rows = await sql<{ key: string }[]>`select distinct key from sealed_secrets order by key`
  return rows.map(({ key }) => key)
}

/** `selectMoment` gives the time of the transaction, by the database's clock. */
export async function selectMoment(sql: Queryable): Promise<Date> {
  const [row] = await sql<{ now: Date }[]>`select now() as now`
  if (!row) throw new Error('the database does not say what time it is')
  return row.now
}
