import { Type } from 'typebox'
import { createdQuery, filterOf, pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { givenAmount, idParams, oneOf, orNull } from '../../../contract/schema.ts'
import {
  newTransfer,
  transfer,
  transferDirections,
  wireNewTransfer,
  wireTransfer,
} from '../../../contract/transfers.ts'
import type { TransferId } from '../../../lib/ids.ts'
import { readAmount } from '../decode.ts'
import type { RestDeps } from '../deps.ts'
import { Answered, REPLAYED, route } from '../route.ts'

const section = 'Money'
const PATH = '/api/transfer'

export const transferRoutes = ({
  transfers,
  idempotency,
  clock,
}: Pick<RestDeps, 'transfers' | 'idempotency' | 'clock'>) => [
  route({
    method: 'POST',
    path: PATH,
    name: 'createTransfer',
    section,
    summary: 'Send money to another account of the same currency',
    description:
      'It is done at once and cannot be taken back. Only a positive balance can be sent; a credit limit is for orders. ' +
      'The same Idempotency-Key and body give the first result with `replayed: true`; another body is refused.',
    permission: 'transfer.create',
    body: Type.Object({
      receiver: Type.String({
        minLength: 1,
        maxLength: 254,
        description: 'The user name or e-mail address, whole',
      }),
      amount: givenAmount,
      description: Type.Optional(
        orNull(Type.String({ maxLength: 500, description: 'One line, which both accounts read' })),
      ),
    }),
    needsKey: true,
    answer: Type.Object({ data: newTransfer, replayed: Type.Boolean() }),
    refusals: ['not_found', 'invalid_input', 'insufficient_balance'],
    async handle({ accountId, asker, body, idempotencyKey }) {
      const given = {
        receiver: body.receiver.trim(),
        amount: readAmount(body.amount, 'amount', asker.account.currency),
        description: body.description?.trim() || null,
      }
      const { json, replayed } = await idempotency.once(
        {
          accountId,
          key: idempotencyKey,
          action: `POST ${PATH}`,
          body: { ...given, amount: String(given.amount) },
        },
        async (transaction) => {
          const { keyId, actor } = asker
          const sender = { senderId: accountId, keyId, actor, at: clock.now() }
          return wireNewTransfer(await transfers.send(transaction, { ...sender, ...given }))
        },
      )
      const answer = `{"data":${json},"replayed":${replayed}}`
      return new Answered({ json: answer }, { headers: replayed ? REPLAYED : {} })
    },
  }),
  route({
    method: 'GET',
    path: PATH,
    name: 'listTransfers',
    section,
    summary: 'What you sent to other accounts and received from them, newest first',
    permission: 'transfer.read',
    query: Type.Object({
      ...pageQuery,
      ...createdQuery,
      direction: Type.Optional(oneOf(transferDirections)),
    }),
    answer: pageShape(transfer),
    async handle({ accountId, query, gone }) {
      const filter = { ...filterOf<TransferId>(query), direction: query.direction }
      return wirePage(await transfers.list(accountId, filter, gone), wireTransfer)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:id`,
    name: 'getTransfer',
    section,
    summary: 'One transfer between accounts',
    permission: 'transfer.read',
    params: idParams,
    answer: Type.Object({ data: transfer }),
    refusals: ['not_found'],
    handle: async ({ accountId, params }) => ({
      data: wireTransfer(await transfers.get(accountId, params.id as TransferId)),
    }),
  }),
]
