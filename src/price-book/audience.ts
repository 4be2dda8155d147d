import { findAccount, findPriceGroup } from '../accounts/accounts.ts'
import type { Queryable } from '../database/database.ts'
import { invalid, refusalFor } from '../lib/fault.ts'
import type { AccountId, PriceGroupId } from '../lib/ids.ts'

/** Audience is whom a price is for: one account, one price group, or (both null) everyone. */
export interface Audience {
  accountId: AccountId | null
  priceGroupId: PriceGroupId | null
}

/** AudienceForm is an audience as an operator writes it: an account by id or user name, a price group by name or id. */
export interface AudienceForm {
  account?: string | undefined
  group?: string | undefined
}

/** `findAudience` throws not_found, or invalid_input naming the value at fault: an account buys in its own currency. */
export async function findAudience(
  sql: Queryable,
  { account, group }: AudienceForm,
  currency?: string,
): Promise<Audience> {
  if (account !== undefined && group !== undefined) {
    throw refusalFor(invalid('account', 'has no place beside a group'))
  }
  if (group !== undefined) return { accountId: null, priceGroupId: await findPriceGroup(sql, group) }
  if (account === undefined) return { accountId: null, priceGroupId: null }
  const found = await findAccount(sql, account)
  if (currency !== undefined && found.currency !== currency) {
    throw refusalFor(invalid('currency', `account ${found.id} buys in ${found.currency}`))
  }
  return { accountId: found.id, priceGroupId: null }
}
