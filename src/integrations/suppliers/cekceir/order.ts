import { isReference, stateOf } from '../../../client/index.ts'
import { type ExactJson, isObject, type JsonObject, own, parseExact, textField } from '../http-kit/json.ts'
import { ownState, type StatusWords } from '../http-kit/status-words.ts'
import { unwrapped } from './api.ts'

/** ApiOrder is one order as the API shows it. */
export interface ApiOrder {
  id: string
  state: 'pending' | 'success' | 'partial' | 'failed'
  /** `items` counts its items; null: it does not say. */
  items: number | null
  /** `result` has whatever shape the supplier's own supplier gave it. */
  result: ExactJson | undefined
  /** `error` is what it says of a failure or otherwise; empty: nothing. */
  error: string
  message: string
  /** `body` is all that it says. */
  body: JsonObject
}

const states: Record<string, ApiOrder['state']> = {
  pending: 'pending',
  processing: 'pending',
  success: 'success',
  partial: 'partial',
  failed: 'failed',
  cancelled: 'failed',
  canceled: 'failed',
}

/** `orderStateOf` reads a status word: the operator's own, the API's, or another in the languages that are shipped. No number is one. */
function orderStateOf(said: string, statusWords: StatusWords): ApiOrder['state'] | undefined {
  const api = said.toLowerCase()
  const own = ownState(said, statusWords)
  if (own === undefined && Object.hasOwn(states, api)) return states[api]
  const state = own ?? (/^\d*$/.test(said) ? undefined : stateOf(said))
  return state && ofWords[state]
}

const ofWords = { open: 'pending', done: 'success', rejected: 'failed' } as const

/** `readOrder` reads the order that an answer is, or has in `data`; undefined for what has no number or no state that we know. */
export const readOrder = (body: JsonObject, statusWords: StatusWords = {}): ApiOrder | undefined =>
  readFlat(body, statusWords) ?? readFlat(unwrapped(body), statusWords)

function readFlat(body: JsonObject, statusWords: StatusWords): ApiOrder | undefined {
  const id = orderIdOf(body)
  const state = orderStateOf(textField(body, 'status') ?? '', statusWords)
  if (id === undefined || state === undefined) return undefined
  const total = textField(body, 'total') ?? ''
  return {
    id,
    state,
    items: /^\d{1,9}$/.test(total) ? Number(total) : null,
    result: readResult(own(body, 'result')),
    error: textField(body, 'error_message') ?? '',
    message: textField(body, 'message') ?? '',
    body,
  }
}

/** `orderIdOf` gives the order's number; undefined: it has none. */
export const orderIdOf = (body: JsonObject): string | undefined =>
  [textField(body, 'order_id'), textField(body, 'id')].find((id) => id !== undefined && isReference(id))

/** `readResult` reads the JSON within JSON that some send. */
function readResult(result: ExactJson | undefined): ExactJson | undefined {
  if (typeof result !== 'string' || !/^\s*[[{]/.test(result)) return result
  const inner = parseExact(result)
  return inner === undefined || !(isObject(inner) || Array.isArray(inner)) ? result : inner
}
