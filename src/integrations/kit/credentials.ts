import { orThrow } from '../../lib/fault.ts'
import { refuseForeignKey, type Sealer } from '../../secrets/sealer.ts'
import { completeSettings, readSecrets, secretsSet, shownSettings } from './kind.ts'
import type { AnyRegistry } from './registry.ts'

/** SecretsRow is a row with sealed secrets; null: it has none. */
interface SecretsRow {
  id: number
  secrets: Buffer | null
}

/** IntegrationRow is a configured integration: of its settings those that an operator has set. */
export interface IntegrationRow extends SecretsRow {
  kind: string
  settings: Record<string, unknown>
}

/**
 * Credentials has the settings and secrets of one sort of integration as they are kept. It seals and opens the secrets: each envelope
 * is bound to its row, so that rows cannot be swapped. The registry's noun is part of that binding and never changes.
 */
export class Credentials {
  readonly #kinds: AnyRegistry

  constructor(kinds: AnyRegistry) {
    this.#kinds = kinds
  }

  /**
   * `open` gives what an integration is connected with. Throws invalid_input when its settings are none of its kind any more, and an
   * Error when its secrets were sealed with another key, or the key (undefined) is not to be had.
   */
  open({ kind, settings, ...row }: IntegrationRow, sealer: Sealer | undefined) {
    return {
      settings: orThrow(completeSettings(this.#kinds.get(kind), settings)),
      secrets: this.openSecrets(row, sealer),
    }
  }

  /** `openSecrets` throws an Error as `open`. */
  openSecrets({ id, secrets }: SecretsRow, sealer: Sealer | undefined): Record<string, string> {
    if (!secrets) return {}
    if (!sealer) throw new Error('the key of the secrets is not to be had')
    return sealer.open(secrets, this.#ownerOf(id))
  }

  /** `show` gives settings with the defaults, and which secrets are set; null: they were sealed with another key than ours. */
  show({ kind: name, settings, ...row }: IntegrationRow, sealer: Sealer | undefined) {
    const kind = this.#kinds.get(name)
    const secrets = this.#tryOpen(row, sealer)
    return { settings: shownSettings(kind, settings), secrets: secrets ? secretsSet(kind, secrets) : null }
  }

  /**
   * `change` gives the secrets of a row to be written after a change of some of them: nothing where none is given. Throws invalid_input
   * that names a secret at fault. `others` are the rows beside a new one: it throws conflict when none of their secrets opens, since
   * then the key is not the servers'.
   */
  async change(
    row: Pick<IntegrationRow, 'id' | 'kind' | 'secrets'>,
    given: Record<string, string> | undefined,
    sealer: () => Promise<Sealer>,
    others?: () => Promise<readonly SecretsRow[]>,
  ): Promise<{ secrets?: Buffer | null }> {
    if (!given || Object.keys(given).length === 0) return {}
    const key = await sealer()
    const secrets = orThrow(readSecrets(this.#kinds.get(row.kind), given, this.#tryOpen(row, key)))
    if (Object.keys(secrets).length === 0) return { secrets: null }
    const sealed = ((await others?.()) ?? []).flatMap((one) =>
      one.secrets && one.id !== row.id ? [{ sealed: one.secrets, owner: this.#ownerOf(one.id) }] : [],
    )
    refuseForeignKey(key, sealed, { what: `${this.#kinds.noun}s`, mend: 'give their secrets anew' })
    return { secrets: key.seal(secrets, this.#ownerOf(row.id)) }
  }

  #tryOpen(row: SecretsRow, sealer: Sealer | undefined): Record<string, string> | undefined {
    try {
      return this.openSecrets(row, sealer)
    } catch {
      return undefined
    }
  }

  #ownerOf(id: number): string {
    return `${this.#kinds.noun} ${id}`
  }
}
