import type { Transaction } from '../database/database.ts'
import { type ExchangeRates, Rates } from '../ledger/rates.ts'
import { formatMicros, formatMoney, type Micros, micros } from '../lib/money.ts'
import type { Clock } from '../lib/time.ts'
import { type Said, say } from '../reasons.ts'
import {
  insertAttached,
  type LowestPrice,
  selectListed,
  selectLowestPrices,
  selectOurs,
  selectTheirs,
} from './attach.sql.ts'
import {
  type AttachBy,
  type Match,
  type Matches,
  matchServices,
  type OurCandidate,
} from './attach-matches.ts'
import { lockServices } from './import.sql.ts'
import type { ListedSupplier } from './remote-list.ts'

export type { AttachBy, Match, Unmatched } from './attach-matches.ts'

/** Dearer is a match whose cost there is more than the lowest price of ours, both in the price's currency. */
export interface Dearer extends Pick<Match, 'ours' | 'theirs'> {
  currency: string
  price: Micros
  cost: Micros
}

/** `sayDearer` warns of a route that costs more than its service is sold for. */
export const sayDearer = ({ cost, price, currency }: Pick<Dearer, 'cost' | 'price' | 'currency'>): Said => ({
  ...say('route_dearer', { cost: formatMoney(cost, currency), price: formatMoney(price, currency) }),
  // Pages write amounts as the reader does.
  params: { cost: formatMicros(cost, currency), price: formatMicros(price, currency), currency },
})

export interface Attached extends Matches {
  dearer: Dearer[]
}

/** `findMatches` says which services of ours would get a route to which of the staged list, and which of these cost more than ours is sold for. */
export async function findMatches(
  transaction: Transaction,
  { id, currency }: ListedSupplier,
  by: AttachBy,
  clock: Clock,
): Promise<Attached> {
  const found = matchServices(await selectOurs(transaction, id), await selectTheirs(transaction, id), by)
  return await withDearer(transaction, found, currency, clock)
}

/** `attachListed` gives services of ours their routes to what a supplier's list, as it was last taken over, has of the same name or code. */
export async function attachListed(
  transaction: Transaction,
  { id, currency }: ListedSupplier,
  { ours, by }: { ours: OurCandidate[]; by: 'code' | 'name' },
  clock: Clock,
): Promise<Attached> {
  const theirs = await selectListed(transaction, { supplier: id, currency })
  const found = await withDearer(transaction, matchServices(ours, theirs, by), currency, clock)
  if (found.matches.length > 0) await insertAttached(transaction, id, found.matches)
  return found
}

/**
 * `lockOurs` finds active services by id or code, with the routes that they have to a supplier, and lets nobody else write services until the
 * transaction ends. `missing` are the names that there is no such service of, each once.
 */
export async function lockOurs(
  transaction: Transaction,
  supplier: ListedSupplier['id'],
  services: readonly string[],
): Promise<{ ours: OurCandidate[]; missing: string[] }> {
  await lockServices(transaction)
  const all = await selectOurs(transaction, supplier)
  const byName = new Map(
    all.flatMap((one) => [[one.code.toLowerCase(), one] as const, [String(one.id), one] as const]),
  )
  const names = new Map(services.map((name) => [name.toLowerCase(), name]))
  return {
    ours: [...new Set([...names.keys()].flatMap((key) => byName.get(key) ?? []))],
    missing: [...names].flatMap(([key, name]) => (byName.has(key) ? [] : [name])),
  }
}

async function withDearer(
  transaction: Transaction,
  found: Matches,
  currency: string,
  clock: Clock,
): Promise<Attached> {
  const prices = await selectLowestPrices(
    transaction,
    found.matches.map(({ ours }) => ours.id),
  )
  const rates = await new Rates(transaction).load(clock.now())
  return { ...found, dearer: dearerOf(found.matches, { prices, rates, currency }) }
}

/** `attachMatches` gives services of ours their routes, with the costs of the list. */
export async function attachMatches(
  transaction: Transaction,
  supplier: ListedSupplier,
  by: AttachBy,
  clock: Clock,
): Promise<Attached> {
  await lockServices(transaction)
  const found = await findMatches(transaction, supplier, by, clock)
  if (found.matches.length > 0) await insertAttached(transaction, supplier.id, found.matches)
  return found
}

/** `dearerOf` gives one of the prices of each service that its cost there is above. Without an exchange rate nothing is compared. */
function dearerOf(
  matches: readonly Match[],
  { prices, rates, currency }: { prices: LowestPrice[]; rates: ExchangeRates; currency: string },
): Dearer[] {
  const byService = Map.groupBy(prices, ({ serviceId }) => serviceId)
  return matches.flatMap(({ ours, theirs }) => {
    const above = (byService.get(ours.id) ?? []).flatMap(({ price, currency: sold }): Dearer[] => {
      const cost = rates.convert(micros(theirs.cost), currency, sold)
      return cost !== undefined && cost > price ? [{ ours, theirs, currency: sold, price, cost }] : []
    })
    return above.slice(0, 1)
  })
}
