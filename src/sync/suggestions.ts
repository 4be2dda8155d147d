import { eachInTurns } from '../runtime/pace.ts'
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
  words: ReadonlySet<string>
}

/**
 * Suggester finds, for a supplier's services, those of ours that are the same by their names: equal ones, and those whose words are mostly the same. Words
 * with a digit, a plus or a percent sign must all be the same, because they tell products apart: an iPhone 13 is no iPhone 14. Orders of ours must be able
 * to go there.
 */
export class Suggester {
  readonly #byKey = new Map<string, Words[]>()
  /** `#byProduct` has those of ours by each of their words, apart for each set of words by which products differ. */
  readonly #byProduct = new Map<string, Map<string, Words[]>>()

  /** `of` takes several turns for thousands. */
  static async of(ours: Iterable<OurCandidate>): Promise<Suggester> {
    const suggester = new Suggester()
    await eachInTurns(ours, (one) => suggester.#add(one))
    return suggester
  }

  private constructor() {}

  #add(ours: OurCandidate): void {
    const key = keyOfName(ours.name)
    if (key === '') return
    const known = { ours, words: wordsOf(key) }
    add(this.#byKey, key, known)
    const product = productOf(known.words)
    const byWord = this.#byProduct.get(product) ?? new Map<string, Words[]>()
    this.#byProduct.set(product, byWord)
    for (const word of known.words) add(byWord, word, known)
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
    const byWord = this.#byProduct.get(productOf(words))
    if (!byWord) return undefined
    const nearest: { one: Words | undefined; percent: number } = { one: undefined, percent: LEAST - 1 }
    for (const one of candidatesOf(words, byWord)) {
      const percent = likeness(words, one.words)
      if (percent > nearest.percent && fits(one)) Object.assign(nearest, { one, percent })
    }
    // Names that differ in their order only are as good as equal, and yet not the same.
    return nearest.one && { ours: nearest.one.ours, percent: Math.min(nearest.percent, 99) }
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

/** `productOf` names the words by which products differ. */
const productOf = (words: ReadonlySet<string>): string => [...words].filter(isTelling).sort().join(' ')

/** `likeness` is twice the words that both have, in percent of the words of both. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0
  for (const word of one) if (other.has(word)) shared++
  return Math.floor((200 * shared) / (one.size + other.size))
}

/**
 * `candidatesOf` gives all that may be near enough, and few others: what shares too few words to reach LEAST even if it has no others is left out, by
 * looking at the rarest words only. Of n words a near name has at least n * LEAST / (200 - LEAST).
 */
function candidatesOf(words: ReadonlySet<string>, byWord: ReadonlyMap<string, Words[]>): Set<Words> {
  const lists = [...words].map((word) => byWord.get(word) ?? []).sort((a, b) => a.length - b.length)
  const needed = Math.max(Math.ceil((words.size * LEAST) / (200 - LEAST)), 1)
  return new Set(lists.slice(0, lists.length - needed + 1).flat())
}
