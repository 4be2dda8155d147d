import { isDeepStrictEqual } from 'node:util'
import { isSameInput, otherIn, plainText } from '../../../client/index.ts'
import { type ExactJson, isObject, type JsonObject, own } from '../http-kit/json.ts'

/** Row is what an order's result says of one of its items. */
export interface Row {
  /** `state`, `contradictory`: the row says both success and failure. */
  state: 'success' | 'failed' | 'pending' | 'unsaid' | 'contradictory'
  /** `text` is for people; empty: the row has none. */
  text: string
}

/**
 * `rowOf` gives the row about an input: of a list, the one with a field that is the input; of an object, what stands under the input as
 * its name. `many`: more than one, which do not say the same.
 */
export function rowOf(result: ExactJson | undefined, input: string): Row | 'none' | 'many' {
  const [first, ...others] = input === '' ? [] : found(result, input)
  if (first === undefined) return 'none'
  return others.every((other) => isDeepStrictEqual(other, first)) ? readRow(first, input) : 'many'
}

function found(result: ExactJson | undefined, input: string): ExactJson[] {
  if (Array.isArray(result)) return result.filter((one) => isAbout(one, input))
  if (!isObject(result)) return []
  const keyed = under(result, input)
  if (keyed.length > 0) return keyed
  if (isAbout(result, input)) return [result]
  return Object.values(result).flatMap((inner) => {
    if (Array.isArray(inner)) return inner.filter((one) => isAbout(one, input))
    return isObject(inner) ? under(inner, input) : []
  })
}

/** `under` gives what stands under the input as its name. */
const under = (object: JsonObject, input: string): ExactJson[] =>
  Object.entries(object).flatMap(([name, value]) => (isSameInput(name, input) ? [value] : []))

const isAbout = (row: ExactJson, input: string): boolean =>
  isObject(row) && Object.values(row).some((value) => typeof value === 'string' && isSameInput(value, input))

const succeeded = ['success', 'succeeded', 'successful', 'completed', 'complete', 'done', 'ok', 'true', '1']
const failed = [
  'failed',
  'failure',
  'fail',
  'error',
  'rejected',
  'refused',
  'cancelled',
  'canceled',
  'false',
  '0',
]
const pending = ['pending', 'processing', 'queued', 'waiting']
const nothing = ['', 'false', '0', 'null', 'none']
const texts = ['result', 'text', 'data', 'response', 'message', 'details']
const stateFields = ['status', 'success', 'error', 'error_message']

function readRow(row: ExactJson, input: string): Row {
  if (!isObject(row)) return { state: 'unsaid', text: plainText(row) }
  const states = new Set([
    stateOf(own(row, 'status')),
    stateOf(own(row, 'success')),
    ...(isError(own(row, 'error')) || isError(own(row, 'error_message')) ? ['failed' as const] : []),
  ])
  states.delete('unsaid')
  const [state = 'unsaid'] = states
  return { state: states.size > 1 ? 'contradictory' : state, text: textOf(row, input, state === 'failed') }
}

/** `stateOf` leaves words that are no state, such as a lock's "ON" or "CLEAN", to the result. */
function stateOf(value: ExactJson | undefined): 'success' | 'failed' | 'pending' | 'unsaid' {
  if (typeof value !== 'string' && typeof value !== 'boolean') return 'unsaid'
  const word = String(value).trim().toLowerCase()
  if (succeeded.includes(word)) return 'success'
  if (failed.includes(word)) return 'failed'
  return pending.includes(word) ? 'pending' : 'unsaid'
}

function isError(value: ExactJson | undefined): boolean {
  if (typeof value === 'string') return !nothing.includes(value.trim().toLowerCase())
  return value === true || isObject(value) || (Array.isArray(value) && value.length > 0)
}

function textOf(row: JsonObject, input: string, hasFailed: boolean): string {
  const errors = hasFailed ? ['error_message', 'error'] : []
  for (const name of [...errors, ...texts]) {
    const value = own(row, name)
    const text = typeof value === 'boolean' ? '' : plainText(value)
    if (text !== '') return text
  }
  const rest = Object.entries(row).filter(
    ([name, value]) =>
      !(typeof value === 'string' && isSameInput(value, input)) &&
      !(stateFields.includes(name) && stateOf(value) !== 'unsaid'),
  )
  const text = plainText(Object.fromEntries(rest))
  // Beside another IMEI ours must be seen, as one of the two of the same phone.
  return otherIn(text, input) === undefined ? text : plainText(row)
}
