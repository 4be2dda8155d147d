import type { Snapshot } from '../../../catalogue/catalogue.ts'
import { readInput } from '../../../catalogue/order-input.ts'
import { ok, type Result, refusalFor, refused, resultOf } from '../../../lib/fault.ts'
import type { Placed, Purchase } from '../../../orders/place/purchase.ts'
import { callerTextFaults, findOffer } from '../../../orders/place/read-purchase.ts'
import type { Call } from '../call.ts'
import type { Fields } from '../fields.ts'
import { readOrderFields } from '../order-fields.ts'

/** Wanted is what one row of a place request says: a purchase, or what is wrong with it. */
export type Wanted = Result<Purchase>

/** `readPurchase` turns one row of a place request into a purchase, or says what is wrong with it. */
export function readPurchase(
  call: Call,
  snapshot: Snapshot,
  fields: Fields,
  idempotencyKey: string | null,
): Wanted {
  const order = readOrderFields(fields)
  if (!order.ok) return order
  const { service: idOrCode, imei, device, bare, quantity, reference, extra } = order.value
  if (idOrCode === undefined) return refused('field_missing', 'ID', 'ID, the service id or code')
  const { account } = call.key
  const now = call.deps.clock.now()
  const offer = findOffer(snapshot, account, idOrCode, { now, field: 'ID' })
  if (!offer.ok) return offer
  const { service, price } = offer.value
  const item = readInput(service, { input: imei, device, bare, quantity, fields: extra })
  if (!item.ok) return item
  if (price.minItems > 1) {
    const message = `this service is sold from ${price.minItems} items an order`
    return refused('quantity_out_of_range', 'QNT', message)
  }
  const purchase: Purchase = {
    accountId: account.id,
    keyId: call.key.id,
    via: 'dhru',
    service,
    unitPrice: price.unitPrice,
    items: [item.value],
    reference: reference ?? null,
    idempotencyKey,
  }
  if (!reference && !idempotencyKey) return ok(purchase)
  const faults = callerTextFaults({ REFERENCE: reference, idempotency_key: idempotencyKey })
  return resultOf(purchase, faults, 'invalid_field')
}

/** `placeWanted` places what one row wants. */
export function placeWanted(call: Call, wanted: Wanted, idempotencyKey: string | null): Promise<Placed> {
  if (wanted.ok) return call.deps.placement.place(wanted.value)
  return call.deps.placement.refusalOf(call.key.account.id, idempotencyKey, refusalFor(wanted))
}
