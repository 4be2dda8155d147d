import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { SignInId, StaffId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type Passwords, passwordFault } from './passwords.ts'
import { makeRecoveryCodes, sealedFor, stepOfFirstCode, WRONG_CODE } from './second-factor.ts'
import { endSignIns } from './sign-ins.sql.ts'
import { lockPerson, selectPerson, updatePerson, updateRecoveryCodes } from './staff.sql.ts'

/** OwnSignIn is the sign-in by which a person changes what they sign in with. All others of that person end. */
interface OwnSignIn {
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
    await updatePerson(transaction, staffId, { password: hashed })
    await endSignIns(transaction, { staffId, now: clock.now(), but: signInId })
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
  })
}

/** `renewRecoveryCodes` gives ten new ones; the earlier ones count no more. */
export async function renewRecoveryCodes(sql: Sql, staffId: StaffId): Promise<string[]> {
  const { codes, hashes } = makeRecoveryCodes()
  await updateRecoveryCodes(sql, staffId, hashes)
  return codes
}
