import type { Sql } from '../database/database.ts'

/** `sweepAnswers` removes up to `limit` kept answers to repeated requests that are older than 30 days and gives how many. */
export async function sweepAnswers(sql: Sql, now: Date, limit: number): Promise<number> {
  const swept = await sql`
    delete from idempotency_keys where ctid = any(array(
      select ctid from idempotency_keys
       where created_at < ${now}::timestamptz - interval '30 days' order by created_at
       limit ${limit} for update skip locked))`
  return swept.count
}

/** `sweepOperatorAnswers` does the same for those of the staff and their programs. */
export async function sweepOperatorAnswers(sql: Sql, now: Date, limit: number): Promise<number> {
  const swept = await sql`
    delete from operator_answers where ctid = any(array(
      select ctid from operator_answers
       where created_at < ${now}::timestamptz - interval '30 days' order by created_at
       limit ${limit} for update skip locked))`
  return swept.count
}

/**
 * `sweepKeys` removes up to `limit` order keys that no longer answer anything and gives how many. The keys are locked as they are found,
 * because one that a placement gives to a new order in this moment must stay (promise 3, one purchase once).
 */
export async function sweepKeys(sql: Sql, now: Date, limit: number): Promise<number> {
  const swept = await sql`
    delete from order_keys where ctid = any(array(
      select k.ctid from order_keys k
        join orders o on o.account_id = k.account_id and o.id = k.order_id
        join services s on s.id = o.service_id
       where o.finished_at is not null
         and case when k.body is null
                  then o.created_at < ${now}::timestamptz - make_interval(secs => s.replay_window_seconds)
                  else k.created_at < ${now}::timestamptz - interval '30 days' end
       limit ${limit} for update of k skip locked))`
  return swept.count
}
