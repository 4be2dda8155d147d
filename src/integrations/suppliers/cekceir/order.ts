import { type ExactJson, isObject, type JsonObject, own, parseExact, textField } from '../http-kit/json.ts'
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

/** `readOrder` reads the order that an answer is, or has in `data`; undefined for what has no number or no state that we know. */
export const readOrder = (body: JsonObject): ApiOrder | undefined =>
  readFlat(body) ?? readFlat(unwrapped(body))

function readFlat(body: JsonObject): ApiOrder | undefined {
  const id = orderIdOf(body)
  const said = textField(body, 'status')?.toLowerCase() ?? ''
  const state = Object.hasOwn(states, said) ? states[said] : undefined
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

export const orderIdOf = (body: JsonObject): string | undefined => textField(body, 'order_id', 'id')

/** `readResult` reads the JSON within JSON that some send. */
function readResult(result: ExactJson | undefined): ExactJson | undefined {
  if (typeof result !== 'string' || !/^\s*[[{]/.test(result)) return result
  const inner = parseExact(result)
  return inner === undefined || !(isObject(inner) || Array.isArray(inner)) ? result : inner
}
