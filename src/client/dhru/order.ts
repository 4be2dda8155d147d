import { contradiction, contradictionIn } from './about.ts'
import { type Refused, type Unreadable, unreadable, verdictOf } from './answer.ts'
import type { JsonObject } from './json.ts'
import { Row, referenceIn } from './row.ts'

/** Placed says that an order was taken. */
export interface Placed {
  kind: 'placed'
  reference: string
}

/** OrderStatus is the status of an order. */
export interface OrderStatus {
  kind: 'status'
  state: 'open' | 'done' | 'rejected' | 'unknown'
  /** `status` is STATUS as sent. */
  status: string
  /** `text` is the result of an order that is done, or the reason of a rejected one; '' where the panel gives none. */
  text: string
  /** `reference` is the panel's number of the order; null where the answer has none. */
  reference: string | null
}

/**
 * `readPlaced` reads the answer to a request to place one order, for `input`. A SUCCESS that names no order proves nothing, and neither does
 * an answer that names another input.
 */
export function readPlaced(object: JsonObject, input?: string): Placed | Refused | Unreadable {
  const contradicting = contradictionIn(object, input)
  if (contradicting) return contradicting
  const verdict = verdictOf(object)
  if (verdict.kind === 'refused') {
    const reference = referenceIn(verdict.row ?? new Row(object))
    if (reference === null) return verdict
    return verdict.refusal.meaning === 'duplicate'
      ? { kind: 'refused', refusal: { ...verdict.refusal, reference } }
      : unreadable('the answer has ERROR and a REFERENCEID')
  }
  if (verdict.kind !== 'rows') return verdict
  const references = new Set(verdict.rows.map(referenceIn).filter((reference) => reference !== null))
  // Some panels write REFERENCEID beside SUCCESS.
  const beside = new Row(object).text('REFERENCEID')
  if (references.size === 0 && beside !== '') references.add(beside)
  const [reference] = references
  if (reference === undefined) return unreadable('SUCCESS without a REFERENCEID')
  return references.size > 1
    ? unreadable('SUCCESS with more than one REFERENCEID')
    : { kind: 'placed', reference }
}

/** `readStatus` reads the answer to one status request. A row that names another order, or another input than the order's, is no answer. */
export function readStatus(
  object: JsonObject,
  reference: string,
  input?: string,
): OrderStatus | Refused | Unreadable {
  const contradicting = contradictionIn(object, input)
  if (contradicting) return contradicting
  const verdict = verdictOf(object)
  if (verdict.kind !== 'rows') return verdict
  const [row, second] = verdict.rows
  if (!row || second) return unreadable(row ? 'SUCCESS with more than one order' : 'SUCCESS without an order')
  const status = statusOf(row)
  // Panels echo the order's number as ID beside SUCCESS.
  const others = [status.reference, new Row(object).text('ID') || null].filter(
    (one) => one !== null && one !== reference,
  )
  const [other = null] = others
  return other === null ? status : contradiction('order', reference, other.slice(0, 60))
}

/** `statusOf` knows STATUS 0 (new), 1 (in process), 3 (rejected) and 4 (done); clients and panels disagree about all others. */
function statusOf(row: Row): OrderStatus {
  const status = row.text('STATUS')
  const state = states[status] ?? 'unknown'
  const text = state === 'done' || state === 'rejected' ? textOf(row, labels[state]) : ''
  return { kind: 'status', state, status, text, reference: referenceIn(row) }
}

const states: Record<string, OrderStatus['state']> = { 0: 'open', 1: 'open', 3: 'rejected', 4: 'done' }

/** PLACES has the fields that may hold the text of an answer. In real panels it is in CODE; elsewhere CODE only names the state. */
const PLACES = ['CODE', 'COMMENTS', 'COMMENT', 'RESULT', 'REPLY', 'REASON', 'MESSAGE']
const labels = {
  done: label(
    'complete|completed|success|successful|successfully|partial|partially completed|done|available|ok|finished',
    'delivered|processed',
  ),
  rejected: label(
    'fail|failed|failure|reject|rejected|refuse|refused|cancel|cancelled|canceled|error|not available|unavailable',
  ),
}

function label(...names: string[]): RegExp {
  return new RegExp(`^(?:(?:your )?order )?(?:is |was |has been )?(?:${names.join('|')})[.!]?$`, 'i')
}

function textOf(row: Row, mere: RegExp): string {
  const texts = PLACES.map((name) => row.text(name)).filter((text) => text !== '')
  return texts.find((text) => !mere.test(text)) ?? texts.at(-1) ?? ''
}
