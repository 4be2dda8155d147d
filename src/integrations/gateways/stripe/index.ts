import { integer } from '../../../lib/attribute-types.ts'
import { secret, url } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { returning } from '../returning.ts'
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
    expires_minutes: integer({
      label: 'Time to pay',
      flag: '--expires-minutes <text>',
      default: 60,
      min: 35,
      max: 1430,
      help: 'how long a deposit may be paid, 35 to 1430 minutes',
    }),
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
  shown: [],
  channel: 'checkout',
  step: smallestStep,
  minutes: (settings) => Number(settings['expires_minutes']),
  connect: (deps) => new StripeGateway(deps),
})
