import { plainText } from '../../../client/index.ts'
import { contradictionIn } from '../http-kit/evidence.ts'
import { own } from '../http-kit/json.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { SupplierFault, SupplierOutcome, SupplierTask } from '../supplier.ts'
import type { Fault } from './api.ts'
import { travelsAlone } from './group.ts'
import type { ApiOrder } from './order.ts'
import { type Row, rowOf } from './row.ts'

const faults: Record<number, SupplierFault> = { 401: 'login', 402: 'credit', 403: 'login' }

/**
 * `unavailable` gives what an error says about us or the supplier, and not about the order; undefined: it is about the order, or proves
 * nothing, as what failed inside (5xx) does. An imeigate says then whether something of the request may have been done.
 */
export function unavailable(
  { status, message, body, retryAfterMs }: Fault,
  reasons: Reasons,
): SupplierOutcome | undefined {
  if (status >= 500 && own(body, 'mayHaveBeenDone') === false) {
    return {
      kind: 'unavailable',
      why: 'busy',
      reason: reasons.of(message),
      ...(retryAfterMs !== null && { retryAfterMs }),
    }
  }
  const why = faults[status]
  return why && { kind: 'unavailable', why, reason: reasons.of(message) }
}

/**
 * `itemOutcome` says what an order proves of one of its items (promise 4: no guess). Pure. An order of one item says it of that item. In
 * an order of many the item's own row does, and only where both agree, because the amounts charged and given back are of the whole order,
 * and prove nothing of one item. `wasAlone`: the order was made for this item only; `others` are the inputs that it is asked about beside it.
 */
export function itemOutcome(
  order: ApiOrder,
  task: SupplierTask,
  reasons: Reasons,
  { wasAlone = false, others = [] }: { wasAlone?: boolean; others?: readonly string[] } = {},
): SupplierOutcome {
  const { input } = task
  const { id: reference, state } = order
  const isAlone = travelsAlone(task) || order.items === 1 || (wasAlone && order.items === null)
  // An order of many that is pending shows what there is so far.
  if (isAlone || state !== 'pending') {
    const contradiction =
      contradictionIn(order.result, input, others) ??
      (isAlone ? contradictionIn(order.body, input) : undefined)
    if (contradiction !== undefined) return reasons.contradicted(`order ${reference}: ${contradiction}`, true)
  }
  if (state === 'pending') return { kind: 'accepted', reference }
  const row = rowOf(order.result, input)
  const success = (text: string): SupplierOutcome => ({ kind: 'success', result: text, reference })
  const refused = (...words: string[]): SupplierOutcome =>
    reasons.refused(words.find((one) => one !== '') ?? '')
  const unknown = (why: string): SupplierOutcome =>
    reasons.unknown(`order ${reference} is ${state}, ${why}`, true)

  if (isAlone && state !== 'partial') {
    if (typeof row === 'object' && against[state].includes(row.state)) {
      return unknown(`and says of the input that it is ${row.state}`)
    }
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

/** `against` are states of its only row that contradict the order's. */
const against: Record<'success' | 'failed', readonly Row['state'][]> = {
  success: ['failed', 'pending', 'contradictory'],
  failed: ['success', 'contradictory'],
}

/** `verdicts` are by the order's state and the row's; null where the two do not agree, or nothing is said. */
const verdicts: Record<Ended, Record<Row['state'], 'success' | 'refused' | 'accepted' | null>> = {
  success: { success: 'success', unsaid: 'success', failed: null, pending: null, contradictory: null },
  partial: { success: 'success', unsaid: null, failed: 'refused', pending: 'accepted', contradictory: null },
  failed: { success: null, unsaid: 'refused', failed: 'refused', pending: null, contradictory: null },
}
