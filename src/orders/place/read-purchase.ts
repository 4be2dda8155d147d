import type { Account } from '../../accounts/account.ts'
import { closedMessage, isOpen } from '../../catalogue/opening-hours.ts'
import { readData } from '../../catalogue/order-data.ts'
import type { Offer, Snapshot } from '../../catalogue/snapshot.ts'
import type { Fault } from '../../errors.ts'
import { ok, type Result, refused, resultOf } from '../../lib/fault.ts'
import type { KeyId } from '../../lib/ids.ts'
import type { Via } from '../../lib/states.ts'
import { textFault, turningFault } from '../../lib/text.ts'
import type { Purchase } from './purchase.ts'

/** MAX_TEXT_LENGTH bounds references and idempotency keys, in characters. */
const MAX_TEXT_LENGTH = 255

/** PurchaseRequest is an order as a caller wants it, with its data as JSON. */
export interface PurchaseRequest {
  /** `code` is the service's id or code. */
  code: string
  data: Record<string, unknown>
  reference: string | null
  idempotencyKey: string | null
}

/** `readPurchase` makes a purchase of what a caller wants, or says why it is none, with every fault of the data. */
export async function readPurchase(
  snapshot: Snapshot,
  { account, keyId, via, now }: { account: Account; keyId: KeyId | null; via: Via; now: Date },
  { code, data, reference, idempotencyKey }: PurchaseRequest,
): Promise<Result<Purchase>> {
  const offer = findOffer(snapshot, account, code, { now, field: 'code' })
  if (!offer.ok) return offer
  const { service, price } = offer.value
  const items = await readData(service, price, data)
  if (!items.ok) return items
  const purchase = {
    accountId: account.id,
    keyId,
    via,
    service,
    unitPrice: price.unitPrice,
    items: items.value,
    reference,
    idempotencyKey,
  }
  const faults = callerTextFaults({ reference, 'Idempotency-Key': idempotencyKey })
  return resultOf(purchase, faults, 'invalid_field')
}

/** `findOffer` gives what the account can buy now under an id or code. `field` is where the caller said it. */
export function findOffer(
  snapshot: Snapshot,
  account: Account,
  idOrCode: string,
  { now, field }: { now: Date; field: string },
): Result<Offer> {
  const service = snapshot.find(idOrCode)
  const price = service && snapshot.maySee(service, account)
  if (!service || !price) return refused('service_not_found', field, idOrCode.slice(0, MAX_TEXT_LENGTH))
  if (snapshot.isUnsold(service)) return refused('service_paused')
  if (!isOpen(service, now)) return refused('service_closed', [], closedMessage(service))
  return ok({ service, price })
}

/** `callerTextFaults` says which of a caller's own words cannot be kept. */
export const callerTextFaults = (texts: Record<string, string | null | undefined>): (Fault | undefined)[] =>
  Object.entries(texts).map(([name, text]) =>
    text ? (textFault(name, text, MAX_TEXT_LENGTH) ?? turningFault(name, text)) : undefined,
  )
