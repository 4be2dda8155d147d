import { hostname } from 'node:os'
import { join } from 'node:path'
import type { DatabaseAddress, Sql } from '../database/database.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { type MadeBackup, makeBackup } from './backup.ts'
import { insertBackup, selectBackupState, selectBackups, updateEnded, updateFailed } from './backups.sql.ts'

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

/** `takeBackup` makes a backup, and notes in the database that it was made, or why it was not. */
export async function takeBackup({
  sql,
  address,
  file,
  scheduled,
  clock = systemClock,
  ...options
}: TakeOptions): Promise<MadeBackup> {
  const id = await insertBackup(sql, {
    ...{ startedAt: clock.now(), host: hostname(), file, scheduled },
    encrypted: options.passphrase !== undefined,
  })
  try {
    const made = await makeBackup(address, file, options)
    await updateEnded(sql, id, { endedAt: clock.now(), bytes: made.bytes, rows: made.rows })
    return made
  } catch (error) {
    // What cannot be noted is told all the same.
    await updateFailed(sql, id, (error as Error).message).catch(() => {})
    throw error
  }
}

/** `backupFile` names a file by the time, so that names sort as the times do. */
export const backupFile = (folder: string, now: Date, kind: 'imeigate' | 'scheduled'): string =>
  join(folder, `${kind}-${now.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.backup`)
