import type { Queryable } from '../database/database.ts'
import type { ServiceId } from '../lib/ids.ts'
import { DAY_MS } from '../lib/time.ts'
import { countsOf, percentileOf } from './buckets.ts'
import { type ServiceBuyers, selectBuyers, selectServiceCounts } from './service-figures.sql.ts'

export type { ServiceBuyers }

/** FIGURE_DAYS is how many days the figures of services look back. */
export const FIGURE_DAYS = 30

/** ServiceFigures is how a service fared lately. */
export interface ServiceFigures {
  /** `successRate` is of the items that were charged or failed, from 0 to 1. */
  successRate: number
  /** `medianSeconds` is how long half of the items that were charged took at most; null: none was. */
  medianSeconds: number | null
}

/** `serviceFigures` gives the figures of some services, or of all (null), in the last FIGURE_DAYS days. A service of which nothing has ended has none. */
export async function serviceFigures(
  sql: Queryable,
  now: Date,
  services: readonly ServiceId[] | null,
): Promise<ReadonlyMap<ServiceId, ServiceFigures>> {
  const counts = await selectServiceCounts(sql, new Date(now.getTime() - FIGURE_DAYS * DAY_MS), services)
  return new Map(
    counts.map(({ serviceId, charged, failed, rejected, times }) => [
      serviceId,
      {
        successRate: (charged - rejected) / (charged + failed),
        medianSeconds: percentileOf(countsOf(times), 0.5),
      },
    ]),
  )
}

/** `serviceBuyers` counts the accounts that ordered a service in the last FIGURE_DAYS days or in the month before, and those of them that have a Dhru panel. */
export const serviceBuyers = (sql: Queryable, now: Date, service: ServiceId): Promise<ServiceBuyers> =>
  selectBuyers(sql, service, new Date(now.getTime() - FIGURE_DAYS * DAY_MS))
