import { formatMicros } from '../../lib/money.ts'
import { percentText } from '../../price-book/export.ts'
import { isBelowCost, type Move, marginOf, movesIn, priceKey, reachedBy } from '../../price-book/moves.ts'
import { say } from '../../reasons.ts'
import type { PlanMoney, Planned, PlanRow, Work } from '../plan-kind.ts'

/** `belowCost` is the confirmation of a plan by which something is sold for less than it costs. */
export const belowCost = { below_cost: 'prices.below_cost' } as const

/** `priceRows` does some work, and gives a row of each price that it changes, also of those that follow from others. */
export async function priceRows<Value>(
  { transaction }: Work,
  work: () => Promise<Value>,
): Promise<{ value: Value; rows: PlanRow[]; summary: PriceSummary; needs: string[] }> {
  const { value, moves } = await movesIn(transaction, work)
  const below = moves.filter(isBelowCost).length
  return {
    value,
    rows: moves.map(priceRow),
    summary: {
      changed: moves.length,
      below_cost: below,
      services: new Set(moves.map(({ serviceId }) => serviceId)).size,
      resellers: moves.length === 0 ? 0 : await reachedBy(transaction, moves),
    },
    needs: below > 0 ? ['below_cost'] : [],
  }
}

/** PriceSummary counts prices that are changed, services that they are of, and accounts in use that they may be for. */
export interface PriceSummary {
  changed: number
  below_cost: number
  services: number
  resellers: number
}

/** `plannedPrices` is a plan that changes prices alone. */
export async function plannedPrices(work: Work, change: () => Promise<unknown>): Promise<Planned> {
  const { rows, summary, needs } = await priceRows(work, change)
  return { rows, summary: { ...summary }, needs }
}

/** `priceRow` says what becomes of a price. */
export function priceRow(move: Move): PlanRow {
  const { serviceId, serviceCode, serviceName, accountId, username, group, currency, cost, old } = move
  const text = (value: bigint | null): string | null =>
    value === null ? null : formatMicros(value, currency)
  const margin = marginOf(move.new, cost)
  const money: PlanMoney = {
    ...{ currency, before: text(old), after: text(move.new), cost: text(cost) },
    margin: margin === null ? null : percentText(margin),
  }
  return {
    key: priceKey(move),
    subject: {
      ...{ service: serviceId, service_code: serviceCode, service_name: serviceName },
      ...{ account: accountId, username, group, currency },
    },
    before: old === null ? null : { price: text(old) },
    after: move.new === null ? null : { price: text(move.new), by_rule: move.ruleId !== null },
    money,
    verdict: verdictOf(move),
    warnings: isBelowCost(move) ? [say('sold_below_cost', {})] : [],
    own: {
      was_ruled: move.wasRuled,
      before: old === null ? null : { min_items: move.oldMinItems, max_items: move.oldMaxItems },
      after: move.new === null ? null : { min_items: move.minItems, max_items: move.maxItems },
    },
  }
}

function verdictOf(move: Move): string {
  if (isBelowCost(move)) return 'below_cost'
  if (move.old === null) return 'new'
  if (move.new === null) return 'removed'
  return move.new > move.old ? 'raised' : 'lowered'
}
