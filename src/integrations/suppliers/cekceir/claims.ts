import type { SupplierTask } from '../supplier.ts'

/** MAX_INPUTS bounds the inputs that are remembered; the oldest are forgotten first. */
const MAX_INPUTS = 20_000

interface Claim {
  sentAt: number
  /** `reference`, null: its order is not known. */
  reference: string | null
}

/**
 * Claims remembers which orders at the supplier belong to which attempts, as far as this process has seen, so that the order of one attempt
 * is not taken for the lost order of another with the same input.
 */
export class Claims {
  readonly #byInput = new Map<string, Map<string, Claim>>()

  /**
   * `note` is called before each call about an attempt, and when its order becomes known. Orders without an input are never searched, so
   * that nothing is remembered of them.
   */
  note(task: SupplierTask, reference = task.reference): void {
    if (task.input === '') return
    const input = inputOf(task)
    const claims = this.#byInput.get(input) ?? new Map<string, Claim>()
    claims.set(task.attemptKey, { sentAt: task.sentAt.getTime(), reference })
    this.#byInput.delete(input)
    this.#byInput.set(input, claims)
    if (this.#byInput.size > MAX_INPUTS) this.#byInput.delete(this.#byInput.keys().next().value as string)
  }

  /** `drop` forgets an attempt that was clearly not taken. */
  drop(task: SupplierTask): void {
    this.#byInput.get(inputOf(task))?.delete(task.attemptKey)
  }

  isAnothers(reference: string, task: SupplierTask): boolean {
    return this.#others(task).some((claim) => claim.reference === reference)
  }

  /** `hasRival` tells whether another lost attempt with the same input was sent at about the same time: an order may be of either. */
  hasRival(task: SupplierTask, withinMs: number): boolean {
    return this.#others(task).some(
      ({ sentAt, reference }) => reference === null && Math.abs(sentAt - task.sentAt.getTime()) <= withinMs,
    )
  }

  #others(task: SupplierTask): Claim[] {
    const claims = this.#byInput.get(inputOf(task)) ?? []
    return [...claims].flatMap(([attemptKey, claim]) => (attemptKey === task.attemptKey ? [] : [claim]))
  }
}

const inputOf = ({ remoteService, input }: SupplierTask): string => `${remoteService}\n${input}`
