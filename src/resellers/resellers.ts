import { invitedOnly } from '../account-people/account-people.ts'
import { listAccounts } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import type { Sql } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import { ZERO } from '../lib/money.ts'
import { pageOf } from '../lib/page.ts'
import { lastOrders } from '../orders/read/last-orders.ts'
import { refusedCounts } from '../request-log/refused-counts.ts'
import { type AccountFigures, accountFigures } from '../sales/account-figures.ts'
import { listIllWebhooks } from '../webhooks/webhooks.ts'

/** MAX_WEBHOOKS bounds the webhooks that fail, or are stopped, of which marks are made. */
const MAX_WEBHOOKS = 10_000

/** `resellerSorts` are the orders of the list: by id, unless said otherwise. Amounts of several currencies stand by currency. */
export const resellerSorts = [
  ...['id', 'name', '-name', 'available', '-available'],
  ...['turnover', '-turnover', 'last_order', '-last_order'],
] as const
type ResellerSort = (typeof resellerSorts)[number]

/** Reseller is an account with what has become of it lately. */
export interface Reseller extends AccountView {
  /** `figures` are of the last 30 days; undefined: it has bought nothing. */
  figures: AccountFigures | undefined
  lastOrderAt: Date | undefined
  /** `refused` counts its requests of the last 24 hours that were refused, up to 1,000. */
  refused: number
  /** `webhook` is what is wrong with one of its webhooks; null: nothing. */
  webhook: 'failing' | 'paused' | null
  /** `isInvited`: people were invited to its portal, and none of them has taken that up. */
  isInvited: boolean
}

/** `resellerStates` are those by which the list is narrowed; who is invited is active, too. */
export const resellerStates = ['active', 'closed', 'invited'] as const

export interface ResellerFilter {
  search?: string | undefined
  /** `group` is a price group's name or id. */
  group?: string | undefined
  status?: (typeof resellerStates)[number] | undefined
  currency?: string | undefined
  /** `isLow`: less is left than its low mark; `isInCredit`: its balance is below 0. */
  isLow?: boolean | undefined
  isInCredit?: boolean | undefined
  /** `noOrderSince`: it has not ordered since then, or never. */
  noOrderSince?: Date | undefined
  webhook?: 'failing' | 'paused' | undefined
  /** `refused` is how many requests of the last 24 hours were refused, at least. */
  refused?: number | undefined
}

/** ResellerPlace is where a page begins: behind the account `id`, which stood there by `text`, then by `number`. It holds when the account is gone. */
export interface ResellerPlace {
  text: string
  number: bigint
  id: number
}

/** Sorted is an account with what it stands by in the list. */
interface Sorted {
  account: AccountView
  place: ResellerPlace
}

/**
 * `listResellers` gives a page of resellers, and behind which place the next begins. What no index has is looked for among all that fit the rest:
 * resellers are never many. What a list is neither narrowed nor sorted by is read for those of the page alone.
 */
export async function listResellers(
  sql: Sql,
  {
    sort = 'id',
    after,
    limit,
    ...filter
  }: SortedFilter & { after?: ResellerPlace | undefined; limit: number },
  now: Date,
): Promise<{ items: Reseller[]; next: ResellerPlace | undefined }> {
  const found = await sorted(sql, { sort, after, limit: limit + 1, ...filter }, now)
  const { items, next } = pageOf(found, limit, ({ place }) => place)
  return {
    items: await withFigures(
      sql,
      items.map(({ account }) => account),
      now,
    ),
    next,
  }
}

/** PAGE is how many resellers get their figures at a time. */
const PAGE = 500

/** `everyReseller` gives all that fit by pages. They are looked for and sorted once, so that a file has each once however long it takes. */
export async function* everyReseller(sql: Sql, filter: SortedFilter, now: Date): AsyncGenerator<Reseller[]> {
  const found = await sorted(sql, filter, now)
  for (let at = 0; at === 0 || at < found.length; at += PAGE) {
    const accounts = found.slice(at, at + PAGE).map(({ account }) => account)
    yield await withFigures(sql, accounts, now)
  }
}

/** `namesOfResellers` gives the user names of all that fit. */
export async function namesOfResellers(sql: Sql, filter: ResellerFilter, now: Date): Promise<string[]> {
  return (await sorted(sql, filter, now)).map(({ account }) => account.username)
}

type SortedFilter = ResellerFilter & { sort?: ResellerSort | undefined }

/** `sorted` gives the accounts that fit, as they stand in the list, behind a place. */
async function sorted(
  sql: Sql,
  {
    sort = 'id',
    after,
    limit,
    ...filter
  }: SortedFilter & { after?: ResellerPlace | undefined; limit?: number | undefined },
  now: Date,
): Promise<Sorted[]> {
  const { search, group } = filter
  const isInvited = filter.status === 'invited'
  const status = filter.status === 'invited' ? 'active' : filter.status
  const isPlain =
    sort === 'id' && !isInvited && !Object.entries(filter).some(([name, value]) => !PLAIN.has(name) && value)
  const all = isPlain
    ? await listAccounts(sql, { search, group, status }, limit, after?.id as AccountId | undefined)
    : (await listAccounts(sql, { search, group, status })).filter((one) => isOf(filter, one))
  const accounts = await such(sql, filter, all, now)
  const placeOf = await placing(sql, sort, accounts, now)
  const found = accounts.map((account) => ({ account, place: placeOf(account) }))
  const compare = comparing(sort)
  found.sort((a, b) => compare(a.place, b.place))
  return after === undefined ? found : found.filter(({ place }) => compare(place, after) > 0)
}

/** PLAIN are the filters that the list of accounts has itself. */
const PLAIN = new Set(['search', 'group', 'status'])

/** `withFigures` adds to accounts what has become of them lately. */
export async function withFigures(
  sql: Sql,
  accounts: readonly AccountView[],
  now: Date,
): Promise<Reseller[]> {
  if (accounts.length === 0) return []
  const ids = accounts.map(({ id }) => id)
  const figures = await accountFigures(sql, now, ids)
  const last = await lastOrders(sql, ids)
  const refused = await refusedCounts(sql, ids, now)
  const marks = await webhookMarks(sql)
  const invited = await invitedOnly(sql, ids)
  return accounts.map((account) => ({
    ...account,
    figures: figures.get(account.id),
    lastOrderAt: last.get(account.id),
    refused: refused.get(account.id) ?? 0,
    webhook: marks.get(account.id) ?? null,
    isInvited: invited.has(account.id),
  }))
}

/** `webhookMarks` gives what is wrong with webhooks, by account. */
async function webhookMarks(sql: Sql): Promise<ReadonlyMap<AccountId, 'failing' | 'paused'>> {
  const marks = new Map<AccountId, 'failing' | 'paused'>()
  for (const { accountId, status } of await listIllWebhooks(sql, MAX_WEBHOOKS))
    if (marks.get(accountId) !== 'paused') marks.set(accountId, status === 'active' ? 'failing' : 'paused')
  return marks
}

/** `isLow` tells whether less is left than the mark at which the reseller wants to be told. */
export const isLow = ({ lowBalance, available }: AccountView): boolean =>
  lowBalance !== null && available < lowBalance

const isOf = (filter: ResellerFilter, one: AccountView): boolean =>
  (filter.currency === undefined || one.currency === filter.currency) &&
  (!filter.isLow || isLow(one)) &&
  (!filter.isInCredit || one.available < ZERO)

/** `such` leaves out the accounts that what they did lately does not fit; it reads no more of that than the filter asks for. */
async function such(
  sql: Sql,
  { status, noOrderSince, webhook, refused = 0 }: ResellerFilter,
  accounts: AccountView[],
  now: Date,
): Promise<AccountView[]> {
  let left = accounts
  const ids = () => left.map(({ id }) => id)
  if (status === 'invited') {
    const invited = await invitedOnly(sql, ids())
    left = left.filter(({ id }) => invited.has(id))
  }
  if (webhook !== undefined) {
    const marks = await webhookMarks(sql)
    left = left.filter(({ id }) => marks.get(id) === webhook)
  }
  if (noOrderSince !== undefined) {
    const last = await lastOrders(sql, ids())
    left = left.filter(({ id }) => (last.get(id) ?? NEVER) < noOrderSince)
  }
  if (refused > 0) {
    const counts = await refusedCounts(sql, ids(), now, refused)
    left = left.filter(({ id }) => (counts.get(id) ?? 0) >= refused)
  }
  return left
}

const NEVER = new Date(0)

/** `placing` gives what accounts stand by in a list that is sorted so. */
async function placing(
  sql: Sql,
  sort: ResellerSort,
  accounts: readonly AccountView[],
  now: Date,
): Promise<(account: AccountView) => ResellerPlace> {
  const ids = accounts.map(({ id }) => id)
  switch (sort.replace('-', '') as 'id' | 'name' | 'available' | 'turnover' | 'last_order') {
    case 'id':
      return ({ id }) => ({ text: '', number: 0n, id })
    case 'name':
      return ({ id, name }) => ({ text: name, number: 0n, id })
    case 'available':
      return ({ id, currency, available }) => ({ text: currency, number: available, id })
    case 'turnover': {
      const figures = await accountFigures(sql, now, ids)
      return ({ id, currency }) => ({ text: currency, number: figures.get(id)?.turnover ?? ZERO, id })
    }
    case 'last_order': {
      const last = await lastOrders(sql, ids)
      return ({ id }) => ({ text: '', number: BigInt((last.get(id) ?? NEVER).getTime()), id })
    }
  }
}

const compareTexts = new Intl.Collator('en', { numeric: true }).compare

/** `comparing` gives the order of a list: amounts stand by currency, and who stands alike by id. */
function comparing(sort: ResellerSort): (a: ResellerPlace, b: ResellerPlace) => number {
  const sign = sort.startsWith('-') ? -1 : 1
  const signOfText = sort === '-name' ? -1 : 1
  return (a, b) =>
    signOfText * compareTexts(a.text, b.text) ||
    sign * (a.number < b.number ? -1 : a.number > b.number ? 1 : 0) ||
    a.id - b.id
}
