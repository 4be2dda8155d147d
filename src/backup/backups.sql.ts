import type { Queryable } from '../database/database.ts'

/** BackupRecord is a backup as the database knows of it. */
export interface BackupRecord {
  id: number
  startedAt: Date
  host: string
  file: string
  scheduled: boolean
  encrypted: boolean
  /** `endedAt` is when it was whole; null: it is being made, has failed, or was cut off. */
  endedAt: Date | null
  bytes: number | null
  rowCount: number | null
  problem: string | null
}

/** `selectBackups` gives those whose files should be there, and those that were never ended, the newest first. */
export const selectBackups = (sql: Queryable, limit: number): Promise<BackupRecord[]> =>
  sql<BackupRecord[]>`
    select id, started_at, host, file, scheduled, encrypted, ended_at, bytes::float8 as bytes, row_count::float8 as row_count, problem
      from backups where removed_at is null order by started_at desc, id desc limit ${limit}`.records()

export async function selectBackup(sql: Queryable, id: number): Promise<BackupRecord | undefined> {
  const [row] = await sql<BackupRecord[]>`
    select id, started_at, host, file, scheduled, encrypted, ended_at, bytes::float8 as bytes, row_count::float8 as row_count, problem
      from backups where id = ${id} and removed_at is null`.records()
  return row
}

/** BackupState is what is known of backups at a time. */
export interface BackupState {
  /** `last` is the last one that is whole. */
  last: Pick<BackupRecord, 'startedAt' | 'host' | 'file' | 'bytes' | 'encrypted' | 'scheduled'> | null
  /** `problem` is why the newest one failed; null: it did not. */
  problem: string | null
  /** `hasOrders`: there is something to lose. */
  hasOrders: boolean
}

export async function selectBackupState(sql: Queryable): Promise<BackupState> {
  const [last] = await sql<NonNullable<BackupState['last']>[]>`
    select started_at, host, file, bytes::float8 as bytes, encrypted, scheduled
      from backups where ended_at is not null order by started_at desc, id desc limit 1`.records()
  const [newest] = await sql<{ problem: string | null }[]>`
    select problem from backups order by started_at desc, id desc limit 1`
  const [some] = await sql<{ there: boolean }[]>`select exists (select from orders) as there`
  return { last: last ?? null, problem: newest?.problem ?? null, hasOrders: some?.there ?? false }
}

export async function insertBackup(
  sql: Queryable,
  {
    startedAt,
    host,
    file,
    scheduled,
    encrypted,
  }: Omit<BackupRecord, 'id' | 'endedAt' | 'bytes' | 'rowCount' | 'problem'>,
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into backups (started_at, host, file, scheduled, encrypted)
    values (${startedAt}, ${host}, ${file}, ${scheduled}, ${encrypted}) returning id`
  if (!row) throw new Error('a backup was not noted')
  return row.id
}

export async function updateEnded(
  sql: Queryable,
  id: number,
  { endedAt, bytes, rows }: { endedAt: Date; bytes: number; rows: number },
): Promise<void> {
  await sql`
    update backups set ended_at = ${endedAt}, bytes = ${bytes}::float8, row_count = ${rows}::float8 where id = ${id}`
}

export async function updateFailed(sql: Queryable, id: number, problem: string): Promise<void> {
  await sql`update backups set problem = ${problem} where id = ${id} and ended_at is null`
}

/**
 * `isBackupDue` tells whether a scheduled backup is to be made: the last good one is so old, none has failed within the last hour, and none that
 * may still be under way was begun within the last three.
 */
export async function isBackupDue(sql: Queryable, now: Date, everyHours: number): Promise<boolean> {
  const [row] = await sql<{ due: boolean }[]>`
    select not exists (
      select from backups
       where scheduled and started_at > ${now}::timestamptz
             - case when ended_at is not null then interval '1 hour' * ${everyHours}::int
                    when problem is not null then interval '1 hour' else interval '3 hours' end) as due`
  return row?.due ?? false
}

/** `selectSurplus` gives the scheduled backups on a machine beyond the newest `keep`, whose files are still there. */
export const selectSurplus = (
  sql: Queryable,
  host: string,
  keep: number,
): Promise<{ id: number; file: string }[]> =>
  sql<{ id: number; file: string }[]>`
    select id, file from backups
     where scheduled and host = ${host} and ended_at is not null and removed_at is null
     order by started_at desc, id desc offset ${keep}`

export async function updateRemoved(sql: Queryable, id: number, at: Date): Promise<void> {
  await sql`update backups set removed_at = ${at} where id = ${id}`
}
