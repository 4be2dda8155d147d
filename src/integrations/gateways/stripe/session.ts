import type { DepositId } from '../../../lib/ids.ts'
import { isObject, type JsonObject } from '../../../lib/json.ts'
import type { Payment } from '../gateway.ts'
import { fromStripe } from './amounts.ts'

/** `paymentOf` reads a Checkout Session of an answer or an event of Stripe's; undefined: it is none. */
export function paymentOf(session: unknown): Payment | undefined {
  if (!isObject(session)) return undefined
  const { id, object, amount_total: total } = session
  if (typeof id !== 'string' || id === '' || id.length > 255 || object !== 'checkout.session')
    return undefined
  const currency = typeof session['currency'] === 'string' ? session['currency'].toUpperCase() : null
  return {
    reference: id,
    ...stateOf(session),
    amount: currency !== null && Number.isSafeInteger(total) ? fromStripe(total as number, currency) : null,
    currency,
  }
}

function stateOf(session: JsonObject): Pick<Payment, 'state' | 'reason'> {
  const { status, payment_status: paid, payment_intent: intent } = session
  if (status === 'expired') return { state: 'expired' }
  if (status !== 'complete') return { state: 'open' }
  // `no_payment_required` counts as paid, and then its amount of 0 does not fit. A word that Stripe may have later proves no payment.
  if (paid === 'paid' || paid === 'no_payment_required') return { state: 'paid' }
  const failed =
    isObject(intent) && ['requires_payment_method', 'canceled'].includes(String(intent['status']))
  return failed ? { state: 'failed', reason: NOT_THROUGH } : { state: 'processing' }
}

export const NOT_THROUGH = 'the payment did not go through'

/** `ownerOf` gives the deposit and the installation that a session is for, as we wrote them in its metadata. */
export function ownerOf(session: unknown): { installation: unknown; depositId: DepositId } | undefined {
  const metadata = isObject(session) ? session['metadata'] : undefined
  if (!isObject(metadata)) return undefined
  const id = metadata['imeigate_deposit']
  if (typeof id !== 'string' || !/^[1-9]\d{0,14}$/.test(id)) return undefined
  return { installation: metadata['imeigate_installation'], depositId: Number(id) as DepositId }
}

export const metadataOf = (installation: string, id: DepositId): Record<string, string> => ({
  imeigate_installation: installation,
  imeigate_deposit: String(id),
})
