import { Type } from 'typebox'
import { createdQuery, filterOf, pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { idParams, oneOf } from '../../../contract/schema.ts'
import { transaction, transactionTypes, wireTransaction } from '../../../contract/transactions.ts'
import type { EntryId } from '../../../lib/ids.ts'
import type { RestDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Money'
const permission = 'transaction.read'

export const transactionRoutes = ({ ledger }: Pick<RestDeps, 'ledger'>) => [
  route({
    method: 'GET',
    path: '/api/transactions',
    name: 'listTransactions',
    section,
    summary: 'Orders, deposits, adjustments and transfers, newest first',
    description: 'Each of them once, whatever it moves: the movements are the mutations.',
    permission,
    query: Type.Object({ ...pageQuery, ...createdQuery, type: Type.Optional(oneOf(transactionTypes)) }),
    answer: pageShape(transaction),
    async handle({ accountId, query, gone }) {
      const filter = { ...filterOf<EntryId>(query), type: query.type }
      return wirePage(await ledger.transactions(accountId, filter, gone), wireTransaction)
    },
  }),
  route({
    method: 'GET',
    path: '/api/transactions/:id',
    name: 'getTransaction',
    section,
    summary: 'One transaction',
    permission,
    params: idParams,
    answer: Type.Object({ data: transaction }),
    refusals: ['not_found'],
    handle: async ({ accountId, params }) => ({
      data: wireTransaction(await ledger.transaction(accountId, params.id as EntryId)),
    }),
  }),
]
