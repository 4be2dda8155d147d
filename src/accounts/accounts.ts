import { actBecause } from '../audit/acting.ts'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { openWallet, openWith } from '../ledger/open-wallet.ts'
import { setCreditLimit } from '../ledger/wallets.ts'
import { line } from '../lib/attribute-types.ts'
import { checkThousands, type GivenOf, readValues } from '../lib/attributes.ts'
import { type AccountId, MAX_ID, type PriceGroupId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { sanitize } from '../lib/text.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { because } from '../reasons.ts'
import {
  type AccountFilter,
  currenciesOfAccounts,
  insertAccount,
  insertPriceGroup,
  lockAccount,
  type MovedAccount,
  type PriceGroup,
  selectAccount,
  selectAccounts,
  selectPriceGroups,
  selectTakenUsernames,
  updateAccount,
} from './accounts.sql.ts'
import { type AccountForm, type AccountView, accountAttributes, deriveUsername } from './attributes.ts'

export type { PriceGroup } from './accounts.sql.ts'
export {
  type MovedAccount,
  selectMovedAccounts as listMovedAccounts,
  selectPriceGroups as listPriceGroups,
} from './accounts.sql.ts'

/** `shownCurrencies` are those in which a price is shown where it is given in several, the preferred one first: the home currency, else those of accounts. */
export const shownCurrencies = async (sql: Queryable, home: string | null): Promise<string[]> =>
  home === null ? await currenciesOfAccounts(sql) : [home]

/** NewAccount is an account to be made; its currency never changes. */
export type NewAccount = AccountForm & { name: string; email: string; currency: string }

/**
 * `createAccount` makes an account with its wallet, and the first deposit in it, at once.
 * Throws invalid_input naming the value at fault, or conflict when the username is taken.
 */
export async function createAccount(
  sql: Sql,
  input: NewAccount,
  actor: string,
  clock: Clock = systemClock,
): Promise<AccountView> {
  const given = readValues(accountAttributes, input)
  const { username: wanted, group, deposit, creditLimit, ...columns } = given as Given
  const { name, email, currency } = columns
  checkThousands(accountAttributes, input, currency)
  const now = clock.now()
  return await sql.begin(async (transaction) => {
    const priceGroupId = group == null ? null : await findPriceGroup(transaction, group)
    const account = { ...columns, priceGroupId, createdAt: now }
    let id: AccountId | undefined
    if (wanted !== undefined) {
      id = await insertAccount(transaction, { ...account, username: wanted })
      if (id === undefined) throw because('conflict', 'username_taken', { username: wanted }, 'username')
    } else {
      const base = deriveUsername(name, email)
      // Somebody else may take the free one first.
      while (id === undefined) {
        const taken = await selectTakenUsernames(transaction, base)
        let username = base
        for (let number = 2; taken.has(username); number++) username = `${base}-${number}`
        id = await insertAccount(transaction, { ...account, username })
      }
    }
    await openWallet(transaction, { id, currency }, { deposit, creditLimit, actor, at: now })
    return await accountById(transaction, id)
  })
}

type Given = GivenOf<typeof accountAttributes> & Record<'name' | 'email' | 'currency', string>

/** MovingAccount is an account that moves in: all that its panel says of it, checked. */
export interface MovingAccount extends Omit<MovedAccount, 'id' | 'hasEntries' | 'opening'> {
  /** `balance` is what it moves in with; below 0 is a debt. */
  balance: Micros
}

/** `moveAccountIn` makes the account with its wallet and its opening balance, as part of the transaction. Throws as `createAccount` does. */
export async function moveAccountIn(
  transaction: Transaction,
  { balance, creditLimit, closed, ...columns }: MovingAccount,
  { actor, at }: { actor: string; at: Date },
): Promise<AccountId> {
  const status = closed ? ('closed' as const) : ('active' as const)
  const id = await insertAccount(transaction, { ...columns, status, createdAt: at })
  if (id === undefined)
    throw because('conflict', 'username_taken', { username: columns.username }, 'username')
  await openWallet(transaction, { id, currency: columns.currency }, { balance, creditLimit, actor, at })
  return id
}

/** `changeMovedAccount` makes an account what its panel says of it by now. An opening balance is for one of which no money has moved yet. */
export async function changeMovedAccount(
  transaction: Transaction,
  id: AccountId,
  { balance, creditLimit, closed, ...columns }: Partial<Omit<MovingAccount, 'username' | 'currency'>>,
  { actor, at }: { actor: string; at: Date },
): Promise<void> {
  const status = closed === undefined ? undefined : closed ? ('closed' as const) : ('active' as const)
  await updateAccount(transaction, id, { ...columns, status })
  if (creditLimit !== undefined) await setCreditLimit(transaction, id, creditLimit)
  if (balance !== undefined) await openWith(transaction, id, balance, { actor, at })
}

/** `findAccount` finds an account by its id (all digits) or its username in any case. Throws not_found. */
export async function findAccount(sql: Queryable, idOrUsername: string): Promise<AccountView> {
  const text = idOrUsername.trim()
  const account = /^\d+$/.test(text)
    ? Number(text) <= MAX_ID
      ? await selectAccount(sql, { id: Number(text) as AccountId })
      : undefined
    : await selectAccount(sql, { username: sanitize(text.toLowerCase()) })
  if (!account) throw because('not_found', 'account_unknown', { account: JSON.stringify(text) }, 'account')
  return account
}

/** `listAccounts` lists accounts by id, behind one. `search` is a part of the name, username or email; `group` a price group's name or id. */
export async function listAccounts(
  sql: Queryable,
  { search = '', group, status }: Omit<AccountFilter, 'group'> & { group?: string | undefined } = {},
  limit: number | null = null,
  after?: AccountId,
): Promise<AccountView[]> {
  const inGroup = group === undefined ? undefined : await findPriceGroup(sql, group)
  return await selectAccounts(sql, { search: sanitize(search), group: inGroup, status }, limit, after)
}

/** `accountVersion` names how an account stands, but for its balances. */
export const accountVersion = (account: AccountView): string =>
  versionOfNoun(accountAttributes, account, account.status)

/**
 * `changeAccount` changes what is given, but for what an account has from its start. `seen` is the version that whoever changes it has seen. Throws
 * not_found, version_conflict, or invalid_input naming the value at fault.
 */
export async function changeAccount(
  sql: Sql,
  id: AccountId,
  changes: AccountForm,
  seen?: string,
): Promise<AccountView> {
  const {
    username: _u,
    currency: _c,
    deposit: _d,
    group,
    creditLimit,
    ...columns
  } = readValues(accountAttributes, changes)
  return await sql.begin(async (transaction) => {
    if (!(await lockAccount(transaction, id))) refuseUnknown(id)
    const account = await accountById(transaction, id)
    checkVersion(seen, accountVersion(account))
    checkThousands(accountAttributes, changes, account.currency)
    const priceGroupId = group == null ? group : await findPriceGroup(transaction, group)
    await updateAccount(transaction, id, { ...columns, priceGroupId })
    if (creditLimit !== undefined) await setCreditLimit(transaction, id, creditLimit)
    return await accountById(transaction, id)
  })
}

/**
 * `closeAccount` lets the account's keys stop working in every process within a second; its orders are finished. `why` is for the trail. Throws
 * not_found, or invalid_input for the reason.
 */
export async function closeAccount(sql: Sql, id: AccountId, why?: string): Promise<AccountView> {
  return await switched(sql, id, 'closed', why)
}

/** `reopenAccount` undoes `closeAccount`. */
export async function reopenAccount(sql: Sql, id: AccountId, why?: string): Promise<AccountView> {
  return await switched(sql, id, 'active', why)
}

async function switched(
  sql: Sql,
  id: AccountId,
  status: 'active' | 'closed',
  why: string | undefined,
): Promise<AccountView> {
  return await sql.begin(async (transaction) => {
    await actBecause(transaction, why)
    await updateAccount(transaction, id, { status })
    return await accountById(transaction, id)
  })
}

const accountById = async (sql: Queryable, id: AccountId): Promise<AccountView> =>
  (await selectAccount(sql, { id })) ?? refuseUnknown(id)

function refuseUnknown(id: AccountId): never {
  throw because('not_found', 'account_unknown', { account: id }, 'account')
}

const groupName = line({ help: 'of the price group', required: true, max: 64 })

/** `createPriceGroup` throws invalid_input, or conflict when there is a group of that name in any case. */
export async function createPriceGroup(
  sql: Queryable,
  text: string,
  clock: Clock = systemClock,
): Promise<PriceGroup> {
  const { name } = readValues({ name: groupName }, { name: text }) as { name: string }
  const group = await insertPriceGroup(sql, name, clock.now())
  if (!group) throw because('conflict', 'group_taken', { name }, 'name')
  return group
}

/** `findPriceGroup` finds by name in any case, or by id; a name wins over an id that looks the same. Throws invalid_input (of `field`). */
export async function findPriceGroup(
  sql: Queryable,
  nameOrId: string,
  field = 'group',
): Promise<PriceGroupId> {
  const wanted = nameOrId.trim().toLowerCase()
  const groups = await selectPriceGroups(sql)
  const found =
    groups.find(({ name }) => name.toLowerCase() === wanted) ?? groups.find(({ id }) => String(id) === wanted)
  if (!found) throw because('invalid_input', 'group_unknown', { name: nameOrId }, field)
  return found.id
}
