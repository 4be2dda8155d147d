import { Refusals } from '../book/refusals.ts'
import { Reasons } from '../http-kit/reasons.ts'
import { wayOutOf } from '../http-kit/way-out.ts'
import { supplierKind } from '../supplier-kind.ts'
import { Outcomes } from './outcomes.ts'
import { Panel } from './panel.ts'
import { dhruFields } from './settings.ts'
import { DhruSupplier } from './supplier.ts'

/** CONNECTIONS is as many as a supplier may have calls under way, so that none waits for a connection. */
const CONNECTIONS = 1000

/** `dhru` speaks to panels of the Dhru protocol, and to other imeigates. */
export const dhru = supplierKind({
  kind: 'dhru',
  label: 'Dhru panel',
  hasUrl: true,
  hasServices: true,
  fields: dhruFields,
  connect({ url, settings, currency, secrets }, { outbound, clock, installation }) {
    const { apiaccesskey = '' } = secrets
    const panel = new Panel({
      url: url ?? '',
      settings,
      currency,
      apiaccesskey,
      outbound: outbound.open({ connections: CONNECTIONS, ...wayOutOf(settings, secrets) }),
      installation,
      clock,
    })
    const reasons = new Reasons([apiaccesskey])
    const outcomes = new Outcomes(reasons, new Refusals({ reasons, ...settings }), settings.status_words)
    return new DhruSupplier({ panel, settings, clock, outcomes })
  },
})
