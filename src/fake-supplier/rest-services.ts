import { formatMicros } from '../lib/money.ts'
import type { Panel } from './panel.ts'
import type { FakeService } from './services.ts'

const LISTED_SINCE = '2026-01-01T00:00:00.000Z'
const MAX_ITEMS = 1000

/** `sayListed` writes a service as the REST list has it. */
export const sayListed = (service: FakeService): Record<string, unknown> => ({
  id: Number(service.id),
  code: service.code,
  name: service.name,
  description: null,
  open_time: null,
  close_time: null,
  is_active: true,
  processing_type: 'automatic',
  service_type: {
    id: service.kind === 'imei' ? 1 : service.kind === 'serial' ? 2 : 3,
    code: service.kind,
    name: service.group,
    description: service.deliveryTime,
    is_active: true,
    input_schema: schemaOf(service),
    result_schema: null,
  },
  created_at: LISTED_SINCE,
  updated_at: LISTED_SINCE,
})

/** `sayDetails` writes one service with its price. */
export const sayDetails = (panel: Panel, service: FakeService): Record<string, unknown> => ({
  ...sayListed(service),
  scope: { access_channel: 'api', account_type: 'basic', source: 'default' },
  rule: {
    unit_price: formatMicros(panel.priceOf(service)),
    min_items: 1,
    max_items: service.kind === 'server' ? service.maxQuantity : MAX_ITEMS,
    processing_type: 'automatic',
  },
  availability: null,
})

/** `schemaOf` gives the JSON Schema of an order's `data`. */
function schemaOf({ kind, fields, maxQuantity }: FakeService): Record<string, unknown> {
  const extra = fields.map(({ name, label, options }) => [
    name,
    { type: 'string', title: label, ...(options.length > 0 && { enum: options }) },
  ])
  const pattern = kind === 'imei' ? '^[0-9]{15}$' : '^[0-9A-Za-z]{1,64}$'
  const counted =
    kind === 'server'
      ? { quantity: { type: 'integer', minimum: 1, maximum: maxQuantity } }
      : { imeis: { type: 'array', items: { type: 'string', pattern }, minItems: 1, uniqueItems: true } }
  const count = kind === 'server' ? '/quantity' : '/imeis'
  return {
    type: 'object',
    required: [...Object.keys(counted), ...fields.map(({ name }) => name)],
    properties: { ...counted, ...Object.fromEntries(extra) },
    'x-quantityFrom': count,
    'x-requestFrom': count,
  }
}
