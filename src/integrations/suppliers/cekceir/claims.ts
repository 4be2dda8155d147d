import type { SupplierTask } from '../supplier.ts'

/** MAX_INPUTS bounds the inputs that are remembered; the oldest are forgotten first. */
const MAX_INPUTS = 20_000

interface Claim {
  sentAt: number
  /** `reference`, null: its order is not known. */
  reference: string | null
}

/**
 * Claims remembers in memory which orders at the supplier belong to which of our attempts, as far as this process has seen, so that an
 * order that one attempt has is not taken for the lost one of another with the same input.
 */
export class Claims {
  readonly #byInput = new Map<string, Map<string, Claim>>()

  /** `note` is called before each call about an attempt, and when its order becomes known. */
  note(work: SupplierTask, reference = work.reference): void {
    const input = inputOf(work)
    const claims = this.#byInput.get(input) ?? new Map<string, Claim>()
    claims.set(work.attemptKey, { sentAt: work.sentAt.getTime(), reference })
    this.#byInput.delete(input)
    this.#byInput.set(input, claims)
    if (this.#byInput.size > MAX_INPUTS) this.#byInput.delete(this.#byInput.keys().next().value as string)
  }

  /** `drop` forgets an attempt that was clearly not taken. */
  drop(work: SupplierTask): void {
    this.#byInput.get(inputOf(work))?.delete(work.attemptKey)
  }

  isAnothers(reference: string, work: SupplierTask): boolean {
    return this.#others(work).some((claim) => claim.reference === reference)
  }

  /**
   * `hasRival` tells whether another lost attempt with the same input was sent at about the same time: nobody knows whose order is whose.
   */
  hasRival(work: SupplierTask, withinMs: number): boolean {
    return this.#others(work).some(
      ({ sentAt, reference }) => reference === null && Math.abs(sentAt - work.sentAt.getTime()) <= withinMs,
    )
  }

  #others(work: SupplierTask): Claim[] {
    const claims = this.#byInput.get(inputOf(work)) ?? []
    return [...claims].flatMap(([attemptKey, claim]) => (attemptKey === work.attemptKey ? [] : [claim]))
  }
}

const inputOf = ({ remoteService, input }: SupplierTask): string => `${remoteService}\n${input}`
