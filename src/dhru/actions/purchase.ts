import type { Snapshot } from '../../catalogue/catalogue.ts'
import { closedWords, isOpen } from '../../catalogue/opening-hours.ts'
import { readInput } from '../../catalogue/order-input.ts'
import { Refusal } from '../../errors.ts'
import type { Placed, Purchase } from '../../orders/purchase.ts'
import type { Call } from '../call.ts'
import type { Fields } from '../fields.ts'
import { readOrderFields } from '../order-fields.ts'

/** The longest REFERENCE and idempotency key, in characters. */
const LONGEST_TEXT = 255

/** Turns one row of a place request into a purchase, or says what is wrong with it. */
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
  const service = snapshot.find(order.service)
  const price = service && snapshot.mayBuy(service, account)
  if (!service || !price) return new Refusal('service_not_found', order.service.slice(0, LONGEST_TEXT), 'ID')
  if (!isOpen(service, call.parts.clock.now())) return new Refusal('service_closed', closedWords(service))
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
  const tooLong = longest({ REFERENCE: order.reference, idempotency_key: idempotencyKey ?? undefined })
  if (tooLong)
    return new Refusal('invalid_field', `${tooLong} is longer than ${LONGEST_TEXT} characters`, tooLong)
  if (order.reference?.includes('\0'))
    return new Refusal('invalid_field', 'REFERENCE has a NUL character', 'REFERENCE')
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

/** Reads and places one row. */
export async function placeRow(
  call: Call,
  snapshot: Snapshot,
  fields: Fields,
  idempotencyKey: string | null,
): Promise<Placed> {
  const purchase = readPurchase(call, snapshot, fields, idempotencyKey)
  if (!(purchase instanceof Refusal)) return await call.parts.placement.place(purchase)
  return await call.parts.placement.refusalOf(call.key.account.id, idempotencyKey, purchase)
}

/** What the client sent as ID and IMEI, to be echoed as real panels do. */
export function echo(fields: Fields): Record<string, string> {
  const id = fields.get('ID')
  const imei = fields.get('IMEI')
  return { ...(id !== undefined && { ID: id }), ...(imei !== undefined && { IMEI: imei }) }
}

const longest = (texts: Record<string, string | undefined>): string | undefined =>
  Object.keys(texts).find((name) => (texts[name]?.length ?? 0) > LONGEST_TEXT)
