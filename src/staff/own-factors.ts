import type { Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { SignInId, StaffId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type Changed, mailStaff } from './mails.ts'
import { type Passwords, passwordFault } from './passwords.ts'
import { makeRecoveryCodes, sealedFor, stepOfFirstCode, WRONG_CODE } from './second-factor.ts'
import { endSignIns } from './sign-ins.sql.ts'
import { lockPerson, selectPerson, updatePerson, updateRecoveryCodes } from './staff.sql.ts'

/** OwnSignIn is the sign-in by which a person changes what they sign in with. All others of that person end. */
export interface OwnSignIn {
  staffId: StaffId
  signInId: SignInId
}

/** `changePassword` throws invalid_input. `sql` changes in the person's name. */
export async function changePassword(
  sql: Sql,
  passwords: Passwords,
  { staffId, signInId }: OwnSignIn,
  password: string,
  clock: Clock,
): Promise<void> {
  const person = await selectPerson(sql, staffId)
  const weak = await passwordFault(password, [person?.name ?? '', person?.email ?? ''])
  if (weak !== undefined) throw new Refusal('invalid_input', weak, 'password')
  const hashed = await passwords.hash(password)
  await sql.begin(async (transaction) => {
    const now = clock.now()
    await updatePerson(transaction, staffId, { password: hashed })
    await endSignIns(transaction, { staffId, now, but: signInId })
    await mailChange(transaction, staffId, 'password', now)
  })
}

/** `changeTotp` takes a secret that was offered, and a code of it. Throws invalid_input. */
export async function changeTotp(
  sql: Sql,
  sealer: Sealer,
  { staffId, signInId }: OwnSignIn,
  given: { totpSecret: string; code: string },
  clock: Clock,
): Promise<void> {
  const { totpSecret, code } = given
  const now = clock.now()
  const step = stepOfFirstCode(totpSecret, code, now)
  if (step === undefined) throw new Refusal('invalid_input', WRONG_CODE, 'code')
  const secrets = sealer.seal({ totp: totpSecret }, sealedFor(staffId))
  await sql.begin(async (transaction) => {
    await lockPerson(transaction, staffId)
    await updatePerson(transaction, staffId, { secrets, lastCode: BigInt(step) })
    await endSignIns(transaction, { staffId, now, but: signInId })
    await mailChange(transaction, staffId, 'app', now)
  })
}

/** `renewRecoveryCodes` gives ten new ones; the earlier ones count no more. */
export async function renewRecoveryCodes(sql: Sql, staffId: StaffId, clock: Clock): Promise<string[]> {
  const { codes, hashes } = makeRecoveryCodes()
  await sql.begin(async (transaction) => {
    await updateRecoveryCodes(transaction, staffId, hashes)
    await mailChange(transaction, staffId, 'recovery codes', clock.now())
  })
  return codes
}

/** `mailChange` tells a person that they sign in with something else from now on: it may not have been they who changed it. */
export async function mailChange(
  transaction: Transaction,
  staffId: StaffId,
  what: Changed,
  now: Date,
): Promise<void> {
  const person = await selectPerson(transaction, staffId)
  await mailStaff(transaction, person?.email ?? null, { what, at: now.toISOString() })
}
