import { type Static, Type } from 'typebox'
import { Refusal } from '../../errors.ts'
import { refund } from '../../fulfilment/after/refunds.ts'
import { askNow } from '../../fulfilment/people/ask-now.ts'
import { cancelOrder, verifyOrder } from '../../fulfilment/people/operator-requests.ts'
import { resendOrder } from '../../fulfilment/people/resend.ts'
import { invalid, refusalFor } from '../../lib/fault.ts'
import type { OrderId, RouteId, ServiceId } from '../../lib/ids.ts'
import { formatMicros } from '../../lib/money.ts'
import { actionsOf, type OrderAction } from '../../orders/desk/actions.ts'
import { resendLastEvent } from '../../orders/desk/last-event.ts'
import { addNote, MAX_NOTE } from '../../orders/desk/notes.ts'
import { findRows, type ListedOrder } from '../../orders/desk/order-rows.ts'
import { OperatorOrders } from '../../orders/read/operator-orders.ts'
import { filterOf, orderFilter } from '../../orders/read/order-filter.ts'
import { findRoute, listRoutes, type Route } from '../../supplier-routes/routes.ts'
import { type JsonObject, type PlanRow, type RowOutcome, rowKind, type Work } from '../plan-kind.ts'

const MAX_ORDERS = 10_000

const orders = Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), {
  minItems: 1,
  maxItems: MAX_ORDERS,
  uniqueItems: true,
  description: 'Order numbers',
})

const { margin: _, id: __, ...filterFields } = orderFilter

/** `chosen` are these orders, or all that fit a filter when the newest of them had been placed. */
const chosen = {
  orders: Type.Optional(orders),
  filter: Type.Optional(
    Type.Object(filterFields, {
      additionalProperties: false,
      description: 'As that of the list of orders; up to 10,000 orders may fit',
    }),
  ),
  newest: Type.Optional(
    Type.Integer({
      ...{ minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
      description: 'Beside a filter: the newest order that is meant; later ones are left out',
    }),
  ),
}

type Chosen = Static<ReturnType<typeof chosenShape>>
const chosenShape = () => Type.Object(chosen)

/** Action is what is done to each order of a plan. */
type Action = Extract<
  OrderAction,
  'cancel' | 'ask' | 'verify' | 'resend_webhook' | 'refund' | 'resend' | 'note'
>

const acts = ['cancel', 'ask', 'verify', 'resend_webhook'] as const

/** `ordersBulk` does to many orders what moves no money that was charged. */
export const ordersBulk = rowKind({
  name: 'orders.bulk',
  what: 'Many orders cancelled, asked about, verified, or told of again',
  permissions: ['orders.act'],
  reading: 'orders.read',
  input: Type.Object(
    {
      ...chosen,
      action: Type.Union(acts.map((act) => Type.Literal(act))),
    },
    { additionalProperties: false },
  ),
  needsReason: ({ action }) => action === 'cancel',
  compute: (work, input) => planOf(work, input, input.action),
  applyRow: (work, row, { action }) => applyTo(work, row, (order) => carryOut(work, order, action)),
})

/** `ordersResend` sends what waits of many orders by the routes to one supplier, before any other. */
export const ordersResend = rowKind({
  name: 'orders.resend',
  what: 'What waits of many orders sent to one supplier next',
  permissions: ['orders.act'],
  reading: 'orders.read',
  input: Type.Object(
    { ...chosen, supplier: Type.String({ minLength: 1, maxLength: 100, description: 'Its name or id' }) },
    { additionalProperties: false },
  ),
  needsReason: () => true,
  async compute(work, { supplier, ...input }) {
    const routes = await routesTo(work, supplier)
    const planned = await planOf(work, input, 'resend')
    const rows = planned.rows.map((row): PlanRow => {
      if (row.verdict !== 'fits') return row
      const route = routes.get(row.own?.['service'] as ServiceId)
      if (route === undefined) return { ...row, after: row.before, verdict: 'no_route' }
      const { id, remoteService } = route
      const by = { route: id, remote_service: remoteService }
      return { ...row, after: { ...row.after, ...by }, own: { ...row.own, ...by } }
    })
    return { ...planned, rows, summary: { ...planned.summary, supplier } }
  },
  applyRow: (work, row) =>
    applyTo(work, row, async ({ id }) => {
      const route = await shownRoute(work, row)
      await resendOrder(work.sql, id, { route, why: work.why }, work.actor, work.clock)
    }),
})

/** `routesTo` gives of each service its first working route to a supplier. */
async function routesTo({ sql }: Work, supplier: string): Promise<Map<ServiceId, Route>> {
  const first = new Map<ServiceId, Route>()
  for (const route of await listRoutes(sql, { supplier }))
    if (route.works && !first.has(route.serviceId)) first.set(route.serviceId, route)
  return first
}

/** `shownRoute` gives the route that a row was shown with. Throws not_found where it is gone, and conflict where it leads elsewhere by now. */
async function shownRoute({ sql }: Work, { own }: PlanRow): Promise<RouteId> {
  const { id, remoteService } = await findRoute(sql, own?.['route'] as RouteId)
  if (remoteService !== own?.['remote_service'])
    throw new Refusal('conflict', `route ${id} has led to another service of the supplier since`, 'route')
  return id
}

/** `ordersRefund` gives back all that is charged of many orders; the reason is given when it is applied, and the resellers read it. */
export const ordersRefund = rowKind({
  name: 'orders.refund',
  what: 'What many orders were charged given back',
  permissions: ['orders.refund'],
  reading: 'orders.read',
  input: Type.Object(chosen, { additionalProperties: false }),
  needsReason: () => true,
  compute: (work, input) => planOf(work, input, 'refund'),
  applyRow: (work, row) => applyTo(work, row, (order) => carryOut(work, order, 'refund')),
})

/** `ordersNote` writes the same down of many orders, for the staff alone, however they stand. */
export const ordersNote = rowKind({
  name: 'orders.note',
  what: 'The same note written down of many orders',
  permissions: ['orders.act'],
  reading: 'orders.read',
  input: Type.Object(
    {
      ...chosen,
      text: Type.String({ minLength: 1, maxLength: MAX_NOTE, pattern: '\\S', description: 'The note' }),
    },
    { additionalProperties: false },
  ),
  async compute(work, { text, ...input }) {
    const { rows, summary } = await planOf(work, input, 'note')
    return { rows: rows.map((row) => ({ ...row, before: null, after: { note: text } })), summary }
  },
  async applyRow(work, row, { text }) {
    await addNote(work.sql, Number(row.key) as OrderId, text, work.actor, work.clock)
    return { outcome: 'done' }
  },
})

/** `planOf` has a row for each order: `fits`, or why its state does not allow it. An order that there is none of is refused. */
async function planOf(work: Work, input: Chosen, action: Action) {
  const found = await findRows(work.sql, await chosenIn(work, input), work.clock)
  const rows = found.map((order): PlanRow => {
    const { allowed, why, gives } = stateOf(order, action)
    const { currency, username } = order
    return {
      key: String(order.id),
      subject: { order: order.id, username, service: order.serviceName, input: order.inputs[0] ?? null },
      before: seenOf(order),
      after: allowed ? { [action]: true } : seenOf(order),
      money: gives === null ? null : { currency, gives_back: formatMicros(gives, currency) },
      verdict: allowed ? 'fits' : (why ?? 'not_allowed'),
      warnings: [],
      own: { service: order.serviceId },
    }
  })
  return { rows, summary: { action, gives_back: sumsOf(found, action) } }
}

async function chosenIn({ sql }: Work, { orders: ids, filter, newest }: Chosen): Promise<OrderId[]> {
  if ((ids === undefined) === (filter === undefined))
    throw refusalFor(invalid('orders', 'say which orders: these, or a filter'))
  if (ids !== undefined) return ids as OrderId[]
  if (newest === undefined) throw refusalFor(invalid('newest', 'is missing beside the filter'))
  return await new OperatorOrders(sql).fitting(filterOf(filter ?? {}), newest as OrderId, MAX_ORDERS)
}

const stateOf = (order: ListedOrder, action: Action) => {
  // Whether there is a webhook is seen when its event is looked for.
  const [found] = actionsOf(order, { status: 'active' }, () => true).filter(({ name }) => name === action)
  return found ?? { allowed: false, why: null, gives: null }
}

/** `seenOf` is what must not have changed since the plan was shown. */
const seenOf = ({ state, states, charged, waiting, currency }: ListedOrder): JsonObject => ({
  state,
  items: states,
  charged: formatMicros(charged, currency),
  waiting: formatMicros(waiting, currency),
})

function sumsOf(found: readonly ListedOrder[], action: Action): JsonObject {
  const sums = new Map<string, bigint>()
  for (const order of found) {
    const { gives } = stateOf(order, action)
    if (gives !== null) sums.set(order.currency, (sums.get(order.currency) ?? 0n) + gives)
  }
  return Object.fromEntries([...sums].map(([currency, sum]) => [currency, formatMicros(sum, currency)]))
}

async function applyTo(
  work: Work,
  row: PlanRow,
  act: (order: ListedOrder) => Promise<void>,
): Promise<RowOutcome> {
  if (row.verdict !== 'fits') return { outcome: 'skipped', reason: row.verdict }
  const id = Number(row.key) as OrderId
  const [now] = await findRows(work.sql, [id], work.clock)
  if (!now || JSON.stringify(sortedOf(seenOf(now))) !== JSON.stringify(sortedOf(row.before ?? {})))
    return { outcome: 'skipped', reason: 'changed' }
  await act(now)
  return { outcome: 'done' }
}

/** `sortedOf`: JSON that was kept has its names in another order. */
const sortedOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, one]) => [name, sortedOf(one)]),
      )
    : value

async function carryOut(
  { sql, actor, why, clock }: Work,
  { id, accountId }: ListedOrder,
  action: Exclude<Action, 'resend' | 'note'>,
): Promise<void> {
  switch (action) {
    case 'cancel':
      return void (await cancelOrder(sql, id, { actor, why }, clock))
    case 'ask':
      return void (await askNow(sql, id, actor, clock))
    case 'verify':
      return void (await verifyOrder(sql, id, actor, clock))
    case 'resend_webhook':
      return void (await resendLastEvent(sql, id, actor, clock))
    case 'refund':
      return void (await refund(sql, { accountId, orderId: id }, { reason: why }, actor, clock))
  }
}
