import { rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { DatabaseAddress, Sql } from '../database/database.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { Clock } from '../lib/time.ts'
import { isBackupDue, selectSurplus, updateRemoved } from './backups.sql.ts'
import { backupFile, takeBackup } from './backups.ts'

/** MAKE_BACKUP is the job that makes a backup when it is time for one. */
export const MAKE_BACKUP = 'backup'

interface BackupJobDeps {
  sql: Sql
  address: DatabaseAddress
  /** `everyHours`, 0: none is made. */
  everyHours: number
  folder: string
  keep: number
  passphrase: string | undefined
  clock: Clock
  log: Logger
}

/**
 * `backupJobs` has the task of the job, which one process of all does: the backup is on the machine of that one. It is due by what the database
 * knows of earlier ones, so that a restart makes none, and one that was missed is made as soon as there is a process.
 */
export function backupJobs(deps: BackupJobDeps): Record<string, JobTask> {
  const { sql, everyHours, folder, passphrase, clock, log } = deps
  const make: JobTask = async (_payload, stopping) => {
    if (everyHours === 0 || !(await isBackupDue(sql, clock.now(), everyHours))) return
    const file = backupFile(folder, clock.now(), 'scheduled')
    try {
      const { address } = deps
      const made = await takeBackup({
        sql,
        address,
        file,
        passphrase,
        scheduled: true,
        clock,
        signal: stopping,
      })
      log.info({ file, bytes: made.bytes, rows: made.rows }, 'a backup was made')
      await removeSurplus(deps)
    } catch (error) {
      if (stopping.aborted) log.info({ file }, 'a backup was given up, because the process stops')
      else log.error({ err: error, file }, 'a backup failed; the next try is in an hour')
    }
  }
  return { [MAKE_BACKUP]: everyMinute(make) }
}

/** `removeSurplus` removes the files of older scheduled backups on this machine. */
async function removeSurplus({ sql, keep, clock, log }: BackupJobDeps): Promise<void> {
  for (const { id, file } of await selectSurplus(sql, hostname(), keep)) {
    try {
      await rm(file, { force: true })
      await updateRemoved(sql, id, clock.now())
    } catch (error) {
      log.warn({ err: error, file }, 'an old backup cannot be removed')
    }
  }
}
