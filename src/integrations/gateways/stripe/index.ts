import { secret, url } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { paymentPage, returning, timeToPay } from '../payment-page.ts'
import { smallestStep } from './amounts.ts'
import { StripeGateway } from './gateway.ts'

/** `stripe` takes payments by Stripe Checkout, or by a service that speaks the same. */
export const stripe = gatewayKind({
  kind: 'stripe',
  label: 'Stripe Checkout',
  fields: {
    ...returning,
    url: url({
      label: 'API',
      flag: '--url <text>',
      default: 'https://api.stripe.com',
      base: true,
      help: 'the API, where it is not Stripe itself: https://host',
    }),
    // Stripe takes 30 minutes to 24 hours; the rest is for clocks that differ and answers that are slow.
    expires_minutes: timeToPay({ default: 60, min: 35, max: 1430 }),
    secret_key: secret({
      label: 'Secret key',
      flag: '--secret-key <secret or ->',
      help: "the API's secret or restricted key (sk_..., rk_...)",
      header: true,
    }),
    webhook_secret: secret({
      label: 'Webhook secret',
      flag: '--webhook-secret <secret or ->',
      help: "the webhook endpoint's signing secret (whsec_...)",
      header: true,
    }),
  },
  ...paymentPage,
  step: smallestStep,
  unproved: ['webhook_secret'],
  connect: (deps) => new StripeGateway(deps),
})
