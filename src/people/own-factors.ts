import type { Sql, Transaction } from '../database/database.ts'
import type { SignInId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import { refuseForeignKey, type Sealer } from '../secrets/sealer.ts'
import { type Circle, type PersonId, sealedFor } from './circle.ts'
import { type Changed, mailPerson } from './mails.ts'
import { type Passwords, passwordFault } from './passwords.ts'
import {
  lockPerson,
  selectNewestSecrets,
  selectPerson,
  updatePerson,
  updateRecoveryCodes,
} from './people.sql.ts'
import { makeRecoveryCodes, stepOfFirstCode } from './second-factor.ts'
import { endSignIns } from './sign-ins.sql.ts'

/** OwnSignIn is the sign-in by which a person changes what they sign in with. All others of that person end. */
export interface OwnSignIn {
  circle: Circle
  personId: PersonId
  /** `id` is that of the sign-in. */
  id: SignInId
}

/** `changePassword` throws invalid_input. `sql` changes in the person's name. */
export async function changePassword(
  sql: Sql,
  passwords: Passwords,
  own: OwnSignIn,
  password: string,
  clock: Clock,
): Promise<void> {
  const { circle, personId } = own
  const person = await selectPerson(sql, circle, personId)
  const weak = await passwordFault(circle, password, [person?.name ?? '', person?.email ?? ''])
  if (weak !== undefined) throw weak
  const hashed = await passwords.hash(password)
  await sql.begin(async (transaction) => {
    await updatePerson(transaction, circle, personId, { password: hashed })
    await endOthers(transaction, own, 'password', clock.now())
  })
}

/** `changeTotp` takes a secret that was offered, and a code of it. Throws invalid_input, and conflict when the secret key at hand is not the server's. */
export async function changeTotp(
  sql: Sql,
  sealer: Sealer,
  own: OwnSignIn,
  given: { totpSecret: string; code: string },
  clock: Clock,
): Promise<void> {
  const { circle, personId } = own
  const { totpSecret, code } = given
  const now = clock.now()
  const step = stepOfFirstCode(totpSecret, code, now)
  if (step === undefined) throw because('invalid_input', 'wrong_code', {}, 'code')
  const secrets = sealer.seal({ totp: totpSecret }, sealedFor(circle, personId))
  await sql.begin(async (transaction) => {
    await lockPerson(transaction, circle, personId)
    const newest = await selectNewestSecrets(transaction, circle)
    const kept = newest ? [{ sealed: newest.secrets, owner: sealedFor(circle, newest.id) }] : []
    refuseForeignKey(sealer, kept, { what: SEALED[circle], mend: 'reset the people' })
    await updatePerson(transaction, circle, personId, { secrets, lastCode: BigInt(step) })
    await endOthers(transaction, own, 'app', now)
  })
}

const SEALED = { staff: 'staff members', account_people: 'people of accounts' }

/** `removeTotp` takes the authenticator app and the recovery codes away: a password alone signs in from now on. Throws conflict for staff. */
export async function removeTotp(sql: Sql, own: OwnSignIn, clock: Clock): Promise<void> {
  const { circle, personId } = own
  if (circle === 'staff') throw because('conflict', 'factor_needed', {})
  await sql.begin(async (transaction) => {
    await lockPerson(transaction, circle, personId)
    await updatePerson(transaction, circle, personId, { secrets: null })
    await updateRecoveryCodes(transaction, circle, personId, [])
    await endOthers(transaction, own, 'app removed', clock.now())
  })
}

/** `renewRecoveryCodes` gives ten new ones; the earlier ones count no more. */
export async function renewRecoveryCodes(
  sql: Sql,
  { circle, personId }: Pick<OwnSignIn, 'circle' | 'personId'>,
  clock: Clock,
): Promise<string[]> {
  const { codes, hashes } = makeRecoveryCodes()
  await sql.begin(async (transaction) => {
    await updateRecoveryCodes(transaction, circle, personId, hashes)
    await mailChange(transaction, circle, personId, 'recovery codes', clock.now())
  })
  return codes
}

async function endOthers(
  transaction: Transaction,
  { circle, personId, id: but }: OwnSignIn,
  what: Changed,
  now: Date,
): Promise<void> {
  await endSignIns(transaction, { circle, personId, now, but })
  await mailChange(transaction, circle, personId, what, now)
}

/** `mailChange` tells a person that they sign in with something else from now on: it may not have been they who changed it. */
export async function mailChange(
  transaction: Transaction,
  circle: Circle,
  personId: PersonId,
  what: Changed,
  now: Date,
): Promise<void> {
  const person = await selectPerson(transaction, circle, personId)
  if (person) await mailPerson(transaction, { ...person, circle }, { what, at: now.toISOString() })
}
