import type { Logger } from 'pino'
import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { addJob, everyMinute, type JobTask } from '../jobs/jobs.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import type { SupplierConnection } from '../suppliers/suppliers.ts'
import { listOf } from './remote-list.ts'
import { isDue, moveNext, selectDue, selectSchedule, upsertSchedule } from './runs.sql.ts'
import { applySync } from './sync.ts'

/** SyncSchedule says when a supplier's list is read by itself. */
export interface SyncSchedule {
  /** `everyMinutes`, null: never. */
  everyMinutes: number | null
  nextAt: Date | null
  /** `maxLoss` is what a list may lose, in percent of what was there, before only a person can accept it. */
  maxLoss: number
}

export async function syncSchedule(sql: Queryable, supplier: SupplierId): Promise<SyncSchedule> {
  const row = await selectSchedule(sql, supplier)
  return { everyMinutes: row.every_minutes, nextAt: row.next_at, maxLoss: row.max_loss }
}

/** `scheduleSync` changes what is given and leaves the rest. Throws invalid_input naming the value at fault. */
export async function scheduleSync(
  sql: Sql,
  supplier: SupplierId,
  { everyMinutes, maxLoss, now }: { everyMinutes?: number | null; maxLoss?: number; now: Date },
): Promise<SyncSchedule> {
  const isTime = typeof everyMinutes !== 'number' || isInteger(everyMinutes, 1, 525_600)
  const isPercent = maxLoss === undefined || isInteger(maxLoss, 0, 100)
  const faults = [
    isTime ? undefined : fault('schedule', 'must be from 1 minute to 365 days'),
    isPercent ? undefined : fault('maxLoss', 'must be a whole number of percent from 0 to 100'),
  ]
  orThrow(resultOf(supplier, faults))
  return await sql.begin(async (transaction) => {
    const old = await selectSchedule(transaction, supplier)
    const every = everyMinutes === undefined ? old.every_minutes : everyMinutes
    const next = every === old.every_minutes ? old.next_at : every && new Date(now.getTime() + every * 60_000)
    await upsertSchedule(transaction, supplier, {
      every_minutes: every,
      next_at: next || null,
      max_loss: maxLoss ?? old.max_loss,
    })
    return await syncSchedule(transaction, supplier)
  })
}

const isInteger = (number: number, min: number, max: number): boolean =>
  Number.isInteger(number) && number >= min && number <= max

/** MAX_LIST_MS is how long a list may take, with all its pages. */
export const MAX_LIST_MS = 15 * 60_000

/** FIND_DUE is the job that finds the lists that are due. */
export const FIND_DUE = 'sync_look'
const READ = 'sync_read'

/**
 * `syncJobs` are the jobs of scheduled reading. What is due is a time in a table: runs that were missed while no process was up
 * happen once, as soon as there is one, and a run that was cut off by a crash happens again. `open` throws when the
 * supplier cannot be opened.
 */
export function syncJobs({
  sql,
  open,
  clock,
  log,
}: {
  sql: Sql
  open: (supplier: SupplierId) => Promise<SupplierConnection>
  clock: Clock
  log: Logger
}): Record<string, JobTask> {
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
      const { outcome, error } = await applySync(sql, opened.config, list, options)
      if (outcome === 'ok') return
      log.warn({ supplier: opened.config.name, outcome, reason: error }, 'a list was not applied')
    } catch (error) {
      // Another process is at it, or was.
      if (error instanceof Refusal && error.code === 'conflict') return
      log.error({ err: error, supplier: id }, 'a list cannot be read')
      if (!stopping.aborted) await moveNext(sql, id, clock.now())
    } finally {
      await opened?.supplier.close?.()
    }
  }
  return { [FIND_DUE]: everyMinute(findDue), [READ]: read }
}
