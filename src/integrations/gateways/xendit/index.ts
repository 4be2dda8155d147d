import { minorUnit } from '../../../lib/money.ts'
import { secret, url } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { paymentPage, returning, timeToPay } from '../payment-page.ts'
import { XenditGateway } from './gateway.ts'

/** `xendit` takes payments by invoices of Xendit: virtual accounts, QR codes, wallets and cards on one page. */
export const xendit = gatewayKind({
  kind: 'xendit',
  label: 'Xendit invoices',
  currencies: ['IDR', 'PHP', 'THB', 'VND', 'MYR', 'SGD', 'USD'],
  fields: {
    ...returning,
    url: url({
      label: 'API',
      flag: '--url <text>',
      default: 'https://api.xendit.co',
      base: true,
      help: 'the API, where it is not Xendit itself: https://host',
    }),
    expires_minutes: timeToPay({ default: 1440, min: 5, max: 43_200 }),
    secret_key: secret({
      label: 'Secret key',
      flag: '--secret-key <secret or ->',
      help: "the account's secret API key",
      header: true,
    }),
    callback_token: secret({
      label: 'Callback token',
      flag: '--callback-token <secret or ->',
      help: 'the verification token of its webhooks',
      header: true,
    }),
  },
  ...paymentPage,
  step: minorUnit,
  unproved: ['callback_token'],
  connect: (deps) => new XenditGateway(deps),
})
