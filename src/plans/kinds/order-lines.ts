import { type Static, Type } from 'typebox'
import { type ErrorCode, Refusal } from '../../errors.ts'
import { MAX_CORRECTED } from '../../fulfilment/after/corrections.ts'
import { invalid, refusalFor } from '../../lib/fault.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import type { Item } from '../../orders/order.ts'
import { type OperatorOrder, OperatorOrders } from '../../orders/read/operator-orders.ts'
import { type Said, say } from '../../reasons.ts'
import type { PlanRow, RowOutcome, Work } from '../plan-kind.ts'

const MAX_LINES = 1000

/** LINE is an order, or an item of it, and the result: `1001`, `1001/2`. */
const LINE = /^(\d{1,15})(?:\/(\d{1,5}))?[\s,;:|]+(\S.*)$/

/** `orderLines` is the input of a plan that takes results as pasted lines. */
export const orderLines = Type.Object(
  {
    text: Type.String({
      ...{ minLength: 1, maxLength: 2_000_000 },
      description:
        'Lines of an order, or of an order and its item (`1001/2`), and the right result; up to 1,000',
    }),
  },
  { additionalProperties: false },
)

/** PastedLine is what a line says. `order`, undefined: it cannot be read. `item`, undefined: it names the order alone. */
interface PastedLine {
  line: number
  order: OrderId | undefined
  item: number | undefined
  result: string
}

/** NamedItem is an item that a line names, with its order and the line's result. */
export interface NamedItem {
  found: OperatorOrder
  item: Item
  result: string
}

/** ItemRow is what a kind says of an item that a line names: a row without its key and subject. */
export type ItemRow = Partial<PlanRow> & Pick<PlanRow, 'verdict'>

/**
 * `rowsOfLines` gives a row of each line, in their order; `rowOf` is asked about those that name an item, one after the other. The others are
 * `unreadable`, `no_fit`, `ambiguous` or `twice`. Throws invalid_input where there are too many lines.
 */
export async function rowsOfLines(
  { sql }: Work,
  { text }: Static<typeof orderLines>,
  rowOf: (named: NamedItem) => ItemRow | Promise<ItemRow>,
): Promise<PlanRow[]> {
  const lines = text
    .split(/\r?\n/)
    .flatMap((line, at) => (line.trim() === '' ? [] : [{ line: at + 1, text: line.trim() }]))
  if (lines.length > MAX_LINES) throw refusalFor(invalid('file', `has more than ${MAX_LINES} lines`))
  const read = lines.map(readLine)
  const rows = new Map<number, PlanRow>()
  // An order is read once, however many lines name it, and forgotten before the next one.
  for (const [order, some] of Map.groupBy(read, (one) => one.order)) {
    const found = order === undefined ? undefined : await new OperatorOrders(sql).find(order)
    const seen = new Set<number>()
    for (const one of some) rows.set(one.line, await rowOfLine(one, found, seen, rowOf))
  }
  return read.flatMap(({ line }) => rows.get(line) ?? [])
}

function readLine({ line, text }: { line: number; text: string }): PastedLine {
  const [, id, at, result = ''] = LINE.exec(text) ?? []
  return {
    ...{ line, result },
    order: id === undefined ? undefined : (Number(id) as OrderId),
    item: at === undefined ? undefined : Number(at),
  }
}

/** `rowOfLine` says what a line would do. `found` is its order, `seen` are the items that earlier lines name. */
async function rowOfLine(
  { line, order, item: at, result }: PastedLine,
  found: OperatorOrder | undefined,
  seen: Set<number>,
  rowOf: (named: NamedItem) => ItemRow | Promise<ItemRow>,
): Promise<PlanRow> {
  const base = { before: null, after: null, money: null, warnings: [] }
  const misfit = (verdict: string, subject: object = {}, warnings: Said[] = []): PlanRow => ({
    ...{ ...base, key: `line ${line}`, subject: { line, ...subject }, verdict, warnings },
  })
  if (order === undefined) return misfit('unreadable')
  if (!found) return misfit('no_fit', { order })
  const { items } = found.order
  if (at === undefined && items.length > 1) return misfit('ambiguous', { order })
  const item = items.find(({ position }) => position === (at ?? 1))
  if (!item) return misfit('no_fit', { order })
  const subject = { order, item: item.position, username: found.username, input: item.input }
  if (seen.has(item.position)) return misfit('twice', subject)
  seen.add(item.position)
  if (result.length > MAX_CORRECTED)
    return misfit('unreadable', subject, [say('result_too_long', { limit: MAX_CORRECTED })])
  const row = await rowOf({ found, item, result })
  if (row.verdict !== 'fits') return { ...misfit(row.verdict, subject), ...row }
  return { ...base, key: `${order}/${item.position}`, subject: { line, ...subject }, ...row }
}

/** ItemResult is what a row keeps to be applied. */
export interface ItemResult {
  name: { accountId: AccountId; orderId: OrderId }
  item: number
  result: string
}

/** `keptOf` gives it of an item that a line names. */
export const keptOf = ({ found: { order }, item, result }: NamedItem): ItemResult => ({
  ...{ name: { accountId: order.accountId, orderId: order.id }, item: item.position, result },
})

/** `applyLine` has `apply` do what a row that fits says. `refused` says what a refusal means for the row, by its code; others are thrown. */
export async function applyLine<Kept extends ItemResult>(
  { verdict, own }: PlanRow,
  apply: (kept: Kept) => Promise<unknown>,
  refused: Partial<Record<ErrorCode, RowOutcome>>,
): Promise<RowOutcome> {
  if (verdict !== 'fits' || !own) return { outcome: 'skipped', reason: verdict }
  try {
    await apply(own as unknown as Kept)
    return { outcome: 'done' }
  } catch (error) {
    const outcome = error instanceof Refusal ? refused[error.code] : undefined
    if (outcome) return outcome
    throw error
  }
}
