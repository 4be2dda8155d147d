import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { addJob, everyMinute, type JobTask } from '../jobs/jobs.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import type { SupplierId } from '../lib/ids.ts'
import { type Clock, MINUTE_MS } from '../lib/time.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import type { SupplierConnection } from '../suppliers/suppliers.ts'
import { listOf } from './remote-list.ts'
import {
  isDue,
  lockSchedule,
  moveNext,
  type SyncSchedule,
  selectDue,
  selectSchedule,
  upsertSchedule,
} from './runs.sql.ts'
import { applySync } from './sync.ts'

export {
  type SyncRun,
  type SyncSchedule,
  selectRuns as listRuns,
  selectSchedule as syncScheduleOf,
} from './runs.sql.ts'

/** `scheduleVersion` names how a schedule stands. */
export const scheduleVersion = ({ everyMinutes, maxLoss, maxJump }: SyncSchedule): string =>
  versionOf([everyMinutes, maxLoss, maxJump])

/** `scheduleSync` changes what is given and leaves the rest. Throws version_conflict, or invalid_input naming the value at fault. */
export async function scheduleSync(
  sql: Sql,
  supplier: SupplierId,
  {
    now,
    seen,
    ...changes
  }: {
    everyMinutes?: number | null
    maxLoss?: number
    maxJump?: number
    now: Date
    seen?: string | undefined
  },
): Promise<SyncSchedule> {
  const isTime = typeof changes.everyMinutes !== 'number' || isInteger(changes.everyMinutes, 1, 525_600)
  const isPercent = changes.maxLoss === undefined || isInteger(changes.maxLoss, 0, 100)
  const isJump = changes.maxJump === undefined || isInteger(changes.maxJump, 0, 1000)
  const faults = [
    isTime ? undefined : fault('schedule', 'must be from 1 minute to 365 days'),
    isPercent ? undefined : fault('maxLoss', 'must be a whole number of percent from 0 to 100'),
    isJump ? undefined : fault('maxJump', 'must be a whole number of percent from 0 to 1000'),
  ]
  orThrow(resultOf(supplier, faults))
  return await sql.begin(async (transaction) => {
    await lockSchedule(transaction, supplier)
    const old = await selectSchedule(transaction, supplier)
    checkVersion(seen, scheduleVersion(old))
    const { everyMinutes = old.everyMinutes, maxLoss = old.maxLoss, maxJump = old.maxJump } = changes
    const next = everyMinutes === null ? null : new Date(now.getTime() + everyMinutes * MINUTE_MS)
    const nextAt = everyMinutes === old.everyMinutes ? old.nextAt : next
    const schedule = { everyMinutes, nextAt, maxLoss, maxJump }
    await upsertSchedule(transaction, supplier, schedule)
    return schedule
  })
}

const isInteger = (number: number, min: number, max: number): boolean =>
  Number.isInteger(number) && number >= min && number <= max

/** MAX_LIST_MS is how long a list may take, with all its pages. */
export const MAX_LIST_MS = 15 * MINUTE_MS

/** FIND_DUE_LISTS is the job that finds the lists that are due. */
export const FIND_DUE_LISTS = 'sync_look'
const READ = 'sync_read'

/**
 * `syncJobs` are the jobs of scheduled reading. What is due is a time in a table: runs that were missed while no process was up happen
 * once, as soon as there is one, and a run that was cut off by a crash happens again. `open` throws when the supplier cannot be connected.
 */
export function syncJobs(deps: {
  sql: Sql
  open: (supplier: SupplierId) => Promise<SupplierConnection>
  clock: Clock
  log: Logger
}): Record<string, JobTask> {
  const { sql, open, clock, log } = deps
  const findDue: JobTask = async () => {
    for (const supplier of await selectDue(sql, clock.now())) {
      await addJob(sql, READ, { supplier }, { key: `${READ}:${supplier}` })
    }
  }
  const read: JobTask = async (payload, stopping) => {
    const { supplier: id } = payload as { supplier: SupplierId }
    if (!(await isDue(sql, id, clock.now()))) return
    let opened: SupplierConnection | undefined
    try {
      opened = await open(id)
      const list = listOf(opened, AbortSignal.any([stopping, AbortSignal.timeout(MAX_LIST_MS)]))
      const options = { trigger: 'scheduled', actor: 'schedule', clock, stopping } as const
      const { outcome, error, comparison } = await applySync(sql, opened.config, list, options)
      const jumps = comparison?.jumps.length ?? 0
      if (jumps > 0) log.warn({ supplier: opened.config.name, jumps }, 'costs of a list wait for a person')
      if (outcome === 'ok') return
      log.warn({ supplier: opened.config.name, outcome, reason: error }, 'a list was not applied')
    } catch (error) {
      // Another process reads the list, or has just read it.
      if (error instanceof Refusal && error.code === 'conflict') return
      log.error({ err: error, supplier: id }, 'a list cannot be read')
      if (!stopping.aborted) await moveNext(sql, id, clock.now())
    } finally {
      await opened?.supplier.close?.()
    }
  }
  return { [FIND_DUE_LISTS]: everyMinute(findDue), [READ]: read }
}
