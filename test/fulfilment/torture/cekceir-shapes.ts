import type { Draw } from './random.ts'
import { resultOf } from './shapes.ts'
import type { Purchase } from './truth.ts'
import { wordsOf } from './words.ts'

export type Answer = Record<string, unknown>
export interface Order {
  id: string
  code: string
  items: Purchase[]
  at: Date
}

export const faultOf = (message: string): Answer => ({
  error: true,
  code: 'ORDER_ERROR',
  message,
  source: 'order',
})

export const accepted = ({ id, items }: Order): Answer => ({
  order_id: Number(id),
  status: 'pending',
  total: items.length,
  message: 'ok',
  result: null,
})

/** `truly` tells of an order by a row for each item, or by one text where it has but one. */
export function truly(draw: Draw, { id, items }: Order, ends: ('delivered' | 'rejected' | 'open')[]): Answer {
  const kinds = new Set(ends)
  const isMixed = kinds.size > 1
  const status = kinds.has('open')
    ? draw.one(['pending', 'processing'])
    : isMixed
      ? 'partial'
      : kinds.has('rejected')
        ? 'failed'
        : 'success'
  const word = { delivered: 'success', rejected: 'failed', open: 'pending' }
  const rows = items.map((item, index) => {
    const end = ends[index] as 'delivered' | 'rejected' | 'open'
    const result =
      end === 'delivered'
        ? { result: resultOf(item, false) }
        : end === 'rejected'
          ? { error_message: wordsOf(draw, 'item') }
          : {}
    return { imei: item.input, status: word[end], ...result }
  })
  const [only] = items
  const one = only && items.length === 1 && ends[0] === 'delivered' ? [resultOf(only, false)] : []
  const result = draw.one<unknown>([
    rows,
    Object.fromEntries(rows.map(({ imei, ...row }) => [imei, row])),
    JSON.stringify(rows),
    ...one,
  ])
  return {
    order_id: id,
    status,
    total: items.length,
    result,
    error_message: status === 'failed' ? 'it failed' : null,
  }
}
