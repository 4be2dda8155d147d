import { Type } from 'typebox'
import { amountOf } from '../../../lib/amount.ts'
import { formatMicros } from '../../../lib/money.ts'
import {
  BALANCE_CHANGES_PART,
  balanceChanges,
  balanceChangesQuery,
  readBalanceChanges,
} from '../../kit/balance-changes.ts'
import { amount, givenAmount, text } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Money'
const access = 'account.read'

export const moneyRoutes = ({ ledger, deposits }: Pick<PortalDeps, 'ledger' | 'deposits'>) => [
  route({
    method: 'GET',
    path: '/balance-changes',
    name: 'listBalanceChanges',
    exported: 'balanceChanges',
    section,
    summary: 'What moved the available balance, the newest first',
    description: BALANCE_CHANGES_PART,
    access,
    query: balanceChangesQuery,
    answer: balanceChanges,
    handle: ({ caller: { account }, query }) => readBalanceChanges(ledger, account, query),
  }),
  route({
    method: 'GET',
    path: '/deposit-quote',
    name: 'quoteDeposit',
    section,
    summary: 'What paying in an amount would cost',
    description: 'Nothing begins by it: `POST /api/deposit` begins a deposit, and says what is to be paid.',
    access,
    query: Type.Object({ provider_code: text(64), amount: givenAmount('What is to be credited') }),
    answer: Type.Object({
      currency: Type.String(),
      amount: amount('As it was understood'),
      fee: amount(),
      total_pay: amount('What is to be paid, at least'),
      total_pay_most: amount(
        'What is to be paid, at most: some ways tell deposits apart by a little that is added, and credited',
      ),
    }),
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ caller: { account }, query }) => {
      const { currency } = account
      const given = amountOf(query.amount, 'amount', currency)
      const { fee, totalPay, most, ...quote } = await deposits.quote(account, {
        providerCode: query.provider_code,
        amount: given,
      })
      const written = (micros: bigint) => formatMicros(micros, currency)
      return {
        ...{ currency, amount: written(quote.amount), fee: written(fee) },
        ...{ total_pay: written(totalPay), total_pay_most: written(most) },
      }
    },
  }),
]
