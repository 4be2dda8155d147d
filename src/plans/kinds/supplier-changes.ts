import { type Static, Type } from 'typebox'
import { formatMicros } from '../../lib/money.ts'
import { isBelowCost, movesIn, reachedBy } from '../../price-book/moves.ts'
import { say } from '../../reasons.ts'
import { findSupplier } from '../../suppliers/suppliers.ts'
import { approveHeld, type HeldCost, type HeldLoss, jumpOf, type OurPlace } from '../../sync/held.ts'
import { type Planned, type PlanRow, type Work, wholeKind } from '../plan-kind.ts'
import { belowCost, priceRow } from './price-rows.ts'

const input = Type.Object(
  { supplier: Type.String({ minLength: 1, maxLength: 100, description: 'Id or name' }) },
  { additionalProperties: false },
)

/** `supplierChanges` takes over what a supplier's list holds for a person: costs that have jumped, or a list that has lost too much. */
export const supplierChanges = wholeKind({
  name: 'supplier.changes',
  what: "What waits for a person of a supplier's list",
  permissions: ['suppliers.sync'],
  reading: 'costs.read',
  input,
  confirmations: belowCost,
  carryOut,
})

async function carryOut(
  { transaction, actor, clock }: Work,
  given: Static<typeof input>,
  without: ReadonlySet<string>,
): Promise<Planned> {
  const { id, name, currency } = await findSupplier(transaction, given.supplier)
  const refused = { costs: namedIn(without, 'cost '), lost: namedIn(without, 'gone ') }
  const { value: held, moves } = await movesIn(transaction, () =>
    approveHeld(transaction, { id, name, currency }, refused, { actor, clock }),
  )
  const costs = held.costs.filter(({ remoteId }) => !refused.costs.has(remoteId))
  const lost = held.lost.filter(({ remoteId }) => !refused.lost.has(remoteId))
  const below = costs.filter((one) => one.belowCost > 0).length + moves.filter(isBelowCost).length
  return {
    rows: [...costs.map((one) => costRow(one, currency)), ...lost.map(lossRow), ...moves.map(priceRow)],
    summary: {
      ...{ supplier: name, suspicion: held.suspicion },
      ...{ costs: costs.length, gone: lost.length, repriced: moves.length, below_cost: below },
      resellers: moves.length === 0 ? 0 : await reachedBy(transaction, moves),
    },
    needs: below > 0 ? ['below_cost'] : [],
  }
}

const namedIn = (keys: ReadonlySet<string>, prefix: string): ReadonlySet<string> =>
  new Set([...keys].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)))

const subjectOf = (remoteId: string, name: string, services: readonly OurPlace[]) => ({
  ...{ remote_service: remoteId, name },
  services: services.map(({ id, code, name: ours }) => ({ id, code, name: ours })),
})

function costRow(one: HeldCost, currency: string): PlanRow {
  const { remoteId, name, cost, newCost, belowCost: below, services } = one
  const percent = jumpOf(one)
  return {
    key: `cost ${remoteId}`,
    subject: subjectOf(remoteId, name, services),
    before: { cost: formatMicros(cost, currency) },
    after: { cost: formatMicros(newCost, currency), percent },
    money: { currency, before: formatMicros(cost, currency), after: formatMicros(newCost, currency) },
    verdict: below > 0 ? 'cost_above_price' : newCost > cost ? 'cost_up' : 'cost_down',
    warnings:
      below > 0
        ? [below === 1 ? say('fixed_price_below', {}) : say('fixed_prices_below', { count: below })]
        : [],
  }
}

const lossRow = ({ remoteId, name, services }: HeldLoss): PlanRow => ({
  key: `gone ${remoteId}`,
  subject: subjectOf(remoteId, name, services),
  before: { listed: true },
  after: null,
  money: null,
  verdict: 'gone',
  warnings: services.length > 0 ? [say('gone_from_list', {})] : [],
})
