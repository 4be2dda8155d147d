import type { ReviewKind } from './review.ts'

/** Decision is what a person decides about a review. */
export type Decision =
  /** `found`: the supplier has it, under this reference, and is polled from now on. */
  | { kind: 'found'; reference: string }
  /** `send_again`: the supplier certainly did not take it. */
  | { kind: 'send_again' }
  /** `give_back`: the reseller gets the money back, and reads this message. */
  | { kind: 'give_back'; message?: string | undefined }
  /** `result`: the supplier did it, and this is the result. */
  | { kind: 'result'; text: string }
  /** `send_anyway`: it is sent although it costs more than the sale allows. */
  | { kind: 'send_anyway' }
  /** `wait`: it may take longer; it is shown again a day later. */
  | { kind: 'wait' }
  /** `grant`, `decline`: what the reseller asked to cancel is cancelled and given back, or not. */
  | { kind: 'grant' }
  | { kind: 'decline' }
  /** `dismiss`: nothing is to be done. */
  | { kind: 'dismiss' }

export type DecisionKind = Decision['kind']

/** `decisionsFor` has the decisions that resolve each kind of review. */
export const decisionsFor: Record<ReviewKind, readonly DecisionKind[]> = {
  unknown: ['found', 'send_again', 'give_back', 'result'],
  margin: ['send_anyway', 'give_back', 'dismiss'],
  supplier: ['give_back', 'dismiss'],
  expired: ['wait', 'found', 'send_again', 'give_back', 'result'],
  changed: ['dismiss', 'give_back', 'found', 'result'],
  cancel: ['grant', 'decline'],
  verify: ['dismiss'],
  'unrecognised answer': ['send_again', 'give_back', 'found', 'result'],
}

/** Decider is who decides, and why; both are recorded. */
export interface Decider {
  actor: string
  why: string
  /** `keep`: the decision counts for all items of which the supplier said the same words, and for later ones. */
  keep?: boolean
  /** `leavesAlike`: the other items of a kept decision are left to the workers, who settle them at once; else they are settled before it is answered. */
  leavesAlike?: boolean
}
