import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { Credentials } from '../integrations/kit/credentials.ts'
import { completeSettings, readSecrets, secretNames } from '../integrations/kit/kind.ts'
import { both, orThrow } from '../lib/fault.ts'
import type { Clock } from '../lib/time.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Provider } from './provider.ts'
import { completeProvider, type ProviderInput } from './provider-input.ts'
import {
  insertProvider,
  lockProvider,
  type ProviderFilter,
  selectProvider,
  selectProviders,
  updateProvider,
} from './providers.sql.ts'

/** `credentials` seals secrets for the owner `deposit provider <id>`. */
const credentials = new Credentials('deposit provider')

export type { ProviderInput } from './provider-input.ts'

/** `createProvider` throws invalid_input that names the value at fault, or conflict when the code is taken. */
export async function createProvider(
  sql: Sql,
  sealer: () => Promise<Sealer>,
  { kind: name, code, currency, ...input }: ProviderInput & { kind: string; code: string; currency: string },
  clock: Clock,
): Promise<Provider> {
  const known = gatewayKinds.get(name)
  const { kind } = known
  const [write, secrets] = orThrow(
    both(completeProvider({ kind, code, currency }, input), readSecrets(known, input.secrets ?? {})),
  )
  return await sql.begin(async (transaction) => {
    const id = await insertProvider(transaction, { ...write, kind, code, currency }, clock.now())
    if (id === undefined) throw new Refusal('conflict', `there is a provider ${code}`, 'code')
    if (Object.keys(secrets).length > 0) {
      const key = await sealer()
      const others = await selectProviders(transaction, { limit: MAX_TRIED })
      await updateProvider(transaction, id, { secrets: credentials.sealNew(id, secrets, key, others) })
    }
    return (await selectProvider(transaction, { id })) as Provider
  })
}

/**
 * `changeProvider` changes what is given and leaves the rest: settings and secrets one by one. Kind, code and currency stay. A deposit
 * that has begun keeps what it was told. Throws not_found, or invalid_input that names the value at fault.
 */
export async function changeProvider(
  sql: Sql,
  sealer: () => Promise<Sealer>,
  code: string,
  changes: ProviderInput,
  clock: Clock,
): Promise<Provider> {
  const { id } = await findProvider(sql, code)
  return await sql.begin(async (transaction) => {
    const existing = (await lockProvider(transaction, id)) as Provider
    const write = orThrow(completeProvider(existing, changes, existing))
    await updateProvider(transaction, id, { ...write, updatedAt: clock.now() })
    if (changes.secrets && Object.keys(changes.secrets).length > 0) {
      const key = await sealer()
      const opened = credentials.tryOpen(existing, key)
      const secrets = orThrow(readSecrets(gatewayKinds.get(existing.kind), changes.secrets, opened))
      await updateProvider(transaction, id, { secrets: credentials.seal(id, secrets, key) })
    }
    return (await selectProvider(transaction, { id })) as Provider
  })
}

/** MAX_TRIED bounds how many providers' secrets are tried. */
const MAX_TRIED = 1000

/** `findProvider` throws not_found. */
export async function findProvider(sql: Queryable, code: string): Promise<Provider> {
  const provider = await selectProvider(sql, { code })
  if (!provider) throw new Refusal('not_found', `there is no provider ${JSON.stringify(code)}`, 'code')
  return provider
}

/** `listProviders` gives a page by id; `next` is where the following one begins, if there is one. */
export async function listProviders(
  sql: Queryable,
  { limit = 1000, ...filter }: ProviderFilter & { limit?: number } = {},
): Promise<{ providers: Provider[]; next: number | undefined }> {
  const providers = await selectProviders(sql, { ...filter, limit: limit + 1 })
  const page = providers.slice(0, limit)
  return { providers: page, next: providers.length > limit ? page.at(-1)?.id : undefined }
}

/** `settingsOf` completes the kind's defaults. Throws invalid_input when the settings are none of its kind any more. */
export const settingsOf = ({ kind, settings }: Provider): Record<string, unknown> =>
  orThrow(completeSettings(gatewayKinds.get(kind), settings))

/** `secretsOf` throws an Error when the secrets were sealed with another key. */
export function secretsOf(provider: Provider, sealer: Sealer): Record<string, string> {
  if (!provider.secrets && secretNames(gatewayKinds.get(provider.kind)).length > 0) {
    throw new Error('the provider has no secrets')
  }
  return credentials.open(provider, sealer)
}
