import { correctResult, itemVersion } from '../../fulfilment/after/corrections.ts'
import { SECRET } from '../../orders/read/secret-results.ts'
import { rowKind } from '../plan-kind.ts'
import {
  applyLine,
  type ItemResult,
  type ItemRow,
  keptOf,
  type NamedItem,
  orderLines,
  rowsOfLines,
} from './order-lines.ts'

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
  applyRow: ({ sql, actor, why, clock }, row) =>
    applyLine<Own>(
      row,
      ({ name, item, result, version }) =>
        correctResult(sql, name, { item, result, why, seen: version }, actor, clock),
      { version_conflict: { outcome: 'skipped', reason: 'changed' } },
    ),
})

interface Own extends ItemResult {
  version: string
}

function rowOf(named: NamedItem): ItemRow {
  const { item, result } = named
  const { secretResults } = named.found
  if (item.state !== 'success') return { verdict: 'nothing_charged' }
  if (item.result === result) return { verdict: 'same' }
  const own: Own = { ...keptOf(named), version: itemVersion({ ...item, secretResults }) }
  const shown = (value: string | null) => ({ result: secretResults ? SECRET : value })
  return { verdict: 'fits', before: shown(item.result), after: shown(result), own: { ...own } }
}
