import type { Queryable } from '../../database/database.ts'
import type { ServiceId } from '../../lib/ids.ts'

/** CountedTimes is how many items of a service were charged lately, and how long they took: see src/sales/buckets.ts. */
export interface CountedTimes {
  serviceId: ServiceId
  charged: number
  times: string
}

/** `selectCountedTimes` gives it of each service since a day, from the figures. */
export async function selectCountedTimes(sql: Queryable, since: Date): Promise<CountedTimes[]> {
  return await sql<CountedTimes[]>`
    select service_id, sum(charged)::int as charged, sum(times)::text as times
      from sales
     where cut = 'service' and unit = 'day' and day >= ${since}::timestamptz::date
     group by 1
    having sum(charged) > 0`.records()
}

/** Promised is within how many seconds an order of a service is promised to be done. */
interface Promised {
  serviceId: ServiceId
  seconds: number
}

/** `selectPromises` gives the services of which the operator promises a time. */
export async function selectPromises(sql: Queryable): Promise<Promised[]> {
  return await sql<Promised[]>`
    select id as service_id, promised_seconds as seconds from services where promised_seconds is not null`.records()
}
