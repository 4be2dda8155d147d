import { type Static, Type } from 'typebox'
import { formatMicros } from '../../../lib/money.ts'
import { PERIODS } from '../../../sales/period.ts'
import { type Grouping, groupings, readSales, type SalesRow } from '../../../sales/report.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import { amount, id, orNull, text, time } from '../shapes.ts'

const COSTS = 'Only for who has `costs.read`'
const seconds = (description: string) => orNull(Type.Number(), description)

const row = Type.Object({
  day: orNull(Type.String()),
  month: orNull(Type.String()),
  account: orNull(Type.Object({ id, username: Type.String() })),
  service: orNull(Type.Object({ id, code: Type.String(), name: Type.String() })),
  group: orNull(Type.String()),
  supplier: orNull(
    Type.Object({ id: orNull(id), name: orNull(Type.String()) }),
    'Whose id is null: what no supplier had',
  ),
  currency: Type.String(),
  orders: orNull(
    Type.Integer(),
    'On the day on which they were placed; null where suppliers are told apart, or two of account, service and supplier',
  ),
  items: orNull(Type.Integer()),
  charged: Type.Integer(),
  failed: Type.Integer(),
  cancelled: Type.Integer(),
  rejected: Type.Integer({ description: 'Charged, and given back in whole' }),
  corrected: Type.Integer({ description: 'Charged, and given another result' }),
  success_rate: orNull(
    Type.Number(),
    'Of what was charged or failed: the part that is charged and not given back',
  ),
  turnover: amount(),
  refunded: amount('Of what was charged on these days, whenever it was given back'),
  cost: Type.Optional(amount(COSTS)),
  profit: Type.Optional(amount(COSTS)),
  uncosted: Type.Optional(
    Type.Integer({ description: `Charged items whose cost is not known, and counts as none. ${COSTS}` }),
  ),
  median_seconds: seconds('Half of what was charged took no longer; off by 4.4 percent at most'),
  p95_seconds: seconds('95 of a hundred took no longer'),
})

function wireRow(found: SalesRow, { permissions }: Caller): Static<typeof row> {
  const {
    successRate,
    medianSeconds,
    p95Seconds,
    currency,
    turnover,
    refunded,
    cost,
    profit,
    uncosted,
    ...rest
  } = found
  const money = (value: bigint): string => formatMicros(value, currency)
  return {
    ...rest,
    currency,
    success_rate: successRate,
    turnover: money(turnover),
    refunded: money(refunded),
    ...(permissions.has('costs.read') && { cost: money(cost), profit: money(profit), uncosted }),
    median_seconds: medianSeconds,
    p95_seconds: p95Seconds,
  }
}

export const figureRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/figures',
    name: 'readFigures',
    section: 'Figures',
    summary: 'Turnover, cost, profit, refunds, success and times of a period',
    description:
      'What has ended counts on the day on which it ended, and a refund takes from that day. Rows go by time, and then the largest turnover first; ' +
      '`as_of` says up to when everything is counted. Costs are converted by the rates that hold at the end of their day.',
    command: 'report sales',
    access: 'reports.read',
    query: Type.Object({
      period: Type.Optional(text(20, { description: `${PERIODS}; without anything the last 30 days` })),
      from: Type.Optional(text(10, { description: 'A day such as 2026-11-28' })),
      to: Type.Optional(text(10)),
      by: Type.Optional(
        text(100, {
          description: `What is told apart, with commas: ${groupings.join(', ')}`,
          pattern: `^(${groupings.join('|')})(,(${groupings.join('|')}))*$`,
        }),
      ),
      account: Type.Optional(text(64, { description: 'Id or user name' })),
      service: Type.Optional(text(64, { description: 'Id or code' })),
      supplier: Type.Optional(text(100, { description: 'Id or name' })),
      currency: Type.Optional(text(3, { description: 'Only of accounts of this currency' })),
      in: Type.Optional(text(3, { description: 'All amounts in this currency' })),
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    }),
    answer: Type.Object({
      from: Type.String(),
      to: Type.String(),
      time_zone: Type.String(),
      as_of: orNull(time('null: no worker has made the figures yet')),
      rows: Type.Array(row),
      totals: Type.Array(row),
      more: Type.Boolean(),
    }),
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, query: { by = '', in: into, ...query } }) => {
      const names = [...new Set(by === '' ? [] : by.split(','))] as Grouping[]
      const report = await readSales(desk.read, { ...query, into, by: names }, clock)
      const { from, to, timeZone, asOf, rows, totals, more } = report
      const wire = (one: SalesRow) => wireRow(one, caller)
      return {
        from,
        to,
        time_zone: timeZone,
        as_of: asOf,
        rows: rows.map(wire),
        totals: totals.map(wire),
        more,
      }
    },
  }),
]
