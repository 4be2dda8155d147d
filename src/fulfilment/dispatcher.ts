import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Sql } from '../database/database.ts'
import { takePending } from './fulfilment.sql.ts'
import { Loop } from './loop.ts'
import { LEASE_MS, type Worker } from './worker.ts'

const TAKE_AT_ONCE = 500
/** When to look again at an item that no supplier fulfils by itself, so that a new route is soon used. */
const IDLE_MS = 30_000

/** Sends pending items to their suppliers (promises 4 and 5). */
export function dispatcher(parts: { sql: Sql; worker: Worker; clock: Clock; log: Logger }): Loop {
  return new Loop(parts.log, async () => {
    const limit = Math.min(TAKE_AT_ONCE, parts.worker.room())
    if (limit === 0) return false
    const now = parts.clock.now()
    const { taken, looked } = await takePending(parts.sql, {
      limit,
      now,
      leaseUntil: new Date(now.getTime() + LEASE_MS),
      idleUntil: new Date(now.getTime() + IDLE_MS),
    })
    for (const item of taken) parts.worker.work(item, 'send')
    return looked === limit
  })
}
