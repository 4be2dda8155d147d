import type { Snapshot } from '../../../catalogue/catalogue.ts'
import { readInput } from '../../../catalogue/order-input.ts'
import { Refusal } from '../../../errors.ts'
import type { Placed, Purchase } from '../../../orders/place/purchase.ts'
import { callerTextFault, findOffer } from '../../../orders/place/read-purchase.ts'
import type { Call } from '../call.ts'
import type { Fields } from '../fields.ts'
import { readOrderFields } from '../order-fields.ts'

/** `readPurchase` turns one row of a place request into a purchase, or says what is wrong with it. */
function readPurchase(
  call: Call,
  snapshot: Snapshot,
  fields: Fields,
  idempotencyKey: string | null,
): Purchase | Refusal {
  const order = readOrderFields(fields)
  if ('malformed' in order) return new Refusal('malformed_parameters', order.malformed)
  if (order.service === undefined) return new Refusal('field_missing', 'ID, the service id or code', 'ID')
  const { account } = call.key
  const now = call.deps.clock.now()
  const offer = findOffer(snapshot, account, order.service, { now, field: 'ID' })
  if (offer instanceof Refusal) return offer
  const { service, price } = offer
  const input = readInput(service, {
    ...(order.imei !== undefined && { subject: order.imei }),
    ...(order.quantity !== undefined && { quantity: order.quantity }),
    fields: order.extra,
  })
  if (input instanceof Refusal) return input
  if (price.minItems > 1) {
    return new Refusal(
      'quantity_out_of_range',
      `this service is sold from ${price.minItems} items an order`,
      'QNT',
    )
  }
  const wrong =
    callerTextFault('REFERENCE', order.reference) ?? callerTextFault('idempotency_key', idempotencyKey)
  if (wrong) return wrong
  return {
    accountId: account.id,
    keyId: call.key.id,
    via: 'dhru',
    service,
    unitPrice: price.unitPrice,
    items: [input],
    reference: order.reference ?? null,
    idempotencyKey,
  }
}

/** `placeRow` reads and places one row. */
export async function placeRow(
  call: Call,
  snapshot: Snapshot,
  fields: Fields,
  idempotencyKey: string | null,
): Promise<Placed> {
  const purchase = readPurchase(call, snapshot, fields, idempotencyKey)
  if (!(purchase instanceof Refusal)) return await call.deps.placement.place(purchase)
  return await call.deps.placement.refusalOf(call.key.account.id, idempotencyKey, purchase)
}

/** `echo` gives what the client sent as ID and IMEI: real panels send it back. */
export function echo(fields: Fields): Record<string, string> {
  const id = fields.get('ID')
  const imei = fields.get('IMEI')
  return { ...(id !== undefined && { ID: id }), ...(imei !== undefined && { IMEI: imei }) }
}
