import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { faultsIn, orThrow, resultOf } from '../lib/fault.ts'
import type { AccountId, AccountPersonId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { plainLineFault } from '../lib/text.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { lockPerson, type Person, selectPersonNamed, updatePerson } from '../people/people.ts'
import { emailOf } from '../people/read.ts'
import { countedAt, rosterOf, type Standing, standingOf } from '../people/roster.ts'
import { hashToken, randomToken } from '../people/tokens.ts'
import { because } from '../reasons.ts'
import { mailAccountPerson } from './mails.ts'
import {
  deleteTokensOf,
  insertPerson,
  insertToken,
  lockOwners,
  type PersonRow,
  selectInvited,
  selectPeople,
  updateRole,
} from './people.sql.ts'
import type { AccountRole } from './roles.ts'

/** TOKEN_BYTES gives 128 random bits. */
const TOKEN_BYTES = 16
const INVITATION_MS = 7 * DAY_MS

/** AccountPersonView is a person of an account as operators, and the account's owners, see them. `failures` counts wrong passwords and codes of the last day. */
export interface AccountPersonView extends Omit<PersonRow, 'isSetUp'>, Standing {}

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

/** `invitedOnly` gives the accounts, among some, whose people were all invited and have not taken that up: nobody signs in to their portal yet. */
export const invitedOnly = async (
  sql: Queryable,
  among: readonly AccountId[],
): Promise<ReadonlySet<AccountId>> => new Set(await selectInvited(sql, among))

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
  const address = emailOf(email)
  const called = name.trim()
  const faults = [...faultsIn(address), called === '' ? undefined : plainLineFault('name', called, 100)]
  orThrow(resultOf(undefined, faults))
  const given = { email: orThrow(address), name: called }
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
  throw because('conflict', 'email_signs_in', { email }, 'email')
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

const {
  find: findPerson,
  findNamed,
  setRole,
  suspend,
  resume,
  reset,
  changeOwnProfile,
} = rosterOf<AccountPersonId, AccountRole, AccountPersonView, AccountPersonId, PersonInvitation>({
  circle: 'account_people',
  noun: 'person',
  field: 'person',
  select: async (sql, id, clock) => (await viewsOf(sql, clock, { id }))[0],
  // The operator may leave an account without an owner.
  lockOwners: async (sql, { accountId }, by) => (by === undefined ? [] : await lockOwners(sql, accountId)),
  updateRole,
  endInvitation: deleteTokensOf,
  invite: invited,
})

export {
  changeOwnProfile,
  findNamed as findPersonNamed,
  findPerson,
  reset as resetPerson,
  resume as resumePerson,
  setRole as setPersonRole,
  suspend as suspendPerson,
}

/** `findPersonOf` finds a person of one account. Throws not_found for those of others. */
export async function findPersonOf(
  sql: Queryable,
  accountId: AccountId,
  id: AccountPersonId,
  clock: Clock = systemClock,
): Promise<AccountPersonView> {
  const [view] = await viewsOf(sql, clock, { id, accountId })
  if (!view) throw new Refusal('not_found', `there is no person ${id}`, 'id')
  return view
}

/** `listPeople` gives the people of an account, or of all, by id. */
export const listPeople = (
  sql: Queryable,
  accountId?: AccountId,
  clock: Clock = systemClock,
): Promise<AccountPersonView[]> => viewsOf(sql, clock, accountId === undefined ? {} : { accountId })

async function viewsOf(
  sql: Queryable,
  clock: Clock,
  which: { id?: AccountPersonId; accountId?: AccountId },
): Promise<AccountPersonView[]> {
  return (await selectPeople(sql, { ...countedAt('account_people', clock), ...which })).map(standingOf)
}
