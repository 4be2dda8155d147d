import type { Queryable } from '../database/database.ts'
import type { AccountId } from '../lib/ids.ts'
import { DAY_MS } from '../lib/time.ts'
import { type AccountFigures, selectAccountFigures } from './account-figures.sql.ts'
import { FIGURE_DAYS } from './service-figures.ts'

export type { AccountFigures } from './account-figures.sql.ts'

/** `accountFigures` gives what some accounts, or all (null), bought in the last FIGURE_DAYS days. */
export async function accountFigures(
  sql: Queryable,
  now: Date,
  accounts: readonly AccountId[] | null,
): Promise<ReadonlyMap<AccountId, AccountFigures>> {
  const found = await selectAccountFigures(sql, new Date(now.getTime() - FIGURE_DAYS * DAY_MS), accounts)
  return new Map(found.map((one) => [one.accountId, one]))
}
