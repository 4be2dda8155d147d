import type { Snapshot } from '../../../catalogue/catalogue.ts'
import { readInput } from '../../../catalogue/order-input.ts'
import { type Result, refusalFor, refused, resultOf } from '../../../lib/fault.ts'
import type { Placed, Purchase } from '../../../orders/place/purchase.ts'
import { callerTextFaults, findOffer } from '../../../orders/place/read-purchase.ts'
import type { Call } from '../call.ts'
import type { Fields } from '../fields.ts'
import { readOrderFields } from '../order-fields.ts'

/** `readPurchase` turns one row of a place request into a purchase, or says what is wrong with it. */
function readPurchase(
  call: Call,
  snapshot: Snapshot,
  fields: Fields,
  idempotencyKey: string | null,
): Result<Purchase> {
  const order = readOrderFields(fields)
  if (!order.ok) return order
  const { service: idOrCode, imei, device, bare, quantity, reference, extra } = order.value
  if (idOrCode === undefined) return refused('field_missing', 'ID', 'ID, the service id or code')
  const { account } = call.key
  const now = call.deps.clock.now()
  const offer = findOffer(snapshot, account, idOrCode, { now, field: 'ID' })
  if (!offer.ok) return offer
  const { service, price } = offer.value
  const subject = imei ?? (service.kind === 'server' ? undefined : device)
  const input = readInput(service, { subject, bare, quantity, fields: extra })
  if (!input.ok) return input
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
    items: [input.value],
    reference: reference ?? null,
    idempotencyKey,
  }
  const faults = callerTextFaults({ REFERENCE: reference, idempotency_key: idempotencyKey })
  return resultOf(purchase, faults, 'invalid_field')
}

/** `placeRow` reads and places one row. */
export async function placeRow(
  call: Call,
  snapshot: Snapshot,
  fields: Fields,
  idempotencyKey: string | null,
): Promise<Placed> {
  const purchase = readPurchase(call, snapshot, fields, idempotencyKey)
  if (purchase.ok) return await call.deps.placement.place(purchase.value)
  return await call.deps.placement.refusalOf(call.key.account.id, idempotencyKey, refusalFor(purchase))
}
