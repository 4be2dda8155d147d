import type { Queryable } from '../../database/database.ts'
import type { AccountId } from '../../lib/ids.ts'
import { selectLastOrders } from './last-orders.sql.ts'

/** `lastOrders` gives when each of some accounts last ordered. */
export const lastOrders = async (
  sql: Queryable,
  accounts: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, Date>> =>
  new Map((await selectLastOrders(sql, accounts)).map(({ accountId, at }) => [accountId, at]))
