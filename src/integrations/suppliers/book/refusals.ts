import type { Reasons } from '../http-kit/reasons.ts'
import type { SupplierFault, SupplierOutcome } from '../supplier.ts'
import { Book, wordsOf } from './book.ts'
import type { AnswerClass } from './classes.ts'

/** Words is what a supplier said when it took nothing. */
export interface Words {
  /** `text` is all of it, as it is judged; `message` is what people read of it. */
  text: string
  message: string
  /** `input` is what the item is about, which tells no text from others. */
  input: string
  /** `reference` is the order that it names, as duplicates do. */
  reference: string | null
  /** `askable`: the supplier can be asked what became of the item. */
  askable: boolean
}

/** Refusals makes outcomes of the words of refusals (promise 4): only those that speak of the item end it. */
export class Refusals {
  readonly #book: Book
  readonly #reasons: Reasons
  readonly #refusesUnrecognised: boolean

  constructor({
    reasons,
    words,
    unrecognised,
  }: {
    reasons: Reasons
    words: Record<string, string>
    unrecognised: 'review' | 'refuse'
  }) {
    this.#book = new Book(words)
    this.#reasons = reasons
    this.#refusesUnrecognised = unrecognised === 'refuse'
  }

  judge(text: string): AnswerClass | undefined {
    return this.#book.judge(text)
  }

  /** `troubleOf` gives the supplier's own trouble; undefined: the words are about something else. */
  troubleOf(text: string, message = text): SupplierOutcome | undefined {
    const judged = this.judge(text)
    const why = judged && faults[judged]
    return why && { kind: 'unavailable', why, reason: this.#reasons.of(message) }
  }

  /** `outcomeOf` gives what a refusal to take an item means. */
  outcomeOf({ text, message, input, reference, askable }: Words): SupplierOutcome {
    const judged = this.judge(text)
    switch (judged) {
      case 'item':
        return this.#reasons.refused(message)
      case 'duplicate':
        return { kind: 'duplicate', reason: this.#reasons.of(message), reference }
      case 'internal':
        return this.#reasons.unknown(message, askable)
      // A refusal that says that it was taken contradicts itself: what it means, a person says.
      case 'taken':
      case undefined: {
        if (judged === undefined && this.#refusesUnrecognised) return this.#reasons.refused(message)
        const reason = this.#reasons.of(message) || 'refused without a word'
        const unrecognised = wordsOf(this.#reasons.of(text), input)
        return { kind: 'unknown', reason, askable, unrecognised }
      }
      default:
        return { kind: 'unavailable', why: faults[judged], reason: this.#reasons.of(message) }
    }
  }
}

type OfSupplier = Exclude<AnswerClass, 'taken' | 'item' | 'duplicate' | 'internal'>

const faults: Record<OfSupplier, SupplierFault> & Partial<Record<AnswerClass, SupplierFault>> = {
  credit: 'credit',
  login: 'login',
  ip: 'login',
  // The key, or the account, may not do what is asked.
  command: 'login',
  limit: 'busy',
  busy: 'busy',
  later: 'busy',
}
