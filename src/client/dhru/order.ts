import { contradiction, contradictionIn } from './about.ts'
import { type Refused, type Unreadable, unreadable, verdictOf } from './answer.ts'
import { decodeEntities } from './entities.ts'
import type { JsonObject } from './json.ts'
import { plainText } from './plain-text.ts'
import { Row, referenceIn } from './row.ts'
import { maySpeakOfRequest, stateOf } from './status-words.ts'

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
  /** `text` is the result and the comment of an order that has ended, or whose status is not known; '' where the panel gives none. */
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
  const beside = referenceIn(new Row(object))
  if (references.size === 0 && beside !== null) references.add(beside)
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

/** `statusOf` reads STATUS as a number or a word; ORDER_STATUS beside it says it more exactly than a word that may be about the question. */
function statusOf(row: Row): OrderStatus {
  const said = row.text('STATUS')
  const status = (maySpeakOfRequest(said) && row.text('ORDER_STATUS', 'ORDERSTATUS')) || said
  const state = stateOf(status) ?? 'unknown'
  const reference = referenceIn(row)
  if (state === 'open') return { kind: 'status', state, status, text: '', reference }
  const text = textIn(row, state === 'rejected' ? labels.rejected : labels.done)
  const isProof =
    state !== 'done' ||
    !maySpeakOfRequest(status) ||
    [...RESULTS, ...COMMENTS].some((name) => resultText(row.get(name)) !== '')
  return { kind: 'status', state: isProof ? state : 'unknown', status, text, reference }
}

/** RESULTS, COMMENTS and REASONS may hold the text of an answer. In real panels it is in CODE; elsewhere CODE only names the state. */
const RESULTS = ['CODE', 'RESULT', 'REPLY']
const COMMENTS = ['COMMENTS', 'COMMENT']
const REASONS = ['REASON', 'MESSAGE']
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

/** `textIn` gives the result and the comment, once where they say the same; a reason or a message only where there is neither. */
function textIn(row: Row, mere: RegExp): string {
  const texts = (names: string[]): string[] =>
    names.map((name) => resultText(row.get(name))).filter((text) => text !== '')
  const firstIn = (names: string[]): string | undefined => texts(names).find((text) => !mere.test(text))
  const [result, comment] = [firstIn(RESULTS), firstIn(COMMENTS)]
  if (result !== undefined && comment !== undefined) {
    return result.split('\n').some((line) => isSame(line, comment)) || isSame(result, comment)
      ? result
      : `${result}\n${comment}`
  }
  return result ?? comment ?? firstIn(REASONS) ?? texts([...RESULTS, ...COMMENTS, ...REASONS]).at(-1) ?? ''
}

const isSame = (one: string, other: string): boolean => normal(one) === normal(other)
const normal = (text: string): string => text.replace(/\s+/g, ' ').trim().toLowerCase()

/** `resultText` writes a result of any shape as text, also JSON within a text, its character references decoded once. */
function resultText(value: unknown): string {
  if (typeof value === 'boolean') return ''
  return decodeEntities(plainText(within(value))).trim()
}

function within(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{][\s\S]*[\]}]\s*$/.test(value)) return value
  try {
    const inner: unknown = JSON.parse(value)
    return typeof inner === 'object' ? inner : value
  } catch {
    return value
  }
}
