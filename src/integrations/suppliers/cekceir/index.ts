import type { IntegrationContext } from '../../kit/kind.ts'
import { Refusals } from '../book/refusals.ts'
import { Reasons } from '../http-kit/reasons.ts'
import { wayOutOf } from '../http-kit/way-out.ts'
import type { SupplierConfig } from '../supplier.ts'
import { supplierKind } from '../supplier-kind.ts'
import { Api } from './api.ts'
import { type CekceirSettings, cekceirFields } from './settings.ts'
import { CekceirSupplier } from './supplier.ts'
import { CekceirTopUps } from './top-ups.ts'
import { readOrderWebhook } from './webhook.ts'

/** CONNECTIONS bounds the requests that wait for an answer; more wait for a connection, and nothing of them is sent. */
const CONNECTIONS = 64

/** `cekceir` speaks to servers with `GET /api/services` and `POST /api/order` behind a bearer key: the Cek Ceir style. */
export const cekceir = supplierKind({
  kind: 'cekceir',
  aliases: ['rest'],
  label: 'REST API of the Cek Ceir style',
  hasUrl: true,
  hasServices: true,
  fields: cekceirFields,
  connect(config, context) {
    const { settings, currency } = config
    const spoken = spokenTo(config, context)
    const refusals = new Refusals({ reasons: spoken.reasons, ...settings })
    return new CekceirSupplier({ ...spoken, refusals, settings, currency })
  },
  topUps(config, context) {
    const { settings, currency } = config
    return new CekceirTopUps({ ...spokenTo(config, context), honoursKeys: settings.idempotency, currency })
  },
  readWebhook: (body, signature, { api_key: key = '' }) => readOrderWebhook(body, signature, key),
})

/** `spokenTo` is what it takes to speak to such a server. */
function spokenTo(
  { url, settings, secrets }: SupplierConfig & { settings: CekceirSettings },
  { outbound, clock, installation }: IntegrationContext,
) {
  const { api_key: key = '' } = secrets
  const client = outbound.open({ connections: CONNECTIONS, ...wayOutOf(settings, secrets) })
  const api = new Api({ url: url ?? '', key, client, fronts: settings.front_statuses, clock })
  const reasons = new Reasons([key, key.slice(key.indexOf('.') + 1)])
  return { api, reasons, clock, installation }
}
