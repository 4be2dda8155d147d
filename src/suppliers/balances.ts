import type { Logger } from 'pino'
import type { Sql } from '../database/database.ts'
import { everyMinute, type JobTask } from '../jobs/jobs.ts'
import type { SupplierId } from '../lib/ids.ts'
import { type Clock, DAY_MS, MINUTE_MS } from '../lib/time.ts'
import { claimBalances, deleteBalances } from './balances.sql.ts'
import { recordBalance, type SupplierConnection } from './suppliers.ts'

/** ASK_BALANCES is the job that keeps the history of our balances at suppliers. */
export const ASK_BALANCES = 'supplier_balances'

const AT_ONCE = 20
const TIMEOUT_MS = 20_000
/** KEPT_MS is longer than a year, so that one can be compared with the one before. */
const KEPT_MS = 800 * DAY_MS

interface BalanceDeps {
  sql: Sql
  open: (id: SupplierId) => Promise<SupplierConnection>
  /** `everyMinutes`, 0: nobody is asked. */
  everyMinutes: () => Promise<number>
  clock: Clock
  log: Logger
}

/** `balanceJobs` has the task of the job. A supplier that does not answer is asked again when its time has come again. */
export function balanceJobs(deps: BalanceDeps): Record<string, JobTask> {
  const { sql, clock } = deps
  const ask: JobTask = async (_payload, stopping) => {
    const now = clock.now()
    await deleteBalances(sql, new Date(now.getTime() - KEPT_MS))
    const everyMinutes = await deps.everyMinutes()
    if (everyMinutes === 0) return
    const before = new Date(now.getTime() - everyMinutes * MINUTE_MS)
    const due = await claimBalances(sql, { now, before, limit: AT_ONCE })
    await Promise.all(due.map((id) => askOne(deps, id, stopping)))
  }
  return { [ASK_BALANCES]: everyMinute(ask) }
}

async function askOne(
  { sql, open, clock, log }: BalanceDeps,
  id: SupplierId,
  stopping: AbortSignal,
): Promise<void> {
  try {
    const { config, supplier } = await open(id)
    try {
      if (!supplier.account) return
      const account = await supplier.account(AbortSignal.any([stopping, AbortSignal.timeout(TIMEOUT_MS)]))
      if (account.currency !== null && account.currency !== config.currency) return
      await recordBalance(sql, id, account, clock.now())
    } finally {
      await supplier.close?.()
    }
  } catch (error) {
    log.debug({ err: error, supplierId: id }, 'a supplier did not say our balance')
  }
}
