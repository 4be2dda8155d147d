import type { Sql } from '../database/database.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { Credentials } from '../integrations/kit/credentials.ts'
import { isNeeded } from '../integrations/kit/fields.ts'
import { completeSettings, readSecrets, shownSettings } from '../integrations/kit/kind.ts'
import { both, orThrow } from '../lib/fault.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { because } from '../reasons.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { Provider } from './provider.ts'
import { completeProvider, type ProviderForm, providerAttributes } from './provider-attributes.ts'
import {
  insertProvider,
  lockProvider,
  selectProvider,
  selectProviders,
  updateProvider,
} from './providers.sql.ts'

/** `credentials` seals secrets for the owner `deposit provider <id>`. */
const credentials = new Credentials(gatewayKinds)

/** MAX_PROVIDERS bounds how many providers are listed, and how many have their secrets tried. */
const MAX_PROVIDERS = 1000

/** Providers is what operators do with the ways to pay in. `sealer` is opened only when there are secrets. */
export class Providers {
  readonly #sql: Sql
  readonly #sealer: () => Promise<Sealer>
  readonly #clock: Clock

  constructor(sql: Sql, sealer: () => Promise<Sealer>, clock: Clock = systemClock) {
    this.#sql = sql
    this.#sealer = sealer
    this.#clock = clock
  }

  /** `create` throws invalid_input that names the value at fault, or conflict when the code is taken. */
  async create({
    kind: name,
    code,
    currency,
    ...input
  }: ProviderForm & { kind: string; code: string; currency: string }): Promise<Provider> {
    const known = gatewayKinds.get(name)
    const { kind } = known
    const [write] = orThrow(
      both(completeProvider({ kind, code, currency }, input), readSecrets(known, input.secrets)),
    )
    return await this.#sql.begin(async (transaction) => {
      const id = await insertProvider(transaction, { ...write, kind, code, currency }, this.#clock.now())
      if (id === undefined) throw because('conflict', 'provider_taken', { code }, 'code')
      const others = () => selectProviders(transaction, { limit: MAX_PROVIDERS })
      const added = { id, kind, secrets: null }
      const sealed = await credentials.change(added, input.secrets, this.#sealer, others)
      await updateProvider(transaction, id, { ...sealed, updatedAt: this.#clock.now() })
      return (await selectProvider(transaction, { id })) as Provider
    })
  }

  /**
   * `change` changes what is given and leaves the rest: settings and secrets one by one. Kind, code and currency stay. A deposit
   * that has begun keeps what it was told. Throws not_found, version_conflict, or invalid_input that names the value at fault.
   */
  async change(code: string, changes: ProviderForm, seen?: string): Promise<Provider> {
    const { id } = await this.get(code)
    return await this.#sql.begin(async (transaction) => {
      const existing = (await lockProvider(transaction, id)) as Provider
      checkVersion(seen, providerVersion(existing))
      const write = orThrow(completeProvider(existing, changes, existing))
      const sealed = await credentials.change(existing, changes.secrets, this.#sealer)
      await updateProvider(transaction, id, { ...write, ...sealed, updatedAt: this.#clock.now() })
      return (await selectProvider(transaction, { id })) as Provider
    })
  }

  /** `get` throws not_found. */
  async get(code: string): Promise<Provider> {
    const provider = await selectProvider(this.#sql, { code })
    if (!provider) throw because('not_found', 'provider_unknown', { code: JSON.stringify(code) }, 'code')
    return provider
  }

  /** `list` lists providers by id. */
  async list(): Promise<Provider[]> {
    return await selectProviders(this.#sql, { limit: MAX_PROVIDERS })
  }
}

/** `settingsOf` completes the kind's defaults. Throws invalid_input when the settings are none of its kind any more. */
export const settingsOf = ({ kind, settings }: Provider): Record<string, unknown> =>
  orThrow(completeSettings(gatewayKinds.get(kind), settings))

/** `viewOf` is a provider as operators see it, also where its settings are none of its kind any more. */
export function viewOf(provider: Provider) {
  const kind = gatewayKinds.get(provider.kind)
  const hasSecrets = provider.secrets !== null
  const hook = kind.connect || (kind.hear && hasSecrets) ? `/hooks/deposits/${provider.code}` : null
  return { ...provider, settings: shownSettings(kind, provider.settings), hasSecrets, hook }
}

/** `providerVersion` names how a provider stands, but for its secrets. */
export const providerVersion = (provider: Provider): string =>
  versionOfNoun(providerAttributes, provider, viewOf(provider).settings, provider.enabled)

/** `secretsOf` throws an Error when the secrets were sealed with another key. */
export function secretsOf(provider: Provider, sealer: Sealer): Record<string, string> {
  const { fields } = gatewayKinds.get(provider.kind)
  if (!provider.secrets && Object.values(fields).some((field) => field.secret && isNeeded(field))) {
    throw new Error('the provider has no secrets')
  }
  return credentials.openSecrets(provider, sealer)
}
