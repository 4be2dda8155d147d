import type { Insertable, Updateable } from 'kysely'
import { type Acting, cameBy } from '../database/acting.ts'
import { build, literal } from '../database/build.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Staff } from '../database/types.ts'
import type { StaffId } from '../lib/ids.ts'
import type { Role } from './roles.ts'

/** `actAs` names who changes something in this transaction. */
export async function actAs(sql: Transaction, by: Acting): Promise<void> {
  await sql`select set_config('imeigate.actor', ${by.actor}, true), set_config('imeigate.by', ${cameBy(by)}, true)`
}

/** Person is somebody of the staff as they are kept. */
export interface Person {
  id: StaffId
  role: Role
  name: string
  /** `email`, null: it is not known yet who will use the invitation. */
  email: string | null
  /** `password` is its hash; null: an invitation is not used yet. */
  password: string | null
  secrets: Buffer | null
  lastCode: number
  invitedUntil: Date | null
  suspendedAt: Date | null
  createdAt: Date
}

const COLUMNS = ['id', 'role', 'name', 'email', 'password', 'secrets', 'lastCode'] as const
const TIMES = ['invitedUntil', 'suspendedAt', 'createdAt'] as const

const people = () => build.selectFrom('staff').select([...COLUMNS, ...TIMES])

const personOf = ({ lastCode, ...rest }: Omit<Person, 'lastCode'> & { lastCode: bigint }): Person => ({
  ...rest,
  lastCode: Number(lastCode),
})

export async function selectPerson(sql: Queryable, id: StaffId): Promise<Person | undefined> {
  const [row] = await sql.run(people().where('id', '=', id))
  return row && personOf(row)
}

/** `lockPerson` keeps other transactions from changing the person until this one ends. */
export async function lockPerson(sql: Transaction, id: StaffId): Promise<Person | undefined> {
  const [row] = await sql.run(people().where('id', '=', id).forUpdate())
  return row && personOf(row)
}

/** `selectPersonNamed` takes an e-mail address in lower case. */
export async function selectPersonNamed(sql: Queryable, email: string): Promise<Person | undefined> {
  const [row] = await sql.run(people().where(literal<boolean>`lower(email) = ${email}`))
  return row && personOf(row)
}

/** `lockInvited` gives the person whom a token invites, whether its time is over or not. */
export async function lockInvited(sql: Transaction, tokenHash: Buffer): Promise<Person | undefined> {
  const [row] = await sql.run(people().where('invitationHash', '=', tokenHash).forUpdate())
  return row && personOf(row)
}

/** `lockNameless` gives an invited person of a role of whom nothing else is known. */
export async function lockNameless(sql: Transaction, role: Role): Promise<Person | undefined> {
  const [row] = await sql.run(
    people()
      .where('role', '=', role)
      .where('email', 'is', null)
      .where('suspendedAt', 'is', null)
      .orderBy('id')
      .limit(1)
      .forUpdate(),
  )
  return row && personOf(row)
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

/** `selectNewestSecrets` gives what was sealed last. */
export async function selectNewestSecrets(
  sql: Queryable,
): Promise<{ id: StaffId; secrets: Buffer } | undefined> {
  const [row] = await sql<{ id: StaffId; secrets: Buffer }[]>`
    select id, secrets from staff where secrets is not null order by id desc limit 1`.records()
  return row
}

/** `hasStaff` tells whether anybody has ever used an invitation. */
export async function hasStaff(sql: Queryable): Promise<boolean> {
  const found = await sql.run(
    build.selectFrom('staff').select('id').where('password', 'is not', null).limit(1),
  )
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

export async function updatePerson(
  sql: Queryable,
  id: StaffId,
  changes: {
    [Name in Exclude<keyof Updateable<Staff>, 'id' | 'recoveryCodes'>]?: Updateable<Staff>[Name] | undefined
  },
): Promise<void> {
  // An update of nothing is no statement.
  await sql.run(
    build
      .updateTable('staff')
      .set(({ ref }) => ({ createdAt: ref('createdAt'), ...changes }))
      .where('id', '=', id),
  )
}

/** `updateRecoveryCodes` replaces all of them. */
export async function updateRecoveryCodes(
  sql: Queryable,
  id: StaffId,
  hashes: readonly Buffer[],
): Promise<void> {
  const texts = hashes.map((one) => one.toString('hex'))
  await sql`
    update staff set recovery_codes = array(select decode(code, 'hex') from unnest(${texts}::text[]) as code) where id = ${id}::int`
}

/** `useCode` notes that a code was used; false: it, or a later one, was used before. */
export async function useCode(sql: Queryable, id: StaffId, step: number): Promise<boolean> {
  const used = await sql<{ id: number }[]>`
    update staff set last_code = ${step}::bigint where id = ${id}::int and last_code < ${step}::bigint returning id`
  return used.length > 0
}

/** `useRecoveryCode` takes a code away; false: it is none of theirs. */
export async function useRecoveryCode(sql: Queryable, id: StaffId, hash: Buffer): Promise<boolean> {
  const used = await sql<{ id: number }[]>`
    update staff set recovery_codes = array_remove(recovery_codes, ${hash}::bytea)
     where id = ${id}::int and ${hash}::bytea = any(recovery_codes) returning id`
  return used.length > 0
}

/** StaffRow is a person as operators see them. */
export interface StaffRow {
  id: StaffId
  name: string
  email: string | null
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
    select p.id, p.name, p.email, p.role::text as role, p.password is not null as is_set_up, p.invited_until, p.suspended_at,
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
