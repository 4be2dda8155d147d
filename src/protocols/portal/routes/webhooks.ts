import { Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import type { AccountId, WebhookId } from '../../../lib/ids.ts'
import type { Desk } from '../../../people/desk.ts'
import { findEvent, replay } from '../../../webhooks/events.ts'
import { eventIdOf } from '../../../webhooks/webhook.ts'
import {
  findWebhook,
  findWebhookOf,
  listWebhooks,
  pauseWebhook,
  resumeWebhook,
} from '../../../webhooks/webhooks.ts'
import { bodyOf, idParams, oneOf, orNull, pageOf, text, time } from '../../kit/shapes.ts'
import {
  delivery,
  deliveryQuery,
  eventParams,
  orderEvent,
  replayForm,
  tested,
  webhook,
  wireEvent,
  wireWebhook,
} from '../../kit/webhook-shapes.ts'
import {
  eventsPage,
  eventsQuery,
  eventWithDeliveries,
  replayedSince,
  signedAnew,
  toldAt,
  triedNow,
} from '../../kit/webhook-work.ts'
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
      refusals: ['not_found', 'invalid_input'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        const to = { url: call.body.url, allow: config.outboundAllow }
        return toldAt(call.desk.change, id, to, clock)
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
        return signedAnew(call.desk.change, id, Number(call.body.overlap_hours), { sealer, clock })
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
      query: eventsQuery,
      answer: pageOf(orderEvent),
      refusals: ['not_found'],
      handle: async (call) => {
        const { id } = await own(call, 'read')
        return eventsPage(call.desk.read, id, call.query)
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
        return eventWithDeliveries(desk.read, event, limit)
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
        return triedNow(call.desk.read, id, { sealer, context, clock })
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
        return replayedSince(call.desk.change, id, call.body, clock)
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
