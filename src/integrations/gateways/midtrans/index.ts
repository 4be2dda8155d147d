import { minorUnit } from '../../../lib/money.ts'
import { secret, url } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { paymentPage, returning, timeToPay } from '../payment-page.ts'
import { MidtransGateway } from './gateway.ts'

/** `midtrans` takes rupiah by Midtrans Snap: virtual accounts, QRIS, wallets and cards on one page. */
export const midtrans = gatewayKind({
  kind: 'midtrans',
  label: 'Midtrans Snap',
  currencies: ['IDR'],
  fields: {
    ...returning,
    url: url({
      label: 'API',
      flag: '--url <text>',
      default: 'https://api.midtrans.com',
      base: true,
      help: 'where the status is asked; for trying, https://api.sandbox.midtrans.com',
    }),
    snap_url: url({
      label: 'Snap',
      flag: '--snap-url <text>',
      default: 'https://app.midtrans.com',
      base: true,
      help: 'where pages are opened; for trying, https://app.sandbox.midtrans.com',
    }),
    expires_minutes: timeToPay({ default: 1440, min: 20, max: 43_200 }),
    server_key: secret({
      label: 'Server key',
      flag: '--server-key <secret or ->',
      help: "the account's server key",
      header: true,
    }),
  },
  ...paymentPage,
  step: minorUnit,
  connect: (deps) => new MidtransGateway(deps),
})
