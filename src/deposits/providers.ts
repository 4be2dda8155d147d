import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { ProviderId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { refuseForeignKey, type Sealer } from '../secrets/sealer.ts'
import { kinds } from '../integrations/gateways/index.ts'
import type { Provider, ProviderKind } from './provider.ts'
import {
  checkNewProvider,
  completeSettings,
  type ProviderInput,
  settleProvider,
  settleSecrets,
} from './provider-input.ts'
import {
  insertProvider,
  lockProvider,
  type ProviderFilter,
  selectProvider,
  selectProviders,
  updateProvider,
  updateProviderSecrets,
} from './providers.sql.ts'

export type { ProviderInput } from './provider-input.ts'

/** Throws invalid_input naming the value at fault, or conflict when the code is taken. */
export async function createProvider(
  sql: Sql,
  sealer: () => Promise<Sealer>,
  { kind, code, currency, ...input }: ProviderInput & { kind: ProviderKind; code: string; currency: string },
  clock: Clock,
): Promise<Provider> {
  checkNewProvider(kind, code, currency)
  const write = settleProvider({ kind, currency }, input)
  const secrets = settleSecrets(kind, input.secrets ?? {}, {})
  return await sql.begin(async (transaction) => {
    const id = await insertProvider(transaction, { ...write, kind, code, currency }, clock.now())
    if (id === undefined) throw new Refusal('conflict', `there is a provider ${code}`, 'code')
    if (Object.keys(secrets).length > 0) {
      const key = await sealer()
      await refuseProvidersForeignKey(transaction, key, id)
      await updateProviderSecrets(transaction, id, key.seal(secrets, ownerOf(id)))
    }
    return (await selectProvider(transaction, { id })) as Provider
  })
}

/**
 * Changes what is given and leaves the rest: settings and secrets one by one. Kind, code and currency stay. A deposit
 * that has begun keeps what it was told. Throws not_found, or invalid_input naming the value at fault.
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
    await updateProvider(transaction, id, settleProvider(existing, changes, existing), clock.now())
    if (changes.secrets && Object.keys(changes.secrets).length > 0) {
      const key = await sealer()
      const secrets = settleSecrets(existing.kind, changes.secrets, secretsOr({}, existing, key))
      await updateProviderSecrets(transaction, id, key.seal(secrets, ownerOf(id)))
    }
    return (await selectProvider(transaction, { id })) as Provider
  })
}

async function refuseProvidersForeignKey(
  transaction: Transaction,
  sealer: Sealer,
  id: ProviderId,
): Promise<void> {
  const others = (await selectProviders(transaction, { limit: MAX_TRIED })).flatMap((row) =>
    row.secrets && row.id !== id ? [{ sealed: row.secrets, owner: ownerOf(row.id) }] : [],
  )
  refuseForeignKey(sealer, others, { what: 'deposit providers', mend: 'give their secrets anew' })
}

/** MAX_TRIED bounds how many providers' secrets are tried. */
const MAX_TRIED = 1000

/** Throws not_found. */
export async function findProvider(sql: Queryable, code: string): Promise<Provider> {
  const provider = await selectProvider(sql, { code })
  if (!provider) throw new Refusal('not_found', `there is no provider ${JSON.stringify(code)}`, 'code')
  return provider
}

/** By id, a page; `next` is where the following one begins, if there is one. */
export async function listProviders(
  sql: Queryable,
  { limit = 1000, ...filter }: ProviderFilter & { limit?: number } = {},
): Promise<{ providers: Provider[]; next: number | undefined }> {
  const providers = await selectProviders(sql, { ...filter, limit: limit + 1 })
  const page = providers.slice(0, limit)
  return { providers: page, next: providers.length > limit ? page.at(-1)?.id : undefined }
}

/** With the kind's defaults. Throws invalid_input when they are none of its kind any more. */
export const settingsOf = ({ kind, settings }: Provider): Record<string, unknown> =>
  completeSettings(kind, settings)

/** Throws an Error when they were sealed with another key. */
export function secretsOf({ id, kind, secrets }: Provider, sealer: Sealer): Record<string, string> {
  if (secrets) return sealer.open(secrets, ownerOf(id))
  if (Object.keys(kinds[kind].secrets).length === 0) return {}
  throw new Error('the provider has no secrets')
}

function secretsOr<Other>(other: Other, provider: Provider, sealer: Sealer): Record<string, string> | Other {
  try {
    return secretsOf(provider, sealer)
  } catch {
    return other
  }
}

/** Binds sealed secrets to their row, so that rows cannot be swapped. */
const ownerOf = (id: ProviderId): string => `deposit provider ${id}`

/** How payments travel, as callers read it. */
export const channelOf = ({ kind }: Pick<Provider, 'kind'>): string => kinds[kind].channel
