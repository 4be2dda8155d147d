import { Type } from 'typebox'
import { formatMicros } from '../../../lib/money.ts'
import { MAX_LINES, verdicts } from '../../../orders/check/order-checks.ts'
import { problem, problemOf } from '../../kit/refusal.ts'
import { amount, bodyOf, id, oneOf, orNull, text, time } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const line = Type.Object({
  line: Type.Integer({ description: 'Counts from 1' }),
  verdict: oneOf(verdicts, {
    description:
      '`check_digit` and `short` (14 digits) have a `suggestion`; `twice` has `same_as`; `ordered` before has `earlier`; `unfit` is nothing that the service takes',
  }),
  input: Type.String({ description: 'What was found in the line' }),
  message: orNull(Type.String()),
  problem: orNull(problem, 'The same as `message` for programs'),
  suggestion: orNull(Type.String()),
  same_as: orNull(Type.Integer(), 'The line before that has the same'),
  earlier: orNull(
    Type.Object({
      order: Type.Integer(),
      state: Type.String(),
      result: orNull(Type.String(), 'null: there is none yet, or it is secret'),
      created_at: time(),
    }),
    'The newest order for the same input and service, of the last 90 days, that has not failed',
  ),
})

export const orderCheckRoutes = ({ orderChecks }: Pick<PortalDeps, 'orderChecks'>) => [
  route({
    method: 'POST',
    path: '/order-checks',
    name: 'checkOrder',
    section: 'Orders',
    summary: 'What ordering some lines would do: a verdict for each, the total, and the balance after it',
    description:
      'Nothing is placed and nothing charged. In a line of several columns that of the IMEI is found.',
    access: 'account.read',
    isQuestion: true,
    body: bodyOf({
      code: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 1 })], {
        description: "The service's code or id",
      }),
      lines: Type.Array(Type.String({ maxLength: 1000 }), { minItems: 1, maxItems: MAX_LINES }),
      quantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
      fields: Type.Optional(
        Type.Record(Type.String(), text(2000), { description: 'The same for all lines' }),
      ),
      with_ordered: Type.Optional(Type.Boolean({ description: 'Count what was ordered before, too' })),
    }),
    answer: Type.Object({
      service: Type.Object({ id, code: Type.String(), name: Type.String() }),
      lines: Type.Array(line),
      placeable: Type.Integer({ description: 'The lines that would be ordered' }),
      currency: Type.String(),
      unit_price: amount(),
      total: amount(),
      available: amount('With the credit limit'),
      after: amount('Below 0: there is too little'),
      affordable: Type.Integer({ description: 'How many of the lines, from the first, can be paid' }),
      affordable_total: amount('What these cost'),
      missing: amount('What is to be paid in for all of them; 0: there is enough'),
      min_items: Type.Integer(),
      max_items: Type.Integer(),
      expected: Type.String({ description: 'How long it takes, as the operator says it; may be empty' }),
    }),
    refusals: ['service_not_found', 'service_closed', 'service_paused'],
    handle: async ({ caller, body }) => {
      const { code, with_ordered: withOrdered, ...rest } = body
      const check = await orderChecks.check(caller.account, { ...rest, code: String(code), withOrdered })
      const { service, price, currency } = check
      const written = (micros: typeof check.total) => formatMicros(micros, currency)
      return {
        service: { id: service.id, code: service.code, name: service.name },
        lines: check.lines.map(({ sameAs, earlier, fault, ...one }) => ({
          ...one,
          problem: fault && problemOf(fault),
          same_as: sameAs,
          earlier: earlier && {
            ...{ order: earlier.orderId, state: earlier.state },
            result: service.secretResults ? null : earlier.result,
            created_at: earlier.createdAt,
          },
        })),
        ...{ placeable: check.placeable, currency, unit_price: written(price.unitPrice) },
        ...{ total: written(check.total), available: written(check.available), after: written(check.after) },
        ...{ affordable_total: written(check.affordableTotal), missing: written(check.missing) },
        ...{ affordable: check.affordable, min_items: price.minItems, max_items: price.maxItems },
        expected: service.deliveryTime,
      }
    },
  }),
]
