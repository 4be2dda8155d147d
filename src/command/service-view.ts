import { serviceAttributes } from '../catalogue/attributes.ts'
import type { Price } from '../catalogue/prices.ts'
import { isForEveryone, serviceJson } from '../catalogue/service-json.ts'
import type { ServiceView } from '../catalogue/services.ts'
import { textsOf } from '../lib/attributes.ts'
import { formatMicros } from '../lib/money.ts'
import { type Answer, type Cell, keyValues, listed, table } from './output.ts'

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

export const servicesAnswer = (views: ServiceView[], currencies: readonly string[]): Answer =>
  listed(views, {
    json: (view) => serviceJson(view, currencies),
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
  if (prices.length === 0) return 'no prices: nobody is offered this service'
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

const amount = (rule: Price): string => `${formatMicros(rule.unitPrice, rule.currency)} ${rule.currency}`

function holder({ accountId, group }: Price): string {
  if (accountId !== null) return `account ${accountId}`
  return group === null ? 'everyone' : `group ${group}`
}
