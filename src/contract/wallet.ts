import { type Static, Type } from 'typebox'
import type { BalanceChange } from '../ledger/balance-change.ts'
import type { Wallet } from '../ledger/entry.ts'
import type { AccountId } from '../lib/ids.ts'
import { amount, id, name, oneOf, orNull, time } from './schema.ts'

export const wallet = name(
  'Wallet',
  Type.Object({
    balance: amount('What can be spent; negative where a credit limit is in use'),
    reserved: amount('The price of items that have not ended'),
    wallet_id: id(),
    currency: Type.String({ description: 'ISO 4217' }),
    credit_limit: amount('How far the balance may go below 0'),
  }),
)

export const wireWallet = (accountId: AccountId, one: Wallet): Static<typeof wallet> => ({
  balance: one.available,
  reserved: one.held,
  wallet_id: accountId,
  currency: one.currency,
  credit_limit: one.creditLimit,
})

export const mutationTypes = ['credit', 'debit'] as const
export const mutationReasons = ['order', 'refund', 'deposit', 'adjustment', 'transfer'] as const

/** `mutation` is a balance change under the name of the API that integrations were written for. */
export const mutation = name(
  'Mutation',
  Type.Object({
    id: id(),
    reference_transaction_id: id('The transaction that it belongs to'),
    type: oneOf(mutationTypes),
    reason: oneOf(mutationReasons),
    amount: amount('Never negative: the type says which way it went'),
    balance_after: amount('The available balance that it left'),
    note: orNull(
      Type.String({
        description: "Of an order's debit, what has become of it: Reserved, Final capture, Released",
      }),
    ),
    order_id: orNull(Type.Integer()),
    created_at: time(),
  }),
)

export const wireMutation = (one: BalanceChange): Static<typeof mutation> => ({
  id: one.id,
  reference_transaction_id: one.transactionId,
  type: one.type,
  reason: one.reason,
  amount: one.amount,
  balance_after: one.balanceAfter,
  note: one.note,
  order_id: one.orderId,
  created_at: one.createdAt.toISOString(),
})
