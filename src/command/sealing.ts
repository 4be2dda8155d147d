import type { Config } from '../config.ts'
import type { Sql } from '../database/database.ts'
import { installationId } from '../database/installation.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { systemClock } from '../lib/time.ts'
import { openSealer } from '../secret-keys/sealing.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type Connected, withDatabase } from './connection.ts'

/** `integrationContext` is what integrations may use of a command. Its HTTP client takes a while to load, so it is loaded only here. */
export async function integrationContext(
  sql: Sql,
  { outboundAllow: allow }: Config,
): Promise<IntegrationContext> {
  const { GuardedOutbound } = await import('../outbound/guarded.ts')
  return {
    outbound: new GuardedOutbound({ allow }),
    clock: systemClock,
    installation: await installationId(sql),
  }
}

export interface WithSealer extends Connected {
  sealer: Sealer
}

/** `withSealer` is `withDatabase` with the secret key of the server's settings or data folder, which is made where there is none. */
export async function withSealer<T>(work: (equipped: WithSealer) => Promise<T>): Promise<T> {
  return await withDatabase(async ({ sql, config, ...connected }) => {
    return await work({ ...connected, sql, config, sealer: await openSealer(sql, new KeyRing(config)) })
  })
}

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

/** `warnOf` warns of an address that may not be called. It refuses nothing: the setting may be meant to come later. */
export async function warnOf(url: unknown, { outboundAllow }: Config): Promise<void> {
  const { destinationFault } = await import('../suppliers/destination.ts')
  const fault = typeof url === 'string' ? await destinationFault(url, outboundAllow) : undefined
  if (fault !== undefined) process.stderr.write(`warning: ${fault}\n`)
}
