import type { Queryable } from '../../database/database.ts'
import type { ServiceId } from '../../lib/ids.ts'
import { DAY_MS, SECOND_MS } from '../../lib/time.ts'
import { countsOf, percentileOf } from '../../sales/buckets.ts'
import { selectCountedTimes, selectPromises } from './expected-times.sql.ts'
import { type LateOrders, selectLate } from './late.sql.ts'

export type { LateOrders }

const DAYS = 30
/** FEWEST is how many items must have been done lately, for their times to say something. */
const FEWEST = 20

/** ExpectedTimes says how long an order of a service may take, in milliseconds; of a service that is not in it nobody knows. */
export interface ExpectedTimes {
  now: Date
  times: ReadonlyMap<ServiceId, number>
}

/**
 * `expectedTimes` gives what is promised of each service; where nothing is, twice the time that nine of ten items of it took in the last
 * 30 days. What takes longer is late.
 */
export async function expectedTimes(sql: Queryable, now: Date): Promise<ExpectedTimes> {
  const [counted, promises] = await Promise.all([
    selectCountedTimes(sql, new Date(now.getTime() - DAYS * DAY_MS)),
    selectPromises(sql),
  ])
  const known = counted.flatMap(({ serviceId, charged, times }) => {
    const seconds = percentileOf(countsOf(times), 0.9)
    const isKnown = seconds !== null && charged >= FEWEST
    // Nobody misses what comes within a minute.
    return isKnown ? [[serviceId, Math.max(2 * seconds, 60) * SECOND_MS] as const] : []
  })
  const promised = promises.map(({ serviceId, seconds }) => [serviceId, seconds * SECOND_MS] as const)
  return { now, times: new Map([...known, ...promised]) }
}

/** `dueOf` gives of each service when the oldest order was placed that is not late yet. */
export function dueOf({ now, times }: ExpectedTimes): { serviceIds: ServiceId[]; placedBefore: string[] } {
  return {
    serviceIds: [...times.keys()],
    placedBefore: [...times.values()].map((ms) => new Date(now.getTime() - ms).toISOString()),
  }
}

/** `expectedBy` gives until when an order is expected; null: nobody knows. */
export function expectedBy(
  { serviceId, createdAt }: { serviceId: ServiceId; createdAt: Date },
  { times }: ExpectedTimes,
): Date | null {
  const ms = times.get(serviceId)
  return ms === undefined ? null : new Date(createdAt.getTime() + ms)
}

/** MAX_OPEN bounds the open items that are looked at. */
const MAX_OPEN = 5_000

/** `findLate` counts the open orders that are late. */
export const findLate = async (sql: Queryable, now: Date): Promise<LateOrders> =>
  await selectLate(sql, dueOf(await expectedTimes(sql, now)), MAX_OPEN)
