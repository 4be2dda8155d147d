import type { Logger } from 'pino'
import type { Sql } from '../../database/database.ts'
import type { Clock } from '../../lib/time.ts'
import { Loop } from '../../runtime/loop.ts'
import { measureRoutes } from './route-stats.sql.ts'

const EVERY_MS = 30_000

/** `figures` keeps what is measured of routes up to date, for services that choose by it. */
export const figures = (parts: { sql: Sql; clock: Clock; log: Logger }): Loop =>
  new Loop({
    name: 'route stats',
    log: parts.log,
    intervalMs: EVERY_MS,
    run: async () => {
      await measureRoutes(parts.sql, parts.clock.now())
      return false
    },
  })
