import { useLingui } from '@lingui/react/macro'
import type { PriceGrid, PriceRow, PriceRule } from './use-price-grid.ts'

type Cell = PriceRow['cells'][number]

/** `useRuleWords` gives what says in words where a price comes from: whose it is, and which rule gives it. */
export function useRuleWords(): (
  cell: Cell | undefined,
  rule: PriceRule | undefined,
  column: PriceGrid['columns'][number] | undefined,
) => string {
  const { t } = useLingui()
  const how = (cell: NonNullable<Cell>, rule: PriceRule | undefined): string => {
    if (cell.r === undefined) return t`fixed`
    if (!rule) return t`by a rule`
    const percent = rule.percent.replace('-', '−')
    return rule.of === 'cost' ? t`the cost and ${percent} %` : t`everyone's price and ${percent} %`
  }
  return (cell, rule, column) => {
    if (!cell) return t`not sold`
    const words = how(cell, rule)
    if (cell.i === 'everyone') return t`as everyone: ${words}`
    if (cell.i === 'group') return t`as ${column?.group ?? ''}: ${words}`
    return words
  }
}
