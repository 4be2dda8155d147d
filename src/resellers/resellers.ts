import { listAccounts } from '../accounts/accounts.ts'
import type { AccountView } from '../accounts/attributes.ts'
import type { Sql } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import { type Micros, ZERO } from '../lib/money.ts'
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
export type ResellerSort = (typeof resellerSorts)[number]

/** Reseller is an account with what has become of it lately. */
export interface Reseller extends AccountView {
  /** `figures` are of the last 30 days; undefined: it has bought nothing. */
  figures: AccountFigures | undefined
  lastOrderAt: Date | undefined
  /** `refused` counts its requests of the last 24 hours that were refused, up to 1,000. */
  refused: number
  /** `webhook` is what is wrong with one of its webhooks; null: nothing. */
  webhook: 'failing' | 'paused' | null
}

export interface ResellerFilter {
  search?: string | undefined
  /** `group` is a price group's name or id. */
  group?: string | undefined
  status?: AccountView['status'] | undefined
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

/**
 * `listResellers` gives a page of resellers, and behind which one the next begins. What no index has is looked for among all that fit the rest:
 * resellers are never many.
 */
export async function listResellers(
  sql: Sql,
  {
    sort = 'id',
    after,
    limit,
    ...filter
  }: ResellerFilter & { sort?: ResellerSort | undefined; after?: AccountId | undefined; limit: number },
  now: Date,
): Promise<{ items: Reseller[]; next: AccountId | undefined }> {
  const { search, group, status } = filter
  const isPlain = sort === 'id' && !Object.entries(filter).some(([name, value]) => !PLAIN.has(name) && value)
  if (isPlain) {
    const { items, next } = pageOf(
      await listAccounts(sql, { search, group, status }, limit + 1, after),
      limit,
      (last) => last.id,
    )
    return { items: await withFigures(sql, items, now), next }
  }
  const accounts = (await listAccounts(sql, { search, group, status })).filter((one) => isOf(filter, one))
  const found = (await withFigures(sql, accounts, now)).filter((one) => isSuch(filter, one))
  found.sort(comparing(sort))
  const at = after === undefined ? 0 : found.findIndex(({ id }) => id === after) + 1
  return pageOf(found.slice(at), limit, (last) => last.id)
}

/** PLAIN are the filters that the list of accounts has itself. */
const PLAIN = new Set(['search', 'group', 'status'])

/** `withFigures` adds to accounts what has become of them lately. */
export async function withFigures(
  sql: Sql,
  accounts: readonly AccountView[],
  now: Date,
): Promise<Reseller[]> {
  const ids = accounts.map(({ id }) => id)
  const figures = await accountFigures(sql, now, ids)
  const last = await lastOrders(sql, ids)
  const refused = await refusedCounts(sql, ids, now)
  const marks = new Map<AccountId, 'failing' | 'paused'>()
  for (const { accountId, status } of await listIllWebhooks(sql, MAX_WEBHOOKS))
    if (marks.get(accountId) !== 'paused') marks.set(accountId, status === 'active' ? 'failing' : 'paused')
  return accounts.map((account) => ({
    ...account,
    figures: figures.get(account.id),
    lastOrderAt: last.get(account.id),
    refused: refused.get(account.id) ?? 0,
    webhook: marks.get(account.id) ?? null,
  }))
}

/** `isLow` tells whether less is left than the mark at which the reseller wants to be told. */
export const isLow = ({ lowBalance, available }: AccountView): boolean =>
  lowBalance !== null && available < lowBalance

const isOf = (filter: ResellerFilter, one: AccountView): boolean =>
  (filter.currency === undefined || one.currency === filter.currency) &&
  (!filter.isLow || isLow(one)) &&
  (!filter.isInCredit || one.available < ZERO)

const isSuch = ({ noOrderSince, webhook, refused = 0 }: ResellerFilter, one: Reseller): boolean =>
  (noOrderSince === undefined || one.lastOrderAt === undefined || one.lastOrderAt < noOrderSince) &&
  (webhook === undefined || one.webhook === webhook) &&
  one.refused >= refused

const compareNames = new Intl.Collator('en', { numeric: true }).compare

const turnoverOf = ({ figures }: Reseller): Micros => figures?.turnover ?? ZERO

const order = (a: bigint | number, b: bigint | number): number => (a < b ? -1 : a > b ? 1 : 0)

/** `comparing` gives the order of a list. */
function comparing(sort: ResellerSort): (a: Reseller, b: Reseller) => number {
  const sign = sort.startsWith('-') ? -1 : 1
  const byAmount = (of: (one: Reseller) => Micros) => (a: Reseller, b: Reseller) =>
    compareNames(a.currency, b.currency) || sign * order(of(a), of(b))
  const by = {
    id: () => 0,
    name: (a: Reseller, b: Reseller) => sign * compareNames(a.name, b.name),
    available: byAmount(({ available }) => available),
    turnover: byAmount(turnoverOf),
    last_order: (a: Reseller, b: Reseller) =>
      sign * order(a.lastOrderAt?.getTime() ?? 0, b.lastOrderAt?.getTime() ?? 0),
  }[sort.replace('-', '') as 'id' | 'name' | 'available' | 'turnover' | 'last_order']
  return (a, b) => by(a, b) || a.id - b.id
}
