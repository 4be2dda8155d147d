import { type Static, Type } from 'typebox'

/** What an operator may set of a REST API. */
export const restSettings = Type.Object({
  items_per_order: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 1000,
    description: 'the most items that travel in one order, 1 to 1000',
  }),
  items_field: Type.String({
    default: 'imeis',
    minLength: 1,
    description: 'the field of an order that lists IMEIs or serial numbers',
  }),
  idempotency: Type.Boolean({
    default: false,
    description:
      'POST /api/order honours Idempotency-Key: then each item is an order of its own, and one whose answer was lost and that no list of orders shows is ordered again with its key',
  }),
  recheck: Type.Array(Type.Integer({ minimum: 1, maximum: 31_622_400 }), {
    default: [600, 86_400],
    maxItems: 10,
    description:
      'seconds after the end of an order at which it is asked about once more, for a change of mind',
  }),
})

export type RestSettings = Static<typeof restSettings>
