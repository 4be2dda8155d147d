import type { Queryable } from '../database/database.ts'
import type { PasskeyId } from '../lib/ids.ts'
import { type Circle, ownerIn, type PersonId } from './circle.ts'

/** PasskeyRow is a passkey with what is needed to check what it signs. */
export interface PasskeyRow {
  id: PasskeyId
  personId: PersonId
  credentialId: Buffer
  publicKey: Buffer
  counter: bigint
  transports: string[]
  /** `isOut`: its person is suspended, or was reset. */
  isOut: boolean
}

/** `selectPasskey` gives the one that an authenticator calls so, where it is that of somebody in the circle. */
export async function selectPasskey(
  sql: Queryable,
  circle: Circle,
  credentialId: Buffer,
): Promise<PasskeyRow | undefined> {
  const [row] = await sql<PasskeyRow[]>`
    select k.id, p.id as person_id, k.credential_id, k.public_key, k.counter, k.transports,
           p.suspended_at is not null or p.password is null as is_out
      from passkeys k join ${sql(circle)} p on p.id = k.${sql(ownerIn[circle])}
     where k.credential_id = ${credentialId}`.records()
  return row
}

/** PasskeyView is a passkey as its person sees it. */
export interface PasskeyView {
  id: PasskeyId
  name: string
  /** `isBackedUp`: it is kept in more than one place, such as by a password manager. */
  isBackedUp: boolean
  createdAt: Date
  lastUsedAt: Date | null
}

/** `selectPasskeys` lists those of a person. */
export async function selectPasskeys(
  sql: Queryable,
  circle: Circle,
  personId: PersonId,
): Promise<PasskeyView[]> {
  return await sql<PasskeyView[]>`
    select id, name, backed_up as is_backed_up, created_at, last_used_at
      from passkeys where ${sql(ownerIn[circle])} = ${personId}::int order by id`.records()
}

/** `selectCredentials` gives what authenticators call the passkeys of a person. */
export async function selectCredentials(
  sql: Queryable,
  circle: Circle,
  personId: PersonId,
): Promise<{ credentialId: Buffer; transports: string[] }[]> {
  return await sql<{ credentialId: Buffer; transports: string[] }[]>`
    select credential_id, transports from passkeys where ${sql(ownerIn[circle])} = ${personId}::int order by id`.records()
}

export interface NewPasskey {
  circle: Circle
  personId: PersonId
  name: string
  credentialId: Buffer
  publicKey: Buffer
  counter: number
  transports: string[]
  isBackedUp: boolean
  createdAt: Date
}

/** `insertPasskey` gives undefined where somebody has that passkey. */
export async function insertPasskey(sql: Queryable, row: NewPasskey): Promise<PasskeyId | undefined> {
  const { circle, personId, name, credentialId, publicKey, counter, transports, isBackedUp, createdAt } = row
  const [made] = await sql<{ id: PasskeyId }[]>`
    insert into passkeys (${sql(ownerIn[circle])}, name, credential_id, public_key, counter, transports, backed_up, created_at)
    values (${personId}::int, ${name}, ${credentialId}, ${publicKey}, ${counter}::bigint, ${transports}::text[], ${isBackedUp}, ${createdAt})
    on conflict (credential_id) do nothing
    returning id`.records()
  return made?.id
}

/** `updatePasskeyUse` notes that a passkey was used; false: it is no more, or its counter has not gone on, as that of a copy. */
export async function updatePasskeyUse(
  sql: Queryable,
  { id, counter, isBackedUp, now }: { id: PasskeyId; counter: number; isBackedUp: boolean; now: Date },
): Promise<boolean> {
  const used = await sql<{ id: PasskeyId }[]>`
    update passkeys set counter = ${counter}::bigint, backed_up = ${isBackedUp}, last_used_at = ${now}
     where id = ${id}::int and (counter < ${counter}::bigint or (counter = 0 and ${counter}::bigint = 0)) returning id`.records()
  return used.length > 0
}

/** `deletePasskeys` removes those of a person: one, or all. Gives how many that were. */
export async function deletePasskeys(
  sql: Queryable,
  circle: Circle,
  personId: PersonId,
  only: PasskeyId | null = null,
): Promise<number> {
  const removed = await sql<{ id: PasskeyId }[]>`
    delete from passkeys where ${sql(ownerIn[circle])} = ${personId}::int and (${only}::int is null or id = ${only}::int) returning id`.records()
  return removed.length
}

/** Challenge is what a passkey is to sign, once. `personId`, null: it signs somebody in. */
interface Challenge {
  challenge: string
  circle: Circle
  personId: PersonId | null
}

export async function insertChallenge(
  sql: Queryable,
  { challenge, circle, personId, endsAt }: Challenge & { endsAt: Date },
): Promise<void> {
  await sql`
    insert into passkey_challenges (challenge, circle, person_id, ends_at)
    values (${challenge}, ${circle}, ${personId}::int, ${endsAt})`
}

/** `takeChallenge` uses a challenge up; false: it was used, is over, or was meant for somebody else. */
export async function takeChallenge(
  sql: Queryable,
  { challenge, circle, personId, now }: Challenge & { now: Date },
): Promise<boolean> {
  const taken = await sql<{ challenge: string }[]>`
    delete from passkey_challenges
     where challenge = ${challenge} and circle = ${circle} and person_id is not distinct from ${personId}::int and ends_at > ${now} returning challenge`
  return taken.length > 0
}

/** `deleteChallenges` removes those that are over. Gives how many that were. */
export async function deleteChallenges(sql: Queryable, before: Date, limit: number): Promise<number> {
  const removed = await sql<{ challenge: string }[]>`
    delete from passkey_challenges where challenge = any(array(
      select challenge from passkey_challenges where ends_at < ${before} order by ends_at limit ${limit} for update skip locked))
    returning challenge`
  return removed.length
}
