import type { SupplierOutcome, SupplierTask } from '../supplier.ts'
import { supplierKind } from '../supplier-kind.ts'

/** ASK_AGAIN_AFTER_MS is long because a person ends an item by saying so, which is known at once. */
const ASK_AGAIN_AFTER_MS = 3_600_000
/** AT_ONCE is large because nobody is called. */
const AT_ONCE = 500

/** `manual` takes whatever is sent; people answer it by the commands of manual work. */
export const manual = supplierKind({
  kind: 'manual',
  label: 'People',
  doneByPeople: true,
  fields: {},
  connect: () => ({ sendAtOnce: AT_ONCE, askAtOnce: AT_ONCE, send: allWaiting, ask: allWaiting }),
})

const allWaiting = async (tasks: SupplierTask[]): Promise<SupplierOutcome[]> =>
  tasks.map(({ attemptKey }) => ({
    kind: 'accepted',
    reference: `manual-${attemptKey}`,
    askAgainAfterMs: ASK_AGAIN_AFTER_MS,
  }))
