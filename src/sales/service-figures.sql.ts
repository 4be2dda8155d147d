import type { Queryable } from '../database/database.ts'
import type { ServiceId } from '../lib/ids.ts'

/** ServiceCounts is how many items of a service ended since a day, and how long those that were charged took: see buckets.ts. */
export interface ServiceCounts {
  serviceId: ServiceId
  charged: number
  failed: number
  rejected: number
  times: string
}

/** `selectServiceCounts` gives it of some services, or of all. */
export async function selectServiceCounts(
  sql: Queryable,
  since: Date,
  services: readonly ServiceId[] | null,
): Promise<ServiceCounts[]> {
  return await sql<ServiceCounts[]>`
    select service_id, sum(charged)::int as charged, sum(failed)::int as failed, sum(rejected)::int as rejected,
           sum(times)::text as times
      from sales
     where cut = 'service' and unit = 'day' and day >= ${since}::timestamptz::date
       and service_id > 0 and (${services}::int[] is null or service_id = any(${services}::int[]))
     group by 1
    having sum(charged) + sum(failed) > 0`.records()
}

/** ServiceBuyers is how many accounts ordered a service lately, and how many of them do so with a Dhru panel. */
export interface ServiceBuyers {
  buyers: number
  panels: number
}

/** `selectBuyers` counts them from the month that a day is in. */
export async function selectBuyers(sql: Queryable, service: ServiceId, since: Date): Promise<ServiceBuyers> {
  const [counts] = await sql<ServiceBuyers[]>`
    select count(*)::int as buyers,
           (count(*) filter (where exists (select from api_keys k
                                            where k.account_id = b.account_id and k.dialect = 'panel' and k.revoked_at is null)))::int as panels
      from (select distinct account_id from sales
             where cut = 'account_service' and unit = 'month' and service_id = ${service}
               and day >= date_trunc('month', ${since}::timestamptz)::date) b`.records()
  return counts ?? { buyers: 0, panels: 0 }
}
