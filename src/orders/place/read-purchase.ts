import type { Account, ApiKey } from '../../accounts/account.ts'
import { closedWords, isOpen } from '../../catalogue/opening-hours.ts'
import { readData } from '../../catalogue/order-data.ts'
import type { Offer, Snapshot } from '../../catalogue/snapshot.ts'
import { Refusal } from '../../errors.ts'
import type { Via } from '../../lib/states.ts'
import { textFault } from '../../lib/text.ts'
import type { Purchase } from './purchase.ts'

/** The longest reference and idempotency key, in characters. */
const MAX_TEXT_LENGTH = 255

/** An order as a caller wants it, with its data as JSON. */
export interface PurchaseRequest {
  /** The service's id or code. */
  code: string
  data: Record<string, unknown>
  reference: string | null
  idempotencyKey: string | null
}

/** Makes a purchase of it, or says why it is none: with every fault of the data, by field. */
export function readPurchase(
  snapshot: Snapshot,
  { key, via, now }: { key: ApiKey; via: Via; now: Date },
  { code, data, reference, idempotencyKey }: PurchaseRequest,
): Purchase | Refusal {
  const offer = findOffer(snapshot, key.account, code, { now, field: 'code' })
  if (offer instanceof Refusal) return offer
  const items = readData(offer.service, offer.price, data)
  if (items instanceof Refusal) return items
  const wrong = callerTextFault('reference', reference) ?? callerTextFault('Idempotency-Key', idempotencyKey)
  if (wrong) return wrong
  return {
    accountId: key.account.id,
    keyId: key.id,
    via,
    service: offer.service,
    unitPrice: offer.price.unitPrice,
    items,
    reference,
    idempotencyKey,
  }
}

/** What the account can buy now under this id or code. `field`: where the caller said it. */
export function findOffer(
  snapshot: Snapshot,
  account: Account,
  idOrCode: string,
  { now, field }: { now: Date; field: string },
): Offer | Refusal {
  const service = snapshot.find(idOrCode)
  const price = service && snapshot.mayBuy(service, account)
  if (!service || !price) return new Refusal('service_not_found', idOrCode.slice(0, MAX_TEXT_LENGTH), field)
  if (!isOpen(service, now)) return new Refusal('service_closed', closedWords(service))
  return { service, price }
}

/** `callerTextFault` refuses a caller's own words that cannot be kept; undefined: they can. */
export function callerTextFault(field: string, text: string | null | undefined): Refusal | undefined {
  const fault = text == null ? undefined : textFault(text, MAX_TEXT_LENGTH)
  return fault === undefined ? undefined : new Refusal('invalid_field', `${field} ${fault}`, field)
}
