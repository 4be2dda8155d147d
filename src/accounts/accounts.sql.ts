import type { Queryable } from '../database/database.ts'
import type { AccountId, PriceGroupId } from '../lib/ids.ts'
import { micros } from '../lib/money.ts'
import type { AccountView } from './account.ts'

interface SheetRow {
  id: AccountId
  name: string
  email: string
  username: string
  currency: string
  price_group_id: PriceGroupId | null
  price_group: string | null
  closed: boolean
  created_at: Date
  available: bigint
  held: bigint
  credit_limit: bigint
  low_balance: bigint | null
}

const sheetOf = (row: SheetRow): AccountView => ({
  id: row.id,
  name: row.name,
  email: row.email,
  username: row.username,
  currency: row.currency,
  priceGroupId: row.price_group_id,
  priceGroup: row.price_group,
  closed: row.closed,
  createdAt: row.created_at,
  available: micros(row.available),
  held: micros(row.held),
  creditLimit: micros(row.credit_limit),
  lowBalance: row.low_balance === null ? null : micros(row.low_balance),
})

const sheets = (sql: Queryable) => sql`
  select a.id, a.name, a.email, a.username, a.currency, a.price_group_id, g.name as price_group,
         a.status = 'closed' as closed, a.created_at, w.available, w.held, w.credit_limit, a.low_balance
    from accounts a
    join wallets w on w.account_id = a.id
    left join price_groups g on g.id = a.price_group_id`

export async function selectAccount(
  sql: Queryable,
  by: { id: AccountId } | { username: string },
): Promise<AccountView | undefined> {
  const [row] = await sql<SheetRow[]>`
    ${sheets(sql)} where ${'id' in by ? sql`a.id = ${by.id}` : sql`a.username = ${by.username}`}`
  return row && sheetOf(row)
}

/** By id. `search` is a part of the name, username or email, in any case. */
export async function selectAccounts(sql: Queryable, search: string): Promise<AccountView[]> {
  const rows = await sql<SheetRow[]>`
    ${sheets(sql)}
     where position(lower(${search}) in lower(a.name || ' ' || a.username || ' ' || a.email)) > 0
     order by a.id`
  return rows.map(sheetOf)
}

/** Of the usernames that are `base` or start with `base-`, those taken. */
export async function selectTakenUsernames(sql: Queryable, base: string): Promise<Set<string>> {
  const rows = await sql<{ username: string }[]>`
    select username from accounts where username = ${base} or starts_with(username, ${`${base}-`})`
  return new Set(rows.map(({ username }) => username))
}

/** Gives undefined when the username is taken. */
export async function insertAccount(
  sql: Queryable,
  account: {
    name: string
    email: string
    username: string
    currency: string
    priceGroupId: PriceGroupId | null
    createdAt: Date
  },
): Promise<AccountId | undefined> {
  const [row] = await sql<{ id: AccountId }[]>`
    insert into accounts (name, email, username, currency, price_group_id, created_at)
    values (${account.name}, ${account.email}, ${account.username}, ${account.currency}, ${account.priceGroupId},
            ${account.createdAt})
    on conflict (username) do nothing
    returning id`
  return row?.id
}

/** Changes what is given; a null price group takes the account out of its group, a null mark away. */
export async function updateAccount(
  sql: Queryable,
  id: AccountId,
  {
    name,
    email,
    priceGroupId,
    lowBalance,
  }: { name?: string; email?: string; priceGroupId?: PriceGroupId | null; lowBalance?: bigint | null },
): Promise<void> {
  await sql`
    update accounts
       set name = coalesce(${name ?? null}, name),
           email = coalesce(${email ?? null}, email),
           price_group_id = ${priceGroupId === undefined ? sql`price_group_id` : priceGroupId},
           low_balance = ${lowBalance === undefined ? sql`low_balance` : lowBalance}
     where id = ${id}`
}

export async function updateStatus(sql: Queryable, id: AccountId, closed: boolean): Promise<void> {
  await sql`update accounts set status = ${closed ? 'closed' : 'active'} where id = ${id}`
}

export interface PriceGroup {
  id: PriceGroupId
  name: string
  accounts: number
  createdAt: Date
}

/** Gives undefined when the name is taken, in any case. */
export async function insertPriceGroup(
  sql: Queryable,
  name: string,
  createdAt: Date,
): Promise<PriceGroup | undefined> {
  const [row] = await sql<{ id: PriceGroupId }[]>`
    insert into price_groups (name, created_at) values (${name}, ${createdAt})
    on conflict ((lower(name))) do nothing
    returning id`
  return row && { id: row.id, name, accounts: 0, createdAt }
}

export async function selectPriceGroups(sql: Queryable): Promise<PriceGroup[]> {
  return await sql<PriceGroup[]>`
    select g.id, g.name, count(a.id)::int as accounts, g.created_at as "createdAt"
      from price_groups g left join accounts a on a.price_group_id = g.id
     group by g.id order by g.id`
}
