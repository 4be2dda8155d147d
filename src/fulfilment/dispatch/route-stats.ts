import type { Logger } from 'pino'
import type { Sql } from '../../database/database.ts'
import type { Clock } from '../../lib/time.ts'
import { Loop } from '../../runtime/loop.ts'
import { measureRoutes } from './route-stats.sql.ts'

const EVERY_MS = 30_000

/** `routeStatsLoop` keeps what is measured of routes up to date, for services that choose by it. */
export const routeStatsLoop = (deps: { sql: Sql; clock: Clock; log: Logger }): Loop =>
  new Loop({
    name: 'route stats',
    log: deps.log,
    intervalMs: EVERY_MS,
    run: () => measureRoutes(deps.sql, deps.clock.now()),
  })
