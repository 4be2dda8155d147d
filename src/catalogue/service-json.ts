import { jsonOf } from '../lib/attributes.ts'
import { formatMicros } from '../lib/money.ts'
import { serviceAttributes } from './attributes.ts'
import { priceAttributes } from './price-attributes.ts'
import type { Price } from './prices.ts'
import type { ServiceView } from './services.ts'

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

/** `isForEveryone` tells whether a price is for no account or price group alone. */
export const isForEveryone = ({ accountId, group }: Price): boolean => accountId === null && group === null
