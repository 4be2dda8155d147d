import type { Insertable, Updateable } from 'kysely'
import { build, literal } from '../database/build.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Staff } from '../database/types.ts'
import type { StaffId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import type { Role } from './roles.ts'

/** Invited is somebody of the staff to whom an invitation was made. */
export interface Invited {
  id: StaffId
  role: Role
  name: string
  email: string | null
  invitedUntil: Date | null
  suspendedAt: Date | null
}

const people = () =>
  build.selectFrom('staff').select(['id', 'role', 'name', 'email', 'invitedUntil', 'suspendedAt'])

/** `lockInvited` gives the person whom a token invites, whether its time is over or not. */
export async function lockInvited(sql: Transaction, tokenHash: Buffer): Promise<Invited | undefined> {
  const [row] = await sql.run(people().where('invitationHash', '=', tokenHash).forUpdate())
  return row
}

/** `selectIsFirst` tells whether nobody of the staff has set a password yet. */
export async function selectIsFirst(sql: Queryable): Promise<boolean> {
  const [row] = await sql<{ first: boolean }[]>`
    select not exists (select from staff where password is not null) as first`
  return row?.first === true
}

/** `lockNameless` gives an invited person of a role of whom nothing else is known. */
export async function lockNameless(sql: Transaction, role: Role): Promise<Invited | undefined> {
  const [row] = await sql.run(
    people()
      .where('role', '=', role)
      .where('email', 'is', null)
      .where('suspendedAt', 'is', null)
      .orderBy('id')
      .limit(1)
      .forUpdate(),
  )
  return row
}

/** `lockOwners` gives the active owners, whom nobody else changes until this transaction ends. */
export async function lockOwners(sql: Transaction): Promise<StaffId[]> {
  const rows = await sql.run(
    build
      .selectFrom('staff')
      .select('id')
      .where('role', '=', 'owner')
      .where('password', 'is not', null)
      .where('suspendedAt', 'is', null)
      .orderBy('id')
      .forUpdate(),
  )
  return rows.map(({ id }) => id)
}

/** STAFF_LOCK lets one process at a time look whether there is anybody, and invite the first one. It may be any constant. */
const STAFF_LOCK = 7_164_005

export async function lockStaff(sql: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${STAFF_LOCK})`
}

/** `hasStaff` tells whether anybody has ever used an invitation. */
export async function hasStaff(sql: Queryable): Promise<boolean> {
  const found = await sql`select from staff where password is not null limit 1`
  return found.length > 0
}

/** `insertPerson` gives undefined when the e-mail address is taken. */
export async function insertPerson(
  sql: Queryable,
  row: Pick<Insertable<Staff>, 'role' | 'name' | 'email' | 'createdAt'>,
): Promise<StaffId | undefined> {
  const [made] = await sql.run(
    build
      .insertInto('staff')
      .values(row)
      .onConflict((taken) => taken.expression(literal`lower(email)`).doNothing())
      .returning('id'),
  )
  return made?.id
}

/** `updateStaff` changes what only people of the staff have. */
export async function updateStaff(
  sql: Queryable,
  id: StaffId,
  changes: Pick<Updateable<Staff>, 'role' | 'invitationHash' | 'invitedUntil'>,
): Promise<void> {
  await sql.run(build.updateTable('staff').set(changes).where('id', '=', id))
}

/** StaffRow is a person as operators see them. */
export interface StaffRow {
  id: StaffId
  name: string
  email: string | null
  language: Language
  timeZone: string
  role: Role
  isSetUp: boolean
  invitedUntil: Date | null
  suspendedAt: Date | null
  createdAt: Date
  recoveryCodes: number
  passkeys: number
  signIns: number
  lastSeenAt: Date | null
  failures: number
}

/** `selectStaff` lists people by id, with the sign-ins that hold at `now`, and what was wrong in the day before. */
export async function selectStaff(
  sql: Queryable,
  {
    now,
    seenAfter,
    failedAfter,
    id = null,
  }: { now: Date; seenAfter: Date; failedAfter: Date; id?: StaffId | null },
): Promise<StaffRow[]> {
  return await sql<StaffRow[]>`
    select p.id, p.name, p.email, p.language, p.time_zone, p.role::text as role, p.password is not null as is_set_up, p.invited_until, p.suspended_at,
           p.created_at, cardinality(p.recovery_codes) as recovery_codes,
           (select count(*)::int from passkeys k where k.staff_id = p.id) as passkeys,
           (select count(*)::int from sign_ins s
             where s.staff_id = p.id and s.ended_at is null and s.proved_at is not null
               and s.ends_at > ${now} and s.last_seen_at > ${seenAfter}) as sign_ins,
           (select max(s.last_seen_at) from sign_ins s where s.staff_id = p.id and s.proved_at is not null) as last_seen_at,
           (select count(*)::int from failed_sign_ins f where f.staff_id = p.id and f.at > ${failedAfter}) as failures
      from staff p
     where ${id}::int is null or p.id = ${id}::int
     order by p.id`.records()
}
