import { Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { MAX_ID, type WebhookId } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { webhookAttributes } from '../../../webhooks/attributes.ts'
import { findEvent, listDeliveries, replay } from '../../../webhooks/events.ts'
import { eventIdOf } from '../../../webhooks/webhook.ts'
import { findWebhook, listWebhooks, pauseWebhook, resumeWebhook } from '../../../webhooks/webhooks.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { formOf } from '../../kit/nouns.ts'
import { bodyOf, id, idParams, oneOf, orNull, pageOf, pageQuery, text, time } from '../../kit/shapes.ts'
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
import {
  eventsPage,
  eventsQuery,
  eventWithDeliveries,
  replayedSince,
  signedAnew,
  toldAt,
  triedNow,
} from '../../kit/webhook-work.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Webhooks'
const access = 'resellers.read'

export const webhookRoutes = ({
  sealer,
  context,
  clock,
  outboundAllow,
}: Pick<OperatorDeps, 'sealer' | 'context' | 'clock' | 'outboundAllow'>) => [
  route({
    method: 'GET',
    path: '/webhooks',
    name: 'listWebhooks',
    section,
    summary: 'Where resellers are told of orders, by id, and how that goes',
    command: 'webhook list',
    access,
    query: Type.Object({
      ...pageQuery,
      account: Type.Optional(text(64, { description: 'Id or user name' })),
      status: Type.Optional(oneOf(['active', 'paused', 'gone'])),
    }),
    answer: pageOf(webhook),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const { account, status } = filter
      const after = readCursor(cursor, filter, MAX_ID) as WebhookId | undefined
      const accountId = account === undefined ? undefined : (await findAccount(desk.read, account)).id
      const found = await listWebhooks(desk.read, { accountId, status, after }, limit + 1)
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return {
        page: {
          items: items.map(wireWebhook),
          next_cursor: cursorText(next, filter),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/webhooks/:id',
    name: 'getWebhook',
    section,
    summary: 'One webhook',
    command: 'webhook show',
    access,
    params: idParams,
    answer: webhook,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => wireWebhook(await findWebhook(desk.read, params.id as WebhookId)),
  }),
  route({
    method: 'GET',
    path: '/webhooks/:id/events',
    name: 'listWebhookEvents',
    section,
    summary: 'What there was to tell a webhook, the newest first',
    description:
      'A list of what has not arrived looks at 200,000 events at a time: a page may have few of them, or none, and go on behind its cursor.',
    command: 'webhook events',
    access,
    params: idParams,
    query: eventsQuery,
    answer: pageOf(orderEvent),
    refusals: ['not_found'],
    handle: ({ desk, params, query }) => eventsPage(desk.read, params.id as WebhookId, query),
  }),
  route({
    method: 'GET',
    path: '/webhooks/:id/deliveries',
    name: 'listWebhookDeliveries',
    section,
    summary: 'The last deliveries to a webhook, the newest first',
    command: 'webhook attempts',
    access,
    params: idParams,
    query: deliveryQuery,
    answer: Type.Object({ items: Type.Array(delivery) }),
    refusals: ['not_found'],
    handle: async ({ desk, params, query: { limit } }) => {
      const found = await listDeliveries(desk.read, { webhook: params.id as WebhookId }, limit)
      return { items: found.map(wireDelivery) }
    },
  }),
  route({
    method: 'GET',
    path: '/webhook-events/:event',
    name: 'getWebhookEvent',
    section,
    summary: 'One event, with its last deliveries, the newest first',
    command: 'webhook attempts',
    access,
    params: eventParams,
    query: deliveryQuery,
    answer: Type.Object({ event: orderEvent, deliveries: Type.Array(delivery) }),
    refusals: ['invalid_input', 'not_found'],
    handle: async ({ desk, params, query: { limit } }) =>
      eventWithDeliveries(desk.read, await findEvent(desk.read, eventIdOf(params.event)), limit),
  }),
  route({
    method: 'POST',
    path: '/webhooks/:id/test',
    name: 'testWebhook',
    section,
    summary: 'Send a webhook something now that is signed as events are, and tells of no order',
    command: 'webhook test',
    access: 'orders.act',
    isApart: true,
    params: idParams,
    answer: tested,
    refusals: ['not_found', 'conflict'],
    handle: ({ desk, params }) => triedNow(desk.read, params.id as WebhookId, { sealer, context, clock }),
  }),
  route({
    method: 'POST',
    path: '/webhooks/:id/replay',
    name: 'replayEvents',
    section,
    summary: 'Send the events of a webhook since a time again',
    description:
      'They keep their ids, and their sequence within each order. That is in addition to the tries that are due anyway.',
    command: 'webhook replay',
    access: 'orders.act',
    needsKey: true,
    params: idParams,
    body: bodyOf(replayForm),
    answer: Type.Object({ replayed: Type.Integer() }),
    refusals: ['not_found', 'conflict'],
    handle: ({ desk, params, body }) => replayedSince(desk.change, params.id as WebhookId, body, clock),
  }),
  route({
    method: 'POST',
    path: '/webhook-events/:event/replay',
    name: 'replayEvent',
    section,
    summary: 'Send one event again',
    command: 'webhook replay',
    access: 'orders.act',
    needsKey: true,
    params: eventParams,
    answer: orderEvent,
    refusals: ['invalid_input', 'not_found', 'conflict'],
    handle: async ({ desk, params }) => {
      const event = eventIdOf(params.event)
      await replay(desk.change, { event }, clock)
      return wireEvent(await findEvent(desk.change, event))
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
    command: 'webhook pause',
    access: 'orders.act',
    params: idParams,
    answer: webhook,
    refusals: ['not_found'],
    handle: async ({ desk, params }) =>
      wireWebhook(await pauseWebhook(desk.change, params.id as WebhookId, clock)),
  }),
  route({
    method: 'POST',
    path: '/webhooks/:id/resume',
    name: 'resumeWebhook',
    section,
    summary: 'Send again to a webhook that was paused, or that said it is gone',
    description: 'What happened meanwhile is not sent by that: it can be replayed.',
    command: 'webhook resume',
    access: 'orders.act',
    params: idParams,
    answer: webhook,
    refusals: ['not_found'],
    handle: async ({ desk, params }) =>
      wireWebhook(await resumeWebhook(desk.change, params.id as WebhookId, clock)),
  }),
  route({
    method: 'PATCH',
    path: '/webhooks/:id',
    name: 'changeWebhook',
    section,
    summary: 'Tell a webhook at another URL, of what waits, too',
    description: 'One that was stopped stays so until it is resumed.',
    command: 'webhook set',
    access: 'keys.edit',
    params: idParams,
    needsVersion: true,
    body: formOf(webhookAttributes, 'change'),
    answer: webhook,
    refusals: ['not_found', 'invalid_input'],
    handle: ({ desk, params, body, version: seen }) => {
      const to = { url: String(body['url']), allow: outboundAllow, seen }
      return toldAt(desk.change, params.id as WebhookId, to, clock)
    },
  }),
  route({
    method: 'POST',
    path: '/webhooks/:id/rotate',
    name: 'rotateWebhookSecret',
    section,
    summary: 'A new signing secret, which is shown this once',
    command: 'webhook rotate',
    access: 'keys.edit',
    needsKey: true,
    params: idParams,
    body: bodyOf({
      overlap_hours: Type.Integer({
        minimum: 0,
        maximum: 720,
        default: 24,
        description: 'So long the one before signs, too',
      }),
    }),
    shownOnce: ['secret'],
    answer: Type.Object({
      id,
      secret: orNull(Type.String(), 'null in a repeated answer'),
      previous_until: orNull(time(), 'null: the one before is worth nothing any more'),
    }),
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params: { id }, body: { overlap_hours: hours } }) => ({
      id,
      ...(await signedAnew(desk.change, id as WebhookId, hours, { sealer, clock })),
    }),
  }),
]
