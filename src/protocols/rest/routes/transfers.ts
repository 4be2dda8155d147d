import { type Static, Type } from 'typebox'
import { createdQuery, periodOf } from '../../../contract/period.ts'
import {
  amount,
  givenAmount,
  id,
  idParams,
  name,
  orNull,
  page,
  pageOf,
  pageQuery,
  time,
} from '../../../contract/schema.ts'
import { Refusal } from '../../../errors.ts'
import { once } from '../../../idempotency/idempotency.ts'
import type { OwnTransfer } from '../../../ledger/transfer.ts'
import { findTransfer, listTransfers, sendMoney } from '../../../ledger/transfers.ts'
import type { TransferId } from '../../../lib/ids.ts'
import { type Micros, parseMicros } from '../../../lib/money.ts'
import { Answered, REPLAYED, route } from '../route.ts'

const direction = Type.Union([Type.Literal('sent'), Type.Literal('received')])
const party = (whose: string) =>
  Type.Object(
    { name: Type.String(), email: Type.String() },
    { description: `The ${whose}; masked where it is the other one: J*** D***, j***@e***.com` },
  )

const transfer = name(
  'Transfer',
  Type.Object({
    id: id(),
    direction,
    status: Type.Literal('succeeded'),
    amount: amount(),
    currency: Type.String(),
    description: orNull(Type.String()),
    sender: party('sender'),
    receiver: party('receiver'),
    transaction_id: id('Yours, of /api/transactions'),
    created_at: time(),
  }),
)

const PATH = '/api/transfer'

export const transferRoutes = [
  route({
    method: 'POST',
    path: PATH,
    name: 'createTransfer',
    section: 'Money',
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
    answer: Type.Object({
      data: Type.Object({
        transferId: id(),
        transactionId: id('Yours, of /api/transactions'),
        senderLedgerId: id('Yours, of /api/mutation'),
        receiverLedgerId: id("The receiver's"),
      }),
      replayed: Type.Boolean(),
    }),
    refusals: ['not_found', 'invalid_input', 'insufficient_balance'],
    async handle({ parts, key, body, idempotencyKey }) {
      const asked = {
        receiver: body.receiver.trim(),
        amount: amountIn(body.amount),
        description: body.description?.trim() || null,
      }
      const accountId = key.account.id
      const at = parts.clock.now()
      const { json, replayed } = await once(
        parts.sql,
        {
          accountId,
          key: idempotencyKey,
          action: `POST ${PATH}`,
          body: { ...asked, amount: String(asked.amount) },
          at,
        },
        async (transaction) => {
          const sender = { senderId: accountId, keyId: key.id, actor: `key:${key.id}`, at }
          const made = await sendMoney(transaction, { ...sender, ...asked })
          return {
            transferId: made.id,
            transactionId: made.sentId,
            senderLedgerId: made.sentId,
            receiverLedgerId: made.receivedId,
          }
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
    section: 'Money',
    summary: 'What you sent to other accounts and received from them, newest first',
    permission: 'transfer.read',
    query: Type.Object({ ...pageQuery, ...createdQuery, direction: Type.Optional(direction) }),
    answer: pageOf(transfer),
    async handle({ parts, key, query }) {
      const { limit, cursor, direction } = query
      const filter = { limit, before: cursor as TransferId | undefined, direction, ...periodOf(query) }
      const { transfers, next } = await listTransfers(parts.sql, key.account.id, filter)
      return page(transfers.map(wireTransfer), next)
    },
  }),
  route({
    method: 'GET',
    path: `${PATH}/:id`,
    name: 'getTransfer',
    section: 'Money',
    summary: 'One transfer between accounts',
    permission: 'transfer.read',
    params: idParams,
    answer: Type.Object({ data: transfer }),
    refusals: ['not_found'],
    async handle({ parts, key, params }) {
      const found = await findTransfer(parts.sql, key.account.id, params.id as TransferId)
      return { data: wireTransfer(found) }
    },
  }),
]

function amountIn(given: number | string): Micros {
  const read = parseMicros(String(given))
  if (read === undefined) {
    throw new Refusal('invalid_input', 'the amount is a decimal with at most 6 decimals', 'amount')
  }
  return read
}

const wireTransfer = (one: OwnTransfer): Static<typeof transfer> => ({
  id: one.id,
  direction: one.direction,
  status: 'succeeded',
  amount: one.amount,
  currency: one.currency,
  description: one.description,
  sender: one.sender,
  receiver: one.receiver,
  transaction_id: one.direction === 'sent' ? one.sentId : one.receivedId,
  created_at: one.createdAt.toISOString(),
})
