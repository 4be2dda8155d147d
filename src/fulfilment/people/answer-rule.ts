import { phraseFault, phraseOf } from '../../integrations/suppliers/book/phrases.ts'
import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../../lib/ids.ts'

/**
 * `meanings` are what a person may say that words mean which no list knows, in the order in which they count where several rules fit. Whatever
 * contradicts those that give money back comes before them.
 * - `done`, `working`: the supplier has done it, and its words are the result; it has taken it
 * - `login`, `credit`, `busy`: it does not know us; our credit there is not enough; it asks us to come back later
 * - `duplicate`: it has an order for the same input
 * - `refused`: this item cannot be done
 */
export const meanings = ['done', 'working', 'login', 'credit', 'busy', 'duplicate', 'refused'] as const
export type Meaning = (typeof meanings)[number]

/** AnswerRule says what words of one supplier, or of all of a kind, mean. */
export interface AnswerRule {
  supplierId: SupplierId | null
  supplierKind: string | null
  words: string
  /** `isPhrase`: it is looked for in the words; else it is all of them. */
  isPhrase: boolean
  meaning: Meaning
}

/** `meaningOf` says what words mean by rules: the supplier's own before those of its kind, all of the words before a phrase in them. */
export function meaningOf<Rule extends AnswerRule>(rules: readonly Rule[], text: string): Rule | undefined {
  return rules
    .filter((rule) => fits(rule, text))
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .at(0)
}

const rankOf = ({ supplierId, isPhrase, meaning }: AnswerRule): number =>
  (supplierId === null ? 2 * MANY : 0) + (isPhrase ? MANY : 0) + meanings.indexOf(meaning)
const MANY = meanings.length

/** `fits` tells whether a rule is about words as they are compared. */
export const fits = ({ words, isPhrase }: Pick<AnswerRule, 'words' | 'isPhrase'>, text: string): boolean =>
  isPhrase ? compiled(words).test(` ${text} `) : words === text

const phrases = new Map<string, RegExp>()
const MAX_COMPILED = 1000

function compiled(phrase: string): RegExp {
  const known = phrases.get(phrase)
  if (known) return known
  if (phrases.size >= MAX_COMPILED) phrases.clear()
  const made = phraseOf(phrase)
  phrases.set(phrase, made)
  return made
}

/** `phraseProblem` says why a phrase cannot be taught: also one that fits words which say nothing would fit all of them. */
export function phraseProblem(phrase: string): string | undefined {
  const fault = phraseFault(phrase)
  if (fault !== undefined) return fault
  return fits({ words: phrase, isPhrase: true }, 'xyzzyx plughq') ? 'fits whatever is said' : undefined
}

/** `outcomeOf` is what an answer is worth by what a person has taught of its words; `said` is all of it. */
export function outcomeOf(meaning: Meaning, said: string): SupplierOutcome {
  switch (meaning) {
    case 'refused':
      return { kind: 'refused', reason: said }
    case 'duplicate':
      return { kind: 'duplicate', reason: said, reference: null }
    case 'working':
      return { kind: 'accepted', reference: null }
    case 'done':
      return { kind: 'success', result: said, reference: null }
    default:
      return { kind: 'unavailable', why: meaning, reason: said }
  }
}
