import { Type } from 'typebox'
import { timeOf } from '../../../contract/page.ts'
import { Refusal } from '../../../errors.ts'
import type { AccountId, EventId, WebhookId } from '../../../lib/ids.ts'
import { HOUR_MS } from '../../../lib/time.ts'
import type { Desk } from '../../../people/desk.ts'
import { findEvent, listDeliveries, listEvents, replay } from '../../../webhooks/events.ts'
import { testWebhook } from '../../../webhooks/test-delivery.ts'
import { eventIdOf } from '../../../webhooks/webhook.ts'
import {
  changeUrl,
  findWebhook,
  findWebhookOf,
  listWebhooks,
  pauseWebhook,
  resumeWebhook,
  rotateSecret,
} from '../../../webhooks/webhooks.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { bodyOf, idParams, oneOf, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
import {
  delivery,
  deliveryQuery,
  eventParams,
  orderEvent,
  replayForm,
  tested,
  webhook,
  wireDelivery,
  wireEvent,
  wireWebhook,
} from '../../kit/webhook-shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

const section = 'Webhooks'

export const webhookRoutes = ({
  sealer,
  context,
  clock,
  config,
}: Pick<PortalDeps, 'sealer' | 'context' | 'clock' | 'config'>) => {
  const own = ({ desk, caller, params }: Call<{ id: number }>, from: 'read' | 'change') =>
    findWebhookOf(desk[from], caller.accountId, params.id as WebhookId)
  /** `ownEvent` throws not_found for an event of another account's webhook. */
  const ownEvent = async (sql: Desk['read'], accountId: AccountId, named: string) => {
    const event = await findEvent(sql, eventIdOf(named))
    const webhook = await findWebhook(sql, event.webhookId)
    if (webhook.accountId !== accountId) throw new Refusal('not_found', `there is no event ${named}`, 'event')
    return event
  }
  return [
    route({
      method: 'GET',
      path: '/webhooks',
      name: 'listWebhooks',
      section,
      summary: 'Where programs of the account are told of orders, and how that goes',
      access: 'webhooks.read',
      answer: Type.Object({ items: Type.Array(webhook) }),
      handle: async ({ desk, caller }) => ({
        items: (await listWebhooks(desk.read, { accountId: caller.accountId }, null)).map(wireWebhook),
      }),
    }),
    route({
      method: 'GET',
      path: '/webhooks/:id',
      name: 'getWebhook',
      section,
      summary: 'One webhook',
      access: 'webhooks.read',
      params: idParams,
      answer: webhook,
      refusals: ['not_found'],
      handle: async (call) => wireWebhook(await own(call, 'read')),
    }),
    route({
      method: 'PATCH',
      path: '/webhooks/:id',
      name: 'changeWebhook',
      section,
      summary: 'Send what happens to another URL, and what waits',
      access: 'webhooks.edit',
      params: idParams,
      body: bodyOf({ url: text(2000) }),
      answer: webhook,
      refusals: ['not_found'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        const to = { url: call.body.url, allow: config.outboundAllow }
        return wireWebhook(await changeUrl(call.desk.change, id, to, clock))
      },
    }),
    route({
      method: 'POST',
      path: '/webhooks/:id/secret',
      name: 'rotateWebhookSecret',
      section,
      summary: 'Sign with a fresh secret; the one before signs, too, for some hours',
      access: 'webhooks.edit',
      params: idParams,
      needsKey: true,
      shownOnce: ['secret'],
      body: bodyOf({ overlap_hours: oneOf(['0', '1', '24']) }),
      answer: Type.Object({
        secret: orNull(Type.String(), 'It is shown this once: null in a repeated answer'),
        previous_until: orNull(time()),
      }),
      refusals: ['not_found'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        const hours = Number(call.body.overlap_hours)
        const until = hours === 0 ? null : new Date(clock.now().getTime() + hours * HOUR_MS)
        const { secret, previousUntil } = await rotateSecret(
          call.desk.change,
          await sealer(),
          id,
          until,
          clock,
        )
        return { secret, previous_until: previousUntil }
      },
    }),
    route({
      method: 'GET',
      path: '/webhooks/:id/events',
      name: 'listWebhookEvents',
      section,
      summary: 'What there was to tell a webhook, the newest first',
      description:
        'A list of what has not arrived may have few events on a page, or none, and go on behind its cursor.',
      access: 'webhooks.read',
      params: idParams,
      query: Type.Object({
        ...pageQuery,
        undelivered: Type.Optional(oneOf(['yes'], { description: 'Only what has never arrived' })),
      }),
      answer: pageOf(orderEvent),
      refusals: ['not_found'],
      handle: async (call) => {
        const { desk, params, query } = call
        await own(call, 'read')
        const { limit, cursor, ...filter } = query
        const before = readCursor(cursor, filter) as EventId | undefined
        const of = { undelivered: filter.undelivered === 'yes', before, limit }
        const { items, next } = await listEvents(desk.read, params.id as WebhookId, of)
        return { page: { items: items.map(wireEvent), next_cursor: cursorText(next, filter) } }
      },
    }),
    route({
      method: 'GET',
      path: '/webhook-events/:event',
      name: 'getWebhookEvent',
      section,
      summary: 'One event, with its last deliveries, the newest first',
      access: 'webhooks.read',
      params: eventParams,
      query: deliveryQuery,
      answer: Type.Object({ event: orderEvent, deliveries: Type.Array(delivery) }),
      refusals: ['not_found'],
      handle: async ({ desk, caller, params, query: { limit } }) => {
        const event = await ownEvent(desk.read, caller.accountId, params.event)
        const deliveries = await listDeliveries(desk.read, { event: event.id }, limit)
        return { event: wireEvent(event), deliveries: deliveries.map(wireDelivery) }
      },
    }),
    route({
      method: 'POST',
      path: '/webhooks/:id/test',
      name: 'testWebhook',
      section,
      summary: 'Send a webhook something now that is signed as events are, and tells of no order',
      access: 'webhooks.edit',
      isApart: true,
      params: idParams,
      answer: tested,
      refusals: ['not_found', 'conflict'],
      handle: async (call) => {
        const { id } = await own(call, 'read')
        const parts = { sql: call.desk.read, sealer, outbound: context.outbound, clock }
        const came = await testWebhook(parts, id)
        return { ...came, ok: came.problem === null }
      },
    }),
    route({
      method: 'POST',
      path: '/webhooks/:id/replay',
      name: 'replayEvents',
      section,
      summary: 'Send the events of a webhook since a time again',
      description:
        'They keep their ids, and their sequence within each order. That is in addition to the tries that are due anyway.',
      access: 'webhooks.edit',
      needsKey: true,
      params: idParams,
      body: bodyOf(replayForm),
      answer: Type.Object({ replayed: Type.Integer() }),
      refusals: ['not_found', 'conflict'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        const { since, undelivered = false } = call.body
        const which = { webhook: id, since: timeOf(since), undelivered }
        return { replayed: await replay(call.desk.change, which, clock) }
      },
    }),
    route({
      method: 'POST',
      path: '/webhook-events/:event/replay',
      name: 'replayEvent',
      section,
      summary: 'Send one event again',
      access: 'webhooks.edit',
      needsKey: true,
      params: eventParams,
      answer: orderEvent,
      refusals: ['not_found', 'conflict'],
      handle: async ({ desk, caller, params }) => {
        const { id } = await ownEvent(desk.change, caller.accountId, params.event)
        await replay(desk.change, { event: id }, clock)
        return wireEvent(await findEvent(desk.change, id))
      },
    }),
    route({
      method: 'POST',
      path: '/webhooks/:id/pause',
      name: 'pauseWebhook',
      section,
      summary: 'Send a webhook nothing more until it is resumed',
      description:
        'What waits for it, and what happens meanwhile, is kept, and can be replayed once it is resumed.',
      access: 'webhooks.edit',
      params: idParams,
      answer: webhook,
      refusals: ['not_found'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        return wireWebhook(await pauseWebhook(call.desk.change, id, clock))
      },
    }),
    route({
      method: 'POST',
      path: '/webhooks/:id/resume',
      name: 'resumeWebhook',
      section,
      summary: 'Send again to a webhook that was paused, or that said it is gone',
      description: 'What happened meanwhile is not sent by that: it can be replayed.',
      access: 'webhooks.edit',
      params: idParams,
      answer: webhook,
      refusals: ['not_found'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        return wireWebhook(await resumeWebhook(call.desk.change, id, clock))
      },
    }),
  ]
}
