import { type Static, Type } from 'typebox'
import {
  type PlannedRefund,
  planRefundPage,
  type RefundOutcome,
  refundPage,
} from '../../../fulfilment/after/bulk-refunds.ts'
import { correctResult, MAX_CORRECTED } from '../../../fulfilment/after/corrections.ts'
import { deliverAfterAll } from '../../../fulfilment/after/late-results.ts'
import { checkRequest, type Refunded, refund } from '../../../fulfilment/after/refunds.ts'
import { cancelOrder, mustFindOrder, verifyOrder } from '../../../fulfilment/people/operator-requests.ts'
import { resendOrder } from '../../../fulfilment/people/resend.ts'
import { resendRoutes } from '../../../fulfilment/people/resend-routes.ts'
import { amountOf } from '../../../lib/amount.ts'
import type { OrderId, RouteId } from '../../../lib/ids.ts'
import { formatMicros } from '../../../lib/money.ts'
import { filterOf, orderFilter } from '../../../orders/read/order-filter.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import {
  amount,
  bodyOf,
  givenAmount,
  id,
  longId,
  longIdParams,
  orNull,
  pageQuery,
  text,
  reason as why,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'
import { order, wireOrder } from './orders.ts'

const section = 'Orders'

const position = Type.Integer({ minimum: 1, maximum: 32_767 })
const items = Type.Optional(
  Type.Array(position, {
    minItems: 1,
    maxItems: 10_000,
    description: 'Positions; left out: every item that was charged',
  }),
)
const reason = text(500, { description: 'The reseller reads it' })
const reference = text(200, { description: 'Names the request, which counts once for each item' })

const givenBack = Type.Object({
  order,
  given_back: amount('What moved now: nothing, where the request had been made under its reference before'),
})

const ways = Type.Object({
  currency: Type.String({ description: 'That of the order' }),
  price: orNull(amount('Of the first item that waits'), 'null: nothing waits'),
  items: Type.Array(
    Type.Object({
      id,
      supplier_name: Type.String(),
      remote_service: orNull(Type.String()),
      works: Type.Boolean({ description: 'Something is sent by it at present' }),
      refused: Type.Boolean({
        description:
          'The item does not go by it: too little of its price would remain, or there is no exchange rate',
      }),
      cost: Type.Optional(
        orNull(amount('Of that item, in the currency of the order'), 'null: it is not known'),
      ),
      loss: Type.Optional(orNull(amount('By how much the cost is above the price'), 'null: it is not')),
      margin_floor: Type.Optional(Type.String({ description: 'What must remain of the price, in percent' })),
    }),
    { description: 'In their order; cost, loss and floor only for who has `costs.read`' },
  ),
})

/** `after` gives an order as it is now. */
async function after({
  desk,
  caller,
  params,
}: Call<Static<typeof longIdParams>>): Promise<Static<typeof order>> {
  return wireOrder(await mustFindOrder(desk.change, params.id as OrderId), caller)
}

interface Wanted {
  items?: number[]
  amount?: string
  reason: string
  reference?: string
}

/** `giveBack` refunds what is wanted of the order of a path, or rejects its results. */
async function giveBack(
  call: Call<Static<typeof longIdParams>, unknown, Wanted>,
  clock: OperatorDeps['clock'],
  isRejection: boolean,
): Promise<Static<typeof givenBack>> {
  const { desk, params, body } = call
  const orderId = params.id as OrderId
  const { order: one, currency } = await mustFindOrder(desk.change, orderId)
  const wanted = body.amount === undefined ? undefined : amountOf(body.amount, 'amount', currency)
  const { reason: why, reference: name } = body
  const request = { items: body.items, amount: wanted, reason: why, reference: name, isRejection }
  const done = await refund(desk.change, { accountId: one.accountId, orderId }, request, desk.actor, clock)
  return { order: await after(call), given_back: formatMicros(movedOf(done), currency) }
}

const movedOf = (done: Refunded[]): bigint =>
  done.reduce((sum, one) => (one.isRepeated ? sum : sum + one.amount), 0n)

const refundedOrder = Type.Object({
  order: longId,
  account: id,
  username: Type.String(),
  currency: Type.String(),
  items: Type.Array(Type.Object({ position, input: Type.String(), amount: amount() })),
  refusal: orNull(Type.String(), 'Why nothing of it is given back'),
})

const wireRefund = (one: PlannedRefund & Partial<RefundOutcome>): Static<typeof refundedOrder> => ({
  ...{ order: one.orderId, account: one.accountId, username: one.username, currency: one.currency },
  items: one.items.map((item) => ({ ...item, amount: formatMicros(item.amount, one.currency) })),
  refusal: one.refusal ?? null,
})

/** `totalsOf` adds up what is given back, by currency. */
function totalsOf(refunds: (PlannedRefund & Partial<RefundOutcome>)[]) {
  const totals = new Map<string, bigint>()
  for (const { refusal, currency, items: some } of refunds) {
    if (refusal) continue
    const sum = some.reduce((all, one) => all + one.amount, 0n)
    totals.set(currency, (totals.get(currency) ?? 0n) + sum)
  }
  return [...totals].map(([currency, sum]) => ({ currency, amount: formatMicros(sum, currency) }))
}

/** `refundFilter` is that of the list of orders, without what needs `costs.read`. */
const { margin: _, ...refundFilter } = orderFilter

export const orderActionRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'POST',
    path: '/orders/:id/cancel',
    name: 'cancelOrder',
    section,
    command: 'order cancel',
    summary: 'Cancel what was not sent to a supplier yet, and give its price back; ask for the rest',
    description:
      'What is with a supplier is asked for by a review of kind `cancel`; nothing of it is given back before that is decided.',
    access: 'orders.act',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({ why }),
    answer: Type.Object({
      order,
      cancelled: Type.Integer({ description: 'Items that are cancelled' }),
      asked: Type.Integer({ description: 'Items that a review is open of' }),
    }),
    refusals: ['order_not_found', 'conflict', 'invalid_input'],
    handle: async (call) => {
      const { desk, params, body } = call
      const by = { actor: desk.actor, why: body.why }
      const { cancelled, asked } = await cancelOrder(desk.change, params.id as OrderId, by, clock)
      return { order: await after(call), cancelled, asked }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:id/verify',
    name: 'verifyOrder',
    section,
    command: 'order verify',
    summary: 'Ask the suppliers again about what has ended',
    access: 'orders.act',
    params: longIdParams,
    needsKey: true,
    answer: Type.Object({
      asked: Type.Integer({ description: 'Items that have ended, and are asked about' }),
      open: Type.Integer({ description: 'Items that have not ended' }),
    }),
    refusals: ['order_not_found', 'conflict'],
    handle: ({ desk, params }) => verifyOrder(desk.change, params.id as OrderId, desk.actor, clock),
  }),
  route({
    method: 'GET',
    path: '/orders/:id/resend-routes',
    name: 'listResendRoutes',
    section,
    summary:
      'The routes by which an order may be sent on, and what that would come to for the first item that waits',
    access: 'orders.act',
    params: longIdParams,
    answer: ways,
    refusals: ['order_not_found'],
    handle: async ({ desk, caller, params }) => {
      const { currency, price, routes } = await resendRoutes(desk.read, params.id as OrderId, clock)
      const mayReadCosts = caller.permissions.has('costs.read')
      const decimal = (value: bigint | null) => (value === null ? null : formatMicros(value, currency))
      return {
        ...{ currency, price: decimal(price) },
        items: routes.map(({ route: { routeId, supplierName, remoteService, marginFloor }, ...one }) => ({
          ...{ id: routeId, supplier_name: supplierName, remote_service: remoteService || null },
          ...{ works: one.works, refused: one.isRefused },
          ...(mayReadCosts && {
            ...{ cost: decimal(one.cost), loss: decimal(one.loss), margin_floor: String(marginFloor / 100) },
          }),
        })),
      }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:id/resend',
    name: 'resendOrder',
    section,
    command: 'order resend',
    summary: 'Send what waits by a route of your choice, before any other and at once',
    description:
      'All or nothing: what a supplier may still do or answer, and what was given back, is refused with the reason (`CONFLICT_ERROR`).',
    access: 'orders.act',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({
      route: id,
      items: Type.Optional(
        Type.Array(position, {
          minItems: 1,
          maxItems: 10_000,
          description: 'Positions; left out: every item that waits',
        }),
      ),
      why,
    }),
    answer: Type.Object({
      order,
      items: Type.Array(position, { description: 'Those that go by it' }),
      supplier: Type.String(),
    }),
    refusals: ['order_not_found', 'not_found', 'conflict', 'invalid_input'],
    handle: async (call) => {
      const { desk, params, body } = call
      const request = { ...body, route: body.route as RouteId }
      const { positions, supplier } = await resendOrder(
        desk.change,
        params.id as OrderId,
        request,
        desk.actor,
        clock,
      )
      return { order: await after(call), items: positions, supplier }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:id/refund',
    name: 'refundOrder',
    section,
    command: 'order refund',
    summary: 'Give back what was charged for an order that succeeded, in whole or in part',
    description: 'An item whose whole price was given back has failed. A part needs a `reference`.',
    access: 'orders.refund',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({
      items,
      amount: Type.Optional(
        givenAmount('A part of the price of each item; all that is left of it when left out'),
      ),
      reason,
      reference: Type.Optional(reference),
    }),
    answer: givenBack,
    refusals: ['order_not_found', 'not_found', 'conflict', 'invalid_input'],
    handle: (call) => giveBack(call, clock, false),
  }),
  route({
    method: 'POST',
    path: '/orders/:id/reject',
    name: 'rejectOrder',
    section,
    command: 'order reject',
    summary: 'A result was wrong: the item has failed, and its price is given back',
    access: 'orders.refund',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({ items, reason }),
    answer: givenBack,
    refusals: ['order_not_found', 'not_found', 'conflict', 'invalid_input'],
    handle: (call) => giveBack(call, clock, true),
  }),
  route({
    method: 'POST',
    path: '/orders/:id/correct',
    name: 'correctOrder',
    section,
    command: 'order correct',
    summary: 'Replace a result; the price stays charged, and the reseller is told',
    description: '`If-Match` has the `version` of the item.',
    access: 'orders.correct',
    params: longIdParams,
    needsVersion: true,
    body: bodyOf({
      item: Type.Optional(Type.Integer({ ...position, description: 'Which one, where there are several' })),
      result: text(MAX_CORRECTED, { description: 'The right one' }),
      why,
    }),
    answer: Type.Object({
      order,
      before: orNull(Type.String({ description: 'The result that it had' }), 'null: it is secret'),
    }),
    refusals: ['order_not_found', 'not_found', 'conflict', 'invalid_input'],
    handle: async (call) => {
      const { desk, params, body, version: seen } = call
      const orderId = params.id as OrderId
      const { order: one } = await mustFindOrder(desk.change, orderId)
      const name = { accountId: one.accountId, orderId }
      const done = await correctResult(desk.change, name, { ...body, seen }, desk.actor, clock)
      return { order: await after(call), before: done.secretResults ? null : done.before }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:id/deliver',
    name: 'deliverOrder',
    section,
    command: 'order deliver',
    summary:
      'Deliver an item after all whose price was given back: it is charged anew, and the reseller is told',
    description:
      'Once for each item, and only where the account can pay (`INSUFFICIENT_BALANCE_ERROR`). Reviews of the item are settled by it.',
    access: 'orders.refund',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({
      item: Type.Optional(Type.Integer({ ...position, description: 'Which one, where there are several' })),
      attempt: Type.Optional(
        Type.Integer({
          ...position,
          description:
            'The one that gave the result; left out: the one that was charged before, or else the last',
        }),
      ),
      result: text(20_000, { description: 'What the reseller gets' }),
      why,
    }),
    answer: Type.Object({ order, charged: amount('What was taken from the balance now') }),
    refusals: ['order_not_found', 'not_found', 'conflict', 'insufficient_balance', 'invalid_input'],
    handle: async (call) => {
      const { desk, params, body } = call
      const orderId = params.id as OrderId
      const { order: one, currency } = await mustFindOrder(desk.change, orderId)
      const name = { accountId: one.accountId, orderId }
      const { charged } = await deliverAfterAll(desk.change, name, body, desk.actor, clock)
      return { order: await after(call), charged: formatMicros(charged, currency) }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/refund',
    name: 'refundOrders',
    section,
    command: 'order refund',
    summary:
      'Give back what was charged for all orders that fit a filter, some at a time; or show what would be',
    description:
      'At least one of the filter is needed. A request looks at up to `limit` orders that fit, all or nothing of which is given back, and goes on ' +
      'behind its cursor: `next_cursor` null is the end. With a `reference` it may be begun anew.',
    access: 'orders.refund',
    needsKey: true,
    body: bodyOf({
      ...refundFilter,
      reason,
      reference: Type.Optional(reference),
      apply: Type.Boolean({ description: 'false: what would be given back is shown, and nothing moves' }),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 100, description: 'Orders: 50 when left out' }),
      ),
      cursor: pageQuery.cursor,
    }),
    answer: Type.Object({
      applied: Type.Boolean(),
      totals: Type.Array(Type.Object({ currency: Type.String(), amount: amount() })),
      orders: Type.Array(refundedOrder),
      next_cursor: orNull(Type.String()),
    }),
    refusals: ['not_found', 'service_not_found', 'invalid_input'],
    handle: async ({ desk, body }) => {
      const { reason: why, reference: name, apply, limit = 50, cursor, ...given } = body
      const request = { reason: why, reference: name }
      checkRequest(request)
      const before = readCursor(cursor, given) as OrderId | undefined
      const filter = { ...filterOf(given), before, limit }
      const { refunds, next } = apply
        ? await refundPage(desk.change, filter, request, desk.actor, clock)
        : await planRefundPage(desk.read, filter)
      return {
        applied: apply,
        totals: totalsOf(refunds),
        orders: refunds.map(wireRefund),
        next_cursor: cursorText(next, given),
      }
    },
  }),
]
