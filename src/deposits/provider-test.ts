import type { Sql } from '../database/database.ts'
import { type Gateway, GatewayUnreachable } from '../integrations/gateways/gateway.ts'
import { type GatewayTest, gatewayFindings } from '../integrations/gateways/gateway-test.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import { Reasons } from '../integrations/suppliers/http-kit/reasons.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { Gateways } from './gateways.ts'
import { Providers, secretsOf } from './providers.ts'

/**
 * `providerFindings` are what a test of a way to pay in can end with: those of a gateway, its settings or secrets cannot be used, or there is
 * nobody to ask because people or transfers say that the money is there.
 */
export const providerFindings = [...gatewayFindings, 'unusable', 'nobody_asked'] as const

/** ProviderTest is what came of testing a way to pay in. */
export interface ProviderTest extends Pick<GatewayTest, 'detail' | 'isPractice'> {
  code: string
  name: string
  finding: (typeof providerFindings)[number]
  /** `unproved` are fields of the kind that a test cannot prove: they count only when the gateway calls us. */
  unproved: readonly string[]
  /** `milliseconds` is how long the answers took; null: nobody was asked. */
  milliseconds: number | null
}

/** `isWell` says that nothing was found that an operator must mend. */
export const isWell = ({ finding }: Pick<ProviderTest, 'finding'>): boolean =>
  finding === 'works' || finding === 'nobody_asked'

/**
 * `testProvider` asks the payment service behind a way to pay in a question that begins no payment and changes nothing, whether it is enabled or
 * not. Throws not_found.
 */
export async function testProvider(
  deps: { sql: Sql; sealer: () => Promise<Sealer>; context: IntegrationContext },
  code: string,
): Promise<ProviderTest> {
  const provider = await new Providers(deps.sql, deps.sealer).get(code)
  const { unproved = [] } = gatewayKinds.get(provider.kind)
  const about = { code, name: provider.name, unproved, milliseconds: null, isPractice: false }
  // A database that is away, or a secret key that is missing, is no fault of the provider.
  if (provider.secrets !== null) await deps.sealer()
  const gateways = new Gateways(deps)
  try {
    let opened: { gateway: Gateway | null; secrets: Record<string, string> }
    try {
      const secrets = provider.secrets === null ? {} : secretsOf(provider, await deps.sealer())
      opened = { gateway: await gateways.of(provider), secrets }
    } catch (error) {
      return { ...about, finding: 'unusable', detail: (error as Error).message }
    }
    const { gateway, secrets } = opened
    if (!gateway) {
      const set = unproved.filter((name) => secrets[name] !== undefined)
      return { ...about, unproved: set, finding: 'nobody_asked', detail: null }
    }
    const from = performance.now()
    const test = await gateway.test().catch((error: unknown) => {
      if (!(error instanceof GatewayUnreachable)) throw error
      return { finding: 'no_answer' as const, detail: error.message, isPractice: false }
    })
    const milliseconds = Math.round(performance.now() - from)
    const detail = test.detail === null ? null : hiddenOf(secrets).of(test.detail)
    return { ...about, ...test, detail, milliseconds }
  } finally {
    await gateways.stop()
  }
}

/** `hiddenOf` hides secrets in texts, also as Basic authentication writes them. */
const hiddenOf = (secrets: Record<string, string>): Reasons =>
  new Reasons(
    Object.values(secrets).flatMap((secret) => [secret, Buffer.from(`${secret}:`).toString('base64')]),
  )
