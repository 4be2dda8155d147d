import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'

/** ApplicationRow is somebody who asks for an account, and has proved the e-mail address. */
export interface ApplicationRow {
  id: number
  name: string
  email: string
  contact: string
  country: string
  note: string
  language: Language
  address: string
  verifiedAt: Date
  decidedAt: Date | null
  /** `decidedBy` is a name of the trail; null: it is open, or that was not kept yet. */
  decidedBy: string | null
  accepted: boolean | null
  why: string
  accountId: AccountId | null
}

export interface NewApplication {
  name: string
  email: string
  contact: string
  country: string
  note: string
  language: Language
  address: string
  madeAt: Date
  endsAt: Date
}

export async function insertApplication(sql: Queryable, row: NewApplication): Promise<number> {
  const { name, email, contact, country, note, language, address, madeAt, endsAt } = row
  const [made] = await sql<{ id: number }[]>`
    insert into applications (name, email, contact, country, note, language, address, made_at, ends_at)
    values (${name}, ${email}, ${contact}, ${country}, ${note}, ${language}, ${address}, ${madeAt}, ${endsAt})
    returning id`.records()
  return (made as { id: number }).id
}

/** Mailed is what a mail to an applicant says. */
interface Mailed {
  email: string
  language: Language
  why: string
  endsAt: Date
  isOpen: boolean
}

/** `selectMailed`: `isOpen` tells whether the e-mail address is still to be proved. */
export async function selectMailed(sql: Queryable, id: number): Promise<Mailed | undefined> {
  const [row] = await sql<Mailed[]>`
    select email, language, why, ends_at, verified_at is null as is_open from applications where id = ${id}::int`.records()
  return row
}

export async function updateToken(sql: Queryable, id: number, tokenHash: Buffer): Promise<void> {
  await sql`update applications set token_hash = ${tokenHash} where id = ${id}::int and verified_at is null`
}

/** `updateVerified` uses a token; false: it was used, has ended, or never was. */
export async function updateVerified(sql: Queryable, tokenHash: Buffer, now: Date): Promise<boolean> {
  const verified = await sql<{ id: number }[]>`
    update applications set verified_at = ${now}, token_hash = null
     where token_hash = ${tokenHash} and ends_at > ${now} and verified_at is null
    returning id`.records()
  return verified.length > 0
}

/** `selectApplications` lists those whose e-mail address is proved, the newest first. */
export async function selectApplications(
  sql: Queryable,
  {
    isOpen = null,
    before = null,
    id = null,
    limit,
  }: { isOpen?: boolean | null; before?: number | null; id?: number | null; limit: number },
): Promise<ApplicationRow[]> {
  return await sql<ApplicationRow[]>`
    select id, name, email, contact, country, note, language, address, verified_at, decided_at, decided_by, accepted, why, account_id
      from applications
     where verified_at is not null
       and (${isOpen}::boolean is null or (decided_at is null) = ${isOpen}::boolean)
       and (${before}::int is null or id < ${before}::int) and (${id}::int is null or id = ${id}::int)
     order by id desc limit ${limit}`.records()
}

/** `lockOpen` keeps others from deciding; false: it is decided, or there is none. */
export async function lockOpen(sql: Transaction, id: number): Promise<boolean> {
  const found = await sql<{ id: number }[]>`
    select id from applications where id = ${id}::int and verified_at is not null and decided_at is null for update`.records()
  return found.length > 0
}

export async function updateDecided(
  sql: Queryable,
  id: number,
  {
    now,
    by,
    accepted,
    why,
    accountId,
  }: { now: Date; by: string; accepted: boolean; why: string; accountId: AccountId | null },
): Promise<void> {
  await sql`
    update applications set decided_at = ${now}, decided_by = ${by}, accepted = ${accepted}, why = ${why}, account_id = ${accountId}::int
     where id = ${id}::int`
}

/** `deleteUnproved` removes those who have not proved the address. Gives how many that were. */
export async function deleteUnproved(sql: Queryable, before: Date, limit: number): Promise<number> {
  const removed = await sql<{ id: number }[]>`
    delete from applications where id = any(array(
      select id from applications where verified_at is null and ends_at < ${before} order by ends_at limit ${limit} for update skip locked))
    returning id`.records()
  return removed.length
}
