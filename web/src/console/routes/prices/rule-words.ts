import { useLingui } from '@lingui/react/macro'
import { isNegative } from '../../../kit/amount.tsx'
import { percentOf } from '../../../kit/numbers.ts'
import type { PriceGrid, PriceRow, PriceRule } from './use-price-grid.ts'

type Cell = PriceRow['cells'][number]

/** `useRuleText` gives what says in words how prices follow by a rule: from what, and how much more or less. */
export function useRuleText(): (rule: PriceRule) => string {
  const { t } = useLingui()
  return (rule) => {
    const percent = percentOf(rule.percent.replace('-', ''))
    if (isNegative(rule.percent))
      return rule.of === 'cost' ? t`the cost less ${percent}` : t`everyone's price less ${percent}`
    return rule.of === 'cost' ? t`the cost and ${percent}` : t`everyone's price and ${percent}`
  }
}

/** `useRuleWords` gives what says in words where a price comes from: whose it is, and which rule gives it. */
export function useRuleWords(): (
  cell: Cell | undefined,
  rule: PriceRule | undefined,
  column: PriceGrid['columns'][number] | undefined,
) => string {
  const { t } = useLingui()
  const text = useRuleText()
  const how = (cell: NonNullable<Cell>, rule: PriceRule | undefined): string => {
    if (cell.r === undefined) return t`fixed`
    return rule ? text(rule) : t`by a rule`
  }
  return (cell, rule, column) => {
    if (!cell) return t`not sold`
    const words = how(cell, rule)
    if (cell.i === 'everyone') return t`as everyone: ${words}`
    if (cell.i === 'group') return t`as ${column?.group ?? ''}: ${words}`
    return words
  }
}
