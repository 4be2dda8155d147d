import { findAccount, findPriceGroup } from '../accounts/accounts.ts'
import { findService } from '../catalogue/services.ts'
import type { Queryable } from '../database/database.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import { isCurrency } from '../lib/money.ts'
import { findSupplier } from '../suppliers/suppliers.ts'
import type { AudienceForm } from './audience.ts'
import { type BookFilter, type BookPrice, selectBook } from './prices.sql.ts'
import { selectServiceGroup } from './rules.sql.ts'

export type { BookFilter, BookPrice } from './prices.sql.ts'

/** BookFilterForm narrows prices as an operator writes it; what is left out does not matter. */
export interface BookFilterForm extends AudienceForm {
  /** `everyone`: only the prices that are for everyone. */
  everyone?: boolean | undefined
  service?: string | undefined
  serviceGroup?: string | undefined
  /** `supplier`: only of services that have a route to it. */
  supplier?: string | undefined
  currency?: string | undefined
  belowCost?: boolean | undefined
  ruled?: boolean | undefined
}

/** `findFilter` throws service_not_found, not_found, or invalid_input naming the value at fault. */
export async function findFilter(sql: Queryable, form: BookFilterForm): Promise<BookFilter> {
  const { everyone, account, group, service, supplier, serviceGroup, currency, belowCost, ruled } = form
  if ([everyone || undefined, account, group].filter((one) => one !== undefined).length > 1) {
    throw refusalFor(invalid(everyone ? 'everyone' : 'account', 'has no place beside another audience'))
  }
  if (currency !== undefined && !isCurrency(currency)) {
    throw refusalFor(invalid('currency', `${JSON.stringify(currency)} is no currency code such as USD`))
  }
  const named = serviceGroup === undefined ? undefined : await selectServiceGroup(sql, serviceGroup)
  if (serviceGroup !== undefined && named === undefined) {
    throw refusalFor(invalid('serviceGroup', `no service is in a group ${JSON.stringify(serviceGroup)}`))
  }
  return {
    ...{ everyone, currency, belowCost, ruled, serviceGroup: named },
    accountId: account === undefined ? undefined : (await findAccount(sql, account)).id,
    priceGroupId: group === undefined ? undefined : await findPriceGroup(sql, group),
    serviceId: service === undefined ? undefined : (await findService(sql, service)).id,
    supplierId: supplier === undefined ? undefined : (await findSupplier(sql, supplier)).id,
  }
}

/**
 * `readBook` gives a page of prices, behind the service that the page before ended with: all of a service that fit stand on one page, which may
 * have a few more than `limit`.
 */
export async function readBook(
  sql: Queryable,
  filter: BookFilter,
  { after, limit }: { after: number | undefined; limit: number },
): Promise<{ prices: BookPrice[]; next: number | undefined }> {
  const prices = await selectBook(sql, filter, { after, limit })
  return { prices, next: prices.length < limit ? undefined : prices.at(-1)?.serviceId }
}
