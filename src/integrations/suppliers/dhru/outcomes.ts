import type { DhruRefusal, OrderStatus, Placed, Refused, Unreadable } from '../../../client/index.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { SupplierOutcome } from '../supplier.ts'

/** Outcomes says what a panel's answers prove (promise 4: no guess). Pure. */
export class Outcomes {
  readonly reasons: Reasons

  constructor(reasons: Reasons) {
    this.reasons = reasons
  }

  /** `placed` reads the answer to the first request for an order. `askable`: it can be found without its number. */
  placed(answer: Placed | Refused | Unreadable, askable: boolean): SupplierOutcome {
    if (answer.kind === 'placed') return { kind: 'accepted', reference: answer.reference }
    if (answer.kind === 'unreadable') return this.reasons.unknown(answer.why, askable)
    const { refusal } = answer
    switch (refusal.meaning) {
      case 'unclear':
        return this.reasons.unknown(refusal.message, askable)
      case 'duplicate':
        return { kind: 'duplicate', reason: this.reasons.of(refusal.message), reference: refusal.reference }
      default:
        return this.unavailable(refusal) ?? { kind: 'refused', reason: this.reasons.of(refusal.message) }
    }
  }

  /**
   * `placedAgainByKey` reads the answer to the same request again, with its idempotency key. An imeigate that has an order under the key
   * says so whatever else is wrong with the request: any other refusal proves that the first one was not taken.
   */
  placedAgainByKey(answer: Placed | Refused | Unreadable): SupplierOutcome {
    if (answer.kind === 'placed') return { kind: 'accepted', reference: answer.reference }
    if (answer.kind === 'unreadable') return this.reasons.unknown(answer.why, true)
    const { refusal } = answer
    if (refusal.meaning === 'duplicate') {
      return { kind: 'duplicate', reason: this.reasons.of(refusal.message), reference: refusal.reference }
    }
    if (refusal.meaning === 'refused') return { kind: 'refused', reason: this.reasons.of(refusal.message) }
    return this.unavailable(refusal) ?? this.#provesNothing(refusal)
  }

  /** `placedAgain` reads the answer to the same request again, by a panel that takes an input once only. */
  placedAgain(answer: Placed | Refused | Unreadable): SupplierOutcome {
    if (answer.kind === 'placed') return { kind: 'accepted', reference: answer.reference }
    if (answer.kind === 'unreadable') return this.reasons.unknown(answer.why, true)
    const { refusal } = answer
    if (refusal.meaning !== 'duplicate') return this.unavailable(refusal) ?? this.#provesNothing(refusal)
    if (refusal.reference !== null) return { kind: 'accepted', reference: refusal.reference }
    const message = `taken by the supplier, which did not say under which reference: ${refusal.message}`
    return this.reasons.unknown(message, false)
  }

  /** `status` reads the answer to a question about an order whose number is known. A refusal to answer says nothing of the order. */
  status(answer: OrderStatus | Refused | Unreadable, reference: string): SupplierOutcome {
    if (answer.kind === 'unreadable') return this.reasons.unknown(answer.why, true)
    if (answer.kind === 'refused') {
      return this.unavailable(answer.refusal) ?? this.reasons.unknown(answer.refusal.message, true)
    }
    switch (answer.state) {
      case 'open':
        return { kind: 'accepted', reference }
      case 'done':
        return { kind: 'success', result: answer.text || 'Completed', reference }
      case 'rejected':
        return { kind: 'refused', reason: this.reasons.of(answer.text || 'Rejected by the supplier') }
      case 'unknown':
        return this.reasons.unknown(
          `the supplier says STATUS ${answer.status.slice(0, 40) || 'nothing'}`,
          true,
        )
    }
  }

  /** `unavailable` gives the supplier's own trouble; undefined: the refusal is about something else. */
  unavailable({ meaning, message }: DhruRefusal): SupplierOutcome | undefined {
    if (meaning !== 'credit' && meaning !== 'login' && meaning !== 'busy') return undefined
    return { kind: 'unavailable', why: meaning, reason: this.reasons.of(message) }
  }

  #provesNothing({ message }: DhruRefusal): SupplierOutcome {
    return this.reasons.unknown(
      `asked for again, and refused, which says nothing of the first request: ${message}`,
      true,
    )
  }
}
