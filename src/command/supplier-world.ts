import { installationId } from '../database/installation.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { systemClock } from '../lib/time.ts'
import { openSealer } from '../secrets/open-sealer.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type Connected, withDatabase } from './connection.ts'

/** What it takes to keep suppliers' secrets and to call suppliers. */
export interface WithSuppliers extends Connected {
  sealer: Sealer
  world: IntegrationContext
  /** The networks of OUTBOUND_ALLOW. */
  allow: string[]
}

/** `withDatabase`, with the secret key of the server's settings or data folder, which is made where there is none. */
export async function withSuppliers<T>(work: (equipped: WithSuppliers) => Promise<T>): Promise<T> {
  return await withDatabase(async ({ sql, config }) => {
    const sealer = await openSealer(config)
    const allow = config.outboundAllow
    // Its HTTP client takes a while to load, which only these commands need.
    const { GuardedOutbound } = await import('../outbound/guarded.ts')
    const outbound = new GuardedOutbound({ allow })
    const world = { outbound, clock: systemClock, installation: await installationId(sql) }
    return await work({ sql, config, sealer, world, allow })
  })
}
