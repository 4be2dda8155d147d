import { Type } from 'typebox'
import { createdQuery, periodOf } from '../../../contract/period.ts'
import {
  amount,
  id,
  idParams,
  name,
  orNull,
  page,
  pageOf,
  pageQuery,
  time,
} from '../../../contract/schema.ts'
import { balanceChangeFields } from '../../../ledger/balance-change.ts'
import { findBalanceChange, listBalanceChanges } from '../../../ledger/balance-changes.ts'
import { walletOf } from '../../../ledger/wallets.ts'
import type { EntryId } from '../../../lib/ids.ts'
import { route } from '../route.ts'

const types = Type.Union([Type.Literal('credit'), Type.Literal('debit')])
const reasons = Type.Union([
  Type.Literal('order'),
  Type.Literal('refund'),
  Type.Literal('deposit'),
  Type.Literal('adjustment'),
  Type.Literal('transfer'),
])

export const mutation = name(
  'Mutation',
  Type.Object({
    id: id(),
    reference_transaction_id: id('The transaction that it belongs to'),
    type: types,
    reason: reasons,
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

const balances = name(
  'Wallet',
  Type.Object({
    balance: amount('What can be spent; negative where a credit limit is in use'),
    reserved: amount('The price of items that have not ended'),
    wallet_id: id(),
    currency: Type.String({ description: 'ISO 4217' }),
    credit_limit: amount('How far the balance may go below 0'),
  }),
)

export const walletRoutes = [
  route({
    method: 'GET',
    path: '/api/wallet/snap',
    name: 'getBalance',
    section: 'Money',
    summary: 'The balance as it is now',
    permission: 'wallet.balance.read',
    answer: balances,
    async handle({ parts, key }) {
      const { available, held, currency, creditLimit } = await walletOf(parts.sql, key.account.id)
      return {
        balance: available,
        reserved: held,
        wallet_id: key.account.id,
        currency,
        credit_limit: creditLimit,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/mutation',
    name: 'listMutations',
    section: 'Money',
    summary: 'What moved the available balance, newest first',
    description:
      'Each one adds up with the one before: `balance_after` is that of the one before, plus a credit or minus a ' +
      'debit. An order is debited once, when it is placed, and items that fail or are cancelled are credited.',
    permission: 'wallet.ledger.read',
    query: Type.Object({
      ...pageQuery,
      ...createdQuery,
      type: Type.Optional(types),
      reason: Type.Optional(reasons),
    }),
    answer: pageOf(mutation),
    async handle({ parts, key, query }) {
      const { limit, cursor, type, reason } = query
      const before = cursor as EntryId | undefined
      const filter = { limit, before, type, reason, ...periodOf(query) }
      const { mutations, next } = await listBalanceChanges(parts.sql, key.account.id, filter)
      return page(mutations.map(balanceChangeFields), next)
    },
  }),
  route({
    method: 'GET',
    path: '/api/mutation/:id',
    name: 'getMutation',
    section: 'Money',
    summary: 'One movement of the available balance',
    permission: 'wallet.ledger.read',
    params: idParams,
    answer: Type.Object({ data: mutation }),
    refusals: ['not_found'],
    async handle({ parts, key, params }) {
      return {
        data: balanceChangeFields(await findBalanceChange(parts.sql, key.account.id, params.id as EntryId)),
      }
    },
  }),
]
