import { Type } from 'typebox'
import { askNow } from '../../../fulfilment/people/ask-now.ts'
import { previewCancel } from '../../../fulfilment/people/cancel-verify.ts'
import { readExchanges } from '../../../fulfilment/people/order-exchanges.ts'
import { revealResult } from '../../../fulfilment/people/reveal.ts'
import { waitReasons, whyOrderWaits } from '../../../fulfilment/people/why-waiting.ts'
import type { OrderId } from '../../../lib/ids.ts'
import { languages } from '../../../lib/languages.ts'
import { formatMicros } from '../../../lib/money.ts'
import type { ItemState } from '../../../lib/states.ts'
import { itemStates } from '../../../lib/states.ts'
import { type OrderAction, orderActions, whyNot } from '../../../orders/desk/actions.ts'
import { resendLastEvent } from '../../../orders/desk/last-event.ts'
import { addNote, listNotes, MAX_NOTE } from '../../../orders/desk/notes.ts'
import { readItems, readOrderPage } from '../../../orders/desk/order-page.ts'
import { momentKinds, readTimeline } from '../../../orders/desk/timeline.ts'
import type { StaffPermission } from '../../../staff/roles.ts'
import { wireId } from '../../../webhooks/webhook.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import {
  amount,
  bodyOf,
  id,
  longIdParams,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { detailsSaid, detailsSaidText, saidIn, saidOfMoment } from '../review-detail.ts'
import { route } from '../route.ts'
import { orderRow, wireRow } from './order-rows.ts'
import { item, wireItem } from './orders.ts'
import { exchange, wireExchange } from './reviews.ts'

const section = 'Orders'
const access = 'orders.read'

const position = Type.Integer({ minimum: 1, maximum: 32_767 })

const action = Type.Object({
  name: oneOf(Object.keys(orderActions) as OrderAction[]),
  allowed: Type.Boolean(),
  why: orNull(oneOf(whyNot), 'Why the state of the order does not allow it; null: it does'),
  items: Type.Integer({ description: 'How many items it fits' }),
  gives_back: orNull(amount(), 'What it gives back at once, at most; null: it moves nothing by itself'),
  leaves: orNull(amount(), 'The balance of the reseller after that'),
})

const page = Type.Object({
  order: orderRow,
  language: oneOf(languages, { description: 'That of the reseller' }),
  time_zone: orNull(Type.String(), 'That of the people of the account; null: none is set'),
  available: amount('The balance of the reseller now'),
  webhook: orNull(Type.Object({ id, status: Type.String() }), 'Null: the key of the order has none'),
  actions: Type.Array(action, { description: 'What the caller has the permission for' }),
  waits: Type.Array(
    Type.Object({
      item: Type.Integer({ description: 'The position of the first' }),
      items: Type.Integer({ description: 'How many wait for the same' }),
      why: oneOf(waitReasons, {
        description:
          '`next`: it goes as soon as a worker and its supplier have room. `routes`: it goes by none of its routes at present. `no_route`: its ' +
          'service has none. `by_hand`: people do it. `asked`: a former supplier is asked about it. `person`: a review about it is open',
      }),
      routes: Type.Array(
        Type.Object({
          supplier: Type.String(),
          why: oneOf(['off', 'margin', 'paused', 'failed', 'refused']),
          detail: orNull(Type.String(), 'Of `margin` only for who has `costs.read`'),
          said: orNull(detailsSaid, detailsSaidText),
        }),
        { description: 'Those that it does not go by at present' },
      ),
    }),
    { description: 'Why items were not sent yet, as it is now; of the first 200 that wait' },
  ),
  before: Type.Array(orderRow, { description: 'The last orders of the same reseller about the same input' }),
})

const moment = Type.Object({
  at: time(),
  kind: oneOf(momentKinds),
  item: orNull(position, 'null: it is about the whole order'),
  attempt: orNull(Type.Integer(), 'The attempt, or the delivery of an event, by its number'),
  by: orNull(Type.String(), 'Who did it; null: it came about by itself'),
  name: orNull(Type.String(), 'The name of who did it, of the staff or of a program'),
  supplier: orNull(Type.String()),
  state: orNull(
    Type.String(),
    'What an attempt, a review, an event or a delivery came to; of a notice `waiting`, `sent`, `failed`, or `unwanted`: its receiver was removed',
  ),
  reference: orNull(
    Type.String(),
    "The supplier's number, or the trace id of the request that placed the order",
  ),
  amount: orNull(amount()),
  currency: orNull(Type.String(), 'Of the amount; null: that of the order'),
  text: orNull(Type.String()),
  said: orNull(
    detailsSaid,
    'The same as `text` for programs; null: it is in the words of a supplier, or of a person',
  ),
  id: orNull(Type.String(), 'Of a review its number, of an event its id'),
  before: orNull(Type.String()),
  after: orNull(Type.String()),
  event: orNull(Type.String(), 'Of a notice what it told of, of `GET /notice-events`'),
  channel: orNull(Type.String(), 'Of a notice the kind of the channel'),
  address: orNull(Type.String(), 'Of a notice to whom it went'),
})

const note = Type.Object({
  id: Type.Integer(),
  at: time(),
  actor: Type.String(),
  name: orNull(Type.String(), 'That of the person or of the program'),
  kind: oneOf(['note', 'ask', 'webhook', 'look']),
  text: Type.String(),
})

const notes = Type.Object({ items: Type.Array(note) })

const whichItem = bodyOf({ item: Type.Optional(position) })

export const orderPageRoutes = ({
  clock,
  sharedResults,
  publicUrl = '',
}: Pick<OperatorDeps, 'clock' | 'sharedResults' | 'publicUrl'>) => [
  route({
    method: 'POST',
    path: '/orders/:id/share',
    name: 'shareResult',
    section,
    summary: 'Make a link by which anybody sees the result of an item, for 90 days',
    description:
      'The page behind it has the service, the IMEI, the result and when it was given: no price, and not who ordered it.',
    access: 'orders.act',
    params: longIdParams,
    body: whichItem,
    answer: Type.Object({
      url: Type.String({ description: 'Of this server: where PUBLIC_URL is not set, only the path' }),
      until: time(),
    }),
    refusals: ['order_not_found', 'conflict'],
    handle: async ({ desk, params, body: { item: at = 1 } }) => {
      const named = { orderId: params.id as OrderId, position: at }
      const { token, until } = await sharedResults.share(desk.change, named)
      return { url: `${publicUrl}/r/${token}`, until }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:id/stop-sharing',
    name: 'stopSharingResult',
    section,
    summary: 'End all links to the result of an item, at once',
    access: 'orders.act',
    params: longIdParams,
    body: whichItem,
    answer: Type.Object({ ended: Type.Boolean({ description: 'false: there were none' }) }),
    refusals: ['order_not_found'],
    handle: async ({ desk, params, body: { item: at = 1 } }) => ({
      ended: await sharedResults.stop(desk.change, { orderId: params.id as OrderId, position: at }),
    }),
  }),
  route({
    method: 'GET',
    path: '/orders/:id/summary',
    name: 'getOrderSummary',
    section,
    command: 'order show',
    summary: 'One order without its items, its money, and what may be done to it by who asks',
    access,
    params: longIdParams,
    answer: page,
    refusals: ['order_not_found'],
    handle: async ({ desk, caller, params }) => {
      const may = (permission: string): boolean => caller.permissions.has(permission as StaffPermission)
      const found = await readOrderPage(desk.read, params.id as OrderId, may, clock)
      const { currency } = found.row
      const waits = await whyOrderWaits(desk.read, found.row, clock)
      // Of what waits, some may have been sent: that is asked about, and gives nothing back at once.
      const name = { accountId: found.row.accountId, orderId: found.row.id }
      const cancel = await previewCancel(desk.read, name, clock.now())
      const givesOf = (one: (typeof found.actions)[number]) =>
        one.name !== 'cancel' ? one.gives : cancel.items > 0 ? cancel.givesBack : null
      return {
        order: wireRow(found.row, caller),
        language: found.language,
        time_zone: found.timeZone,
        available: formatMicros(found.available, currency),
        webhook: found.webhook,
        actions: found.actions.map((action) => {
          const gives = givesOf(action)
          const { gives: _, ...one } = action
          return {
            ...one,
            gives_back: gives === null ? null : formatMicros(gives, currency),
            leaves: gives === null ? null : formatMicros(found.available + gives, currency),
          }
        }),
        waits: waits.map(({ routes, ...one }) => ({
          ...one,
          routes: routes.map((way) => {
            const detail = way.why === 'margin' && !may('costs.read') ? null : way.detail
            return { ...way, detail, said: way.why === 'refused' ? null : saidIn(detail) }
          }),
        })),
        before: found.before.map((row) => wireRow(row, caller)),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/orders/:id/items',
    name: 'listOrderItems',
    section,
    command: 'order show',
    summary: 'The items of an order in their order, with what was tried for them',
    access,
    params: longIdParams,
    query: Type.Object({ ...pageQuery, state: Type.Optional(oneOf(itemStates)) }),
    answer: pageOf(item),
    refusals: ['order_not_found'],
    handle: async ({ desk, caller, params, query: { limit, cursor, ...given } }) => {
      const after = readCursor(cursor, given) ?? 0
      const states: ItemState[] | undefined = given.state === undefined ? undefined : [given.state]
      const found = await readItems(desk.read, params.id as OrderId, { states, after, limit })
      return {
        page: {
          items: found.items.map((one) => wireItem(one, found, caller)),
          next_cursor: cursorText(found.next, given),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/orders/:id/timeline',
    name: 'getOrderTimeline',
    section,
    command: 'order show',
    summary: 'The life of an order, or of one item of it, the oldest moment first',
    description:
      'How it was placed, what was held, charged and given back, each attempt and the routes that were passed over, reviews and decisions, what its ' +
      'webhook was told, who of the reseller was told by a notice and whether that arrived, and notes. Of an order of more than 200 items those of the first 200; of any other ask by its position.',
    access,
    params: longIdParams,
    query: Type.Object({ item: Type.Optional(position) }),
    answer: Type.Object({
      items: Type.Array(moment),
      last: Type.Integer({ description: 'The last item whose life is in it' }),
      whole: Type.Boolean({ description: 'false: the order has items behind `last`' }),
    }),
    refusals: ['order_not_found'],
    handle: async ({ desk, caller, params, query }) => {
      const costs = caller.permissions.has('costs.read')
      const orderId = params.id as OrderId
      const { moments, last, isWhole } = await readTimeline(desk.read, orderId, { item: query.item, costs })
      const { row } = await readOrderPage(desk.read, orderId, () => false, clock)
      return {
        items: moments.map(({ position: of, id: named, amount: moved, ...one }) => ({
          ...one,
          said: saidOfMoment(one),
          item: of,
          amount: moved === null ? null : formatMicros(moved, one.currency ?? row.currency),
          id:
            named === null
              ? null
              : one.kind === 'event' || one.kind === 'delivery'
                ? wireId(named as Parameters<typeof wireId>[0])
                : String(named),
        })),
        last,
        whole: isWhole,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/orders/:id/exchanges',
    name: 'listOrderExchanges',
    section,
    summary: 'What was sent to suppliers and received about an item, as far as it is kept, without secrets',
    access,
    params: longIdParams,
    query: Type.Object({ item: position }),
    answer: Type.Object({ items: Type.Array(exchange) }),
    refusals: ['order_not_found'],
    handle: async ({ desk, params, query }) => {
      const found = await readExchanges(desk.read, params.id as OrderId, query.item)
      return { items: found.map(wireExchange) }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:id/reveal',
    name: 'revealResult',
    section,
    command: 'order reveal',
    summary:
      'Look at a secret result of an item, and at what suppliers said of it: the trail tells of each look',
    access: 'results.reveal_secret',
    params: longIdParams,
    shownOnce: ['result', 'reviews', 'exchanges'],
    body: whichItem,
    answer: Type.Object({
      result: orNull(Type.String(), 'null: there is none yet'),
      reviews: orNull(Type.Array(Type.Object({ id, detail: Type.String() })), 'null: it was shown before'),
      exchanges: orNull(Type.Array(exchange), 'null: it was shown before'),
    }),
    refusals: ['order_not_found', 'conflict'],
    handle: async ({ desk, params, body: { item: at = 1 } }) => {
      const shown = await revealResult(desk.change, params.id as OrderId, at, desk.actor, clock)
      return { ...shown, exchanges: shown.exchanges.map(wireExchange) }
    },
  }),
  route({
    method: 'GET',
    path: '/orders/:id/notes',
    name: 'listOrderNotes',
    section,
    summary: 'What people wrote down of an order, the newest first',
    access,
    params: longIdParams,
    answer: notes,
    refusals: ['order_not_found'],
    handle: async ({ desk, params }) => ({ items: await listNotes(desk.read, params.id as OrderId) }),
  }),
  route({
    method: 'POST',
    path: '/orders/:id/notes',
    name: 'addOrderNote',
    section,
    summary: 'Write something down of an order, for the staff alone',
    access: 'orders.act',
    params: longIdParams,
    body: bodyOf({ text: text(MAX_NOTE) }),
    answer: notes,
    refusals: ['order_not_found', 'invalid_input'],
    handle: async ({ desk, params, body }) => {
      await addNote(desk.change, params.id as OrderId, body.text, desk.actor, clock)
      return { items: await listNotes(desk.change, params.id as OrderId) }
    },
  }),
  route({
    method: 'POST',
    path: '/orders/:id/ask',
    name: 'askOrder',
    section,
    summary: 'Ask the suppliers at once about what they have of an order',
    description: 'It moves no money, and sends nothing again. They are asked within seconds.',
    access: 'orders.act',
    params: longIdParams,
    answer: Type.Object({
      items: Type.Integer({ description: 'How many items are asked about' }),
      suppliers: Type.Array(Type.String()),
    }),
    refusals: ['order_not_found', 'conflict'],
    handle: ({ desk, params }) => askNow(desk.change, params.id as OrderId, desk.actor, clock),
  }),
  route({
    method: 'POST',
    path: '/orders/:id/resend-webhook',
    name: 'resendOrderWebhook',
    section,
    command: 'webhook replay',
    summary: "Send the last event of an order to its key's webhook again",
    access: 'orders.act',
    params: longIdParams,
    needsKey: true,
    answer: Type.Object({ event: Type.String() }),
    refusals: ['order_not_found', 'conflict'],
    handle: async ({ desk, params }) => {
      return { event: await resendLastEvent(desk.change, params.id as OrderId, desk.actor, clock) }
    },
  }),
]
