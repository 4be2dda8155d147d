import type { Queryable } from '../database/database.ts'
import { type WalkedPage, walkPage } from '../database/walk.ts'
import type { SupplierId } from '../lib/ids.ts'
import {
  type AttemptFilter,
  type AttemptPlace,
  type EndedAttempt,
  selectAttemptStop,
  selectAttempts,
} from './attempts.sql.ts'

export { attemptOutcomes, type EndedAttempt } from './attempts.sql.ts'

/** LOOKED_AT bounds what is looked at for a page where only some outcomes are wanted. */
const LOOKED_AT = 5_000

/** `listAttempts` gives a page of what was sent to a supplier and has ended, the newest first, looked for in `maxRows` of it. */
export const listAttempts = (
  sql: Queryable,
  supplier: SupplierId,
  { limit, ...filter }: AttemptFilter & { before?: AttemptPlace | undefined; limit: number },
  maxRows = LOOKED_AT,
): Promise<WalkedPage<EndedAttempt & { id: AttemptPlace }, AttemptPlace>> =>
  walkPage({
    limit,
    isNarrowed: filter.outcome !== undefined && filter.named === undefined,
    selectStop: async () => {
      const stop = await selectAttemptStop(sql, supplier, filter, maxRows)
      return stop && { id: stop }
    },
    select: async (part) => {
      const found = await selectAttempts(sql, supplier, { ...filter, ...part, maxRows })
      return found.map((one) => ({
        ...one,
        id: { endedMicros: one.endedMicros, orderId: one.orderId, position: one.position },
      }))
    },
  })
