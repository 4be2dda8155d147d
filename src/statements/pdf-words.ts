import type { BalanceChange } from '../ledger/balance-change.ts'
import type { StatementTotal } from './statement.ts'

const totalLabels: Record<string, string> = {
  'debit order': 'Orders',
  'credit refund': 'Given back for orders',
  'credit deposit': 'Deposits',
  'credit adjustment': 'Adjustments in your favour',
  'debit adjustment': 'Other adjustments',
  'debit transfer': 'Sent to other accounts',
  'credit transfer': 'Received from other accounts',
}

export const totalWords = ({ type, reason, count }: StatementTotal): string =>
  `${totalLabels[`${type} ${reason}`] ?? reason} (${count})`

const reasonLabels: Record<BalanceChange['reason'], string> = {
  order: 'Order',
  refund: 'Refund',
  deposit: 'Deposit',
  adjustment: 'Adjustment',
  transfer: 'Transfer',
}

/** `whatOf` says in a few words what a movement was for. */
export const whatOf = ({ type, reason, orderId, note }: BalanceChange): string => {
  if (reason === 'order') return `Order ${orderId}: ${note}`
  if (reason === 'refund') return `Refund, ${note?.replace(/^(Released|Refunded): /, '')}`
  const what = reason === 'transfer' ? (type === 'debit' ? 'Sent' : 'Received') : reasonLabels[reason]
  return note === null ? what : `${what}: ${note}`
}

/** `minuteOf` gives a time to the minute, in UTC. */
export const minuteOf = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ')

export const monthName = (time: Date): string =>
  time.toLocaleString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** `taxIdLine` says a tax id; nothing where there is none. */
export const taxIdLine = (id: string): string => (id === '' ? '' : `Tax id: ${id}`)
