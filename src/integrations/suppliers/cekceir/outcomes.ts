import { plainText } from '../http-kit/plain-text.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { SupplierFault, SupplierOutcome, SupplierTask } from '../supplier.ts'
import type { Fault } from './api.ts'
import { travelsAlone } from './group.ts'
import type { ApiOrder } from './order.ts'
import { type Row, rowOf } from './row.ts'

const faults: Record<number, SupplierFault> = {
  401: 'login',
  402: 'credit',
  403: 'login',
  429: 'busy',
  503: 'busy',
}

/** `unavailable` gives what an error says about us or the supplier, and not about the order; undefined: it is about the order. */
export function unavailable({ status, message }: Fault, reasons: Reasons): SupplierOutcome | undefined {
  const why = faults[status]
  return why && { kind: 'unavailable', why, reason: reasons.of(message) }
}

/**
 * `itemOutcome` says what an order proves of one of its items (promise 4: no guess). Pure. An order of one item says it of that item. In
 * an order of many the item's own row does, and only where both agree, because the amounts charged and given back are of the whole order,
 * and prove nothing of one item. `wasAlone`: the order was made for this item only.
 */
export function itemOutcome(
  order: ApiOrder,
  task: SupplierTask,
  reasons: Reasons,
  wasAlone = false,
): SupplierOutcome {
  const { input } = task
  const { id: reference, state } = order
  if (state === 'pending') return { kind: 'accepted', reference }
  const row = rowOf(order.result, input)
  const success = (text: string): SupplierOutcome => ({ kind: 'success', result: text, reference })
  const refused = (...words: string[]): SupplierOutcome =>
    reasons.refused(words.find((one) => one !== '') ?? '')
  const unknown = (why: string): SupplierOutcome =>
    reasons.unknown(`order ${reference} is ${state}, ${why}`, true)

  const isAlone = travelsAlone(task) || order.items === 1 || (wasAlone && order.items === null)
  if (isAlone && state !== 'partial') {
    const text = (typeof row === 'object' && row.text) || plainText(order.result)
    return state === 'success'
      ? success(text || order.message || 'Completed')
      : refused(order.error, text, order.message)
  }
  if (row === 'many') return unknown('and says different things of the same input')
  if (row === 'none') {
    return state === 'failed'
      ? refused(order.error, order.message)
      : unknown('and its result does not name the input')
  }
  switch (verdicts[state][row.state]) {
    case 'success':
      return row.text === '' ? unknown('without a result for the input') : success(row.text)
    case 'refused':
      return refused(row.text, order.error, order.message)
    case 'accepted':
      return { kind: 'accepted', reference }
    default:
      return unknown(`and says of the input that it is ${row.state}`)
  }
}

type Ended = Exclude<ApiOrder['state'], 'pending'>

/** `verdicts` are by the order's state and the row's; null where the two do not agree, or nothing is said. */
const verdicts: Record<Ended, Record<Row['state'], 'success' | 'refused' | 'accepted' | null>> = {
  success: { success: 'success', unsaid: 'success', failed: null, pending: null, contradictory: null },
  partial: { success: 'success', unsaid: null, failed: 'refused', pending: 'accepted', contradictory: null },
  failed: { success: null, unsaid: 'refused', failed: 'refused', pending: null, contradictory: null },
}
