import type { Sql } from '../database/database.ts'
import { type FaultyRequest, selectFaults } from './faults.sql.ts'

/** `lastFaults` gives the newest requests that failed by our fault. */
export const lastFaults = (sql: Sql, limit: number): Promise<FaultyRequest[]> => selectFaults(sql, limit)
