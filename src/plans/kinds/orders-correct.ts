import { Refusal } from '../../errors.ts'
import { correctResult, itemVersion } from '../../fulfilment/after/corrections.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import { type RowOutcome, rowKind } from '../plan-kind.ts'
import { type ItemRow, type NamedItem, orderLines, rowsOfLines } from './order-lines.ts'

/** `ordersCorrect` replaces the results of many items by pasted lines; the prices stay charged, and the resellers are told. */
export const ordersCorrect = rowKind({
  name: 'orders.correct',
  what: 'Results of many orders replaced by pasted ones',
  permissions: ['orders.correct'],
  reading: 'orders.read',
  fields: { file: 'input.text' },
  input: orderLines,
  needsReason: () => true,
  async compute(work, input) {
    const rows = await rowsOfLines(work, input, rowOf)
    return { rows, summary: { lines: rows.length } }
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

function rowOf({ found: { order, secretResults }, item, result }: NamedItem): ItemRow {
  if (item.state !== 'success') return { verdict: 'nothing_charged' }
  if (item.result === result) return { verdict: 'same' }
  const version = itemVersion({ ...item, secretResults })
  const own: Own = { account: order.accountId, order: order.id, item: item.position, result, version }
  const shown = (value: string | null) => ({ result: secretResults ? SECRET : value })
  return { verdict: 'fits', before: shown(item.result), after: shown(result), own: { ...own } }
}
