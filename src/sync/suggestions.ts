import { keyOfName, misfit, type OurCandidate, type TheirCandidate } from './attach-matches.ts'

/** Suggestion is a service of ours that one of a supplier's may be a further route of; `percent` is how alike their names are. */
export interface Suggestion {
  ours: OurCandidate
  percent: number
}

/** LEAST is the likeness below which nothing is suggested. */
const LEAST = 60

/** MEANINGLESS are words that tell no service from another. */
const MEANINGLESS = new Set(['service', 'services', 'the', 'of', 'by', 'for', 'and', 'api', 'instant'])

interface Words {
  ours: OurCandidate
  key: string
  words: ReadonlySet<string>
}

/**
 * Suggester finds, for a supplier's services, those of ours that are the same by their names: equal ones, and those whose words are mostly the same. Words
 * with a digit, a plus or a percent sign must all be the same, because they tell products apart: an iPhone 13 is no iPhone 14. Orders of ours must be able
 * to go there.
 */
export class Suggester {
  readonly #byKey = new Map<string, Words[]>()
  readonly #byWord = new Map<string, Words[]>()

  constructor(ours: readonly OurCandidate[]) {
    for (const one of ours) {
      const key = keyOfName(one.name)
      if (key === '') continue
      const known = { ours: one, key, words: wordsOf(key) }
      add(this.#byKey, key, known)
      for (const word of known.words) add(this.#byWord, word, known)
    }
  }

  /** `suggest` gives the nearest that has no route there yet; undefined: none is near. */
  suggest(theirs: TheirCandidate): Suggestion | undefined {
    const key = keyOfName(theirs.name)
    if (key === '') return undefined
    const fits = ({ ours }: Words): boolean =>
      !ours.routes.includes(theirs.remoteId) && misfit(ours, theirs) === undefined
    const equal = this.#byKey.get(key)?.find(fits)
    if (equal) return { ours: equal.ours, percent: 100 }
    const words = wordsOf(key)
    const shared = new Map<Words, number>()
    for (const word of words) {
      for (const one of this.#byWord.get(word) ?? []) shared.set(one, (shared.get(one) ?? 0) + 1)
    }
    let best: Suggestion | undefined
    for (const [one, count] of shared) {
      const percent = Math.floor((200 * count) / (words.size + one.words.size))
      if (percent < LEAST || percent <= (best?.percent ?? 0)) continue
      // Names that differ in their order only are as good as equal, and yet not the same.
      if (isSameProduct(words, one.words) && fits(one))
        best = { ours: one.ours, percent: Math.min(percent, 99) }
    }
    return best
  }
}

const add = <Value>(map: Map<string, Value[]>, key: string, value: Value): void => {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}

const wordsOf = (key: string): ReadonlySet<string> => {
  const words = key.split(' ')
  const telling = words.filter((word) => !MEANINGLESS.has(word))
  return new Set(telling.length > 0 ? telling : words)
}

const isTelling = (word: string): boolean => /[\p{Nd}+%]/u.test(word)

/** `isSameProduct` tells whether the words by which products differ are the same of both. */
function isSameProduct(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [mine, yours] = [[...one].filter(isTelling), [...other].filter(isTelling)]
  return mine.length === yours.length && mine.every((word) => other.has(word))
}
