import { type Static, Type } from 'typebox'
import type { Statement, StatementMonth } from '../statements/statement.ts'
import { amount, name, time } from './schema.ts'
import { mutation } from './wallet.ts'

export const month = Type.String({ pattern: '^\\d{4}-\\d\\d$', description: 'YYYY-MM, in UTC' })

const monthFields = {
  month,
  from: time(),
  to: time("The next month's first moment"),
  complete: Type.Boolean({ description: 'The month has ended: nothing will be added' }),
  opening_balance: amount(),
  closing_balance: amount(),
}

export const statementMonth = Type.Object(monthFields)

const headFields = {
  ...monthFields,
  made_at: time('As of when it is'),
  account_id: Type.Integer(),
  username: Type.String(),
  currency: Type.String(),
  credits: amount('Of all movements; opening_balance + credits - debits = closing_balance'),
  debits: amount(),
  captured: amount('Charged for items that succeeded: it was debited when their orders were placed'),
  refunded: amount('Given back of what had been charged, in this month or before; it is among the credits'),
  totals: Type.Array(
    Type.Object({ type: Type.String(), reason: Type.String(), count: Type.Integer(), amount: amount() }),
  ),
  count: Type.Integer({ description: 'Movements' }),
}

const statementHead = Type.Object(headFields)

export const statement = name(
  'Statement',
  Type.Object({
    ...headFields,
    movements: Type.Array(mutation, { description: 'Oldest first, all of them' }),
  }),
)

export const wireStatementMonth = ({
  month,
  complete,
  opening,
  closing,
}: StatementMonth): Static<typeof statementMonth> => ({
  month: month.text,
  from: month.from.toISOString(),
  to: month.to.toISOString(),
  complete,
  opening_balance: opening,
  closing_balance: closing,
})

/** `wireStatementHead` gives a statement without its movements, which are written while they are read. */
export function wireStatementHead(one: Statement): Static<typeof statementHead> {
  const { opening_balance, closing_balance, ...month } = wireStatementMonth(one)
  return {
    ...month,
    made_at: one.madeAt.toISOString(),
    account_id: one.account.id,
    username: one.account.username,
    currency: one.account.currency,
    opening_balance,
    closing_balance,
    credits: one.credits,
    debits: one.debits,
    captured: one.captured,
    refunded: one.refunded,
    totals: one.totals.map(({ type, reason, count, amount }) => ({ type, reason, count, amount })),
    count: one.count,
  }
}
