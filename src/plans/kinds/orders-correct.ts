import { Type } from 'typebox'
import { Refusal } from '../../errors.ts'
import { correctResult, itemVersion, MAX_CORRECTED } from '../../fulfilment/after/corrections.ts'
import { invalid, refusalFor } from '../../lib/fault.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { type OperatorOrder, OperatorOrders } from '../../orders/read/operator-orders.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import { type PlanRow, type RowOutcome, rowKind } from '../plan-kind.ts'

const MAX_LINES = 1000

/** LINE is an order, or an item of it, and the result: `1001`, `1001/2`. */
const LINE = /^(\d{1,15})(?:\/(\d{1,5}))?[\s,;:|]+(\S.*)$/

/** `ordersCorrect` replaces the results of many items by pasted lines; the prices stay charged, and the resellers are told. */
export const ordersCorrect = rowKind({
  name: 'orders.correct',
  what: 'Results of many orders replaced by pasted ones',
  permissions: ['orders.correct'],
  reading: 'orders.read',
  fields: { file: 'input.text' },
  input: Type.Object(
    {
      text: Type.String({
        ...{ minLength: 1, maxLength: 2_000_000 },
        description:
          'Lines of an order, or of an order and its item (`1001/2`), and the right result; up to 1,000',
      }),
    },
    { additionalProperties: false },
  ),
  needsReason: () => true,
  async compute(work, { text }) {
    const lines = text
      .split(/\r?\n/)
      .flatMap((line, at) => (line.trim() === '' ? [] : [{ line: at + 1, text: line.trim() }]))
    if (lines.length > MAX_LINES) throw refusalFor(invalid('file', `has more than ${MAX_LINES} lines`))
    const read = lines.map(readLine)
    const rows = new Map<number, PlanRow>()
    // An order is read once, however many lines name it, and forgotten before the next one.
    for (const [order, some] of Map.groupBy(read, (one) => one.order)) {
      const found = order === undefined ? undefined : await new OperatorOrders(work.sql).find(order)
      const seen = new Set<number>()
      for (const one of some) rows.set(one.line, rowOf(one, found, seen))
    }
    return { rows: read.flatMap(({ line }) => rows.get(line) ?? []), summary: { lines: lines.length } }
  },
  async applyRow({ sql, actor, why, clock }, { verdict, own }): Promise<RowOutcome> {
    if (verdict !== 'fits' || !own) return { outcome: 'skipped', reason: verdict }
    const { account, order, item, result, version } = own as unknown as Own
    try {
      const name = { accountId: account, orderId: order }
      await correctResult(sql, name, { item, result, why, seen: version }, actor, clock)
      return { outcome: 'done' }
    } catch (error) {
      if (error instanceof Refusal && error.code === 'version_conflict')
        return { outcome: 'skipped', reason: 'changed' }
      throw error
    }
  },
})

/** Own is what a row needs to be applied. */
interface Own {
  account: AccountId
  order: OrderId
  item: number
  result: string
  version: string
}

/** PastedLine is what a line says. `order`, undefined: it cannot be read. `item`, undefined: it names the order alone. */
interface PastedLine {
  line: number
  order: OrderId | undefined
  item: number | undefined
  result: string
}

function readLine({ line, text }: { line: number; text: string }): PastedLine {
  const [, id, at, result = ''] = LINE.exec(text) ?? []
  return {
    ...{ line, result },
    order: id === undefined ? undefined : (Number(id) as OrderId),
    item: at === undefined ? undefined : Number(at),
  }
}

/** `rowOf` says what a line would do. `found` is its order, `seen` are the items that earlier lines name. */
function rowOf(
  { line, order, item: at, result }: PastedLine,
  found: OperatorOrder | undefined,
  seen: Set<number>,
): PlanRow {
  const misfit = (verdict: string, subject: object = {}, warnings: string[] = []): PlanRow => ({
    ...{ key: `line ${line}`, subject: { line, ...subject }, before: null, after: null, money: null },
    ...{ verdict, warnings },
  })
  if (order === undefined) return misfit('unreadable')
  if (!found) return misfit('no_fit', { order })
  const { items } = found.order
  if (at === undefined && items.length > 1) return misfit('ambiguous', { order })
  const item = items.find(({ position }) => position === (at ?? 1))
  if (!item) return misfit('no_fit', { order })
  const key = `${order}/${item.position}`
  const subject = { order, item: item.position, username: found.username, input: item.input }
  if (seen.has(item.position)) return misfit('twice', subject)
  seen.add(item.position)
  if (result.length > MAX_CORRECTED)
    return misfit('unreadable', subject, [`the result has more than ${MAX_CORRECTED} characters`])
  if (item.state !== 'success') return misfit('nothing_charged', subject)
  if (item.result === result) return misfit('same', subject)
  const { secretResults } = found
  const version = itemVersion({ ...item, secretResults })
  const own: Own = { account: found.order.accountId, order, item: item.position, result, version }
  const shown = (value: string | null) => ({ result: secretResults ? SECRET : value })
  return {
    ...{ key, subject: { line, ...subject }, before: shown(item.result), after: shown(result), money: null },
    ...{ verdict: 'fits', warnings: [], own: { ...own } },
  }
}
