import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { openWallet } from '../ledger/open-wallet.ts'
import { setCreditLimit } from '../ledger/wallets.ts'
import { orThrow } from '../lib/fault.ts'
import type { AccountId, PriceGroupId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import { sanitize } from '../lib/text.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import type { AccountView } from './account.ts'
import { deriveUsername, readCurrency, readEmail, readLine, readUsername } from './account-input.ts'
import {
  insertAccount,
  insertPriceGroup,
  type PriceGroup,
  selectAccount,
  selectAccounts,
  selectPriceGroups,
  selectTakenUsernames,
  updateAccount,
  updateStatus,
} from './accounts.sql.ts'

export interface NewAccount {
  name: string
  email: string
  /** ISO 4217; never changes. */
  currency: string
  /** Made of the name or email, and unique, when it is left out. */
  username?: string | undefined
  /** A price group's id or name. */
  priceGroup?: string | undefined
  /** Micros of the currency. */
  deposit?: Micros | undefined
  creditLimit?: Micros | undefined
}

/**
 * Creates an account with its wallet, and the first deposit in it, at once.
 * Throws invalid_input naming the field at fault, or conflict when the username is taken.
 */
export async function createAccount(
  sql: Sql,
  input: NewAccount,
  actor: string,
  clock: Clock = systemClock,
): Promise<AccountView> {
  const name = orThrow(readLine('name', input.name))
  const email = orThrow(readEmail(input.email))
  const currency = orThrow(readCurrency(input.currency))
  const asked = input.username === undefined ? undefined : orThrow(readUsername(input.username))
  const now = clock.now()
  return await sql.begin(async (transaction) => {
    const priceGroupId =
      input.priceGroup === undefined ? null : await findPriceGroup(transaction, input.priceGroup)
    const account = { name, email, currency, priceGroupId, createdAt: now }
    let id: AccountId | undefined
    if (asked !== undefined) {
      id = await insertAccount(transaction, { ...account, username: asked })
      if (id === undefined) throw new Refusal('conflict', `the username ${asked} is taken`, 'username')
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
    await openWallet(transaction, { id, currency }, { ...input, actor, at: now })
    return await accountById(transaction, id)
  })
}

/** By id (all digits) or username in any case. Throws not_found. */
export async function findAccount(sql: Queryable, idOrUsername: string): Promise<AccountView> {
  const text = idOrUsername.trim()
  const account = /^\d+$/.test(text)
    ? Number(text) <= 2_147_483_647
      ? await selectAccount(sql, { id: Number(text) as AccountId })
      : undefined
    : await selectAccount(sql, { username: sanitize(text.toLowerCase()) })
  if (!account) throw new Refusal('not_found', `there is no account ${JSON.stringify(text)}`, 'account')
  return account
}

/** By id; `search` is a part of the name, username or email. */
export async function listAccounts(sql: Queryable, search = ''): Promise<AccountView[]> {
  return await selectAccounts(sql, sanitize(search))
}

export interface AccountChanges {
  name?: string | undefined
  email?: string | undefined
  /** A price group's id or name; null takes the account out of its group. */
  priceGroup?: string | null | undefined
  /** Micros of the currency. */
  creditLimit?: Micros | undefined
  /** Micros of the currency; null: the owner is not told of a low balance. */
  lowBalance?: Micros | null | undefined
}

/** Changes what is given. Throws not_found, or invalid_input naming the field at fault. */
export async function changeAccount(
  sql: Sql,
  id: AccountId,
  { name, email, priceGroup, creditLimit, lowBalance }: AccountChanges,
): Promise<AccountView> {
  return await sql.begin(async (transaction) => {
    await updateAccount(transaction, id, {
      ...(name !== undefined && { name: orThrow(readLine('name', name)) }),
      ...(email !== undefined && { email: orThrow(readEmail(email)) }),
      ...(priceGroup !== undefined && {
        priceGroupId: priceGroup === null ? null : await findPriceGroup(transaction, priceGroup),
      }),
      ...(lowBalance !== undefined && { lowBalance }),
    })
    if (creditLimit !== undefined) await setCreditLimit(transaction, id, creditLimit)
    return await accountById(transaction, id)
  })
}

/** Its keys stop working in every process within a second; its orders are finished. */
export async function closeAccount(sql: Queryable, id: AccountId): Promise<AccountView> {
  await updateStatus(sql, id, true)
  return await accountById(sql, id)
}

export async function reopenAccount(sql: Queryable, id: AccountId): Promise<AccountView> {
  await updateStatus(sql, id, false)
  return await accountById(sql, id)
}

async function accountById(sql: Queryable, id: AccountId): Promise<AccountView> {
  const account = await selectAccount(sql, { id })
  if (!account) throw new Refusal('not_found', `there is no account ${id}`, 'account')
  return account
}

/** Throws invalid_input, or conflict when there is one of that name in any case. */
export async function createPriceGroup(
  sql: Queryable,
  text: string,
  clock: Clock = systemClock,
): Promise<PriceGroup> {
  const name = orThrow(readLine('name', text, 64))
  const group = await insertPriceGroup(sql, name, clock.now())
  if (!group) throw new Refusal('conflict', `there is a price group ${name}`, 'name')
  return group
}

/** `findPriceGroup` finds by name in any case, or by id; a name wins over an id that looks the same. Throws invalid_input. */
export async function findPriceGroup(sql: Queryable, nameOrId: string): Promise<PriceGroupId> {
  const wanted = nameOrId.trim().toLowerCase()
  const groups = await selectPriceGroups(sql)
  const found =
    groups.find(({ name }) => name.toLowerCase() === wanted) ?? groups.find(({ id }) => String(id) === wanted)
  if (!found) throw new Refusal('invalid_input', `there is no price group ${nameOrId}`, 'group')
  return found.id
}

/** By id, with how many accounts each has. */
export const listPriceGroups = (sql: Queryable): Promise<PriceGroup[]> => selectPriceGroups(sql)
