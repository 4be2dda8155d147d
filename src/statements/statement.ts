import type { Seller } from '../invoices/invoice.ts'
import type { BalanceChange } from '../ledger/balance-change.ts'
import type { AccountId, EntryId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Month } from './month.ts'

/** StatementAccount is the account that a statement is of. */
export interface StatementAccount {
  id: AccountId
  name: string
  username: string
  email: string
  currency: string
  /** `address` may have several lines; it and the tax id are empty where they are not known. */
  address: string
  taxId: string
}

/** StatementTotal is what all movements of one sort come to. */
export interface StatementTotal extends Pick<BalanceChange, 'type' | 'reason'> {
  count: number
  amount: Micros
}

/** Statement has the available balance of one month: `opening` and all movements make `closing`, or there is no statement. */
export interface Statement {
  account: StatementAccount
  /** `seller`, undefined: nobody has said who sells. */
  seller: Seller | undefined
  /** `contacts` are where the shop is reached, as people read them. */
  contacts: string[]
  month: Month
  /** `complete`: the month has ended, and nothing will be added to it. */
  complete: boolean
  /** `madeAt` is the moment that the statement is as of. */
  madeAt: Date
  opening: Micros
  closing: Micros
  credits: Micros
  debits: Micros
  totals: StatementTotal[]
  /** `count` is how many movements there are. */
  count: number
  /** `captured` was finally charged for items that succeeded: it was taken when their orders were placed, or when they were delivered after all. */
  captured: Micros
  /** `refunded` was given back of what had been charged, in this month or before; it is among the credits. */
  refunded: Micros
  /** `ids` bounds the movements: after the first and up to the last. */
  ids: { after: EntryId; last: EntryId }
}

/** StatementMonth is a month in which something moved. */
export interface StatementMonth {
  month: Month
  complete: boolean
  opening: Micros
  closing: Micros
}
