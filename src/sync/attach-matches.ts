import type { ServiceKind } from '../catalogue/service.ts'
import type { RemoteField } from '../integrations/suppliers/supplier.ts'
import type { ServiceId } from '../lib/ids.ts'
import { type Said, say } from '../reasons.ts'
import type { Pair } from './pairs.ts'
import { ourFieldsOf } from './supplier-service.ts'

/** AttachBy says how services of ours find theirs: by equal codes and ids, by equal names, or by the pairs of a file. */
export type AttachBy = 'code' | 'name' | Pair[]

/** OurCandidate is a service of ours that may get a route. */
export interface OurCandidate {
  id: ServiceId
  code: string
  name: string
  kind: ServiceKind
  /** `fields` are the names of its extra fields. */
  fields: string[]
  /** `routes` are the supplier's services that it has routes to already. */
  routes: string[]
}

/** TheirCandidate is a service of a staged list. */
export interface TheirCandidate {
  remoteId: string
  name: string
  kind: ServiceKind
  cost: bigint
  fields: RemoteField[]
}

export interface Match {
  ours: OurCandidate
  theirs: TheirCandidate
  /** `names` has the supplier's names of fields, by ours, where they differ. */
  names: Map<string, string>
}

/** Unmatched is a service, or a line of a file, that gets no route, with the reason. */
export interface Unmatched {
  line: number | null
  ours: string | null
  theirs: string | null
  reason: Said
}

export interface Matches {
  matches: Match[]
  /** `attached` counts what has the route already. */
  attached: number
  unmatched: Unmatched[]
}

/**
 * `matchServices` gives each service of ours at most one of theirs by code or name; what fits several fits none. A file may give one several.
 * Theirs must be of the same kind, and need no field that ours does not ask for.
 */
export function matchServices(ours: OurCandidate[], theirs: TheirCandidate[], by: AttachBy): Matches {
  const found: Matches = { matches: [], attached: 0, unmatched: [] }
  const take = (one: OurCandidate, other: TheirCandidate, line: number | null): void => {
    const reason = misfit(one, other)
    if (one.routes.includes(other.remoteId)) found.attached++
    else if (reason !== undefined) {
      found.unmatched.push({ line, ours: one.code, theirs: other.remoteId, reason })
    } else found.matches.push({ ours: one, theirs: other, names: namesOf(one, other) })
  }
  if (Array.isArray(by)) matchPairs(ours, theirs, by, take, found)
  else matchKeys(ours, theirs, by, take, found)
  return found
}

type Take = (ours: OurCandidate, theirs: TheirCandidate, line: number | null) => void

function matchPairs(
  ours: OurCandidate[],
  theirs: TheirCandidate[],
  pairs: Pair[],
  take: Take,
  { unmatched }: Matches,
): void {
  const byCode = new Map(ours.map((one) => [one.code.toLowerCase(), one]))
  const byId = new Map(ours.map((one) => [String(one.id), one]))
  const byRemote = new Map(theirs.map((one) => [one.remoteId, one]))
  const seen = new Map<string, number>()
  for (const { line, ...pair } of pairs) {
    const one = byCode.get(pair.ours.toLowerCase()) ?? byId.get(pair.ours)
    const other = byRemote.get(pair.theirs)
    const key = `${one?.id} ${other?.remoteId}`
    const earlier = seen.get(key)
    const reason = !one
      ? say('we_have_not', { service: pair.ours || 'there' })
      : !other
        ? say('list_has_not', { service: pair.theirs || 'there' })
        : earlier !== undefined
          ? say('same_as_line', { line: earlier })
          : undefined
    if (reason !== undefined) {
      unmatched.push({ line, ours: pair.ours || null, theirs: pair.theirs || null, reason })
    } else if (one && other) {
      seen.set(key, line)
      take(one, other, line)
    }
  }
}

/** SAYS are the reasons for which nothing is found by codes, or by names. */
const SAYS = {
  code: {
    nothing: 'no_code_to_compare',
    none: 'none_of_code',
    several: 'several_of_code',
    ours: 'ours_of_code',
  },
  name: {
    nothing: 'no_name_to_compare',
    none: 'none_of_name',
    several: 'several_of_name',
    ours: 'ours_of_name',
  },
} as const

const kindsDiffer = (theirs: TheirCandidate, ours: OurCandidate): Said =>
  say('kinds_differ', { theirs: theirs.kind, ours: ours.kind })

function matchKeys(
  ours: OurCandidate[],
  theirs: TheirCandidate[],
  by: 'code' | 'name',
  take: Take,
  { unmatched }: Matches,
): void {
  const keyOfOurs = (one: OurCandidate): string =>
    by === 'code' ? one.code.toLowerCase() : keyOfName(one.name)
  const keyOfTheirs = (one: TheirCandidate): string =>
    by === 'code' ? one.remoteId.toLowerCase() : keyOfName(one.name)
  const ourGroups = Map.groupBy(ours, (one) => `${one.kind} ${keyOfOurs(one)}`)
  const theirGroups = Map.groupBy(theirs, (one) => `${one.kind} ${keyOfTheirs(one)}`)
  const theirKinds = Map.groupBy(theirs, keyOfTheirs)
  const said = SAYS[by]
  for (const [key, group] of ourGroups) {
    const others = theirGroups.get(key) ?? []
    for (const one of group) {
      const left = (reason: Said, theirIds: string | null = null): void => {
        unmatched.push({ line: null, ours: one.code, theirs: theirIds, reason })
      }
      const [other] = others
      const list = others.map(({ remoteId }) => remoteId).join(', ')
      if (keyOfOurs(one) === '') left(say(said.nothing, {}))
      else if (!other) {
        const wrong = theirKinds.get(keyOfOurs(one))?.[0]
        if (wrong) left(kindsDiffer(wrong, one), wrong.remoteId)
        else left(say(said.none, {}))
      } else if (others.length > 1) left(say(said.several, { count: others.length }), list)
      else if (group.length > 1) left(say(said.ours, { count: group.length }), list)
      else if (one.routes.length > 0 && !one.routes.includes(other.remoteId)) {
        left(say('routed_already', { theirs: one.routes.join(', ') }), other.remoteId)
      } else take(one, other, null)
    }
  }
}

/** `keyOfName` leaves out of a name what is written in many ways: case, accents, blanks, dashes, marks; a plus makes another product. */
export const keyOfName = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{Nd}+%]+/gu, ' ')
    .trim()

/** `misfit` says why orders of ours could not go there; undefined: they can. */
export function misfit(ours: OurCandidate, theirs: TheirCandidate): Said | undefined {
  if (ours.kind !== theirs.kind) return kindsDiffer(theirs, ours)
  const missing = ourFieldsOf(theirs.fields).fields.filter(
    ({ name, required }) => required && !ours.fields.includes(name),
  )
  if (missing.length === 0) return undefined
  return say('theirs_needs', { fields: missing.map(({ name }) => name).join(', ') })
}

const namesOf = (ours: OurCandidate, theirs: TheirCandidate): Map<string, string> =>
  new Map([...ourFieldsOf(theirs.fields).theirs].filter(([name]) => ours.fields.includes(name)))
