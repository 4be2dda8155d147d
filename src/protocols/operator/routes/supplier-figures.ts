import { Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import { formatMicros, isCurrency } from '../../../lib/money.ts'
import { readSupplierFigures } from '../../../suppliers/figures.ts'
import { ListFiguresReader, supplierBalances } from '../../../suppliers/list-figures.ts'
import { ourAddresses } from '../../../suppliers/our-addresses.ts'
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
  days: Type.Optional(
    Type.Array(
      Type.Object({
        day: Type.String(),
        balance: orNull(amount(), 'The last that was known by the end of the day'),
        spent: amount('What was charged that day had cost there'),
      }),
      { description: `Days of the sales figures, the oldest first, in the supplier's currency. ${COSTS}` },
    ),
  ),
  our_addresses: Type.Array(Type.String(), {
    description:
      'The public addresses of this machine, of which it sees one where its settings name neither an address nor a proxy; none: the machine is behind a router',
  }),
  since: time(),
  calls: Type.Object(
    {
      succeeded: count,
      refused: Type.Integer({ description: 'Because of the item' }),
      unavailable: Type.Integer({ description: 'Because of the supplier' }),
      waited: Type.Integer({ description: 'It asked to come again later' }),
      settled: Type.Integer({ description: 'By a person' }),
      median_seconds: orNull(Type.Number()),
      p90_seconds: orNull(Type.Number(), '90 of a hundred results took no longer'),
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

const rate = orNull(Type.Number(), 'Of what it did or refused, from 0 to 1')
const median = orNull(Type.Number(), 'From sending to the result, of what it did')

const listed = Type.Object({
  balances: Type.Optional(
    Type.Object(
      {
        currency: Type.String(),
        total: amount('Of all balances that are known and have a rate'),
        without_rate: Type.Array(Type.String(), { description: 'Currencies that have no rate to it' }),
      },
      { description: COSTS },
    ),
  ),
  items: Type.Array(
    Type.Object({
      id,
      success_rate: rate,
      median_seconds: median,
      usual_success_rate: rate,
      usual_median_seconds: median,
      unknown: Type.Integer({ description: 'Items of which nobody knows if it has them' }),
      list_read_at: orNull(time(), 'null: its list was never read'),
      balance: Type.Optional(
        orNull(amount(), `In the currency of the sum; null: it is not known, or there is no rate. ${COSTS}`),
      ),
    }),
  ),
})

export const supplierFigureRoutes = (
  { clock, settings }: Pick<OperatorDeps, 'clock' | 'settings'>,
  reader = new ListFiguresReader(),
) => [
  route({
    method: 'GET',
    path: '/supplier-figures',
    name: 'listSupplierFigures',
    section: 'Figures',
    summary:
      'How every supplier has fared in the last 24 hours, beside the 30 days before, and all balances in one currency',
    description:
      'Of each route the newest 500 of the last 24 hours are looked at, and the newest 200 before. What was found of them is kept for a minute.',
    access: 'suppliers.read',
    query: Type.Object({
      in: Type.Optional(
        text(3, {
          description: 'A currency; the home currency when left out, or else that of the most suppliers',
        }),
      ),
    }),
    answer: listed,
    refusals: ['invalid_input'],
    handle: async ({ desk, caller: { permissions }, query: { in: given } }) => {
      const into = given?.toUpperCase() ?? (await settings.now()).homeCurrency ?? undefined
      if (into !== undefined && !isCurrency(into)) throw new Refusal('invalid_input', 'is no currency', 'in')
      const now = clock.now()
      const found = await reader.read(desk.read, now)
      const sums = permissions.has('costs.read') ? await supplierBalances(desk.read, now, into) : undefined
      const money = (value: bigint | null | undefined): string | null =>
        value == null || !sums ? null : formatMicros(value, sums.currency)
      return {
        ...(sums && {
          balances: {
            currency: sums.currency,
            total: formatMicros(sums.total, sums.currency),
            without_rate: sums.withoutRate,
          },
        }),
        items: found.map((one) => ({
          ...{ id: one.id, success_rate: one.successRate, median_seconds: one.medianSeconds },
          ...{ usual_success_rate: one.usualSuccessRate, usual_median_seconds: one.usualMedianSeconds },
          ...{ unknown: one.unknown, list_read_at: one.listReadAt },
          ...(sums && { balance: money(sums.each.get(one.id)) }),
        })),
      }
    },
  }),
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
          days: found.days.map((one) => ({
            ...{ day: one.day, balance: money(one.balance), spent: formatMicros(one.spent, currency) },
          })),
        }),
        our_addresses: ourAddresses(),
        since: found.since,
        calls: {
          ...{ succeeded: calls.succeeded, refused: calls.refused, unavailable: calls.unavailable },
          ...{ waited: calls.waited, settled: calls.settled },
          ...{ median_seconds: calls.medianSeconds, p90_seconds: calls.p90Seconds },
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
