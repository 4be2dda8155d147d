import type { BalanceChange } from '../ledger/balance-change.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Month } from './month.ts'

/** Whose it is. */
export interface StatementAccount {
  id: AccountId
  name: string
  username: string
  email: string
  currency: string
}

/** What all movements of one sort come to. */
export interface StatementTotal extends Pick<BalanceChange, 'type' | 'reason'> {
  count: number
  amount: Micros
}

/** The available balance of one month: `opening` and all movements make `closing`, or there is no statement. */
export interface Statement {
  account: StatementAccount
  month: Month
  /** The month has ended, and nothing will be added to it. */
  complete: boolean
  /** As of when it was made. */
  madeAt: Date
  opening: Micros
  closing: Micros
  credits: Micros
  debits: Micros
  totals: StatementTotal[]
  /** How many movements there are. */
  count: number
  /** What was finally charged for items that succeeded: it was taken when their orders were placed. */
  captured: Micros
  /** The movements: ids after the first and up to the last. */
  ids: { after: EntryId; last: EntryId }
}

/** A month in which something moved. */
export interface StatementMonth {
  month: Month
  complete: boolean
  opening: Micros
  closing: Micros
}
