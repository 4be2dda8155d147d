import { findPriceGroup } from '../accounts/accounts.ts'
import type { Queryable } from '../database/database.ts'
import { type Fault, Refusal } from '../errors.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import type { AccountId, PriceGroupId, ServiceId } from '../lib/ids.ts'
import { isCurrency, type Micros, micros, parseMicros } from '../lib/money.ts'
import {
  deletePrice,
  type PriceRow,
  selectAccountCurrency,
  selectPrices,
  upsertPrices,
} from './prices.sql.ts'
import type { UnitPrice } from './service.ts'
import { selectGroupNames, selectService } from './services.sql.ts'

/** The largest unit price: with the largest quantity of an item it stays well inside a bigint. */
const MAX_PRICE = micros(100_000_000_000_000n)

/** A price of one service, and whom it is for: one account, one price group, or (both null) everyone. */
export interface Price extends UnitPrice {
  serviceId: ServiceId
  accountId: AccountId | null
  /** The price group's name. */
  group: string | null
  currency: string
}

/** Which rule: at most one of account and group. */
export interface PriceKey {
  /** Id or code. */
  service: string
  account?: AccountId | undefined
  /** The name or id of a price group. */
  group?: string | undefined
  currency: string
}

/** `priceFaults` says what is wrong with a price; a unit price that is undefined could not be read. */
export function priceFaults(price: {
  currency: string
  unitPrice: Micros | undefined
  minItems?: number
  maxItems?: number
}): (Fault | undefined)[] {
  const { currency, unitPrice, minItems = 1, maxItems = Math.max(minItems, 1000) } = price
  const isPrice = unitPrice !== undefined && unitPrice >= 0n && unitPrice <= MAX_PRICE
  return [
    isCurrency(currency) ? undefined : fault('currency', 'must be a currency code such as USD'),
    isPrice ? undefined : fault('price', 'must be from 0 to 100,000,000, with at most 6 decimals'),
    isItemCount(minItems) ? undefined : fault('minItems', 'must be a whole number from 1 to 32,767'),
    isItemCount(maxItems) && maxItems >= minItems
      ? undefined
      : fault('maxItems', 'must be a whole number from minItems to 32,767'),
  ]
}

/** `isItemCount` tells what a smallint counts. */
const isItemCount = (count: number): boolean => Number.isInteger(count) && count >= 1 && count <= 32_767

/**
 * Makes or changes one price rule, with the unit price as a decimal such as "0.77"; item counts that are left out stay as they are (a new rule: 1 to 1,000).
 * Throws service_not_found, or invalid_input naming the value at fault.
 */
export async function setPrice(
  sql: Queryable,
  rule: PriceKey & { unitPrice: string; minItems?: number | undefined; maxItems?: number | undefined },
): Promise<Price> {
  const key = await resolve(sql, rule)
  if (key.account_id !== null) {
    const currency = await selectAccountCurrency(sql, key.account_id)
    if (currency === undefined) {
      throw new Refusal('invalid_input', `there is no account ${key.account_id}`, 'account')
    }
    if (currency !== rule.currency) {
      throw new Refusal('invalid_input', `account ${key.account_id} buys in ${currency}`, 'currency')
    }
  }
  const old = (await selectPrices(sql, key.service_id)).find(
    (row) =>
      row.account_id === key.account_id &&
      row.price_group_id === key.price_group_id &&
      row.currency === key.currency,
  )
  const minItems = rule.minItems ?? old?.min_items ?? 1
  const maxItems = rule.maxItems ?? old?.max_items ?? Math.max(minItems, 1000)
  const unitPrice = parseMicros(rule.unitPrice)
  const faults = priceFaults({ currency: rule.currency, unitPrice, minItems, maxItems })
  const price = orThrow(resultOf(unitPrice as Micros, faults))
  const [row] = await upsertPrices(sql, [
    { ...key, unit_price: price, min_items: minItems, max_items: maxItems },
  ])
  return ruleOf(row as PriceRow, new Map([[key.price_group_id, await groupName(sql, key.price_group_id)]]))
}

/** Throws service_not_found, or not_found when there is no such rule. */
export async function removePrice(sql: Queryable, rule: PriceKey): Promise<void> {
  const removed = await deletePrice(sql, await resolve(sql, rule))
  if (!removed) throw new Refusal('not_found', 'there is no such price')
}

/** A service's price rules: everyone's, then accounts', then groups'. Throws service_not_found. */
export async function listPrices(sql: Queryable, idOrCode: string): Promise<Price[]> {
  const service = await selectService(sql, idOrCode)
  if (!service) throw new Refusal('service_not_found', idOrCode, 'service')
  const [rows, groups] = await Promise.all([selectPrices(sql, service.id), selectGroupNames(sql)])
  const names = new Map(groups.map(({ id, name }) => [id, name]))
  return rows.map((row) => ruleOf(row, names))
}

export function ruleOf(row: PriceRow, groups: ReadonlyMap<PriceGroupId | null, string | null>): Price {
  return {
    serviceId: row.service_id,
    accountId: row.account_id,
    group: groups.get(row.price_group_id) ?? null,
    currency: row.currency,
    unitPrice: micros(row.unit_price),
    minItems: row.min_items,
    maxItems: row.max_items,
  }
}

async function groupName(sql: Queryable, id: PriceGroupId | null): Promise<string | null> {
  if (id === null) return null
  return (await selectGroupNames(sql)).find((group) => group.id === id)?.name ?? null
}

type Key = Pick<PriceRow, 'service_id' | 'account_id' | 'price_group_id' | 'currency'>

async function resolve(sql: Queryable, { service, account, group, currency }: PriceKey): Promise<Key> {
  if (account !== undefined && group !== undefined) {
    throw new Refusal('invalid_input', 'a price is for an account or for a group, not for both', 'account')
  }
  const found = await selectService(sql, service)
  if (!found) throw new Refusal('service_not_found', service, 'service')
  return {
    service_id: found.id,
    account_id: account ?? null,
    price_group_id: group === undefined ? null : await findPriceGroup(sql, group),
    currency,
  }
}
