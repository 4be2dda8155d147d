import { backupState } from '../backup/backups.ts'
import { findUnrouted, type UnroutedService } from '../catalogue/services.ts'
import type { Sql } from '../database/database.ts'
import { countJobs } from '../jobs/jobs.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { selectLowSuppliers, selectOpenBreakers } from '../notices/conditions.ts'
import { findLate, type LateOrders } from '../orders/read/expected-times.ts'
import type { Webhook } from '../webhooks/attributes.ts'
import { listIllWebhooks } from '../webhooks/webhooks.ts'

/** NAMED is how many services and webhooks are named. */
const NAMED = 20

/** Trouble is what keeps orders from being done, or people from hearing of them. */
export interface Trouble {
  paused: Awaited<ReturnType<typeof selectOpenBreakers>>
  low: Awaited<ReturnType<typeof selectLowSuppliers>>
  unrouted: { count: number; some: UnroutedService[] }
  webhooks: { some: Webhook[]; more: boolean }
  late: LateOrders
  /** `backup` is when the last whole one was begun, where that is more than a day ago or there is none; null: all is well, or there is nothing to lose. */
  backup: { last: Date | null; problem: string | null } | null
  /** `jobs` are those of the queue that nobody takes, though they have been due for more than a minute. */
  jobs: { late: number; oldest: Date | null }
}

export async function findTrouble(sql: Sql, clock: Clock = systemClock): Promise<Trouble> {
  const now = clock.now()
  const [outOfCredit, otherwise, low, unrouted, webhooks, late, backups, jobs] = await Promise.all([
    selectOpenBreakers(sql, { credit: true }),
    selectOpenBreakers(sql, { credit: false }),
    selectLowSuppliers(sql),
    findUnrouted(sql),
    listIllWebhooks(sql, NAMED + 1),
    findLate(sql, now),
    backupState(sql),
    countJobs(sql),
  ])
  const last = backups.last?.startedAt ?? null
  const isOld = last === null || now.getTime() - last.getTime() > DAY_MS
  return {
    paused: [...outOfCredit, ...otherwise],
    low,
    unrouted: { count: unrouted.length, some: unrouted.slice(0, NAMED) },
    webhooks: { some: webhooks.slice(0, NAMED), more: webhooks.length > NAMED },
    late,
    backup: backups.hasOrders && isOld ? { last, problem: backups.problem } : null,
    jobs: { late: jobs.late, oldest: jobs.oldestDueAt },
  }
}
