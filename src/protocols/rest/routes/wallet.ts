import { Type } from 'typebox'
import { createdQuery, filterOf, pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { idParams, oneOf } from '../../../contract/schema.ts'
import {
  mutation,
  mutationReasons,
  mutationTypes,
  wallet,
  wireMutation,
  wireWallet,
} from '../../../contract/wallet.ts'
import type { EntryId } from '../../../lib/ids.ts'
import type { RestDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Money'

export const walletRoutes = ({ ledger }: Pick<RestDeps, 'ledger'>) => [
  route({
    method: 'GET',
    path: '/api/wallet/snap',
    name: 'getBalance',
    section,
    summary: 'The balance as it is now',
    permission: 'wallet.balance.read',
    answer: wallet,
    handle: async ({ accountId }) => wireWallet(accountId, await ledger.wallet(accountId)),
  }),
  route({
    method: 'GET',
    path: '/api/mutation',
    name: 'listMutations',
    section,
    summary: 'What moved the available balance, newest first',
    description:
      'Each one adds up with the one before: `balance_after` is that of the one before, plus a credit or minus a ' +
      'debit. An order is debited once, when it is placed, and items that fail or are cancelled are credited.',
    permission: 'wallet.ledger.read',
    query: Type.Object({
      ...pageQuery,
      ...createdQuery,
      type: Type.Optional(oneOf(mutationTypes)),
      reason: Type.Optional(oneOf(mutationReasons)),
    }),
    answer: pageShape(mutation),
    async handle({ accountId, query, gone }) {
      const { type, reason } = query
      const filter = { ...filterOf<EntryId>(query), type, reason }
      return wirePage(await ledger.balanceChanges(accountId, filter, gone), wireMutation)
    },
  }),
  route({
    method: 'GET',
    path: '/api/mutation/:id',
    name: 'getMutation',
    section,
    summary: 'One movement of the available balance',
    permission: 'wallet.ledger.read',
    params: idParams,
    answer: Type.Object({ data: mutation }),
    refusals: ['not_found'],
    handle: async ({ accountId, params }) => ({
      data: wireMutation(await ledger.balanceChange(accountId, params.id as EntryId)),
    }),
  }),
]
