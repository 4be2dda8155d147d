import type { Insertable, Updateable } from 'kysely'
import { build, literal as sql } from '../database/build.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Accounts } from '../database/types.ts'
import type { AccountId, PriceGroupId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { AccountView } from './attributes.ts'

const accounts = () =>
  build
    .selectFrom('accounts as a')
    .innerJoin('wallets as w', 'w.accountId', 'a.id')
    .leftJoin('priceGroups as g', 'g.id', 'a.priceGroupId')
    .selectAll('a')
    .select(['g.name as group', 'w.available', 'w.held', 'w.creditLimit'])

export async function selectAccount(
  queryable: Queryable,
  by: { id: AccountId } | { username: string },
): Promise<AccountView | undefined> {
  const query =
    'id' in by ? accounts().where('a.id', '=', by.id) : accounts().where('a.username', '=', by.username)
  const [account] = await queryable.run(query)
  return account
}

/** `lockAccount` locks an account; false: there is none. */
export async function lockAccount(transaction: Transaction, id: AccountId): Promise<boolean> {
  const found = await transaction.run(
    build.selectFrom('accounts').select('id').where('id', '=', id).forUpdate(),
  )
  return found.length > 0
}

/** AccountFilter narrows a list of accounts; `search` is a part of the name, username or email, in any case. */
export interface AccountFilter {
  search?: string | undefined
  group?: PriceGroupId | undefined
  status?: AccountView['status'] | undefined
}

/** `selectAccounts` lists accounts by id, behind one. */
export async function selectAccounts(
  queryable: Queryable,
  { search = '', group, status }: AccountFilter,
  limit: number | null,
  after: AccountId | undefined,
): Promise<AccountView[]> {
  let wanted = accounts().orderBy('a.id').limit(limit)
  if (after !== undefined) wanted = wanted.where('a.id', '>', after)
  if (search !== '') {
    wanted = wanted.where(
      sql<boolean>`position(lower(${search}) in lower(a.name || ' ' || a.username || ' ' || a.email)) > 0`,
    )
  }
  if (group !== undefined) wanted = wanted.where('a.priceGroupId', '=', group)
  if (status !== undefined) wanted = wanted.where('a.status', '=', status)
  return await queryable.run(wanted)
}

/** `selectTakenUsernames` gives those usernames that are `base` or start with `base-`. */
export async function selectTakenUsernames(queryable: Queryable, base: string): Promise<Set<string>> {
  const query = build
    .selectFrom('accounts')
    .select('username')
    .where((account) =>
      account.or([
        account('username', '=', base),
        account.fn<boolean>('starts_with', ['username', account.val(`${base}-`)]),
      ]),
    )
  return new Set((await queryable.run(query)).map(({ username }) => username))
}

/** `insertAccount` gives undefined when the username is taken. What is not given takes the column's default. */
export async function insertAccount(
  queryable: Queryable,
  account: Updateable<Accounts> & Pick<Insertable<Accounts>, 'name' | 'email' | 'username' | 'currency'>,
): Promise<AccountId | undefined> {
  const [row] = await queryable.run(
    build
      .insertInto('accounts')
      .values(account as Insertable<Accounts>)
      .onConflict((taken) => taken.column('username').doNothing())
      .returning('id'),
  )
  return row?.id
}

/** `updateAccount` changes what is given; a null price group takes the account out of its group, a null mark away. */
export async function updateAccount(
  queryable: Queryable,
  id: AccountId,
  change: Updateable<Accounts>,
): Promise<void> {
  if (Object.values(change).every((value) => value === undefined)) return
  await queryable.run(build.updateTable('accounts').set(change).where('id', '=', id))
}

/** MovedAccount is an account as a panel's file is held against it. */
export interface MovedAccount {
  id: AccountId
  username: string
  login: string | null
  name: string
  email: string
  currency: string
  priceGroupId: PriceGroupId | null
  closed: boolean
  creditLimit: Micros
  /** `hasEntries`: money of it has moved here. */
  hasEntries: boolean
  /** `opening` is the balance that it has moved in with; null: it has none. */
  opening: Micros | null
}

export async function selectMovedAccounts(queryable: Queryable): Promise<MovedAccount[]> {
  return await queryable<MovedAccount[]>`
    select a.id, a.username, a.login, a.name, a.email, a.currency, a.price_group_id, a.status = 'closed' as closed,
           w.credit_limit, w.last_entry > 0 as has_entries,
           (select case e.kind when 'opening_up' then e.amount when 'opening_down' then -e.amount end
              from ledger_entries e where e.account_id = a.id and e.id = 1) as opening
      from accounts a join wallets w on w.account_id = a.id
     order by a.id`.records()
}

export interface PriceGroup {
  id: PriceGroupId
  name: string
  accounts: number
  createdAt: Date
}

/** `currenciesOfAccounts` are the currencies that accounts have, that of most of them first. */
export async function currenciesOfAccounts(queryable: Queryable): Promise<string[]> {
  const rows = await queryable<{ currency: string }[]>`
    select currency from accounts group by currency order by count(*) desc, currency`.records()
  return rows.map(({ currency }) => currency)
}

/** `insertPriceGroup` gives undefined when the name is taken, in any case. */
export async function insertPriceGroup(
  queryable: Queryable,
  name: string,
  createdAt: Date,
): Promise<PriceGroup | undefined> {
  const [row] = await queryable.run(
    build
      .insertInto('priceGroups')
      .values({ name, createdAt })
      .onConflict((taken) => taken.expression(sql`lower(name)`).doNothing())
      .returning('id'),
  )
  return row && { id: row.id, name, accounts: 0, createdAt }
}

/** `selectPriceGroups` gives groups by id, with how many accounts each has. */
export async function selectPriceGroups(queryable: Queryable): Promise<PriceGroup[]> {
  return await queryable.run(
    build
      .selectFrom('priceGroups as g')
      .leftJoin('accounts as a', 'a.priceGroupId', 'g.id')
      .select(['g.id', 'g.name', 'g.createdAt', sql<number>`count(a.id)::int`.as('accounts')])
      .groupBy('g.id')
      .orderBy('g.id'),
  )
}
