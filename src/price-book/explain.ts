import { findAccount, findPriceGroup } from '../accounts/accounts.ts'
import { showService } from '../catalogue/services.ts'
import type { Queryable } from '../database/database.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import type { ServiceId } from '../lib/ids.ts'
import { isCurrency, type Micros } from '../lib/money.ts'
import { type AudienceForm, findAudience } from './audience.ts'
import { type Buyer, type RouteCost, type Rung, selectLadder, selectRouteCosts } from './explain.sql.ts'
import { type PriceChange, priceHistory } from './price-history.ts'

export type { Rung } from './explain.sql.ts'

/** Explained is why somebody pays what a service costs them. */
export interface Explained {
  service: { id: ServiceId; code: string; name: string; active: boolean; unrouted: boolean }
  buyer: Buyer & { group: string | null }
  /** `rungs` are what might give the price, in the order in which they are asked; the first with an amount does. */
  rungs: Rung[]
  /** `price`, null: there is none, and the service is not offered. */
  price: Micros | null
  /** `cost` is that of the cheapest working route; null: it is not known. */
  cost: Micros | null
  routes: RouteCost[]
  /** `changes` are the latest of this buyer's prices and of the costs, the newest first. */
  changes: PriceChange[]
}

/** SHOWN_CHANGES are those that an explanation has; `price history` has all. */
const SHOWN_CHANGES = 10

/**
 * `explainPrice` says which fixed price or rule gives a price, and what the others would give. An account's currency is its own. Throws
 * service_not_found, not_found (the account), or invalid_input naming the value at fault.
 */
export async function explainPrice(
  sql: Queryable,
  idOrCode: string,
  { account, group, currency: given }: AudienceForm & { currency?: string | undefined },
): Promise<Explained> {
  const { service, unroutedSince } = await showService(sql, idOrCode)
  const buyer = await findBuyer(sql, { account, group }, given)
  const [rungs, routes, { changes }] = await Promise.all([
    selectLadder(sql, service.id, buyer),
    selectRouteCosts(sql, service.id, buyer.currency),
    priceHistory(sql, idOrCode, { limit: 200 }),
  ])
  const working = routes.flatMap(({ works, converted }) => (works && converted !== null ? [converted] : []))
  const { id, code, name, active } = service
  return {
    service: { id, code, name, active, unrouted: unroutedSince !== null },
    buyer,
    rungs,
    price: rungs.find(({ amount }) => amount !== null)?.amount ?? null,
    cost: working.reduce<Micros | null>((least, one) => (least === null || one < least ? one : least), null),
    routes,
    changes: changes.filter((change) => concerns(change, buyer)).slice(0, SHOWN_CHANGES),
  }
}

async function findBuyer(
  sql: Queryable,
  form: AudienceForm,
  currency: string | undefined,
): Promise<Explained['buyer']> {
  if (form.account !== undefined && form.group === undefined) {
    const { id, currency: own, group } = await findAccount(sql, form.account)
    if (currency !== undefined && currency !== own) {
      throw refusalFor(invalid('currency', `account ${id} buys in ${own}`))
    }
    const priceGroupId = group === null ? null : await findPriceGroup(sql, group)
    return { accountId: id, priceGroupId, group, currency: own }
  }
  const audience = await findAudience(sql, form)
  if (currency === undefined) throw refusalFor(invalid('currency', 'is missing: only an account has its own'))
  if (!isCurrency(currency)) {
    throw refusalFor(invalid('currency', `${JSON.stringify(currency)} is no currency code such as USD`))
  }
  return { ...audience, group: form.group ?? null, currency }
}

const concerns = (change: PriceChange, { accountId, group, currency }: Explained['buyer']): boolean =>
  change.what === 'cost' ||
  (change.currency === currency &&
    (change.accountId === null
      ? change.group === null || change.group.toLowerCase() === group?.toLowerCase()
      : change.accountId === accountId))
