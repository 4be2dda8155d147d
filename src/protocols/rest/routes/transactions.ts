import { type Static, Type } from 'typebox'
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
import type { AccountTransaction } from '../../../ledger/transaction.ts'
import { findTransaction, listTransactions } from '../../../ledger/transactions.ts'
import type { EntryId } from '../../../lib/ids.ts'
import { route } from '../route.ts'

const types = Type.Union([
  Type.Literal('order'),
  Type.Literal('deposit'),
  Type.Literal('adjustment'),
  Type.Literal('transfer'),
])

const transaction = name(
  'Transaction',
  Type.Object({
    id: id(),
    access_channel: Type.Union([Type.Literal('api'), Type.Literal('operator')], {
      description: 'Who began it: a key, or the operator',
    }),
    type: types,
    status: Type.Union([
      Type.Literal('pending'),
      Type.Literal('succeeded'),
      Type.Literal('failed'),
      Type.Literal('cancelled'),
    ]),
    amount: amount("Never negative. An order's total, whatever becomes of it"),
    description: Type.String(),
    reference_id: Type.String({ description: 'The id, to be read out: TX-654' }),
    external_reference: orNull(
      Type.String({
        description: "Your own reference of an order; the gateway's name of a deposit's payment",
      }),
    ),
    related_order_id: orNull(Type.Integer()),
    related_deposit_id: orNull(Type.Integer()),
    related_transfer_id: orNull(Type.Integer()),
    metadata: Type.Object({
      direction: Type.Union([Type.Literal('in'), Type.Literal('out')]),
      service_code: Type.Optional(Type.String({ description: "An order's" })),
      captured: Type.Optional(amount('Charged for the items of an order that succeeded')),
      refunded: Type.Optional(amount('Given back for those that failed or were cancelled')),
    }),
    created_at: time(),
    completed_at: orNull(time('When it ended; null: it has not, or was cancelled')),
    cancelled_at: orNull(time()),
  }),
)

export const transactionRoutes = [
  route({
    method: 'GET',
    path: '/api/transactions',
    name: 'listTransactions',
    section: 'Money',
    summary: 'Orders, deposits, adjustments and transfers, newest first',
    description: 'Each of them once, whatever it moves: the movements are the mutations.',
    permission: 'transaction.read',
    query: Type.Object({ ...pageQuery, ...createdQuery, type: Type.Optional(types) }),
    answer: pageOf(transaction),
    async handle({ parts, key, query }) {
      const { limit, cursor, type } = query
      const filter = { limit, before: cursor as EntryId | undefined, type, ...periodOf(query) }
      const { transactions, next } = await listTransactions(parts.sql, key.account.id, filter)
      return page(transactions.map(wireTransaction), next)
    },
  }),
  route({
    method: 'GET',
    path: '/api/transactions/:id',
    name: 'getTransaction',
    section: 'Money',
    summary: 'One transaction',
    permission: 'transaction.read',
    params: idParams,
    answer: Type.Object({ data: transaction }),
    refusals: ['not_found'],
    async handle({ parts, key, params }) {
      const found = await findTransaction(parts.sql, key.account.id, params.id as EntryId)
      return { data: wireTransaction(found) }
    },
  }),
]

function wireTransaction(one: AccountTransaction): Static<typeof transaction> {
  const { order, status } = one
  const ended = one.endedAt?.toISOString() ?? null
  const byKey = order !== null || one.accountTransferId !== null || one.depositId !== null
  return {
    id: one.id,
    access_channel: byKey ? 'api' : 'operator',
    type: one.type,
    status,
    amount: one.amount,
    description: describe(one),
    reference_id: `TX-${one.id}`,
    external_reference: one.externalReference,
    related_order_id: order?.id ?? null,
    related_deposit_id: one.depositId,
    related_transfer_id: one.accountTransferId,
    metadata: {
      direction: one.direction,
      ...(order && { service_code: order.serviceCode, captured: order.captured, refunded: order.refunded }),
    },
    created_at: one.createdAt.toISOString(),
    completed_at: status === 'cancelled' ? null : ended,
    cancelled_at: status === 'cancelled' ? ended : null,
  }
}

function describe({ type, direction, order, note }: AccountTransaction): string {
  if (order) return `Order ${order.id}: ${order.serviceName}`
  if (note !== null) return note
  if (type === 'transfer') return direction === 'in' ? 'Transfer received' : 'Transfer sent'
  return type === 'deposit' ? 'Deposit' : 'Adjustment'
}
