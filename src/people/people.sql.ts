import type { Updateable } from 'kysely'
import { type Acting, cameBy } from '../database/acting.ts'
import { build, literal } from '../database/build.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountPeople } from '../database/types.ts'
import type { StaffId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import type { Circle, PersonId } from './circle.ts'

/** `actAs` names who changes something in this transaction. */
export async function actAs(sql: Transaction, by: Acting): Promise<void> {
  await sql`select set_config('imeigate.actor', ${by.actor}, true), set_config('imeigate.by', ${cameBy(by)}, true)`
}

/** Person is somebody of a circle, with what they sign in with. */
export interface Person {
  id: PersonId
  role: string
  name: string
  /** `email`, null: it is not known yet who will use an invitation to the staff. */
  email: string | null
  language: Language
  /** `password` is its hash; null: an invitation is not used yet, or the person was reset. */
  password: string | null
  /** `secrets`, null: there is no authenticator app. */
  secrets: Buffer | null
  lastCode: number
  suspendedAt: Date | null
}

const COLUMNS = ['id', 'role', 'name', 'email', 'language', 'password', 'secrets', 'lastCode'] as const

/** `tableOf`: both tables have these columns. */
const tableOf = (circle: Circle) => (circle === 'staff' ? 'staff' : 'accountPeople') as 'staff'

const people = (circle: Circle) => build.selectFrom(tableOf(circle)).select([...COLUMNS, 'suspendedAt'])

const personOf = ({ lastCode, ...rest }: { language: string; lastCode: bigint }): Person =>
  ({ ...rest, lastCode: Number(lastCode) }) as Person

export async function selectPerson(
  sql: Queryable,
  circle: Circle,
  id: PersonId,
): Promise<Person | undefined> {
  const [row] = await sql.run(people(circle).where('id', '=', id as StaffId))
  return row && personOf(row)
}

/** `lockPerson` keeps other transactions from changing the person until this one ends. */
export async function lockPerson(
  sql: Transaction,
  circle: Circle,
  id: PersonId,
): Promise<Person | undefined> {
  const [row] = await sql.run(
    people(circle)
      .where('id', '=', id as StaffId)
      .forUpdate(),
  )
  return row && personOf(row)
}

/** `selectPersonNamed` takes an e-mail address in lower case. */
export async function selectPersonNamed(
  sql: Queryable,
  circle: Circle,
  email: string,
): Promise<Person | undefined> {
  const [row] = await sql.run(people(circle).where(literal<boolean>`lower(email) = ${email}`))
  return row && personOf(row)
}

/** `selectNewestSecrets` gives what was sealed last. */
export async function selectNewestSecrets(
  sql: Queryable,
  circle: Circle,
): Promise<{ id: PersonId; secrets: Buffer } | undefined> {
  const [row] = await sql<{ id: PersonId; secrets: Buffer }[]>`
    select id, secrets from ${sql(circle)} where secrets is not null order by id desc limit 1`.records()
  return row
}

/** PersonChange is what changes of a person in either circle. */
type PersonChange = Pick<
  Updateable<AccountPeople>,
  'name' | 'language' | 'timeZone' | 'password' | 'secrets' | 'lastCode' | 'suspendedAt'
> & { email?: string | undefined }

export async function updatePerson(
  sql: Queryable,
  circle: Circle,
  id: PersonId,
  changes: { [Name in keyof PersonChange]?: PersonChange[Name] | undefined },
): Promise<void> {
  // An update of nothing is no statement.
  await sql.run(
    build
      .updateTable(tableOf(circle))
      .set(({ ref }) => ({ createdAt: ref('createdAt'), ...changes }))
      .where('id', '=', id as StaffId),
  )
}

/** `updateRecoveryCodes` replaces all of them. */
export async function updateRecoveryCodes(
  sql: Queryable,
  circle: Circle,
  id: PersonId,
  hashes: readonly Buffer[],
): Promise<void> {
  const texts = hashes.map((one) => one.toString('hex'))
  await sql`
    update ${sql(circle)} set recovery_codes = array(select decode(code, 'hex') from unnest(${texts}::text[]) as code)
     where id = ${id}::int`
}

/** `useCode` notes that a code was used; false: it, or a later one, was used before. */
export async function useCode(sql: Queryable, circle: Circle, id: PersonId, step: number): Promise<boolean> {
  const used = await sql<{ id: number }[]>`
    update ${sql(circle)} set last_code = ${step}::bigint where id = ${id}::int and last_code < ${step}::bigint returning id`
  return used.length > 0
}

/** `useRecoveryCode` takes a code away; false: it is none of theirs. */
export async function useRecoveryCode(
  sql: Queryable,
  circle: Circle,
  id: PersonId,
  hash: Buffer,
): Promise<boolean> {
  const used = await sql<{ id: number }[]>`
    update ${sql(circle)} set recovery_codes = array_remove(recovery_codes, ${hash}::bytea)
     where id = ${id}::int and ${hash}::bytea = any(recovery_codes) returning id`
  return used.length > 0
}
