import { stateOf } from '../../../client/index.ts'
import { type ExactJson, isObject } from '../http-kit/json.ts'
import { ownState, type StatusWords } from '../http-kit/status-words.ts'
import { nameIn, type Seen, stepsOf, valueAt } from './places.ts'
import type { TemplateAnswer } from './template.ts'

/** `plain` are the words that rules read in the place of others for the same state. */
const plain = { open: 'pending', done: 'success', rejected: 'rejected' } as const

/**
 * `inPlainWords` gives an answer as its rules read it: a word that stands at one of the places of its `state`, and that the operator or the
 * shipped words know, is there `pending`, `success` or `rejected`. No shipped word is a number: APIs do not agree on theirs.
 */
export function inPlainWords(seen: Seen, { state = [] }: TemplateAnswer, words: StatusWords): Seen {
  const read = (said: string): string => {
    const known = ownState(said, words) ?? (/^\s*\d*\s*$/.test(said) ? undefined : stateOf(said))
    return known === undefined ? said : plain[known]
  }
  const places = typeof state === 'string' ? [state] : state
  const json = places.reduce((all, place) => changedAt(all, stepsOf(place), read), seen.json)
  return json === seen.json ? seen : { ...seen, json }
}

/** `saysRejected` tells an answer, in plain words, in which the order's own state is that it was rejected. */
export const saysRejected = (seen: Seen, { state = [] }: TemplateAnswer): boolean =>
  (typeof state === 'string' ? [state] : state).some((place) => valueAt(place, seen) === plain.rejected)

/** `changedAt` changes the text at a path of names; where there is none, all stays as it is. */
function changedAt(
  json: ExactJson | undefined,
  [name, ...deeper]: string[],
  change: (text: string) => string,
): ExactJson | undefined {
  if (name === undefined) return typeof json === 'string' ? change(json) : json
  const spelt = isObject(json) ? nameIn(json, name) : undefined
  if (!isObject(json) || spelt === undefined) return json
  return { ...json, [spelt]: changedAt(json[spelt], deeper, change) as ExactJson }
}
