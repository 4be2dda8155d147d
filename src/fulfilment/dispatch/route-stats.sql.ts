import type { Sql } from '../../database/database.ts'

/** MAX_ATTEMPTS is how many of a route's newest attempts are looked at. */
const MAX_ATTEMPTS = 200

/**
 * `measureRoutes` measures the routes of services that choose by it: how many of their last attempts succeeded, and how long it took.
 * What was the supplier's fault counts as a failure. The routes are read apart, because hot tables are joined with no configuration.
 */
export async function measureRoutes(sql: Sql, now: Date): Promise<void> {
  const routes = await sql<{ id: number }[]>`
    select r.id from supplier_routes r join services s on s.id = r.service_id where s.routing in ('fastest', 'best')`
  if (routes.length === 0) return
  await sql`
    insert into route_stats (route_id, tried, succeeded, median_seconds, measured_at)
    select r.id, count(a.state), count(a.state) filter (where a.state = 'succeeded'),
           percentile_cont(0.5) within group (order by extract(epoch from a.finished_at - a.created_at))
             filter (where a.state = 'succeeded'),
           ${now}
      from unnest(${routes.map(({ id }) => id)}::int[]) as r (id)
      left join lateral (
        select state, created_at, finished_at from attempts a
         where a.route_id = r.id and a.finished_at is not null
         order by a.finished_at desc limit ${MAX_ATTEMPTS}) a on true
     group by r.id
    on conflict (route_id) do update
       set tried = excluded.tried, succeeded = excluded.succeeded, median_seconds = excluded.median_seconds,
           measured_at = excluded.measured_at
     where route_stats.measured_at < excluded.measured_at`
}
