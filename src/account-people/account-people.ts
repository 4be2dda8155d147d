import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import type { AccountId, AccountPersonId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { plainLineFault, sanitize } from '../lib/text.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { terms } from '../people/circle.ts'
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
import { mailAccountPerson } from './mails.ts'
import {
  deleteTokensOf,
  insertPerson,
  insertToken,
  lockOwners,
  type PersonRow,
  selectPeople,
  updateRole,
} from './people.sql.ts'
import type { AccountRole } from './roles.ts'

/** TOKEN_BYTES gives 128 random bits. */
const TOKEN_BYTES = 16
const INVITATION_MS = 7 * DAY_MS

/** AccountPersonView is a person of an account as operators, and the account's owners, see them. `failures` counts wrong passwords and codes of the last day. */
export interface AccountPersonView extends Omit<PersonRow, 'isSetUp'> {
  /** `status`: an invited person has no password, because the invitation is not used yet, or because of a reset. */
  status: 'active' | 'invited' | 'suspended'
}

/** PersonInvitation lets somebody set name and password, once. */
export interface PersonInvitation {
  person: AccountPersonView
  /** `token` is shown this once. */
  token: string
  until: Date
}

export interface PersonForm {
  role: AccountRole
  email: string
  name?: string | undefined
  language?: Language | undefined
}

/** A change is made by a person of the account; undefined: by the operator, who may do all. */
export type By = AccountPersonId | undefined

/**
 * `invitePerson` invites a person to an account, and again one who has not used the invitation: that one counts no more. The person is told by
 * mail, with a link of its own. Throws invalid_input, or conflict where the e-mail address is somebody's.
 */
export async function invitePerson(
  sql: Sql,
  accountId: AccountId,
  { role, email, name = '', language = 'en' }: PersonForm,
  clock: Clock = systemClock,
): Promise<PersonInvitation> {
  const given = { email: readEmail(email), name: name.trim() }
  if (given.name !== '') orThrow(resultOf(given, [plainLineFault('name', given.name, 100)]))
  return await sql.begin(async (transaction) => {
    const named = await selectPersonNamed(transaction, 'account_people', given.email.toLowerCase())
    const found = named && (await lockPerson(transaction, 'account_people', named.id))
    const id = found
      ? await invitedAgain(transaction, { accountId, found, given, role }, clock)
      : await insertPerson(transaction, { accountId, role, ...given, language, createdAt: clock.now() })
    if (id === undefined) refuseTaken(given.email)
    return await invited(transaction, id, clock)
  })
}

async function invitedAgain(
  transaction: Transaction,
  {
    accountId,
    found,
    given,
    role,
  }: { accountId: AccountId; found: Person; given: { email: string; name: string }; role: AccountRole },
  clock: Clock,
): Promise<AccountPersonId> {
  const id = found.id as AccountPersonId
  const view = await findPerson(transaction, id, clock)
  if (view.accountId !== accountId || view.status !== 'invited') refuseTaken(given.email)
  await updateRole(transaction, id, role)
  await updatePerson(transaction, 'account_people', id, { name: given.name || undefined })
  return id
}

function refuseTaken(email: string): never {
  throw new Refusal('conflict', `somebody signs in with the e-mail address ${email}`, 'email')
}

async function invited(
  transaction: Transaction,
  id: AccountPersonId,
  clock: Clock,
): Promise<PersonInvitation> {
  await deleteTokensOf(transaction, id)
  const { token, until } = await makeInvitation(transaction, id, clock)
  await mailAccountPerson(transaction, { what: 'invitation', personId: id })
  return { person: await findPerson(transaction, id, clock), token, until }
}

/** `makeInvitation` gives a person one more token. */
export async function makeInvitation(
  sql: Queryable,
  personId: AccountPersonId,
  clock: Clock,
): Promise<{ token: string; until: Date }> {
  const token = randomToken(TOKEN_BYTES)
  const until = new Date(clock.now().getTime() + INVITATION_MS)
  await insertToken(sql, { tokenHash: hashToken(token), personId, what: 'invitation', endsAt: until })
  return { token, until }
}

/** `changeOwnProfile` changes what a person says of themselves. Throws invalid_input. */
export async function changeOwnProfile(
  sql: Sql,
  id: AccountPersonId,
  form: ProfileForm,
  clock: Clock = systemClock,
): Promise<AccountPersonView> {
  await updatePerson(sql, 'account_people', id, readProfile(form))
  return await findPerson(sql, id, clock)
}

/** `setPersonRole` gives a person another role, and ends all sign-ins. Nobody changes their own. Throws not_found, or conflict for the last owner. */
export const setPersonRole = (
  sql: Sql,
  id: AccountPersonId,
  role: AccountRole,
  by?: By,
  clock: Clock = systemClock,
): Promise<AccountPersonView> =>
  changing(sql, id, { by, keepsOwner: role !== 'owner', clock }, async (transaction, person) => {
    if (person.role === role) return
    await updateRole(transaction, id, role)
    await endSignIns(transaction, { circle: 'account_people', personId: id, now: clock.now() })
  })

/** `suspendPerson` keeps a person out, and ends all sign-ins, in every process within a second. Throws as `setPersonRole`. */
export const suspendPerson = (
  sql: Sql,
  id: AccountPersonId,
  by?: By,
  clock: Clock = systemClock,
): Promise<AccountPersonView> =>
  changing(sql, id, { by, keepsOwner: true, clock }, async (transaction, person) => {
    if (person.suspendedAt) return
    const now = clock.now()
    await updatePerson(transaction, 'account_people', id, { suspendedAt: now })
    await deleteTokensOf(transaction, id)
    await endSignIns(transaction, { circle: 'account_people', personId: id, now })
  })

/** `resumePerson` lets a suspended person in again. Throws not_found. */
export const resumePerson = (
  sql: Sql,
  id: AccountPersonId,
  by?: By,
  clock: Clock = systemClock,
): Promise<AccountPersonView> =>
  changing(sql, id, { by, keepsOwner: false, clock }, (transaction) =>
    updatePerson(transaction, 'account_people', id, { suspendedAt: null }),
  )

/**
 * `resetPerson` takes password, second factor, recovery codes and passkeys away, ends all sign-ins, and invites the person anew. Throws not_found,
 * or conflict for the last owner, unless the operator does it.
 */
export async function resetPerson(
  sql: Sql,
  id: AccountPersonId,
  by?: By,
  clock: Clock = systemClock,
): Promise<PersonInvitation> {
  let made: PersonInvitation | undefined
  await changing(sql, id, { by, keepsOwner: by !== undefined, clock }, async (transaction, person) => {
    if (person.suspendedAt) throw new Refusal('conflict', 'the person is suspended', 'id')
    await updatePerson(transaction, 'account_people', id, { password: null, secrets: null })
    await updateRecoveryCodes(transaction, 'account_people', id, [])
    await deletePasskeys(transaction, 'account_people', id)
    await endSignIns(transaction, { circle: 'account_people', personId: id, now: clock.now() })
    made = await invited(transaction, id, clock)
  })
  return made as PersonInvitation
}

/**
 * `changing` changes a person. `keepsOwner`: the person will be no active owner any more, and where one of the account's own people does it, another
 * one must be there.
 */
async function changing(
  sql: Sql,
  id: AccountPersonId,
  { by, keepsOwner, clock }: { by: By; keepsOwner: boolean; clock: Clock },
  change: (transaction: Transaction, person: Person) => Promise<void>,
): Promise<AccountPersonView> {
  if (by === id)
    throw new Refusal('permission_denied', 'nobody changes their own role, or suspends or resets themselves')
  return await sql.begin(async (transaction) => {
    const { accountId } = await findPerson(transaction, id, clock)
    // Locked first, and by everybody in one order: two owners who suspend each other do so one after the other.
    const owners = keepsOwner && by !== undefined ? await lockOwners(transaction, accountId) : []
    const person = await lockPerson(transaction, 'account_people', id)
    if (!person) refuseUnknown(id)
    // The other one has suspended whoever does this meanwhile.
    if (owners.length === 1 && owners[0] === id) {
      throw new Refusal('conflict', 'there must be an active owner, and this is the only one', 'id')
    }
    await change(transaction, person)
    return await findPerson(transaction, id, clock)
  })
}

/** `findPerson` throws not_found. */
export async function findPerson(
  sql: Queryable,
  id: AccountPersonId,
  clock: Clock = systemClock,
): Promise<AccountPersonView> {
  const [view] = await viewsOf(sql, clock, { id })
  return view ?? refuseUnknown(id)
}

/** `findPersonOf` finds a person of one account. Throws not_found for those of others. */
export async function findPersonOf(
  sql: Queryable,
  accountId: AccountId,
  id: AccountPersonId,
  clock: Clock = systemClock,
): Promise<AccountPersonView> {
  const [view] = await viewsOf(sql, clock, { id, accountId })
  return view ?? refuseUnknown(id)
}

/** `listPeople` gives the people of an account, or of all, by id. */
export const listPeople = (
  sql: Queryable,
  accountId?: AccountId,
  clock: Clock = systemClock,
): Promise<AccountPersonView[]> => viewsOf(sql, clock, accountId === undefined ? {} : { accountId })

/** `findPersonNamed` finds a person by id (all digits) or e-mail address. Throws not_found. */
export async function findPersonNamed(sql: Queryable, idOrEmail: string): Promise<AccountPersonId> {
  const text = idOrEmail.trim()
  if (/^[1-9]\d{0,8}$/.test(text)) return (await findPerson(sql, Number(text) as AccountPersonId)).id
  const person = await selectPersonNamed(sql, 'account_people', sanitize(text).toLowerCase())
  if (!person) throw new Refusal('not_found', `there is no person ${JSON.stringify(text)}`, 'person')
  return person.id as AccountPersonId
}

function refuseUnknown(id: AccountPersonId): never {
  throw new Refusal('not_found', `there is no person ${id}`, 'id')
}

async function viewsOf(
  sql: Queryable,
  clock: Clock,
  which: { id?: AccountPersonId; accountId?: AccountId },
): Promise<AccountPersonView[]> {
  const now = clock.now()
  const since = (ms: number): Date => new Date(now.getTime() - ms)
  const times = { now, seenAfter: since(terms.account_people.maxIdleMs), failedAfter: since(DAY_MS) }
  const rows = await selectPeople(sql, { ...times, ...which })
  return rows.map(({ isSetUp, ...row }) => ({
    ...row,
    status: row.suspendedAt ? 'suspended' : isSetUp ? 'active' : 'invited',
  }))
}
