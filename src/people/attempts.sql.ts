import type { Queryable } from '../database/database.ts'
import { type Circle, ownerIn, type PersonId } from './circle.ts'

/**
 * `countBackoff` counts an attempt, where none is refused at this time. Beyond `free` ones each is followed by a wait, which doubles from one
 * second to a minute. Gives until when it is refused; undefined: it was counted.
 */
export async function countBackoff(
  sql: Queryable,
  { subject, free, now, forgetMs }: { subject: string; free: number; now: Date; forgetMs: number },
): Promise<Date | undefined> {
  const counted = await sql<{ count: number }[]>`
    insert into sign_in_attempts as a (subject, count, refused_until, forgotten_at)
    values (${subject}, 1, ${now}, ${new Date(now.getTime() + forgetMs)})
    on conflict (subject) do update
       set count = case when a.forgotten_at <= ${now} then 1 else a.count + 1 end,
           refused_until = case when a.forgotten_at <= ${now} or a.count < ${free}::int then ${now}::timestamptz
                                else ${now}::timestamptz + least(60, 2 ^ least(a.count - ${free}::int, 6)) * interval '1 s' end,
           forgotten_at = excluded.forgotten_at
     where a.refused_until <= ${now}
    returning count`
  return counted.length > 0 ? undefined : await selectEnd(sql, subject, 'refused_until')
}

/** `countWithin` counts an attempt, where fewer than `max` were counted since the first of them. Gives until when it is refused. */
export async function countWithin(
  sql: Queryable,
  { subject, max, now, windowMs }: { subject: string; max: number; now: Date; windowMs: number },
): Promise<Date | undefined> {
  const end = new Date(now.getTime() + windowMs)
  const counted = await sql<{ count: number }[]>`
    insert into sign_in_attempts as a (subject, count, refused_until, forgotten_at) values (${subject}, 1, ${now}, ${end})
    on conflict (subject) do update
       set count = case when a.forgotten_at <= ${now} then 1 else a.count + 1 end,
           forgotten_at = case when a.forgotten_at <= ${now} then ${end}::timestamptz else a.forgotten_at end
     where a.forgotten_at <= ${now} or a.count < ${max}::int
    returning count`
  return counted.length > 0 ? undefined : await selectEnd(sql, subject, 'forgotten_at')
}

async function selectEnd(
  sql: Queryable,
  subject: string,
  of: 'refused_until' | 'forgotten_at',
): Promise<Date | undefined> {
  const [row] = await sql<{ refusedUntil: Date; forgottenAt: Date }[]>`
    select refused_until, forgotten_at from sign_in_attempts where subject = ${subject}`.records()
  return of === 'refused_until' ? row?.refusedUntil : row?.forgottenAt
}

export async function deleteAttempts(sql: Queryable, subjects: readonly string[]): Promise<void> {
  await sql`delete from sign_in_attempts where subject = any(${subjects}::text[])`
}

/** `deleteForgotten` removes what is forgotten. Gives how many rows that were. */
export async function deleteForgotten(sql: Queryable, before: Date, limit: number): Promise<number> {
  const removed = await sql<{ subject: string }[]>`
    delete from sign_in_attempts where subject = any(array(
      select subject from sign_in_attempts where forgotten_at < ${before} limit ${limit} for update skip locked))
    returning subject`
  return removed.length
}

/** Failure is a password or code that was wrong. */
export interface Failure {
  at: Date
  circle: Circle
  /** `personId`, null: nobody is called so. */
  personId: PersonId | null
  what: 'password' | 'code' | 'recovery code' | 'passkey'
  address: string
}

export async function insertFailure(
  sql: Queryable,
  { at, circle, personId, what, address }: Failure,
): Promise<void> {
  await sql`
    insert into failed_sign_ins (at, ${sql(ownerIn[circle])}, what, address)
    values (${at}, ${personId}::int, ${what}, ${address})`
}

/** KnownFailure is a failure as operators see it. */
export interface KnownFailure {
  id: number
  at: Date
  /** `circle` and `personId`, null: nobody is called so. */
  circle: Circle | null
  personId: PersonId | null
  name: string | null
  what: Failure['what']
  address: string
}

/** `selectFailures` gives failures of everybody, the newest first, behind the one with the id `before`. */
export const selectFailures = (
  sql: Queryable,
  { before = Number.MAX_SAFE_INTEGER, limit }: { before?: number | undefined; limit: number },
): Promise<KnownFailure[]> =>
  sql<KnownFailure[]>`
    select f.id, f.at, f.what, f.address, coalesce(f.staff_id, f.person_id) as person_id,
           case when f.staff_id is not null then 'staff' when f.person_id is not null then 'account_people' end as circle,
           coalesce(s.name, p.name) as name
      from failed_sign_ins f
      left join staff s on s.id = f.staff_id
      left join account_people p on p.id = f.person_id
     where f.id < ${before}::bigint
     order by f.id desc limit ${limit}`.records()

/** `deleteFailures` removes old ones. Gives how many that were. */
export async function deleteFailures(sql: Queryable, before: Date, limit: number): Promise<number> {
  const removed = await sql<{ id: bigint }[]>`
    delete from failed_sign_ins where id = any(array(
      select id from failed_sign_ins where at < ${before} order by at limit ${limit} for update skip locked))
    returning id`
  return removed.length
}
