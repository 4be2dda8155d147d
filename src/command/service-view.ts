import { serviceAttributes } from '../catalogue/attributes.ts'
import { priceAttributes } from '../catalogue/price-attributes.ts'
import type { Price } from '../catalogue/prices.ts'
import type { ServiceView } from '../catalogue/services.ts'
import { jsonOf, textsOf } from '../lib/attributes.ts'
import { formatMicros } from '../lib/money.ts'
import { type Answer, type Cell, keyValues, listed, table } from './output.ts'

/** `serviceJson` is a service for machines: the names are those of the columns of a file that can be imported. */
export function serviceJson({ service, unroutedSince, suppliers, visibleTo, prices }: ServiceView) {
  const everyones = prices.find(isForEveryone)
  const { code, name, group, kind, ...rest } = jsonOf(serviceAttributes, service)
  return {
    ...{ id: service.id, code, name, group, kind },
    price: everyones ? formatMicros(everyones.unitPrice, everyones.currency) : null,
    currency: everyones?.currency ?? null,
    prices: prices.map((price) => jsonOf(priceAttributes, price)),
    supplier: suppliers[0] ?? null,
    unrouted_since: unroutedSince,
    ...rest,
    visible_to: visibleTo,
  }
}

export function serviceText({ service, unroutedSince, suppliers, visibleTo, prices }: ServiceView): string {
  const head = keyValues([
    ['id', service.id],
    ...textsOf(serviceAttributes, service),
    ['supplier', suppliers.join(', ')],
    unroutedSince !== null && ['no working route since', unroutedSince],
    ['visible to', visibleTo?.join(', ') ?? 'everyone'],
  ])
  return `${head}\n\n${priceTable(prices)}`
}

export const servicesAnswer = (views: ServiceView[]): Answer =>
  listed(views, {
    json: serviceJson,
    columns: {
      id: ({ service }) => service.id,
      code: ({ service }) => service.code,
      name: ({ service }) => service.name,
      group: ({ service }) => service.group,
      kind: ({ service }) => service.kind,
      price: ({ prices }) => prices.filter(isForEveryone).map(amount).join(', '),
      active: ({ service }) => service.active,
      routed: ({ unroutedSince }) => unroutedSince === null,
    },
    right: ['id'],
    none: 'no services',
  })

/** `priceTable` shows prices, with more columns where there are any. */
export function priceTable<One extends Price>(
  prices: One[],
  more: Record<string, (price: One) => Cell> = {},
): string {
  if (prices.length === 0) return 'no price: nobody is offered this service'
  return table(
    prices,
    {
      for: holder,
      price: amount,
      'items an order': ({ minItems, maxItems }) => `${minItems} to ${maxItems}`,
      ...more,
    },
    ['price'],
  )
}

const isForEveryone = (rule: Price): boolean => rule.accountId === null && rule.group === null
const amount = (rule: Price): string => `${formatMicros(rule.unitPrice, rule.currency)} ${rule.currency}`

function holder({ accountId, group }: Price): string {
  if (accountId !== null) return `account ${accountId}`
  return group === null ? 'everyone' : `group ${group}`
}
