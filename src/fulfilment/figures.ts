import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Sql } from '../database/database.ts'
import { measureRoutes } from './figures.sql.ts'
import { Loop } from './loop.ts'

const EVERY_MS = 30_000

/** Keeps what is measured of routes up to date, for services that choose by it. */
export const figures = (parts: { sql: Sql; clock: Clock; log: Logger }): Loop =>
  new Loop(
    parts.log,
    async () => {
      await measureRoutes(parts.sql, parts.clock.now())
      return false
    },
    EVERY_MS,
  )
