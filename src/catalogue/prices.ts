import { findPriceGroup } from '../accounts/accounts.ts'
import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { checkThousands, readValues } from '../lib/attributes.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import type { Micros } from '../lib/money.ts'
import { because } from '../reasons.ts'
import { type PriceForm, priceAttributes } from './price-attributes.ts'
import {
  deletePrice,
  type Price,
  type PriceKey,
  selectAccountCurrency,
  selectPrices,
  upsertPrices,
} from './prices.sql.ts'
import { findService } from './services.ts'

export type { PriceForm } from './price-attributes.ts'
export {
  type Price,
  type PriceKey,
  type PriceWrite,
  selectPrices as readPrices,
  upsertPrices as writePrices,
} from './prices.sql.ts'

/**
 * `setPrice` makes or changes one price. Counts of items that are left out stay as they are (a new price: 1 to 1,000).
 * Throws service_not_found, or invalid_input naming the value at fault.
 */
export async function setPrice(sql: Queryable, form: PriceForm & { price: string | Micros }): Promise<Price> {
  const key = await findKey(sql, form)
  const given = readValues(priceAttributes, form)
  checkThousands(priceAttributes, form, key.currency)
  if (key.accountId !== null) {
    const currency = await selectAccountCurrency(sql, key.accountId)
    if (currency === undefined) {
      throw because('invalid_input', 'account_unknown', { account: key.accountId }, 'account')
    }
    if (currency !== key.currency) {
      throw because('invalid_input', 'account_currency', { account: key.accountId, currency }, 'currency')
    }
  }
  const find = async () => (await selectPrices(sql, [key.serviceId])).find((price) => isOf(price, key))
  const old = await find()
  const minItems = given.minItems ?? old?.minItems ?? 1
  const maxItems = given.maxItems ?? old?.maxItems ?? Math.max(minItems, 1000)
  if (maxItems < minItems) throw refusalFor(invalid('maxItems', 'must not be less than the fewest'))
  await upsertPrices(sql, [{ ...key, unitPrice: given.price as Micros, minItems, maxItems }])
  return (await find()) as Price
}

const isOf = (price: Price, key: PriceKey): boolean =>
  price.accountId === key.accountId &&
  price.priceGroupId === key.priceGroupId &&
  price.currency === key.currency

/**
 * `removePrice` takes a fixed price away, or else the rule that is for this service alone, and gives the price that wider rules give in its
 * place, if any. Throws service_not_found, or not_found when there is neither.
 */
export async function removePrice(sql: Queryable, form: PriceForm): Promise<Price | undefined> {
  const key = await findKey(sql, form)
  const removed = await deletePrice(sql, key)
  const now = (await selectPrices(sql, [key.serviceId])).find((price) => isOf(price, key))
  if (removed) return now
  throw new Refusal(
    'not_found',
    now ? `rule ${now.ruleId} gives this price: price rule remove takes it away` : 'there is no such price',
  )
}

/** `listPrices` gives a service's prices: everyone's, then accounts', then groups'. Throws service_not_found. */
export async function listPrices(
  sql: Queryable,
  idOrCode: string,
  limit: number | null = null,
): Promise<Price[]> {
  return await selectPrices(sql, [(await findService(sql, idOrCode)).id], limit)
}

async function findKey(sql: Queryable, form: PriceForm): Promise<PriceKey> {
  const { service, currency, account = null, group } = form
  if (account !== null && group !== undefined) {
    throw refusalFor(invalid('account', 'has no place beside a group'))
  }
  return {
    serviceId: (await findService(sql, service)).id,
    accountId: account as PriceKey['accountId'],
    priceGroupId: group === undefined ? null : await findPriceGroup(sql, group),
    currency,
  }
}
