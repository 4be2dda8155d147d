import type { Queryable } from '../database/database.ts'
import type { SignInId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { type Circle, ownerIn, type PersonId } from './circle.ts'

/** SignInRow is a sign-in with the person whose it is. */
export interface SignInRow {
  id: SignInId
  personId: PersonId
  name: string
  email: string
  language: Language
  role: string
  /** `hasApp`: a code of an authenticator app, or a recovery code, belongs to the person's password. */
  hasApp: boolean
  provedAt: Date | null
  lastSeenAt: Date
  endsAt: Date
}

/** `selectSignIn` gives the sign-in of a token, or that of an id, where it holds: it has not ended, and neither has its person's time. */
export async function selectSignIn(
  sql: Queryable,
  circle: Circle,
  { now, seenAfter, ...by }: ({ tokenHash: Buffer } | { id: SignInId }) & { now: Date; seenAfter: Date },
): Promise<SignInRow | undefined> {
  const [row] = await sql<SignInRow[]>`
    select s.id, p.id as person_id, p.name, coalesce(p.email, '') as email, p.language, p.role::text as role, p.secrets is not null as has_app,
           s.proved_at, s.last_seen_at, s.ends_at
      from sign_ins s join ${sql(circle)} p on p.id = s.${sql(ownerIn[circle])}
     where ${'id' in by ? sql`s.id = ${by.id}::bigint` : sql`s.token_hash = ${by.tokenHash}`} and s.ended_at is null and s.ends_at > ${now} and s.last_seen_at > ${seenAfter}
       and p.suspended_at is null and p.password is not null`.records()
  return row
}

export async function insertSignIn(
  sql: Queryable,
  row: {
    circle: Circle
    personId: PersonId
    tokenHash: Buffer
    device: string
    address: string
    now: Date
    provedAt: Date | null
    endsAt: Date
  },
): Promise<SignInId> {
  const { circle, personId, tokenHash, device, address, now, provedAt, endsAt } = row
  const [made] = await sql<{ id: SignInId }[]>`
    insert into sign_ins (${sql(ownerIn[circle])}, token_hash, device, address, made_at, last_seen_at, proved_at, ends_at)
    values (${personId}::int, ${tokenHash}, ${device}, ${address}, ${now}, ${now}, ${provedAt}, ${endsAt})
    returning id`.records()
  return (made as { id: SignInId }).id
}

interface NewDevice {
  email: string
  language: Language
  device: string
  address: string
}

/** `selectNewDevice` gives where a sign-in comes from, if its person has signed in before, and never on such a device. */
export async function selectNewDevice(
  sql: Queryable,
  circle: Circle,
  id: SignInId,
): Promise<NewDevice | undefined> {
  const [row] = await sql<NewDevice[]>`
    select coalesce(p.email, '') as email, p.language, s.device, s.address
      from sign_ins s
      join ${sql(circle)} p on p.id = s.${sql(ownerIn[circle])}
     cross join lateral (
       select count(*) as signed_in, count(*) filter (where o.device = s.device) as on_it
         from sign_ins o where o.${sql(ownerIn[circle])} = p.id and o.id <> s.id and o.proved_at is not null) earlier
     where s.id = ${id}::bigint and earlier.signed_in > 0 and earlier.on_it = 0`
  return row
}

/** `updateProved` gives a sign-in another token, since its person has proved who it is. Gives false where it has ended. */
export async function updateProved(
  sql: Queryable,
  { id, tokenHash, now, endsAt }: { id: SignInId; tokenHash: Buffer; now: Date; endsAt: Date },
): Promise<boolean> {
  const changed = await sql<{ id: bigint }[]>`
    update sign_ins set token_hash = ${tokenHash}, proved_at = ${now}, last_seen_at = ${now}, ends_at = ${endsAt}
     where id = ${id}::bigint and ended_at is null returning id`
  return changed.length > 0
}

export async function updateSeen(sql: Queryable, id: SignInId, now: Date): Promise<void> {
  await sql`update sign_ins set last_seen_at = ${now} where id = ${id}::bigint and last_seen_at < ${now}`
}

/** `endSignIns` ends those of a person: one, all, or all but one. */
export async function endSignIns(
  sql: Queryable,
  {
    circle,
    personId,
    now,
    only = null,
    but = null,
  }: { circle: Circle; personId: PersonId; now: Date; only?: SignInId | null; but?: SignInId | null },
): Promise<void> {
  await sql`
    update sign_ins set ended_at = ${now}
     where ${sql(ownerIn[circle])} = ${personId}::int and ended_at is null
       and (${only}::bigint is null or id = ${only}::bigint) and (${but}::bigint is null or id <> ${but}::bigint)`
}

/** `selectAddresses` gives the addresses that a person has lately signed in from. */
export async function selectAddresses(sql: Queryable, circle: Circle, personId: PersonId): Promise<string[]> {
  const rows = await sql<{ address: string }[]>`
    select distinct address from (
      select address from sign_ins where ${sql(ownerIn[circle])} = ${personId}::int and proved_at is not null order by id desc limit 100) latest`
  return rows.map(({ address }) => address)
}

/** SignInView is a sign-in as its person, and owners, see it. */
export interface SignInView {
  id: SignInId
  device: string
  address: string
  madeAt: Date
  lastSeenAt: Date
  endsAt: Date
}

/** `selectSignIns` lists those of a person that hold, the newest first. */
export async function selectSignIns(
  sql: Queryable,
  { circle, personId, now, seenAfter }: { circle: Circle; personId: PersonId; now: Date; seenAfter: Date },
): Promise<SignInView[]> {
  return await sql<SignInView[]>`
    select id, device, address, made_at, last_seen_at, ends_at from sign_ins
     where ${sql(ownerIn[circle])} = ${personId}::int and ended_at is null and proved_at is not null and ends_at > ${now} and last_seen_at > ${seenAfter}
     order by id desc`.records()
}

/** `deleteSignIns` removes those whose time was over long ago; the trail has them. Gives how many that were. */
export async function deleteSignIns(sql: Queryable, before: Date, limit: number): Promise<number> {
  const removed = await sql<{ id: bigint }[]>`
    delete from sign_ins where id = any(array(
      select id from sign_ins where ends_at < ${before} order by ends_at limit ${limit} for update skip locked))
    returning id`
  return removed.length
}
