import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { actBecause } from '../../../audit/acting.ts'
import { channelKinds } from '../../../integrations/channels/index.ts'
import { orThrow } from '../../../lib/fault.ts'
import { MAX_ID, type NoticeId, type SubscriptionId } from '../../../lib/ids.ts'
import { languages } from '../../../lib/languages.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { type ChannelView, channelAttributes } from '../../../notices/channel-attributes.ts'
import {
  channelVersion,
  createChannel,
  findChannel,
  listChannels,
  removeChannel,
  sendTest,
  showChannel,
  updateChannel,
} from '../../../notices/channels.ts'
import { type EventName, events, rulesOf } from '../../../notices/events.ts'
import { listNotices, messageStates, type NoticeMessage } from '../../../notices/notices.ts'
import { preview } from '../../../notices/preview.ts'
import {
  findSubscription,
  listSubscriptions,
  readAddress,
  type Subscription,
  setEvents,
  subscribe,
  subscriptionVersion,
  unsubscribe,
} from '../../../notices/subscriptions.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { formOf, inColumns, type Json, shapeOf, wire } from '../../kit/nouns.ts'
import {
  becauseQuery,
  bodyOf,
  id,
  idParams,
  nothing,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
  version,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { channelKindShape, kindFields, kindForm, wireChannelKind } from '../kinds.ts'
import { route } from '../route.ts'

const section = 'Notices'
const access = 'notices.edit'

const channel = shapeOf(channelAttributes, { more: { version } })

const wireChannel = (view: ChannelView): Json => ({
  ...wire(channelAttributes, view),
  version: channelVersion(view),
})

const fields = kindFields('GET /channel-kinds')
const channelParams = Type.Object({ name: text(100) })

/** Channel is a new way to send notices, as a body gives it: without a name it is called as its kind. */
type Channel = Omit<Parameters<typeof createChannel>[1], 'name'> & { name?: string }

/** `delivery` is what became of a test message. */
const delivery = Type.Object({
  ok: Type.Boolean({ description: 'It got there, as far as the channel says' }),
  address: Type.String(),
  problem: orNull(Type.String()),
})

const subscription = Type.Object({
  id,
  account: orNull(id, 'null: it is told of what operators look after'),
  username: orNull(Type.String()),
  channel: Type.String({ description: 'The kind of the channel' }),
  channel_name: Type.String(),
  address: Type.String(),
  events: orNull(Type.Array(Type.String()), 'null: all of its side'),
  created_by: Type.String(),
  created_at: time(),
  version,
})

const wireSubscription = (one: Subscription): Static<typeof subscription> => ({
  ...{ id: one.id, account: one.accountId, username: one.username, channel: one.channel },
  ...{ channel_name: one.channelName, address: one.address, events: one.events },
  ...{ created_by: one.actor, created_at: one.createdAt, version: subscriptionVersion(one) },
})

const message = Type.Object({
  channel: Type.String({ description: 'The kind of the channel' }),
  address: Type.String(),
  state: oneOf(messageStates, {
    description:
      '`sent`: the channel took it. `waiting`: it is tried, for three and a half hours. `unwanted`: its receiver was removed before',
  }),
  problem: orNull(Type.String(), 'Why it may not have arrived, by the last attempt that failed'),
  queued_at: time(),
  sent_at: orNull(time()),
})

const notice = Type.Object({
  id: Type.Integer(),
  event: oneOf(Object.keys(events) as EventName[]),
  subject: Type.String({ description: 'The thing that it is about, such as the id of a supplier' }),
  account: orNull(id),
  username: orNull(Type.String()),
  raised_at: time(),
  sent_at: time(),
  seen_at: time('When its cause was last found'),
  ended_at: orNull(time('When its cause was gone')),
  told: Type.Object(
    { all: Type.Integer(), sent: Type.Integer(), waiting: Type.Integer(), failed: Type.Integer() },
    { description: 'How many messages there are of it; where it is told again, of all times' },
  ),
  messages: Type.Array(message, {
    description: 'Twenty at most: those that have not arrived, then the newest',
  }),
})

const wireMessage = ({ queuedAt, sentAt, ...one }: NoticeMessage): Static<typeof message> => ({
  ...{ channel: one.channel, address: one.address, state: one.state, problem: one.problem },
  ...{ queued_at: queuedAt, sent_at: sentAt },
})

export const noticeRoutes = ({
  sealer,
  clock,
  context,
}: Pick<OperatorDeps, 'sealer' | 'clock' | 'context'>) => [
  route({
    method: 'GET',
    path: '/notices',
    name: 'listNotices',
    section,
    summary: 'What people were told of, the newest first',
    access,
    query: Type.Object({
      ...pageQuery,
      open: Type.Optional(oneOf(['yes'], { description: 'Only those whose cause is still there' })),
      failed: Type.Optional(oneOf(['yes'], { description: 'Only those of which a message was given up' })),
      event: Type.Optional(oneOf(Object.keys(events) as EventName[])),
      account: Type.Optional(text(64, { description: 'Of what happened to this account: id or user name' })),
    }),
    answer: pageOf(notice),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const before = readCursor(cursor, filter) as NoticeId | undefined
      const { open, failed, event, account } = filter
      const found = await listNotices(desk.read, {
        ...{ open: open === 'yes', failed: failed === 'yes', event, before, limit: limit + 1 },
        accountId: account === undefined ? undefined : (await findAccount(desk.read, account)).id,
      })
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return {
        page: {
          items: items.map((one) => ({
            ...{ id: one.id, event: one.event, subject: one.subject },
            ...{ account: one.accountId, username: one.username },
            ...{ raised_at: one.raisedAt, sent_at: one.sentAt, seen_at: one.seenAt, ended_at: one.endedAt },
            told: one.told,
            messages: one.messages.map(wireMessage),
          })),
          next_cursor: cursorText(next, filter),
        },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/notice-events',
    name: 'listNoticeEvents',
    section,
    summary: 'All that somebody can be told of',
    command: 'notify events',
    access,
    answer: Type.Object({
      items: Type.Array(
        Type.Object({
          name: Type.String(),
          for: Type.Array(oneOf(['operator', 'account'])),
          description: Type.String(),
        }),
      ),
    }),
    handle: () => ({
      items: (Object.keys(events) as EventName[]).map((name) => {
        const { sides, description } = rulesOf(name)
        return { name, for: [...sides], description }
      }),
    }),
  }),
  route({
    method: 'GET',
    path: '/notice-channels',
    name: 'listNoticeChannels',
    section,
    summary: 'The ways to send notices, by id',
    command: 'notify channel list',
    access,
    answer: Type.Object({ items: Type.Array(channel) }),
    handle: async ({ desk }) => ({
      items: (await listChannels({ sql: desk.read, sealer })).map(wireChannel),
    }),
  }),
  route({
    method: 'GET',
    path: '/notice-channels/:name',
    name: 'getNoticeChannel',
    section,
    summary: 'One way to send notices, with its settings',
    command: 'notify channel show',
    access,
    params: channelParams,
    answer: channel,
    refusals: ['not_found'],
    handle: async ({ desk, params }) =>
      wireChannel(await showChannel({ sql: desk.read, sealer }, params.name)),
  }),
  route({
    method: 'GET',
    path: '/channel-kinds',
    name: 'listChannelKinds',
    section,
    summary: 'The kinds of ways to send notices, with what each is configured with',
    access,
    answer: Type.Object({ items: Type.Array(channelKindShape) }),
    handle: () => ({ items: channelKinds.kinds.map(wireChannelKind) }),
  }),
  route({
    method: 'POST',
    path: '/notice-channels',
    name: 'addNoticeChannel',
    section,
    summary: 'A new way to send notices; its secrets are kept sealed, and are not shown again',
    command: 'notify channel add',
    access,
    needsKey: true,
    body: formOf(channelAttributes, 'create', { more: fields }),
    answer: channel,
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, body }) => {
      const { kind, name = kind, ...given } = kindForm(channelAttributes, body) as Channel
      return wireChannel(
        await inColumns(
          channelAttributes,
          body,
          () => createChannel({ sql: desk.change, sealer }, { ...given, kind, name }, clock),
          channelKinds,
        ),
      )
    },
  }),
  route({
    method: 'PATCH',
    path: '/notice-channels/:name',
    name: 'changeNoticeChannel',
    section,
    summary:
      'Change settings and secrets of a way to send notices, one by one; what is sent from now on follows',
    command: 'notify channel update',
    access,
    params: channelParams,
    needsVersion: true,
    body: formOf(channelAttributes, 'change', { more: fields }),
    answer: channel,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body, version: seen }) =>
      wireChannel(
        await inColumns(
          channelAttributes,
          body,
          () =>
            updateChannel(
              { sql: desk.change, sealer },
              params.name,
              kindForm(channelAttributes, body),
              clock,
              seen,
            ),
          channelKinds,
        ),
      ),
  }),
  route({
    method: 'DELETE',
    path: '/notice-channels/:name',
    name: 'removeNoticeChannel',
    section,
    summary: 'Send nothing more by it; refused while somebody is told by it',
    command: 'notify channel remove',
    access,
    params: channelParams,
    query: becauseQuery,
    answer: nothing,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, params, query: { why } }) => {
      await actBecause(desk.change, why)
      await removeChannel(desk.change, params.name)
      return {}
    },
  }),
  route({
    method: 'POST',
    path: '/notice-channels/:name/test',
    name: 'testNoticeChannel',
    section,
    summary: 'Send a message by it now, to try it',
    command: 'notify channel test',
    access,
    isApart: true,
    params: channelParams,
    body: bodyOf({
      to: text(1000, { description: 'An address of the kind, as `GET /channel-kinds` describes it' }),
    }),
    answer: delivery,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body: { to } }) => {
      const { id: channelId, kind } = await findChannel(desk.read, params.name)
      const address = await inFieldsOf({ [kind]: 'to' }, async () => orThrow(readAddress(kind, to)))
      const problem = await sendTest({ sql: desk.read, sealer, context }, channelId, address)
      return { ok: problem === null, address, problem }
    },
  }),
  route({
    method: 'GET',
    path: '/notice-subscriptions',
    name: 'listNoticeSubscriptions',
    section,
    summary: 'Who is told of what, by id',
    command: 'notify list',
    access,
    query: Type.Object(pageQuery),
    answer: pageOf(subscription),
    handle: async ({ desk, query: { limit, cursor } }) => {
      const after = readCursor(cursor, {}, MAX_ID) as SubscriptionId | undefined
      const found = await listSubscriptions(desk.read, limit + 1, after)
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return { page: { items: items.map(wireSubscription), next_cursor: cursorText(next, {}) } }
    },
  }),
  route({
    method: 'POST',
    path: '/notice-subscriptions',
    name: 'addNoticeSubscription',
    section,
    summary: 'Tell one more person or chat',
    command: 'notify add',
    access,
    needsKey: true,
    body: bodyOf({
      channel: text(100, { description: 'The name of the way to send notices' }),
      address: text(1000, { description: 'As its kind takes it, which `GET /channel-kinds` describes' }),
      account: Type.Optional(
        text(64, {
          description:
            'Of what happens to this account, by id or user name; without it, of what operators look after',
        }),
      ),
      events: Type.Optional(
        orNull(
          Type.Array(Type.String()),
          'Only of these, of `GET /notice-events`; null or left out: all of that side',
        ),
      ),
    }),
    answer: subscription,
    refusals: ['not_found', 'invalid_input', 'conflict'],
    handle: async ({ desk, body: { channel: name, account, address, events: wanted } }) => {
      const accountId = account === undefined ? null : (await findAccount(desk.change, account)).id
      const { kind } = await findChannel(desk.change, name)
      const given = { accountId, kind, channel: name, address, events: wanted ?? [] }
      return wireSubscription(
        await inFieldsOf({ [kind]: 'address', event: 'events' }, () =>
          subscribe(desk.change, given, desk.actor, clock),
        ),
      )
    },
  }),
  route({
    method: 'PATCH',
    path: '/notice-subscriptions/:id',
    name: 'changeNoticeSubscription',
    section,
    summary: 'Say anew what all this one is told',
    command: 'notify update',
    access,
    params: idParams,
    needsVersion: true,
    body: bodyOf({ events: orNull(Type.Array(Type.String()), 'null: all of its side, later ones too') }),
    answer: subscription,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body, version: seen = '' }) =>
      wireSubscription(await setEvents(desk.change, params.id as SubscriptionId, body.events, seen)),
  }),
  route({
    method: 'DELETE',
    path: '/notice-subscriptions/:id',
    name: 'removeNoticeSubscription',
    section,
    summary: 'Tell this one nothing more',
    command: 'notify remove',
    access,
    params: idParams,
    query: becauseQuery,
    answer: nothing,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, query: { why } }) => {
      await actBecause(desk.change, why)
      await unsubscribe(desk.change, params.id as SubscriptionId)
      return {}
    },
  }),
  route({
    method: 'POST',
    path: '/notice-subscriptions/:id/test',
    name: 'testNoticeSubscription',
    section,
    summary: 'Send this one a message now, to try it',
    command: 'notify test',
    access,
    isApart: true,
    params: idParams,
    answer: delivery,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const { channelId, address } = await findSubscription(desk.read, params.id as SubscriptionId)
      const problem = await sendTest({ sql: desk.read, sealer, context }, channelId, address)
      return { ok: problem === null, address, problem }
    },
  }),
  route({
    method: 'GET',
    path: '/notice-events/:event/preview',
    name: 'previewNoticeEvent',
    section,
    summary: 'What would be told of an event now; nothing is sent',
    description:
      'To operators what is so; to accounts of made-up things, because those are told of what happens to them.',
    command: 'notify preview',
    access,
    params: Type.Object({ event: text(100) }),
    query: Type.Object({
      account: Type.Optional(text(64, { description: 'To this account, in its language' })),
      language: Type.Optional(oneOf(languages, { description: 'To an account, in this language' })),
    }),
    answer: Type.Object({
      messages: Type.Array(Type.Object({ title: Type.String(), text: Type.String() })),
    }),
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, query: { account, language } }) => {
      const found = account === undefined ? undefined : await findAccount(desk.read, account)
      const side = found || language ? 'account' : undefined
      const said = { side, language: language ?? found?.language ?? 'en' } as const
      return { messages: await preview(desk.read, clock, params.event, said) }
    },
  }),
]
