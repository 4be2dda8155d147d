import type { Sql } from '../database/database.ts'

/** `databaseTime` gives the time by the clock of the database's machine. */
export async function databaseTime(sql: Sql): Promise<Date> {
  const [row] = await sql<{ now: Date }[]>`select clock_timestamp() as now`
  return row?.now ?? new Date(Number.NaN)
}

/**
 * `moveBack` has everything that is due later than in a minute due so much earlier, but not before `now`, and has leases end so much
 * earlier. Rows that somebody writes at this moment get times of the new clock from him.
 */
export async function moveBack(sql: Sql, { now, byMs }: { now: Date; byMs: number }): Promise<void> {
  const by = sql`(${byMs}::float8 * interval '1 ms')`
  const later = sql`(${now}::timestamptz + interval '1 minute')`
  await sql`
    with late as materialized (
      select account_id, order_id, position from items
       where state in ('pending', 'processing', 'unknown') and due_at > ${later} for update skip locked
    )
    update items i set due_at = greatest(${now}, i.due_at - ${by}), leased_until = i.leased_until - ${by}
      from late l
     where i.account_id = l.account_id and i.order_id = l.order_id and i.position = l.position`
  await sql`
    with late as materialized (
      select account_id, order_id, position, number from attempts
       where recheck_at > ${later} for update skip locked
    )
    update attempts a set recheck_at = greatest(${now}, a.recheck_at - ${by}), recheck_lease = a.recheck_lease - ${by}
      from late l
     where a.account_id = l.account_id and a.order_id = l.order_id and a.position = l.position and a.number = l.number`
  await sql`
    with late as materialized (
      select account_id, id from order_events
       where due_at is not null and greatest(due_at, leased_until) > ${later} for update skip locked
    )
    update order_events e set due_at = greatest(${now}, e.due_at - ${by}), leased_until = e.leased_until - ${by}
      from late l
     where e.account_id = l.account_id and e.id = l.id`
  await sql`update webhooks set rest_until = rest_until - ${by} where rest_until > ${later}`
  await sql`
    update supplier_health set probe_at = greatest(${now}, probe_at - ${by}) where open and probe_at > ${later}`
  await sql`
    update deposits set check_at = greatest(${now}, check_at - ${by}) where state = 'pending' and check_at > ${later}`
  await sql`
    update supplier_top_ups set check_at = greatest(${now}, check_at - ${by}) where check_at > ${later}`
  await sql`
    update supplier_syncs set next_at = greatest(${now}, next_at - ${by}) where next_at > ${later}`
  await sql`
    update notice_reads set next_at = greatest(${now}, next_at - ${by}) where next_at > ${later}`
}
