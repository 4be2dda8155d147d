import type { Queryable } from '../../database/database.ts'
import type { ServiceId } from '../../lib/ids.ts'

/** CountedTimes is how long the items of a service took lately: how many of them are in which bucket (see src/sales/buckets.ts). */
export interface CountedTimes {
  serviceId: ServiceId
  buckets: number[]
  counts: number[]
}

/** `selectCountedTimes` gives the times of each service since a day, from the figures. */
export async function selectCountedTimes(sql: Queryable, since: Date): Promise<CountedTimes[]> {
  return await sql<CountedTimes[]>`
    select service_id, array_agg(bucket::int) as buckets, array_agg(count::int) as counts
      from (select t.service_id, u.bucket, sum(u.count) as count
              from sale_times t cross join lateral unnest(t.buckets, t.counts) as u (bucket, count)
             where t.cut = 'service' and not t.whole_month and t.first_day >= ${since}::timestamptz::date
             group by 1, 2) c
     group by 1`.records()
}
