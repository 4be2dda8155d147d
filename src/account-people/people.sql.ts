import type { Account } from '../accounts/account.ts'
import { build, literal } from '../database/build.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { AccountId, AccountPersonId, PriceGroupId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import type { AccountRole } from './roles.ts'

/** PersonRow is a person of an account as the account's owners, and operators, see them. */
export interface PersonRow {
  id: AccountPersonId
  accountId: AccountId
  /** `username` and `accountName` are the account's. */
  username: string
  accountName: string
  name: string
  email: string
  role: AccountRole
  language: Language
  timeZone: string
  isSetUp: boolean
  hasApp: boolean
  invitedUntil: Date | null
  suspendedAt: Date | null
  createdAt: Date
  recoveryCodes: number
  passkeys: number
  signIns: number
  lastSeenAt: Date | null
  failures: number
}

/** `selectPeople` lists people by id, with the sign-ins that hold at `now`, and what was wrong since `failedAfter`. */
export async function selectPeople(
  sql: Queryable,
  {
    now,
    seenAfter,
    failedAfter,
    id = null,
    accountId = null,
  }: {
    now: Date
    seenAfter: Date
    failedAfter: Date
    id?: AccountPersonId | null
    accountId?: AccountId | null
  },
): Promise<PersonRow[]> {
  return await sql<PersonRow[]>`
    select p.id, p.account_id, a.username, a.name as account_name, p.name, p.email, p.role::text as role, p.language, p.time_zone,
           p.password is not null as is_set_up, p.secrets is not null as has_app,
           (select max(t.ends_at) from person_tokens t where t.person_id = p.id and t.what = 'invitation') as invited_until,
           p.suspended_at, p.created_at, cardinality(p.recovery_codes) as recovery_codes,
           (select count(*)::int from passkeys k where k.person_id = p.id) as passkeys,
           (select count(*)::int from sign_ins s
             where s.person_id = p.id and s.ended_at is null and s.proved_at is not null
               and s.ends_at > ${now} and s.last_seen_at > ${seenAfter}) as sign_ins,
           (select max(s.last_seen_at) from sign_ins s where s.person_id = p.id and s.proved_at is not null) as last_seen_at,
           (select count(*)::int from failed_sign_ins f where f.person_id = p.id and f.at > ${failedAfter}) as failures
      from account_people p join accounts a on a.id = p.account_id
     where (${id}::int is null or p.id = ${id}::int) and (${accountId}::int is null or p.account_id = ${accountId}::int)
     order by p.id`.records()
}

/** `selectInvited` gives the accounts somebody was invited to while nobody of theirs has a password. */
export async function selectInvited(sql: Queryable, among: readonly AccountId[]): Promise<AccountId[]> {
  const rows = await sql<{ accountId: AccountId }[]>`
    select account_id from account_people where account_id = any(${among}::int[])
     group by account_id having bool_and(password is null)`.records()
  return rows.map(({ accountId }) => accountId)
}

/** `lockOwners` gives the active owners of an account, whom nobody else changes until this transaction ends. */
export async function lockOwners(sql: Transaction, accountId: AccountId): Promise<AccountPersonId[]> {
  const rows = await sql.run(
    build
      .selectFrom('accountPeople')
      .select('id')
      .where('accountId', '=', accountId)
      .where('role', '=', 'owner')
      .where('password', 'is not', null)
      .where('suspendedAt', 'is', null)
      .orderBy('id')
      .forUpdate(),
  )
  return rows.map(({ id }) => id)
}

/** `insertPerson` gives undefined when the e-mail address is taken. */
export async function insertPerson(
  sql: Queryable,
  row: {
    accountId: AccountId
    role: AccountRole
    name: string
    email: string
    language: Language
    createdAt: Date
  },
): Promise<AccountPersonId | undefined> {
  const [made] = await sql.run(
    build
      .insertInto('accountPeople')
      .values(row)
      .onConflict((taken) => taken.expression(literal`lower(email)`).doNothing())
      .returning('id'),
  )
  return made?.id
}

export async function updateRole(sql: Queryable, id: AccountPersonId, role: AccountRole): Promise<void> {
  await sql.run(build.updateTable('accountPeople').set({ role }).where('id', '=', id))
}

/** Belonging is the account of a person, and how the person wants it shown. */
export interface Belonging {
  account: Account
  language: Language
  timeZone: string
}

type AccountOf = Omit<Account, 'id'> & { accountId: AccountId; language: Language; timeZone: string }

export async function selectBelonging(sql: Queryable, id: AccountPersonId): Promise<Belonging | undefined> {
  const [row] = await sql<AccountOf[]>`
    select p.language, p.time_zone, a.id as account_id, a.name, a.email, a.username, a.login, a.currency, a.price_group_id,
           a.status = 'closed' as closed
      from account_people p join accounts a on a.id = p.account_id where p.id = ${id}::int`.records()
  if (!row) return undefined
  const { accountId, language, timeZone, ...account } = row
  return { account: { id: accountId, ...account }, language, timeZone }
}

export async function selectViewed(sql: Queryable, id: AccountId): Promise<Account | undefined> {
  const [row] = await sql<
    (Omit<Account, 'id' | 'priceGroupId'> & { id: AccountId; priceGroupId: PriceGroupId | null })[]
  >`
    select a.id, a.name, a.email, a.username, a.login, a.currency, a.price_group_id, a.status = 'closed' as closed
      from accounts a where a.id = ${id}::int`.records()
  return row
}

/** TokenUse is what a token lets its holder do, once. */
export type TokenUse = 'invitation' | 'reset'

export async function insertToken(
  sql: Queryable,
  row: { tokenHash: Buffer; personId: AccountPersonId; what: TokenUse; endsAt: Date },
): Promise<void> {
  await sql`
    insert into person_tokens (token_hash, person_id, what, ends_at)
    values (${row.tokenHash}, ${row.personId}::int, ${row.what}, ${row.endsAt})`
}

/** `selectToken` gives whom a token is for, where it holds. */
export async function selectToken(
  sql: Queryable,
  { tokenHash, what, now }: { tokenHash: Buffer; what: TokenUse; now: Date },
): Promise<AccountPersonId | undefined> {
  const [row] = await sql<{ personId: AccountPersonId }[]>`
    select t.person_id
      from person_tokens t join account_people p on p.id = t.person_id join accounts a on a.id = p.account_id
     where t.token_hash = ${tokenHash} and t.what = ${what} and t.ends_at > ${now}
       and p.suspended_at is null and a.status = 'active'`.records()
  return row?.personId
}

/** `deleteTokensOf` takes the tokens of a person away: all, or those of one use. */
export async function deleteTokensOf(
  sql: Queryable,
  personId: AccountPersonId,
  what: TokenUse | null = null,
): Promise<void> {
  await sql`delete from person_tokens where person_id = ${personId}::int and (${what}::text is null or what = ${what}::text)`
}

/** `deleteToken` takes one away; false: it is gone already. */
export async function deleteToken(sql: Queryable, tokenHash: Buffer): Promise<boolean> {
  const removed = await sql<{ personId: AccountPersonId }[]>`
    delete from person_tokens where token_hash = ${tokenHash} returning person_id`.records()
  return removed.length > 0
}

/** `deleteOldTokens` removes those that are over. Gives how many that were. */
export async function deleteOldTokens(sql: Queryable, before: Date, limit: number): Promise<number> {
  const removed = await sql<{ personId: AccountPersonId }[]>`
    delete from person_tokens where token_hash = any(array(
      select token_hash from person_tokens where ends_at < ${before} order by ends_at limit ${limit} for update skip locked))
    returning person_id`.records()
  return removed.length
}
