import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import type { StaffId } from '../lib/ids.ts'
import { plainLineFault, sanitize } from '../lib/text.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { terms } from '../people/circle.ts'
import { mailPerson } from '../people/mails.ts'
import {
  deletePasskeys,
  endSignIns,
  lockPerson,
  type Person,
  selectPersonNamed,
  updatePerson,
  updateRecoveryCodes,
} from '../people/people.ts'
import { type ProfileForm, readEmail, readProfile } from '../people/read.ts'
import { hashToken, randomToken } from '../people/tokens.ts'
import type { Role } from './roles.ts'
import {
  hasStaff,
  insertPerson,
  lockNameless,
  lockOwners,
  lockStaff,
  type StaffRow,
  selectStaff,
  updateStaff,
} from './staff.sql.ts'

export { hasStaff } from './staff.sql.ts'

/** INVITATION_BYTES gives 128 random bits. */
const INVITATION_BYTES = 16
const INVITATION_MS = DAY_MS

/** StaffView is a person as operators see them. `failures` counts wrong passwords and codes of the last day. */
export interface StaffView extends Omit<StaffRow, 'isSetUp'> {
  /** `status`: an invited person has no password, because the invitation is not used yet, or because of a reset. */
  status: 'active' | 'invited' | 'suspended'
}

/** Invitation lets somebody set name, password and second factor, once. */
export interface Invitation {
  staff: StaffView
  /** `token` is shown this once. */
  token: string
  until: Date
}

/** Changer is who changes staff: a person of the staff, a program, or (undefined) the command line, which may do all. */
export type Changer = StaffId | 'program' | undefined

export interface StaffForm {
  role: Role
  email?: string | undefined
  name?: string | undefined
}

/**
 * `inviteStaff` invites a person, and again one who has not used the invitation: that one counts no more. Throws invalid_input, or conflict
 * where the e-mail address is somebody's.
 */
export async function inviteStaff(
  sql: Sql,
  { role, email, name = '' }: StaffForm,
  clock: Clock = systemClock,
): Promise<Invitation> {
  const given = { email: email === undefined ? null : readEmail(email), name: name.trim() }
  if (given.name !== '') orThrow(resultOf(given, [plainLineFault('name', given.name, 100)]))
  return await sql.begin(async (transaction) => {
    const named = given.email === null ? undefined : await lockNamed(transaction, given.email)
    if (named?.password != null || named?.suspendedAt) {
      throw new Refusal(
        'conflict',
        `the e-mail address ${given.email} is that of ${named.name || named.id}`,
        'email',
      )
    }
    const nameless = given.email === null ? await lockNameless(transaction, role) : undefined
    const found = (named?.id as StaffId | undefined) ?? nameless?.id
    const createdAt = clock.now()
    const id = found ?? (await insertPerson(transaction, { role, ...given, createdAt }))
    if (id === undefined) throw new Refusal('conflict', `the e-mail address ${given.email} is taken`, 'email')
    if (found !== undefined) {
      await updateStaff(transaction, id, { role })
      await updatePerson(transaction, 'staff', id, { name: given.name || undefined })
    }
    return await invited(transaction, id, { what: 'invited', clock })
  })
}

/** `lockNamed` finds a person by e-mail address, in lower case. */
async function lockNamed(sql: Transaction, email: string): Promise<Person | undefined> {
  const found = await selectPersonNamed(sql, 'staff', email.toLowerCase())
  return found && (await lockPerson(sql, 'staff', found.id))
}

async function invited(
  sql: Transaction,
  id: StaffId,
  { what, clock }: { what: 'invited' | 'reset'; clock: Clock },
): Promise<Invitation> {
  const token = randomToken(INVITATION_BYTES)
  const until = new Date(clock.now().getTime() + INVITATION_MS)
  await updateStaff(sql, id, { invitationHash: hashToken(token), invitedUntil: until })
  const staff = await findStaff(sql, id, clock)
  const addressee = { circle: 'staff' as const, email: staff.email, language: staff.language }
  await mailPerson(sql, addressee, { what, role: staff.role, until: until.toISOString() })
  return { staff, token, until }
}

/** FirstOwner is how the first owner comes in: by an invitation that was just made; by an earlier one; or (undefined) there is somebody. */
export type FirstOwner = { invitation: Invitation } | { invitedUntil: Date } | undefined

/** `inviteFirstOwner` invites an owner while there is nobody, unless an invitation is open. Of several processes one does. */
export async function inviteFirstOwner(sql: Sql, clock: Clock = systemClock): Promise<FirstOwner> {
  if (await hasStaff(sql)) return undefined
  return await sql.begin(async (transaction) => {
    await lockStaff(transaction)
    if (await hasStaff(transaction)) return undefined
    const open = await lockNameless(transaction, 'owner')
    if (open?.invitedUntil && open.invitedUntil > clock.now()) return { invitedUntil: open.invitedUntil }
    const id =
      open?.id ?? ((await insertPerson(transaction, { role: 'owner', createdAt: clock.now() })) as StaffId)
    return { invitation: await invited(transaction, id, { what: 'invited', clock }) }
  })
}

/** `setRole` gives a person another role, and ends all sign-ins. Nobody changes their own. Throws not_found, or conflict for the last owner. */
export const setRole = (
  sql: Sql,
  id: StaffId,
  role: Role,
  by?: Changer,
  clock: Clock = systemClock,
): Promise<StaffView> =>
  changing(sql, id, { by, keepsOwner: role !== 'owner', clock }, async (transaction, person) => {
    if (person.role === role) return
    await updateStaff(transaction, id, { role })
    await endSignIns(transaction, { circle: 'staff', personId: id, now: clock.now() })
  })

/** `suspendStaff` keeps a person out, and ends all sign-ins, in every process within a second. Throws as `setRole`. */
export const suspendStaff = (
  sql: Sql,
  id: StaffId,
  by?: Changer,
  clock: Clock = systemClock,
): Promise<StaffView> =>
  changing(sql, id, { by, keepsOwner: true, clock }, async (transaction, person) => {
    if (person.suspendedAt) return
    const now = clock.now()
    await updatePerson(transaction, 'staff', id, { suspendedAt: now })
    await updateStaff(transaction, id, { invitationHash: null, invitedUntil: null })
    await endSignIns(transaction, { circle: 'staff', personId: id, now })
  })

/** `resumeStaff` lets a suspended person in again. Throws not_found. */
export const resumeStaff = (
  sql: Sql,
  id: StaffId,
  by?: Changer,
  clock: Clock = systemClock,
): Promise<StaffView> =>
  changing(sql, id, { by, keepsOwner: false, clock }, (transaction) =>
    updatePerson(transaction, 'staff', id, { suspendedAt: null }),
  )

/**
 * `resetStaff` takes password, second factor, recovery codes and passkeys away, ends all sign-ins, and gives the token by which the person sets new ones.
 * Throws not_found, or conflict for the last owner, unless the command line does it.
 */
export async function resetStaff(
  sql: Sql,
  id: StaffId,
  by?: Changer,
  clock: Clock = systemClock,
): Promise<Invitation> {
  let made: Invitation | undefined
  await changing(sql, id, { by, keepsOwner: by !== undefined, clock }, async (transaction, person) => {
    if (person.suspendedAt) throw new Refusal('conflict', 'the person is suspended', 'id')
    await updatePerson(transaction, 'staff', id, { password: null, secrets: null })
    await updateRecoveryCodes(transaction, 'staff', id, [])
    await deletePasskeys(transaction, 'staff', id)
    await endSignIns(transaction, { circle: 'staff', personId: id, now: clock.now() })
    made = await invited(transaction, id, { what: 'reset', clock })
  })
  return made as Invitation
}

/** `changing` changes a person. `keepsOwner`: the person will be no active owner any more, and another one must be there. */
async function changing(
  sql: Sql,
  id: StaffId,
  { by, keepsOwner, clock }: { by: Changer; keepsOwner: boolean; clock: Clock },
  change: (transaction: Transaction, person: Person) => Promise<void>,
): Promise<StaffView> {
  if (by === id)
    throw new Refusal('permission_denied', 'nobody changes their own role, or suspends or resets themselves')
  return await sql.begin(async (transaction) => {
    // Locked first, and by everybody in one order: two owners who suspend each other do so one after the other.
    const owners = keepsOwner ? await lockOwners(transaction) : []
    const person = await lockPerson(transaction, 'staff', id)
    if (!person) throw new Refusal('not_found', `there is no staff ${id}`, 'id')
    if (owners.length === 1 && owners[0] === id) {
      throw new Refusal('conflict', 'there must be an active owner, and this is the only one', 'id')
    }
    await change(transaction, person)
    return await findStaff(transaction, id, clock)
  })
}

/** `findStaff` throws not_found. */
export async function findStaff(sql: Queryable, id: StaffId, clock: Clock = systemClock): Promise<StaffView> {
  const [view] = await viewsOf(sql, clock, id)
  if (!view) throw new Refusal('not_found', `there is no staff ${id}`, 'id')
  return view
}

/** `changeOwnStaffProfile` changes what somebody of the staff says of themselves. Throws invalid_input. */
export async function changeOwnStaffProfile(
  sql: Sql,
  id: StaffId,
  form: ProfileForm,
  clock: Clock = systemClock,
): Promise<StaffView> {
  await updatePerson(sql, 'staff', id, readProfile(form))
  return await findStaff(sql, id, clock)
}

/** `listStaff` gives all people by id. */
export const listStaff = (sql: Queryable, clock: Clock = systemClock): Promise<StaffView[]> =>
  viewsOf(sql, clock)

/** `findStaffNamed` finds a person by id (all digits) or e-mail address. Throws not_found. */
export async function findStaffNamed(sql: Queryable, idOrEmail: string): Promise<StaffId> {
  const text = idOrEmail.trim()
  if (/^[1-9]\d{0,8}$/.test(text)) return (await findStaff(sql, Number(text) as StaffId)).id
  const person = await selectPersonNamed(sql, 'staff', sanitize(text).toLowerCase())
  if (!person) throw new Refusal('not_found', `there is no staff ${JSON.stringify(text)}`, 'staff')
  return person.id as StaffId
}

async function viewsOf(sql: Queryable, clock: Clock, id: StaffId | null = null): Promise<StaffView[]> {
  const now = clock.now()
  const since = (ms: number): Date => new Date(now.getTime() - ms)
  const rows = await selectStaff(sql, {
    now,
    seenAfter: since(terms.staff.maxIdleMs),
    failedAfter: since(DAY_MS),
    id,
  })
  return rows.map(({ isSetUp, ...row }) => ({
    ...row,
    status: row.suspendedAt ? 'suspended' : isSetUp ? 'active' : 'invited',
  }))
}
