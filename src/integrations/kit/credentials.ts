import { refuseForeignKey, type Sealer } from '../../secrets/sealer.ts'

/** SecretsRow is a configured integration with its sealed secrets; null: it has none. */
export interface SecretsRow {
  id: number
  secrets: Buffer | null
}

/**
 * Credentials seals and opens the secrets of one sort of integration. Each envelope is bound to its row, so that rows cannot be
 * swapped. `noun` is part of that binding and never changes.
 */
export class Credentials {
  readonly #noun: string

  constructor(noun: string) {
    this.#noun = noun
  }

  /** `open` throws an Error when the secrets were sealed with another key, or the key (undefined) is not to be had. */
  open({ id, secrets }: SecretsRow, sealer: Sealer | undefined): Record<string, string> {
    if (!secrets) return {}
    if (!sealer) throw new Error('the key of the secrets is not to be had')
    return sealer.open(secrets, this.#ownerOf(id))
  }

  /** `tryOpen` gives undefined where `open` throws. */
  tryOpen(row: SecretsRow, sealer: Sealer | undefined): Record<string, string> | undefined {
    try {
      return this.open(row, sealer)
    } catch {
      return undefined
    }
  }

  /** `seal` gives null for no secrets. */
  seal(id: number, secrets: Record<string, string>, sealer: Sealer): Buffer | null {
    return Object.keys(secrets).length > 0 ? sealer.seal(secrets, this.#ownerOf(id)) : null
  }

  /** `sealNew` seals a new row's secrets. Throws conflict when none of the other rows' opens: the key is not the servers'. */
  sealNew(
    id: number,
    secrets: Record<string, string>,
    sealer: Sealer,
    others: readonly SecretsRow[],
  ): Buffer | null {
    const sealed = others.flatMap((row) =>
      row.secrets && row.id !== id ? [{ sealed: row.secrets, owner: this.#ownerOf(row.id) }] : [],
    )
    refuseForeignKey(sealer, sealed, { what: `${this.#noun}s`, mend: 'give their secrets anew' })
    return this.seal(id, secrets, sealer)
  }

  #ownerOf(id: number): string {
    return `${this.#noun} ${id}`
  }
}
