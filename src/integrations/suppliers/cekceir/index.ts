import { Refusal } from '../../../errors.ts'
import type { SupplierKind } from '../supplier-kind.ts'
import { Reasons } from '../http-kit/reasons.ts'
import { Api } from './api.ts'
import { type RestSettings, restSettings } from './settings.ts'
import { RestSupplier } from './supplier.ts'

export { readOrderWebhook } from './webhook.ts'

/** So many requests wait for an answer at a time; more wait for a connection, and nothing of them is sent. */
const CONNECTIONS = 64

/** Servers with `GET /api/services` and `POST /api/order` behind a bearer key: of the Cek Ceir style. */
export const rest: SupplierKind = {
  kind: 'rest',
  hasUrl: true,
  hasServices: true,
  settings: restSettings,
  secrets: { api_key: { needed: true, description: 'the API key, of the form <id>.<secret>' } },
  make({ url, settings, secrets }, { outbound, clock, installation }) {
    const { api_key: key = '' } = secrets
    // It travels in a header: what no header can hold would fail with every call.
    if (!/^[\x21-\x7e]+$/.test(key)) {
      throw new Refusal('invalid_input', 'api_key: must be printable ASCII without blanks', 'api_key')
    }
    const api = new Api(url ?? '', key, outbound.open({ connections: CONNECTIONS }))
    const reasons = new Reasons([key, key.slice(key.indexOf('.') + 1)])
    return new RestSupplier({ api, reasons, clock, installation, settings: settings as RestSettings })
  },
}
