import type { Config } from '../config.ts'
import type { Sql } from '../database/database.ts'
import { installationId } from '../database/installation.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { systemClock } from '../lib/time.ts'

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
