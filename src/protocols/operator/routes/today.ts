import { type Static, Type } from 'typebox'
import { inboxKindNames } from '../../../inbox/kinds.ts'
import { formatMicros } from '../../../lib/money.ts'
import type { DayFigures, TodayFigures } from '../../../sales/today.ts'
import { beginPractice, firstSteps, seeFirstSteps } from '../../../today/first-steps.ts'
import { seeToday } from '../../../today/today.ts'
import type { Trouble } from '../../../today/trouble.ts'
import { amount, bodyOf, id, oneOf, orNull, text, time } from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import { homeSumsFields, wireHomeSums } from './home-sums.ts'

const COSTS = 'Only for who has `costs.read`'
const count = Type.Integer()

const dayFigures = Type.Object({
  orders: count,
  charged: count,
  failed: count,
  cancelled: count,
  success_rate: orNull(Type.Number()),
  turnover: amount(),
  refunded: amount(),
  cost: Type.Optional(amount(COSTS)),
  profit: Type.Optional(amount(COSTS)),
  uncosted: Type.Optional(Type.Integer({ description: COSTS })),
  median_seconds: orNull(Type.Number()),
  p95_seconds: orNull(Type.Number()),
})

const figures = Type.Object({
  as_of: orNull(time('Up to when everything is counted; null: no worker has made the figures yet')),
  time_zone: Type.String(),
  day: Type.String(),
  day_before: Type.String({ description: 'The same weekday a week before, with which it is compared' }),
  until: time('Up to when that day is counted: the end of the quarter of an hour that it is now'),
  currencies: Type.Array(Type.Object({ currency: Type.String(), now: dayFigures, before: dayFigures })),
  home: orNull(
    Type.Object({ currency: Type.String(), now: dayFigures, before: dayFigures, ...homeSumsFields }),
    'All of it in the home currency; null: there is none, nothing was sold in another one, or `in` is given',
  ),
  new_accounts: Type.Object({ now: count, before: count }),
})

const trouble = Type.Object({
  paused: Type.Array(
    Type.Object({
      supplier: id,
      name: Type.String(),
      why: oneOf(['credit', 'login', 'transport', 'busy']),
      reason: orNull(Type.String()),
      since: time(),
    }),
    { description: 'Suppliers to which nothing is sent' },
  ),
  low: Type.Array(
    Type.Object({
      supplier: id,
      name: Type.String(),
      currency: Type.String(),
      balance: Type.Optional(amount(COSTS)),
      low_balance: Type.Optional(amount(COSTS)),
    }),
    { description: 'Suppliers at which our balance is below its mark' },
  ),
  unrouted: Type.Object(
    {
      count,
      some: Type.Array(Type.Object({ service: id, code: Type.String(), name: Type.String(), since: time() })),
    },
    { description: 'Services that nobody can fulfil, up to 20 of them named' },
  ),
  webhooks: Type.Object(
    {
      some: Type.Array(
        Type.Object({
          webhook: id,
          account: id,
          username: Type.String(),
          status: oneOf(['active', 'paused', 'gone']),
          failing_since: orNull(time()),
        }),
      ),
      more: Type.Boolean(),
    },
    { description: 'Webhooks that fail, or to which nothing is sent' },
  ),
  late: Type.Object(
    { count, capped: Type.Boolean(), oldest: orNull(time()) },
    {
      description:
        'Open orders that take longer than is expected of their services (`expected_by` of an order); `capped`: not all open items were looked at',
    },
  ),
  backup: orNull(
    Type.Object({ last: orNull(time()), problem: orNull(Type.String()) }),
    'The last whole backup, where that is more than a day ago. Only for who has `backups.run`',
  ),
  jobs: orNull(
    Type.Object({ late: count, oldest: orNull(time()) }),
    'Jobs of the queue that nobody takes; null: there are none, or the caller may not read how the server is',
  ),
})

function wireDay(found: DayFigures, currency: string, { permissions }: Caller): Static<typeof dayFigures> {
  const money = (value: bigint): string => formatMicros(value, currency)
  const { orders, charged, failed, cancelled, turnover, refunded, cost, profit, uncosted } = found
  return {
    ...{ orders, charged, failed, cancelled, success_rate: found.successRate },
    ...{ turnover: money(turnover), refunded: money(refunded) },
    ...(permissions.has('costs.read') && { cost: money(cost), profit: money(profit), uncosted }),
    ...{ median_seconds: found.medianSeconds, p95_seconds: found.p95Seconds },
  }
}

const wireFigures = (found: TodayFigures, caller: Caller): Static<typeof figures> => ({
  ...{ as_of: found.asOf, time_zone: found.timeZone, day: found.day, day_before: found.dayBefore },
  until: found.until,
  currencies: found.currencies.map(({ currency, now, before }) => ({
    currency,
    now: wireDay(now, currency, caller),
    before: wireDay(before, currency, caller),
  })),
  home: found.home && {
    currency: found.home.currency,
    now: wireDay(found.home.now, found.home.currency, caller),
    before: wireDay(found.home.before, found.home.currency, caller),
    ...wireHomeSums(found.home),
  },
  new_accounts: found.newAccounts,
})

function wireTrouble(found: Trouble, { permissions }: Caller): Static<typeof trouble> {
  const { paused, low, unrouted, webhooks, late, backup, jobs } = found
  return {
    paused: paused.map(({ supplierId, name, why, reason, openedAt }) => ({
      ...{ supplier: supplierId, name, why, reason, since: openedAt },
    })),
    low: low.map(({ supplierId, name, currency, balance, mark }) => ({
      ...{ supplier: supplierId, name, currency },
      ...(permissions.has('costs.read') && {
        balance: formatMicros(balance, currency),
        low_balance: formatMicros(mark, currency),
      }),
    })),
    unrouted: {
      count: unrouted.count,
      some: unrouted.some.map(({ id: service, code, name, since }) => ({ service, code, name, since })),
    },
    webhooks: {
      some: webhooks.some.map(({ id: webhook, accountId, username, status, failingSince }) => ({
        ...{ webhook, account: accountId, username, status, failing_since: failingSince },
      })),
      more: webhooks.more,
    },
    late,
    backup: permissions.has('backups.run') ? backup : null,
    jobs: permissions.has('settings.read') && jobs.late > 0 ? jobs : null,
  }
}

export const todayRoutes = ({ clock, settings }: Pick<OperatorDeps, 'clock' | 'settings'>) => [
  route({
    method: 'GET',
    path: '/today',
    name: 'readToday',
    section: 'Figures',
    summary: 'How the day goes, what waits for a person, and what is in trouble',
    description:
      'What waits is of the kinds about which the caller may decide. Figures are there for who has `reports.read`.',
    command: 'report today',
    access: 'orders.read',
    query: Type.Object({ in: Type.Optional(text(3, { description: 'All amounts in this currency' })) }),
    answer: Type.Object({
      waiting: Type.Array(
        Type.Object({
          kind: oneOf([...inboxKindNames, 'stray'], { description: '`stray`: payments that fit no deposit' }),
          count: Type.Integer({ description: 'Of `manual` the items' }),
          oldest: orNull(time()),
        }),
      ),
      trouble,
      figures: Type.Optional(figures),
    }),
    handle: async ({ desk, caller, query: { in: into } }) => {
      const { homeCurrency: home } = await settings.now()
      const asker = { name: desk.actor, permissions: caller.permissions, into, home }
      const { waiting, strays, trouble: troubled, figures: found } = await seeToday(desk.read, asker, clock)
      return {
        waiting: [
          ...waiting.map(({ kind, count: number, oldest }) => ({ kind, count: number, oldest })),
          ...(strays ? [{ kind: 'stray' as const, ...strays }] : []),
        ],
        trouble: wireTrouble(troubled, caller),
        ...(found && { figures: wireFigures(found, caller) }),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/first-steps',
    name: 'readFirstSteps',
    section: 'Figures',
    summary: 'Which steps to a first order are done in a new shop',
    access: 'orders.read',
    answer: Type.Object({
      steps: Type.Array(Type.Object({ step: oneOf(firstSteps), done: Type.Boolean() })),
      username: orNull(Type.String(), 'Of the first reseller'),
      currency: orNull(Type.String(), 'In which is sold; null: nothing is priced yet'),
      can_practise: Type.Boolean({
        description: 'There are no services yet: the sandbox may be taken for a start',
      }),
    }),
    handle: async ({ desk }) => {
      const { steps, username, currency, canPractise } = await seeFirstSteps(desk.read)
      return { steps, username, currency, can_practise: canPractise }
    },
  }),
  route({
    method: 'POST',
    path: '/first-steps/practice',
    name: 'beginPractice',
    section: 'Catalogue',
    summary: 'Sell services of the sandbox, to practise with, where there are no services yet',
    access: 'catalogue.edit',
    further: [{ field: 'currency', permission: 'prices.edit' }],
    body: bodyOf({ currency: text(3) }),
    answer: Type.Object({ created: Type.Integer({ description: 'Services' }) }),
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, body: { currency } }) => ({ created: await beginPractice(desk.change, currency) }),
  }),
]
