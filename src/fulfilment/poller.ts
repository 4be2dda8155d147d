import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Sql } from '../database/database.ts'
import { takeSent } from './fulfilment.sql.ts'
import { Loop } from './loop.ts'
import { LEASE_MS, type Worker } from './worker.ts'

const TAKE_AT_ONCE = 500

/** Asks about items that were sent: accepted ones when due, unknown ones, and those whose worker died. */
export function poller(parts: { sql: Sql; worker: Worker; clock: Clock; log: Logger }): Loop {
  return new Loop(parts.log, async () => {
    const limit = Math.min(TAKE_AT_ONCE, parts.worker.room())
    if (limit === 0) return false
    const now = parts.clock.now()
    const leaseUntil = new Date(now.getTime() + LEASE_MS)
    const taken = await takeSent(parts.sql, { limit, now, leaseUntil })
    for (const item of taken) parts.worker.work(item, 'ask')
    return taken.length === limit
  })
}
