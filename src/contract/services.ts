import { hash } from 'node:crypto'
import { type Static, Type } from 'typebox'
import { MAX_ITEMS, publishedSchema } from '../catalogue/order-schema.ts'
import type { Service } from '../catalogue/service.ts'
import type { Offer, ServiceTimes } from '../catalogue/snapshot.ts'
import { rowStatuses } from './orders.ts'
import { amount, name, oneOf, orNull, time } from './schema.ts'

const processingType = oneOf(['automatic', 'manual'])
const schema = (description: string) =>
  Type.Unsafe<object>({ type: 'object', additionalProperties: true, description })

const serviceFields = {
  id: Type.Integer(),
  code: Type.String(),
  name: Type.String(),
  description: orNull(Type.String()),
  open_time: orNull(Type.String(), '"HH:mm" in `time_zone`; null: always open'),
  close_time: orNull(Type.String()),
  time_zone: Type.String(),
  delivery_time: Type.String(),
  is_active: Type.Boolean(),
  processing_type: processingType,
  group: Type.String({ description: 'The heading of the list that the service stands under' }),
  rule: Type.Object({
    unit_price: amount('Of one item, or of a quantity of 1'),
    min_items: Type.Integer({
      description: 'Of an order; of a service without inputs: its smallest quantity',
    }),
    max_items: Type.Integer(),
    processing_type: processingType,
  }),
  service_type: Type.Object({
    id: Type.Integer({ description: 'The same for services of the same kind and group' }),
    code: Type.String(),
    name: Type.String({ description: 'The same as `group`' }),
    description: orNull(Type.String()),
    is_active: Type.Boolean(),
    input_schema: schema(
      "JSON Schema 2020-12 of an order's `data`. `x-quantityFrom` and `x-requestFrom` are JSON pointers into it: what " +
        'is counted, and what is sent on',
    ),
    result_schema: schema("JSON Schema 2020-12 of an order's `result`"),
  }),
  created_at: time(),
  updated_at: time('When it, or a price that the account has, was changed last'),
}

const serviceShape = Type.Object(serviceFields)
const service = name('Service', serviceShape)

export const servicePage = Type.Object({
  data: Type.Object({
    page: Type.Object({
      items: Type.Array(service),
      next_cursor: orNull(Type.Integer(), 'null: this is the end'),
      withdrawn: Type.Optional(
        Type.Array(Type.Integer(), {
          description:
            'With `updated_since`: the ids of services that were changed since and are not in this list, now or ever. ' +
            'They are by id as the items are, those up to `next_cursor` on this page',
        }),
      ),
    }),
  }),
})

export const serviceDetail = name(
  'ServiceDetail',
  Type.Object({
    data: Type.Object({
      ...serviceFields,
      scope: Type.Object({
        access_channel: Type.Literal('api'),
        account_type: Type.Literal('basic'),
        source: Type.Literal('default'),
      }),
      availability: Type.Null(),
    }),
  }),
)

/** `wireService` gives a service as one account is offered it. */
export function wireService(
  { service, price }: Offer,
  { createdAt, updatedAt }: ServiceTimes,
): Static<typeof serviceShape> {
  const { id, code, name, description, group, kind } = service
  const isServer = kind === 'server'
  return {
    id,
    code,
    name,
    description: description || null,
    open_time: service.opensAt,
    close_time: service.closesAt,
    time_zone: service.timeZone,
    delivery_time: service.deliveryTime,
    is_active: service.active,
    processing_type: service.processing,
    group,
    rule: {
      unit_price: price.unitPrice,
      min_items: isServer ? service.minQuantity : price.minItems,
      max_items: isServer ? service.maxQuantity : Math.min(price.maxItems, MAX_ITEMS),
      processing_type: service.processing,
    },
    service_type: {
      id: typeId(service),
      code: [kind, ...(group.toLowerCase().match(/[a-z0-9]+/g) ?? [])].join('-'),
      name: group,
      description: null,
      is_active: true,
      input_schema: publishedSchema(service, price),
      result_schema: resultSchema(service),
    },
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  }
}

export function wireServiceDetail(offer: Offer, times: ServiceTimes): Static<typeof serviceDetail> {
  return {
    data: {
      ...wireService(offer, times),
      scope: { access_channel: 'api', account_type: 'basic', source: 'default' },
      availability: null,
    },
  }
}

/** `typeId` makes a number of the names, because groups have none of their own. It fits 31 bits. */
const typeId = ({ kind, group }: Service): number =>
  hash('sha256', `${kind}\n${group}`, 'buffer').readUInt32BE(0) >>> 1 || 1

const resultSchema = ({ kind }: Service) => ({
  type: 'array',
  items: {
    type: 'object',
    properties: {
      position: { type: 'integer' },
      ...(kind !== 'server' && { [kind]: { type: 'string' } }),
      quantity: { type: 'integer' },
      status: { enum: rowStatuses },
      result: { type: ['string', 'null'] },
      error: { type: ['string', 'null'] },
    },
  },
})
