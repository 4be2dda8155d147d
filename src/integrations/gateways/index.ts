import { type TObject, Type } from 'typebox'
import type { Clock } from '../../lib/time.ts'
import type { OutboundClient } from '../../outbound/outbound.ts'
import { minorUnit } from '../../deposits/fees.ts'
import type { Gateway } from './gateway.ts'
import type { ProviderKind } from '../../deposits/provider.ts'
import { smallestStep } from './stripe/amounts.ts'
import { StripeGateway } from './stripe/gateway.ts'

/** How providers of one kind are described by an operator, and what does their work. */
export interface Kind {
  /** What an operator may set, each with a default or needed, and described for people. Nothing secret. */
  settings: TObject
  /** What is sealed, and needed. */
  secrets: Record<string, string>
  /** Those settings that tell the payer how to pay. */
  shown: string[]
  /** How payments travel, as callers read it. */
  channel: string
  /** The smallest amount that can be paid in a currency, in micros: every payment is a multiple of it. */
  step(currency: string): bigint
  /** How long a deposit may be paid, in minutes, by its settings. */
  minutes(settings: Record<string, unknown>): number
  /** null: there is none, a person sees that the money is there. */
  gateway: ((parts: GatewayParts) => Gateway) | null
}

export interface GatewayParts {
  settings: Record<string, unknown>
  secrets: Record<string, string>
  client: OutboundClient
  clock: Clock
  installation: string
}

const line = (description: string) => Type.String({ minLength: 1, maxLength: 200, description })
const page = (description: string) => Type.String({ maxLength: 1000, pattern: '^https?://', description })

/** Every kind of provider there is. */
export const kinds: Readonly<Record<ProviderKind, Kind>> = {
  manual: {
    settings: Type.Object({
      account_number: line('where to pay to'),
      account_holder_name: line('whose account that is'),
      bank: Type.Optional(line('the bank')),
      instructions: Type.Optional(
        Type.String({ minLength: 1, maxLength: 2000, description: 'what else the payer must know' }),
      ),
      expires_hours: Type.Integer({
        default: 72,
        minimum: 1,
        maximum: 2160,
        description: 'how long a deposit may be paid, 1 to 2160 hours',
      }),
    }),
    secrets: {},
    shown: ['account_number', 'account_holder_name', 'bank', 'instructions'],
    channel: 'bank_transfer',
    step: minorUnit,
    minutes: (settings) => Number(settings['expires_hours']) * 60,
    gateway: null,
  },
  stripe: {
    settings: Type.Object({
      success_url: page('where the payer lands after paying'),
      cancel_url: Type.Optional(page('where the payer lands instead; success_url when left out')),
      url: Type.String({
        default: 'https://api.stripe.com',
        maxLength: 1000,
        pattern: '^https?://[^/?#@]+/?$',
        description: 'the API, where it is not Stripe itself: https://host',
      }),
      // Stripe takes 30 minutes to 24 hours; the rest is for clocks that differ and answers that are slow.
      expires_minutes: Type.Integer({
        default: 60,
        minimum: 35,
        maximum: 1430,
        description: 'how long a deposit may be paid, 35 to 1430 minutes',
      }),
    }),
    secrets: {
      secret_key: "the API's secret or restricted key (sk_..., rk_...)",
      webhook_secret: "the webhook endpoint's signing secret (whsec_...)",
    },
    shown: [],
    channel: 'checkout',
    step: smallestStep,
    minutes: (settings) => Number(settings['expires_minutes']),
    gateway: (parts) => new StripeGateway(parts),
  },
}
