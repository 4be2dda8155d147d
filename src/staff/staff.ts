import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { faultsIn, ok, orThrow, resultOf } from '../lib/fault.ts'
import type { StaffId } from '../lib/ids.ts'
import { plainLineFault } from '../lib/text.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { mailPerson } from '../people/mails.ts'
import { lockPerson, type Person, selectPersonNamed, updatePerson } from '../people/people.ts'
import { emailOf } from '../people/read.ts'
import { countedAt, rosterOf, type Standing, standingOf } from '../people/roster.ts'
import { hashToken, randomToken } from '../people/tokens.ts'
import { because } from '../reasons.ts'
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
export interface StaffView extends Omit<StaffRow, 'isSetUp'>, Standing {}

/** Invitation lets somebody set name, password and second factor, once. */
export interface Invitation {
  staff: StaffView
  /** `token` is shown this once. */
  token: string
  until: Date
}

/** Changer is who changes staff: a person of the staff, a program, or (undefined) the command line, which may do all. */
type Changer = StaffId | 'program' | undefined

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
  const given = readInvited({ email, name })
  return await sql.begin(async (transaction) => {
    const named = given.email === null ? undefined : await lockNamed(transaction, given.email)
    if (named?.password != null || named?.suspendedAt) {
      throw because(
        'conflict',
        'email_of',
        { email: String(given.email), who: named.name || named.id },
        'email',
      )
    }
    const nameless = given.email === null ? await lockNameless(transaction, role) : undefined
    const found = (named?.id as StaffId | undefined) ?? nameless?.id
    const createdAt = clock.now()
    const id = found ?? (await insertPerson(transaction, { role, ...given, createdAt }))
    if (id === undefined) throw because('conflict', 'email_taken', { email: String(given.email) }, 'email')
    if (found !== undefined) {
      await updateStaff(transaction, id, { role })
      await updatePerson(transaction, 'staff', id, { name: given.name || undefined })
    }
    return await invited(transaction, id, { what: 'invited', clock })
  })
}

/** `readInvited` throws invalid_input with all that is wrong; a name may be left to whoever is invited. */
function readInvited({ email, name }: { email: string | undefined; name: string }) {
  const address = email === undefined ? ok(null) : emailOf(email)
  const called = name.trim()
  const faults = [...faultsIn(address), called === '' ? undefined : plainLineFault('name', called, 100)]
  orThrow(resultOf(undefined, faults))
  return { email: orThrow(address), name: called }
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
  const staff = await find(sql, id, clock)
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

const { find, findNamed, setRole, suspend, resume, reset, changeOwnProfile } = rosterOf<
  StaffId,
  Role,
  StaffView,
  Changer,
  Invitation
>({
  circle: 'staff',
  noun: 'staff',
  field: 'staff',
  select: async (sql, id, clock) => (await viewsOf(sql, clock, id))[0],
  lockOwners: (sql) => lockOwners(sql),
  updateRole: (sql, id, role) => updateStaff(sql, id, { role }),
  endInvitation: (sql, id) => updateStaff(sql, id, { invitationHash: null, invitedUntil: null }),
  invite: (sql, id, clock) => invited(sql, id, { what: 'reset', clock }),
})

export {
  changeOwnProfile as changeOwnStaffProfile,
  find as findStaff,
  findNamed as findStaffNamed,
  reset as resetStaff,
  resume as resumeStaff,
  setRole,
  suspend as suspendStaff,
}

/** `listStaff` gives all people by id. */
export const listStaff = (sql: Queryable, clock: Clock = systemClock): Promise<StaffView[]> =>
  viewsOf(sql, clock)

async function viewsOf(sql: Queryable, clock: Clock, id: StaffId | null = null): Promise<StaffView[]> {
  return (await selectStaff(sql, { ...countedAt('staff', clock), id })).map(standingOf)
}
