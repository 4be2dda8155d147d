import { hostname } from 'node:os'
import { checkBackup } from '../backup/backup.ts'
import { backupFile, takeBackup } from '../backup/backups.ts'
import { selectSizes } from '../database/sizes.ts'
import { costliest } from '../database/sources.ts'
import { Refusal } from '../errors.ts'
import { countJobs } from '../jobs/jobs.ts'
import type { Installation } from '../protocols/operator/deps.ts'
import { lastFaults } from '../request-log/faults.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { version } from '../version.ts'
import { checkBooks, checkpointOf } from './books.ts'
import type { Components } from './compose.ts'
import { symptomsOfDatabase, symptomsOfFolder, symptomsOfMachine } from './doctor.ts'
import type { Metrics } from './metrics.ts'
import { listProcesses } from './processes.ts'
import type { Readiness } from './readiness.ts'

/** LARGEST is how many tables are named, COSTLIEST how many statements, and LAST_FAULTS how many faults. */
const LARGEST = 8
const COSTLIEST = 10
const LAST_FAULTS = 20

/** `installationOf` tells operators how the installation is. */
export const installationOf = (
  { config, access, long }: Pick<Components, 'config' | 'access' | 'long'>,
  metrics: Metrics,
  readiness: Readiness,
): Installation => {
  const making = new Map<string, { done: number; total: number }>()
  return {
    settings: config.kept.shown,
    checkBooks: (sql, checkpoints) => checkBooks(sql, new KeyRing(config), checkpoints),
    checkpoint: (sql) => checkpointOf(sql, new KeyRing(config)),
    backUp: async (sql, signal) => {
      const { folder, passphrase } = config.backups
      const file = backupFile(folder, new Date(), 'imeigate')
      const onProgress = (done: number, total: number): void => void making.set(file, { done, total })
      try {
        const { id } = await takeBackup({
          ...{ sql, address: access.serving, file, scheduled: false, passphrase, signal, onProgress },
        })
        return id
      } finally {
        making.delete(file)
      }
    },
    progressOf: ({ host, file }) => (host === hostname() ? making.get(file) : undefined),
    checkBackup: async ({ host, file, encrypted }, signal) => {
      if (host !== hostname()) throw new Refusal('conflict', `the file is on ${host}`, 'id')
      try {
        return await checkBackup(file, encrypted ? config.backups.passphrase : undefined, signal)
      } catch (error) {
        if (error instanceof Refusal) throw new Refusal('conflict', error.detail ?? error.message, 'id')
        throw error
      }
    },
    doctor: async () => [
      ...symptomsOfMachine(),
      ...symptomsOfFolder(config),
      ...(await symptomsOfDatabase(long, access, config)),
    ],
    health: async () => {
      const { isReady, parts } = await readiness.now()
      const startedAt = new Date(Date.now() - process.uptime() * 1000)
      const [figures, database, jobs, processes, faults] = await Promise.all([
        metrics.figures(),
        selectSizes(long, LARGEST),
        countJobs(long),
        listProcesses(long),
        lastFaults(long, LAST_FAULTS),
      ])
      const statements = costliest(COSTLIEST)
      return {
        ...{ version, startedAt, isReady, parts, figures, database, jobs },
        ...{ processes, faults, statements },
      }
    },
    schedule: () => {
      const { everyHours, keep, folder, passphrase } = config.backups
      return { everyHours, keep, folder, isEncrypted: passphrase !== undefined }
    },
  }
}
