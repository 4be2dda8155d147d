import type { Queryable } from '../database/database.ts'
import { isGiven, type WalkedPage, walkPage } from '../database/walk.ts'
import type { DepositId } from '../lib/ids.ts'
import type { Deposit } from './deposit.ts'
import { type DepositFilter, selectDeposits, selectStop } from './deposit-list.sql.ts'

/** `listDeposits` gives a page, newest first, looked for in `maxRows` of them. */
export const listDeposits = (
  sql: Queryable,
  { limit, ...filter }: DepositFilter & { limit: number },
  maxRows: number,
): Promise<WalkedPage<Deposit, DepositId>> =>
  walkPage({
    limit,
    from: filter.from,
    isNarrowed: isGiven(filter.state, filter.provider, filter.from, filter.to, filter.amount, filter.text),
    selectStop: () => selectStop(sql, filter, maxRows),
    select: (part) => selectDeposits(sql, { ...filter, ...part }),
  })
