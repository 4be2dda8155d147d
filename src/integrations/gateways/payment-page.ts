import { integer } from '../../lib/attribute-types.ts'
import { optional, url } from '../kit/fields.ts'

/** `paymentPage` is what kinds with a payment page have in common besides their fields. */
export const paymentPage = {
  shown: [],
  channel: 'checkout',
  minutes: (settings: Record<string, unknown>): number => Number(settings['expires_minutes']),
}

/** `returning` are the fields of such a kind that say where payers go from its page. */
export const returning = {
  success_url: url({
    label: 'Page after payment',
    flag: '--success-url <text>',
    help: 'where the payer lands after paying',
  }),
  cancel_url: optional(
    url({
      label: 'Page after giving up',
      flag: '--cancel-url <text>',
      help: 'where the payer lands instead; success_url when left out',
    }),
  ),
}

/** `returnsOf` gives what `returning` was set to. */
export function returnsOf(settings: Record<string, unknown>): { success: string; cancel: string } {
  const success = String(settings['success_url'])
  return { success, cancel: String(settings['cancel_url'] ?? success) }
}

/** `timeToPay` is the field `expires_minutes`. Bounds are those of the payment service. */
export const timeToPay = (bounds: { default: number; min: number; max: number }) =>
  integer({
    label: 'Time to pay',
    flag: '--expires-minutes <text>',
    ...bounds,
    help: `how long a deposit may be paid, ${bounds.min} to ${bounds.max} minutes`,
  })
