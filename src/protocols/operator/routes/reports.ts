import { type Static, Type } from 'typebox'
import { MUST } from '../../../lib/json-schema.ts'
import { formatMicros } from '../../../lib/money.ts'
import { whys } from '../../../lib/whys.ts'
import { PERIODS } from '../../../sales/period.ts'
import {
  type ComparedRow,
  everySale,
  type Grouping,
  groupings,
  readSales,
  type SalesRow,
} from '../../../sales/report.ts'
import { csvOfSales } from '../../../sales/report-csv.ts'
import { MAX_HOURS, readQuarters } from '../../../sales/today.ts'
import { beginning, countRows, refuseUnproved, sendFile, withRows } from '../../kit/list-files.ts'
import { amount, id, oneOf, orNull, text, time } from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import { homeSumsFields, wireHomeSums } from './home-sums.ts'

const COSTS = 'Only for who has `costs.read`'
const seconds = (description: string) => orNull(Type.Number(), description)

const fields = {
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
}

const row = Type.Object({
  ...fields,
  before: orNull(
    Type.Object(fields),
    'The same in the period before; null: nothing, or it is not compared. Rows are where one of account, service, group and supplier is told apart',
  ),
})

function wireRow(found: SalesRow, { permissions }: Caller): Omit<Static<typeof row>, 'before'> {
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

const wireCompared = ({ before, ...found }: ComparedRow, caller: Caller): Static<typeof row> => ({
  ...wireRow(found, caller),
  before: before && wireRow(before, caller),
})

/** `question` says of what a report is, in a query. */
const question = {
  period: Type.Optional(text(20, { description: `${PERIODS}; without anything the last 30 days` })),
  from: Type.Optional(text(10, { description: 'A day such as 2026-11-28' })),
  to: Type.Optional(text(10)),
  by: Type.Optional(
    text(100, {
      description: `What is told apart, with commas: ${groupings.join(', ')}`,
      pattern: `^(${groupings.join('|')})(,(${groupings.join('|')}))*$`,
      [MUST]: {
        ...whys.choice(groupings),
        message: `must be one of ${groupings.join(', ')}, or several with commas`,
      },
    }),
  ),
  account: Type.Optional(text(64, { description: 'Id or user name' })),
  service: Type.Optional(text(64, { description: 'Id or code' })),
  supplier: Type.Optional(text(100, { description: 'Id or name' })),
  currency: Type.Optional(text(3, { description: 'Only of accounts of this currency' })),
  in: Type.Optional(text(3, { description: 'All amounts in this currency' })),
}

type Question = { [Name in keyof typeof question]?: string }

const questionOf = ({ by = '', in: into, ...rest }: Question) => ({
  ...rest,
  into,
  by: [...new Set(by === '' ? [] : by.split(','))] as Grouping[],
})

const period = Type.Object({ from: Type.String(), to: Type.String() })
const count = Type.Integer()
const section = 'Figures'
const access = 'reports.read'

export const reportRoutes = ({ clock, settings }: Pick<OperatorDeps, 'clock' | 'settings'>) => [
  route({
    method: 'GET',
    path: '/reports/sales',
    name: 'readSales',
    section,
    summary: 'Turnover, cost, profit, refunds, success and times of a period',
    description:
      'What has ended counts on the day on which it ended, and a refund takes from that day. Rows go by time, and then the largest turnover first; ' +
      '`as_of` says up to when everything is counted. Costs are converted by the rates that hold at the end of their day. Two or three of account, service ' +
      'and supplier are summed up from 500,000 sums at most. The period before has as many days, or as many months where it is of whole months.',
    command: 'report sales',
    access,
    query: Type.Object({
      ...question,
      compare: Type.Optional(oneOf(['before'], { description: 'With the period right before' })),
      limit: Type.Integer({ minimum: 1, maximum: 1000, default: 100 }),
    }),
    answer: Type.Object({
      ...period.properties,
      time_zone: Type.String(),
      as_of: orNull(time('null: no worker has made the figures yet')),
      before: orNull(period, 'With what it is compared'),
      rows: Type.Array(row),
      totals: Type.Array(row),
      home: orNull(
        Type.Object({
          currency: Type.String(),
          total: orNull(row, 'null: nothing can be converted'),
          ...homeSumsFields,
        }),
        'All of it in the home currency; null: there is none, nothing was sold in another one, or `in` is given',
      ),
      more: Type.Boolean(),
    }),
    refusals: ['not_found', 'service_not_found'],
    handle: async ({ desk, caller, query: { limit, compare, ...given } }) => {
      const { homeCurrency } = await settings.now()
      const report = await readSales(
        desk.read,
        { ...questionOf(given), compare: compare !== undefined, limit, home: homeCurrency },
        clock,
      )
      const { from, to, timeZone, asOf, before, rows, totals, home, more } = report
      const wire = (one: ComparedRow) => wireCompared(one, caller)
      return {
        ...{ from, to, time_zone: timeZone, as_of: asOf, before },
        ...{ rows: rows.map(wire), totals: totals.map(wire), more },
        home: home && {
          ...{ currency: home.currency, total: home.total && wire(home.total) },
          ...wireHomeSums(home),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/reports/sales.csv',
    name: 'exportSales',
    section,
    summary: 'All rows of such a report as a file of CSV',
    command: 'report sales',
    access,
    query: Type.Object(question),
    isExport: true,
    answer: Type.Object({}, { description: 'A file of CSV' }),
    refusals: ['not_found', 'service_not_found'],
    handle: async (call) => {
      const { desk, caller, query } = call
      const asked = questionOf(query)
      await refuseUnproved(caller, () => countRows(everySale(desk.read, asked, clock)))
      const parts = everySale(desk.read, asked, clock)
      // The first is read before anything is answered: what is not known is refused, and is no file that breaks off.
      const first = await parts.next()
      const costs = caller.permissions.has('costs.read')
      return await sendFile(call, { list: '/reports/sales', name: 'sales' }, (told) =>
        csvOfSales(withRows(beginning(first.value ?? [], parts), told), asked.by, { costs }),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/reports/quarters',
    name: 'readQuarters',
    section,
    summary: 'What was placed and what ended in each quarter of an hour',
    description:
      'Orders count when they are placed, items when they end. A quarter in which there was nothing is left out.',
    command: 'report quarters',
    access,
    query: Type.Object({ hours: Type.Integer({ minimum: 1, maximum: MAX_HOURS, default: 24 }) }),
    answer: Type.Object({
      from: time(),
      to: time(),
      as_of: orNull(time()),
      quarters: Type.Array(
        Type.Object({
          at: time('When it begins'),
          orders: count,
          charged: count,
          failed: count,
          cancelled: count,
        }),
      ),
    }),
    handle: async ({ desk, query: { hours } }) => {
      const { asOf, ...found } = await readQuarters(desk.read, hours, clock)
      return { ...found, as_of: asOf }
    },
  }),
]
