import { minorUnit } from '../../../lib/money.ts'
import { secret, text, url } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { paymentPage, returning, timeToPay } from '../payment-page.ts'
import { DhruGateway } from './gateway.ts'

/** `dhruGateway` is any bridge that was made for the panels with their vendor's payment-gateway kit. */
export const dhruGateway = gatewayKind({
  kind: 'dhru-gateway',
  label: "A panel's payment gateway",
  fields: {
    url: url({ label: 'Bridge', flag: '--url <text>', help: 'the address of the bridge, without ?action=' }),
    server_url: url({
      label: 'This server',
      flag: '--server-url <text>',
      base: true,
      help: 'where the bridge reaches this server, to say that something happened: https://host',
    }),
    ...returning,
    customer_name: text({
      label: 'Payer',
      flag: '--customer-name <text>',
      default: 'Reseller',
      max: 100,
      help: 'the name that the bridge is told; it is not told who your resellers are',
    }),
    customer_email: text({
      label: "Payer's e-mail",
      flag: '--customer-email <text>',
      max: 200,
      form: { pattern: '^[^\\s@]+@[^\\s@]+$', example: 'pay@example.com' },
      help: 'the address that the bridge is told, such as your own',
    }),
    expires_minutes: timeToPay({ default: 1440, min: 5, max: 43_200 }),
    api_key: secret({
      label: 'API key',
      flag: '--api-key <secret or ->',
      help: "one of the bridge's API keys",
      header: true,
    }),
  },
  ...paymentPage,
  step: minorUnit,
  unproved: ['server_url'],
  connect: (deps) => new DhruGateway(deps),
})
