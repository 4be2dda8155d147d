import type { SupplierKind } from '../supplier-kind.ts'
import { Outcomes } from './outcomes.ts'
import { Panel } from './panel.ts'
import { type DhruSettings, dhruSettings } from './settings.ts'
import { DhruSupplier } from './supplier.ts'

/** As many as a supplier may have calls under way: none waits for a connection. */
const CONNECTIONS = 1000
/** What is shorter would be found in innocent words, and hides nothing. */
const SHORTEST_SECRET = 4

/** Panels that speak the Dhru protocol, and other imeigates. */
export const dhru: SupplierKind = {
  kind: 'dhru',
  hasUrl: true,
  hasServices: true,
  settings: dhruSettings,
  secrets: { apiaccesskey: { needed: true, description: 'the API access key that goes with the user name' } },
  make({ url, settings: given, secrets }, { outbound, clock, installation }) {
    const settings = given as DhruSettings
    const { apiaccesskey = '' } = secrets
    const hide = (text: string): string =>
      apiaccesskey.length < SHORTEST_SECRET ? text : text.replaceAll(apiaccesskey, '***')
    const panel = new Panel({
      url: url ?? '',
      settings,
      apiaccesskey,
      outbound: outbound.open({ connections: CONNECTIONS }),
      installation,
    })
    return new DhruSupplier({ panel, settings, clock, outcomes: new Outcomes(hide) })
  },
}
