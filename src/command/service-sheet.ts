import type { Price } from '../catalogue/prices.ts'
import type { ServiceField } from '../catalogue/service.ts'
import type { ServiceView } from '../catalogue/services.ts'
import { formatMicros } from '../lib/money.ts'
import { keyValues, table } from './output.ts'

/** A service for machines: the names are those of the columns of a file that can be imported. */
export function serviceJson({ service, suppliers, visibleTo, prices }: ServiceView) {
  const everyones = prices.find(isForEveryone)
  return {
    id: service.id,
    code: service.code,
    name: service.name,
    group: service.group,
    kind: service.kind,
    price: everyones ? formatMicros(everyones.unitPrice) : null,
    currency: everyones?.currency ?? null,
    prices: prices.map(priceJson),
    supplier: suppliers[0] ?? null,
    description: service.description,
    delivery_time: service.deliveryTime,
    fields: service.fields,
    input_schema: service.inputSchema,
    min_quantity: service.minQuantity,
    max_quantity: service.maxQuantity,
    opens_at: service.opensAt,
    closes_at: service.closesAt,
    time_zone: service.timeZone,
    active: service.active,
    duplicate_policy: service.duplicatePolicy,
    replay_window_seconds: service.replayWindowSeconds,
    processing: service.processing,
    routing: service.routing,
    failure_message: service.failureMessage,
    min_poll_seconds: service.minPollSeconds,
    max_poll_seconds: service.maxPollSeconds,
    expiry_seconds: service.expirySeconds,
    visible_to: visibleTo,
  }
}

export const priceJson = (rule: Price) => ({
  service: rule.serviceId,
  account: rule.accountId,
  group: rule.group,
  currency: rule.currency,
  price: formatMicros(rule.unitPrice),
  min_items: rule.minItems,
  max_items: rule.maxItems,
})

export function serviceText({ service, suppliers, visibleTo, prices }: ServiceView): string {
  const hours =
    service.opensAt === null ? 'always open' : `${service.opensAt} to ${service.closesAt} ${service.timeZone}`
  const head = keyValues([
    ['id', service.id],
    ['code', service.code],
    ['name', service.name],
    ['group', service.group],
    ['kind', service.kind],
    ['active', service.active],
    ['supplier', suppliers.join(', ')],
    ['processing', service.processing],
    ['routing', service.routing],
    ['failure message', service.failureMessage],
    [
      'asked about',
      `every ${duration(service.minPollSeconds)} at first, ${duration(service.maxPollSeconds)} at most`,
    ],
    ['expires after', duration(service.expirySeconds)],
    ['delivery time', service.deliveryTime],
    ['opening hours', hours],
    ...(service.kind === 'server'
      ? ([['quantity', `${service.minQuantity} to ${service.maxQuantity}`]] as [string, string][])
      : []),
    ['fields', service.fields.map(fieldText).join('\n')],
    ['duplicates', `${service.duplicatePolicy}, window ${service.replayWindowSeconds} s`],
    ['visible to', visibleTo?.join(', ') ?? 'everyone'],
    ['description', service.description],
  ])
  return `${head}\n\n${priceTable(prices)}`
}

/** In the largest unit that says it exactly, as the options take it: 7d, 90s. */
function duration(seconds: number): string {
  const [unit, length] = units.find(([, unitSeconds]) => seconds % unitSeconds === 0) ?? ['s', 1]
  return `${seconds / length}${unit}`
}

const units: [unit: string, seconds: number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
]

function fieldText({ name, label, type, required, options }: ServiceField): string {
  const words = [
    type,
    ...(required ? ['required'] : []),
    ...(options.length > 0 ? [options.join(' | ')] : []),
  ]
  return `${name === label ? name : `${name} "${label}"`}: ${words.join(', ')}`
}

export function serviceTable(sheets: ServiceView[]): string {
  return table(
    ['id', 'code', 'name', 'group', 'kind', 'price', 'active'],
    sheets.map(({ service, prices }) => [
      service.id,
      service.code,
      service.name,
      service.group,
      service.kind,
      prices.filter(isForEveryone).map(amount).join(', '),
      service.active,
    ]),
    { right: ['id'] },
  )
}

export function priceTable(prices: Price[]): string {
  if (prices.length === 0) return 'no price: nobody is offered this service'
  return table(
    ['for', 'price', 'items an order'],
    prices.map((rule) => [holder(rule), amount(rule), `${rule.minItems} to ${rule.maxItems}`]),
    { right: ['price'] },
  )
}

const isForEveryone = (rule: Price): boolean => rule.accountId === null && rule.group === null
const amount = (rule: Price): string => `${formatMicros(rule.unitPrice)} ${rule.currency}`

function holder({ accountId, group }: Price): string {
  if (accountId !== null) return `account ${accountId}`
  return group === null ? 'everyone' : `group ${group}`
}
