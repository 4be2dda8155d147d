import { invalid, refusalFor } from '../../lib/fault.ts'
import type { IntegrationKind } from './kind.ts'

/** Registry holds every kind of one sort of integration. A kind is added to it by one line. */
export interface Registry<Kind extends IntegrationKind> {
  /** `noun` names the sort in messages, such as `supplier`. */
  readonly noun: string
  readonly kinds: readonly Kind[]
  readonly names: readonly string[]
  /** `get` finds a kind by its name or an alias. Throws invalid_input. */
  get(name: string): Kind
}

export type AnyRegistry = Registry<IntegrationKind>

export function registry<Kind extends IntegrationKind>(noun: string, kinds: readonly Kind[]): Registry<Kind> {
  const byName = new Map<string, Kind>()
  for (const kind of kinds) {
    for (const name of [kind.kind, ...(kind.aliases ?? [])]) {
      if (byName.has(name)) throw new Error(`two kinds of ${noun} are called ${name}`)
      byName.set(name, kind)
    }
  }
  const names = kinds.map(({ kind }) => kind)
  return {
    noun,
    kinds,
    names,
    get(name) {
      const kind = byName.get(name)
      if (!kind) throw refusalFor(invalid('kind', `must be one of ${names.join(', ')}`))
      return kind
    },
  }
}
