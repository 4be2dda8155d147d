import { jsonOf } from '../lib/attributes.ts'
import { formatMicros } from '../lib/money.ts'
import { serviceAttributes } from './attributes.ts'
import { priceAttributes } from './price-attributes.ts'
import type { Price } from './prices.ts'
import type { ServiceView } from './services.ts'

/**
 * `serviceJson` is a service for machines: the names are those of the columns of a file that can be imported. `currencies` are those in which its price for
 * everyone is given, where it has one in them, the preferred one first.
 */
export function serviceJson(
  { service, unroutedSince, suppliers, visibleTo, prices }: ServiceView,
  currencies: readonly string[],
) {
  const everyones = everyonesIn(prices, currencies)
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

/** `everyonesIn` gives the price for everyone in the first currency in which there is one, else in any. */
export function everyonesIn(prices: readonly Price[], currencies: readonly string[]): Price | undefined {
  const all = prices.filter(isForEveryone)
  for (const currency of currencies) {
    const found = all.find((price) => price.currency === currency)
    if (found) return found
  }
  return all[0]
}

/** `isForEveryone` tells whether a price is for no account or price group alone. */
export const isForEveryone = ({ accountId, group }: Price): boolean => accountId === null && group === null
