import { hostname } from 'node:os'
import { join } from 'node:path'
import type { DatabaseAddress, Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { type MadeBackup, makeBackup } from './backup.ts'
import {
  type BackupRecord,
  insertBackup,
  selectBackup,
  selectBackupState,
  selectBackups,
  updateEnded,
  updateFailed,
} from './backups.sql.ts'

export type { BackupRecord, BackupState } from './backups.sql.ts'
export { selectBackupState as backupState, selectBackups as listBackups }

interface TakeOptions {
  sql: Sql
  address: DatabaseAddress
  file: string
  scheduled: boolean
  passphrase: string | undefined
  clock?: Clock
  signal?: AbortSignal
  onProgress?: (done: number, total: number) => void
}

/** `takeBackup` makes a backup, and notes in the database, under `id`, that it was made, or why it was not. */
export async function takeBackup({
  sql,
  address,
  file,
  scheduled,
  clock = systemClock,
  ...options
}: TakeOptions): Promise<MadeBackup & { id: number }> {
  const id = await insertBackup(sql, {
    ...{ startedAt: clock.now(), host: hostname(), file, scheduled },
    encrypted: options.passphrase !== undefined,
  })
  try {
    const made = await makeBackup(address, file, options)
    await updateEnded(sql, id, { endedAt: clock.now(), bytes: made.bytes, rows: made.rows })
    return { ...made, id }
  } catch (error) {
    // What cannot be noted is told all the same.
    await updateFailed(sql, id, (error as Error).message).catch(() => {})
    throw error
  }
}

/** `findBackup` throws not_found. */
export async function findBackup(sql: Queryable, id: number): Promise<BackupRecord> {
  const found = await selectBackup(sql, id)
  if (!found) throw new Refusal('not_found', `there is no backup ${id}`, 'id')
  return found
}

/** `backupFile` names a file by the time, so that names sort as the times do. */
export const backupFile = (folder: string, now: Date, kind: 'imeigate' | 'scheduled'): string =>
  join(folder, `${kind}-${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.backup`)
