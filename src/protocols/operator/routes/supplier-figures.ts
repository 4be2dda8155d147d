import { Type } from 'typebox'
import { formatMicros } from '../../../lib/money.ts'
import { readSupplierFigures } from '../../../suppliers/figures.ts'
import { amount, id, orNull, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const COSTS = 'Only for who has `costs.read`'
const count = Type.Integer()

const figures = Type.Object({
  id,
  name: Type.String(),
  currency: Type.String(),
  balance: Type.Optional(orNull(amount(), COSTS)),
  balance_at: orNull(time()),
  low_balance: Type.Optional(orNull(amount(), COSTS)),
  spent_a_day: Type.Optional(amount(`What it has cost a day in the last seven. ${COSTS}`)),
  days_left: orNull(Type.Number(), 'How long the balance lasts at that rate; null: it is not known'),
  balances: Type.Optional(
    Type.Array(Type.Object({ at: time(), balance: amount(), currency: Type.String() }), {
      description: `At most one an hour. ${COSTS}`,
    }),
  ),
  since: time(),
  calls: Type.Object(
    {
      succeeded: count,
      refused: Type.Integer({ description: 'Because of the item' }),
      unavailable: Type.Integer({ description: 'Because of the supplier' }),
      waited: Type.Integer({ description: 'It asked to come again later' }),
      settled: Type.Integer({ description: 'By a person' }),
      median_seconds: orNull(Type.Number()),
      p95_seconds: orNull(Type.Number()),
    },
    { description: 'What was sent and has ended, of the newest 5,000 of each route' },
  ),
  success_rate: orNull(Type.Number()),
  working: Type.Integer({ description: 'Items that it has now' }),
  unknown: Type.Integer({ description: 'Items of which nobody knows if it has them' }),
  pauses: Type.Array(
    Type.Object({
      opened_at: time(),
      closed_at: orNull(time(), 'null: it goes on'),
      why: Type.String(),
      reason: orNull(Type.String()),
    }),
  ),
})

export const supplierFigureRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/suppliers/:supplier/figures',
    name: 'readSupplierFigures',
    section: 'Figures',
    summary: 'How a supplier fares: balances, days left, calls by outcome, times, pauses',
    command: 'supplier figures',
    access: 'suppliers.read',
    params: Type.Object({ supplier: text(100, { description: 'Id or name' }) }),
    query: Type.Object({ days: Type.Integer({ minimum: 1, maximum: 800, default: 7 }) }),
    answer: figures,
    refusals: ['not_found'],
    handle: async ({ desk, caller: { permissions }, params, query: { days } }) => {
      const found = await readSupplierFigures(desk.read, params.supplier, { now: clock.now(), days })
      const { currency, balance, lowBalance, perDay, calls } = found
      const money = (value: bigint | null): string | null =>
        value === null ? null : formatMicros(value, currency)
      return {
        ...{
          id: found.id,
          name: found.name,
          currency,
          balance_at: found.balanceAt,
          days_left: found.daysLeft,
        },
        ...(permissions.has('costs.read') && {
          ...{
            balance: money(balance),
            low_balance: money(lowBalance),
            spent_a_day: formatMicros(perDay, currency),
          },
          balances: found.balances.map((one) => ({
            ...one,
            balance: formatMicros(one.balance, one.currency),
          })),
        }),
        since: found.since,
        calls: {
          ...{ succeeded: calls.succeeded, refused: calls.refused, unavailable: calls.unavailable },
          ...{ waited: calls.waited, settled: calls.settled },
          ...{ median_seconds: calls.medianSeconds, p95_seconds: calls.p95Seconds },
        },
        success_rate: found.successRate,
        ...found.open,
        pauses: found.pauses.map(({ openedAt, closedAt, why, reason }) => ({
          ...{ opened_at: openedAt, closed_at: closedAt, why, reason },
        })),
      }
    },
  }),
]
