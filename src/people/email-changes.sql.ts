import type { Queryable } from '../database/database.ts'
import { type Circle, ownerIn, type PersonId } from './circle.ts'

interface Whose {
  circle: Circle
  personId: PersonId
}

/** EmailChange is an address that a person has not shown to be theirs yet. */
export interface EmailChange {
  email: string
  endsAt: Date
}

export async function selectEmailChange(
  sql: Queryable,
  { circle, personId, now }: Whose & { now: Date },
): Promise<EmailChange | undefined> {
  const [row] = await sql<EmailChange[]>`
    select email, ends_at from email_changes where ${sql(ownerIn[circle])} = ${personId}::int and ends_at > ${now}`.records()
  return row
}

/** `insertEmailChange` takes the place of an earlier one. */
export async function insertEmailChange(
  sql: Queryable,
  { circle, personId, email, endsAt }: Whose & EmailChange,
): Promise<void> {
  await deleteEmailChange(sql, { circle, personId })
  await sql`
    insert into email_changes (${sql(ownerIn[circle])}, email, ends_at) values (${personId}::int, ${email}, ${endsAt})`
}

export async function deleteEmailChange(sql: Queryable, { circle, personId }: Whose): Promise<void> {
  await sql`delete from email_changes where ${sql(ownerIn[circle])} = ${personId}::int`
}

/** `updateEmailToken` gives a change that is still open its token (null: none), and says until when it holds. */
export async function updateEmailToken(
  sql: Queryable,
  { circle, personId, email, tokenHash }: Whose & { email: string; tokenHash: Buffer | null },
): Promise<Date | undefined> {
  const [row] = await sql<{ endsAt: Date }[]>`
    update email_changes set token_hash = ${tokenHash}
     where ${sql(ownerIn[circle])} = ${personId}::int and email = ${email} returning ends_at`.records()
  return row?.endsAt
}

/** `takeEmailChange` takes away the change that a token is for; undefined: there is none, or it has ended. */
export async function takeEmailChange(
  sql: Queryable,
  { circle, tokenHash, now }: { circle: Circle; tokenHash: Buffer; now: Date },
): Promise<{ personId: PersonId; email: string } | undefined> {
  const [row] = await sql<{ personId: PersonId; email: string }[]>`
    delete from email_changes
     where token_hash = ${tokenHash} and ends_at > ${now} and ${sql(ownerIn[circle])} is not null
    returning ${sql(ownerIn[circle])} as person_id, email`.records()
  return row
}

/** `deleteResetTokens` has links by which a person would set a new password hold no more: they went to the address that is no longer the person's. */
export async function deleteResetTokens(sql: Queryable, { circle, personId }: Whose): Promise<void> {
  if (circle === 'account_people')
    await sql`delete from person_tokens where person_id = ${personId}::int and what = 'reset'`
}

/** `deleteOldEmailChanges` removes those that have ended. Gives how many that were. */
export async function deleteOldEmailChanges(sql: Queryable, before: Date, limit: number): Promise<number> {
  const removed = await sql<{ id: number }[]>`
    delete from email_changes where id = any(array(
      select id from email_changes where ends_at < ${before} order by ends_at limit ${limit} for update skip locked))
    returning id`
  return removed.length
}
