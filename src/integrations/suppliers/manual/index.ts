import type { Supplier, SupplierOutcome, SupplierTask } from '../supplier.ts'
import { supplierKind } from '../supplier-kind.ts'

/** ASK_AGAIN_AFTER_MS is long because a person ends an item by saying so, which is known at once. */
const ASK_AGAIN_AFTER_MS = 3_600_000
/** AT_ONCE is large because nobody is called. */
const AT_ONCE = 500

/** Person takes whatever is sent and answers in their own time, by the command line. */
class Person implements Supplier {
  readonly sendAtOnce = AT_ONCE
  readonly askAtOnce = AT_ONCE

  send(works: SupplierTask[]): Promise<SupplierOutcome[]> {
    return Promise.resolve(works.map(waiting))
  }

  ask(works: SupplierTask[]): Promise<SupplierOutcome[]> {
    return Promise.resolve(works.map(waiting))
  }
}

export const manual = supplierKind({
  kind: 'manual',
  label: 'People',
  doneByPeople: true,
  fields: {},
  connect: () => new Person(),
})

const waiting = ({ attemptKey }: SupplierTask): SupplierOutcome => ({
  kind: 'accepted',
  reference: `manual-${attemptKey}`,
  askAgainAfterMs: ASK_AGAIN_AFTER_MS,
})
