import { Refusals } from '../book/refusals.ts'
import { Reasons } from '../http-kit/reasons.ts'
import { wayOutOf } from '../http-kit/way-out.ts'
import { supplierKind } from '../supplier-kind.ts'
import { Api } from './api.ts'
import { cekceirFields } from './settings.ts'
import { CekceirSupplier } from './supplier.ts'
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
  connect({ url, settings, currency, secrets }, { outbound, clock, installation }) {
    const { api_key: key = '' } = secrets
    const client = outbound.open({ connections: CONNECTIONS, ...wayOutOf(settings, secrets) })
    const api = new Api({ url: url ?? '', key, client, fronts: settings.front_statuses, clock })
    const reasons = new Reasons([key, key.slice(key.indexOf('.') + 1)])
    const refusals = new Refusals({ reasons, ...settings })
    return new CekceirSupplier({ api, reasons, refusals, clock, installation, settings, currency })
  },
  readWebhook: (body, signature, { api_key: key = '' }) => readOrderWebhook(body, signature, key),
})
