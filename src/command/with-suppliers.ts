import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { integrationContext } from './integration-context.ts'
import { type WithSealer, withSealer } from './sealing.ts'

/** WithSuppliers is what it takes to keep suppliers' secrets and to call suppliers. */
export interface WithSuppliers extends WithSealer {
  context: IntegrationContext
  /** `allow` has the networks of OUTBOUND_ALLOW. */
  allow: string[]
}

/** `withSuppliers` is `withSealer`, with what suppliers are called with. */
export const withSuppliers = <T>(work: (equipped: WithSuppliers) => Promise<T>): Promise<T> =>
  withSealer(async (equipped) => {
    const { sql, config } = equipped
    const context = await integrationContext(sql, config)
    return await work({ ...equipped, context, allow: config.outboundAllow })
  })
