import { type Static, Type } from 'typebox'
import { statuses } from '../../../contract/orders.ts'
import { timeOf } from '../../../contract/page.ts'
import { Refusal } from '../../../errors.ts'
import { previewCancel, verifyAgainAt } from '../../../fulfilment/people/cancel-verify.ts'
import { findSeller } from '../../../invoices/seller.ts'
import type { AccountId, OrderId, ServiceId } from '../../../lib/ids.ts'
import { formatMicros, micros } from '../../../lib/money.ts'
import { type Via, vias } from '../../../lib/states.ts'
import { DAY_MS } from '../../../lib/time.ts'
import { findNamed } from '../../../orders/desk/find-lines.ts'
import { type ListedOrder, listRows, readRows } from '../../../orders/desk/order-rows.ts'
import { type OperatorOrderFilter, OperatorOrders } from '../../../orders/read/operator-orders.ts'
import { orderFilter, someOf } from '../../../orders/read/order-filter.ts'
import { csvOfOwnOrders } from '../../../orders/read/own-orders-csv.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { beginning, COUNT_MS, countShape, MAX_COUNTED, sendFile, withRows } from '../../kit/list-files.ts'
import {
  amount,
  bodyOf,
  id,
  longId,
  longIdParams,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Orders'
const access = 'account.read'

/** MAX_LINES is how many pasted lines are looked for at a time. */
const MAX_LINES = 1000

const wantedStates = [...statuses, 'late'] as const

const filter = {
  id: orderFilter.id,
  state: someOf(
    wantedStates,
    `Several with commas between: ${wantedStates.join(', ')}; \`late\`: it takes longer than it should`,
  ),
  service: Type.Optional(text(255, { description: 'Its id or code, or a part of its name' })),
  via: orderFilter.via,
  from: orderFilter.from,
  to: orderFilter.to,
  q: Type.Optional(
    text(255, {
      description:
        'An order number, a reference, an IMEI or a serial number; where no order has it, a part of one',
    }),
  ),
}

type Filter = { [Name in keyof typeof filter]?: Static<(typeof filter)[Name]> }

const row = Type.Object({
  id: longId,
  state: oneOf(statuses),
  service_code: Type.String(),
  service_name: Type.String(),
  inputs: Type.Array(Type.String(), { description: 'IMEIs or serial numbers of the first three items' }),
  items: Type.Integer(),
  ended: Type.Integer({ description: 'How many items have ended' }),
  done: Type.Integer({ description: 'How many of these ended well' }),
  working: Type.Integer({ description: 'How many of those that have not ended somebody has begun' }),
  currency: Type.String(),
  unit_price: amount(),
  total: amount(),
  held: amount('Of what has not ended'),
  charged: amount('Of what is done, without what was given back later'),
  given_back: amount('Of what failed, was cancelled or was refunded'),
  reference: orNull(Type.String()),
  via: oneOf(vias),
  key: orNull(
    Type.Object({ id, name: Type.String({ description: 'Where it has no name, its security id' }) }),
    'The API key that it was placed with; null: it was placed in the portal',
  ),
  created_at: time(),
  finished_at: orNull(time()),
  expected_by: orNull(
    time(
      'Placed, and the time that is promised of the service; without a promise twice the time that nine of ten items of it took in the last 30 days',
    ),
    'null: nothing is promised, and too few were done lately',
  ),
  late: Type.Boolean(),
  cancel_asked: orNull(
    Type.Object({
      items: Type.Integer(),
      held: amount('What stays held of them until then'),
      since: time('When it was asked first'),
    }),
    'Items of which the cancellation was asked for, and not answered yet; null: there are none',
  ),
  secret_results: Type.Boolean({
    description: 'Its results are codes, passwords and the like: hidden until asked for',
  }),
})

function wireRow(found: ListedOrder): Static<typeof row> {
  const money = (value: bigint): string => formatMicros(micros(value), found.currency)
  const { processing = 0, unknown = 0, success = 0, failed = 0, cancelled = 0 } = found.states
  return {
    ...{ id: found.id, state: found.state === 'processing' ? 'pending' : found.state },
    ...{ service_code: found.serviceCode, service_name: found.serviceName },
    ...{ inputs: found.inputs, items: found.itemCount, ended: success + failed + cancelled, done: success },
    ...{ currency: found.currency, unit_price: money(found.unitPrice), total: money(found.total) },
    ...{ held: money(found.held), charged: money(found.charged) },
    ...{ given_back: money(found.refunded + found.released), reference: found.reference, via: found.via },
    key: found.keyId === null || found.key === null ? null : { id: found.keyId, name: found.key },
    ...{ created_at: found.createdAt, finished_at: found.finishedAt },
    ...{ expected_by: found.finishedAt === null ? found.expectedBy : null, late: found.isLate },
    working: processing + unknown,
    cancel_asked:
      found.cancelSince === null
        ? null
        : { items: found.cancelItems, held: money(found.cancelHeld), since: found.cancelSince },
    secret_results: found.secretResults,
  }
}

const position = Type.Integer({ minimum: 1, maximum: 32_767 })
const whichItem = bodyOf({ item: Type.Optional(position) })

export const orderRoutes = ({
  catalogue,
  clock,
  sharedResults,
  config,
}: Pick<PortalDeps, 'catalogue' | 'clock' | 'sharedResults' | 'config'>) => {
  /** `ownFilter` gives a filter of one account's orders. A service is looked for among all, also those that are not offered any more. */
  const ownFilter = async (accountId: AccountId, given: Filter): Promise<OperatorOrderFilter> => ({
    accountId,
    ids: given.id?.split(',').map((one) => Number(one) as OrderId),
    state: given.state
      ?.split(',')
      .flatMap((one) =>
        one === 'pending' ? ['pending', 'processing'] : [one],
      ) as OperatorOrderFilter['state'],
    serviceIds: given.service === undefined ? undefined : await servicesNamed(given.service),
    via: given.via?.split(',') as Via[] | undefined,
    from: given.from === undefined ? undefined : timeOf(given.from),
    to: given.to === undefined ? undefined : timeOf(given.to, DAY_MS),
    search: given.q,
  })
  const servicesNamed = async (named: string): Promise<ServiceId[]> => {
    const snapshot = await catalogue.current()
    const whole = snapshot.find(named.trim())
    if (whole) return [whole.id]
    const part = named.trim().toLowerCase()
    return snapshot.services.filter(({ name }) => name.toLowerCase().includes(part)).map(({ id }) => id)
  }
  return [
    route({
      method: 'GET',
      path: '/orders',
      name: 'listOrders',
      section,
      summary: 'Orders of the account by a filter, the newest first',
      description:
        'Placed by the portal and by keys. A narrowed list looks at many orders at a time, for 0.2 seconds: a page may have few of them, or none, and ' +
        'go on behind its cursor.',
      access,
      query: Type.Object({ ...pageQuery, ...filter }),
      answer: pageOf(row),
      refusals: ['invalid_input'],
      handle: async ({ desk, caller, query: { limit, cursor, ...given } }) => {
        const before = readCursor(cursor, given) as OrderId | undefined
        const wanted = await ownFilter(caller.accountId, given)
        const { rows, next } = await listRows(desk.read, { ...wanted, before, limit }, clock)
        return { page: { items: rows.map(wireRow), next_cursor: cursorText(next, given) } }
      },
    }),
    route({
      method: 'GET',
      path: '/orders/count',
      name: 'countOrders',
      section,
      summary: 'How many orders fit a filter, up to 10,000, as far as that is known within 0.3 seconds',
      access,
      query: Type.Object(filter),
      answer: countShape,
      handle: async ({ desk, caller, query }) =>
        new OperatorOrders(desk.read).count(await ownFilter(caller.accountId, query), {
          max: MAX_COUNTED,
          ms: COUNT_MS,
        }),
    }),
    route({
      method: 'GET',
      path: '/orders.csv',
      name: 'exportOrders',
      section,
      summary: 'All orders that fit a filter, as a file of CSV with a line for each item, and its result',
      access,
      query: Type.Object(filter),
      isExport: true,
      answer: Type.Object({}, { description: 'A file of CSV' }),
      media: { 'text/csv': Type.String() },
      handle: async (call) => {
        const { desk, caller, query } = call
        const wanted = await ownFilter(caller.accountId, query)
        const isOwn = caller.role !== 'viewer'
        const pages = new OperatorOrders(desk.read, { isBuyer: isOwn }).every(wanted)
        // The first is read before anything is answered: what is refused is no file that breaks off.
        const first = await pages.next()
        return await sendFile(call, { list: '/orders', name: 'orders', isOwn }, (told) =>
          csvOfOwnOrders(withRows(beginning(first.value ?? [], pages), told)),
        )
      },
    }),
    route({
      method: 'POST',
      path: '/orders/named',
      name: 'findOrders',
      section,
      summary: 'The orders that pasted lines name: numbers, IMEIs, serial numbers or references',
      description: 'Of a line that names several orders they are given the newest first.',
      access,
      isQuestion: true,
      body: bodyOf({ lines: Type.Array(text(255), { minItems: 1, maxItems: MAX_LINES }) }),
      answer: Type.Object({
        found: Type.Integer({ description: 'How many of the lines name an order' }),
        not_found: Type.Array(Type.String()),
        orders: Type.Array(row, { description: 'Each of them once, the newest first, up to 1,000' }),
      }),
      handle: async ({ desk, caller, body }) => {
        const lines = [...new Set(body.lines.map((line) => line.trim()).filter((line) => line !== ''))]
        const named = await findNamed(desk.read, lines, caller.accountId)
        const missing = lines.filter((_, at) => named[at]?.length === 0)
        const names = [...new Map(named.flat().map((one) => [one.id, one])).values()]
        const newest = names.sort((a, b) => b.id - a.id).slice(0, MAX_LINES)
        const rows = await readRows(desk.read, newest, clock)
        return {
          found: lines.length - missing.length,
          not_found: missing,
          orders: rows.map(wireRow),
        }
      },
    }),
    route({
      method: 'GET',
      path: '/orders/:id',
      name: 'getOrder',
      section,
      summary: 'One order without its results, and what its buyer can do about it now',
      description: 'Its results are those of `GET /api/order/{id}`.',
      access,
      params: longIdParams,
      answer: Type.Object({
        order: row,
        cancel: Type.Object({
          items: Type.Integer({ description: 'Those that are with nobody: they are cancelled at once' }),
          gives_back: amount('At once'),
          asked: Type.Integer({
            description:
              'Those that somebody has, or may have, and whose cancellation was not asked for yet: they are asked',
          }),
        }),
        verify: Type.Object({
          allowed: Type.Boolean(),
          again_at: orNull(time(), 'All that has ended was asked about lately: from then on again'),
        }),
        contact: Type.String({ description: 'Where the operator is asked; empty: nobody said' }),
      }),
      refusals: ['order_not_found'],
      handle: async ({ desk, caller: { accountId }, params }) => {
        const orderId = params.id as OrderId
        const [found] = await readRows(desk.read, [{ accountId, id: orderId }], clock)
        if (!found) throw new Refusal('order_not_found', String(params.id), 'id')
        const { success = 0, failed = 0 } = found.states
        const answered = success + failed
        const [now, order] = [clock.now(), { accountId, orderId }]
        const cancel = await previewCancel(desk.read, order, now)
        const again = await verifyAgainAt(desk.read, order, answered, now)
        return {
          order: wireRow(found),
          cancel: {
            items: cancel.items,
            gives_back: formatMicros(cancel.givesBack, found.currency),
            asked: cancel.asked,
          },
          verify: { allowed: answered > 0 && again === null, again_at: again },
          contact: (await findSeller(desk.read))?.contact ?? '',
        }
      },
    }),
    route({
      method: 'POST',
      path: '/orders/:id/share',
      name: 'shareResult',
      section,
      summary: 'Make a link by which anybody sees the result of an item, for 90 days',
      description:
        'The page behind it has the service, the IMEI, the result and when it was given: no price, and not who ordered it.',
      access: 'results.share',
      params: longIdParams,
      body: whichItem,
      answer: Type.Object({
        url: Type.String({ description: 'Of this server: where PUBLIC_URL is not set, only the path' }),
        until: time(),
      }),
      refusals: ['order_not_found', 'conflict'],
      handle: async ({ desk, caller: { accountId }, params, body: { item = 1 } }) => {
        const named = { orderId: params.id as OrderId, position: item, accountId }
        const { token, until } = await sharedResults.share(desk.change, named)
        return { url: `${config.publicUrl ?? ''}/r/${token}`, until }
      },
    }),
    route({
      method: 'POST',
      path: '/orders/:id/stop-sharing',
      name: 'stopSharingResult',
      section,
      summary: 'End all links to the result of an item, at once',
      access: 'results.share',
      params: longIdParams,
      body: whichItem,
      answer: Type.Object({ ended: Type.Boolean({ description: 'false: there were none' }) }),
      refusals: ['order_not_found'],
      handle: async ({ desk, caller: { accountId }, params, body: { item = 1 } }) => ({
        ended: await sharedResults.stop(desk.change, {
          ...{ orderId: params.id as OrderId, position: item, accountId },
        }),
      }),
    }),
  ]
}
