import type { DhruRefusal, OrderStatus, Placed, Refused, Unreadable } from '../../../client/index.ts'
import { failure } from '../../../lib/failures.ts'
import type { Refusals } from '../book/refusals.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import { ownState, type StatusWords } from '../http-kit/status-words.ts'
import type { SupplierOutcome } from '../supplier.ts'

/** Asked is what an answer is about: its input, and whether the order can be found without its number. */
interface Asked {
  input: string
  askable: boolean
}

/** Outcomes says what a panel's answers prove (promise 4: no guess). Pure. */
export class Outcomes {
  readonly reasons: Reasons
  readonly #refusals: Refusals
  readonly #statusWords: StatusWords

  constructor(reasons: Reasons, refusals: Refusals, statusWords: StatusWords = {}) {
    this.reasons = reasons
    this.#refusals = refusals
    this.#statusWords = statusWords
  }

  unreadable({ why, contradicts }: Unreadable, askable: boolean): SupplierOutcome {
    return contradicts ? this.reasons.contradicted(why, askable) : this.reasons.unknown(why, askable)
  }

  /** `placed` reads the answer to the first request for an order. */
  placed(answer: Placed | Refused | Unreadable, { input, askable }: Asked): SupplierOutcome {
    if (answer.kind === 'placed') return { kind: 'accepted', reference: answer.reference }
    if (answer.kind === 'unreadable') return this.unreadable(answer, askable)
    const { refusal } = answer
    const { meaning, isCoded, text, message, reference } = refusal
    if (!isCoded) return this.#refusals.outcomeOf({ text, message, input, reference, askable })
    if (meaning === 'unclear') return this.reasons.unknown(message, askable)
    if (meaning === 'duplicate') return { kind: 'duplicate', reason: this.reasons.of(message), reference }
    return this.unavailable(refusal) ?? this.reasons.refused(message)
  }

  /**
   * `placedAgainByKey` reads the answer to the same request again, with its idempotency key. An imeigate that has an order under the key
   * says so whatever else is wrong with the request: any other refusal proves that the first one was not taken. A refusal without a code of
   * its own is judged by its words, as everybody's.
   */
  placedAgainByKey(answer: Placed | Refused | Unreadable, input: string): SupplierOutcome {
    if (answer.kind === 'placed') return { kind: 'accepted', reference: answer.reference }
    if (answer.kind === 'unreadable') return this.unreadable(answer, true)
    const { refusal } = answer
    if (!refusal.isCoded) {
      const { text, message, reference } = refusal
      return this.#refusals.outcomeOf({ text, message, input, reference, askable: true })
    }
    if (refusal.meaning === 'duplicate') {
      return { kind: 'duplicate', reason: this.reasons.of(refusal.message), reference: refusal.reference }
    }
    if (refusal.meaning === 'refused') return { kind: 'refused', reason: this.reasons.of(refusal.message) }
    return this.unavailable(refusal) ?? this.#provesNothing(refusal)
  }

  /** `placedAgain` reads the answer to the same request again, by a panel that takes an input once only. */
  placedAgain(answer: Placed | Refused | Unreadable): SupplierOutcome {
    if (answer.kind === 'placed') return { kind: 'accepted', reference: answer.reference }
    if (answer.kind === 'unreadable') return this.unreadable(answer, true)
    const { refusal } = answer
    if (!this.#isDuplicate(refusal)) return this.unavailable(refusal) ?? this.#provesNothing(refusal)
    if (refusal.reference !== null) return { kind: 'accepted', reference: refusal.reference }
    const message = failure('number_unsaid', { text: refusal.message })
    return this.reasons.unknown(message, false)
  }

  /** `status` reads the answer to a question about an order whose number is known. A refusal to answer says nothing of the order. */
  status(answer: OrderStatus | Refused | Unreadable, reference: string): SupplierOutcome {
    if (answer.kind === 'unreadable') return this.unreadable(answer, true)
    if (answer.kind === 'refused') {
      return this.unavailable(answer.refusal) ?? this.reasons.unknown(answer.refusal.message, true)
    }
    switch (ownState(answer.status, this.#statusWords) ?? answer.state) {
      case 'open':
        return { kind: 'accepted', reference }
      case 'done':
        return { kind: 'success', result: answer.text || 'Completed', reference }
      case 'rejected':
        return { kind: 'refused', reason: this.reasons.of(answer.text || 'Rejected by the supplier') }
      case 'unknown':
        return this.reasons.unknown(
          failure('status_said', { text: answer.status.slice(0, 40) || 'nothing' }),
          true,
        )
    }
  }

  /** `unavailable` gives the supplier's own trouble; undefined: the refusal is about something else. */
  unavailable({ meaning, isCoded, text, message }: DhruRefusal): SupplierOutcome | undefined {
    if (!isCoded) return this.#refusals.troubleOf(text, message)
    if (meaning === 'unsupported')
      return { kind: 'unavailable', why: 'login', reason: this.reasons.of(message) }
    if (meaning !== 'credit' && meaning !== 'login' && meaning !== 'busy') return undefined
    return { kind: 'unavailable', why: meaning, reason: this.reasons.of(message) }
  }

  /** `isUnsupported` tells that the panel does not know the action. */
  isUnsupported({ meaning, isCoded, text }: DhruRefusal): boolean {
    return isCoded ? meaning === 'unsupported' : this.#refusals.judge(text) === 'command'
  }

  #isDuplicate({ meaning, isCoded, text }: DhruRefusal): boolean {
    return isCoded ? meaning === 'duplicate' : this.#refusals.judge(text) === 'duplicate'
  }

  #provesNothing({ message }: DhruRefusal): SupplierOutcome {
    return this.reasons.unknown(failure('asked_again', { text: message }), true)
  }
}
