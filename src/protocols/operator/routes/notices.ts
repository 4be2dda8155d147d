import { type Static, Type } from 'typebox'
import { channelKinds } from '../../../integrations/channels/index.ts'
import type { NoticeId, SubscriptionId } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { channelAttributes } from '../../../notices/channel-attributes.ts'
import { listChannels, showChannel } from '../../../notices/channels.ts'
import { type EventName, events, rulesOf } from '../../../notices/events.ts'
import { listNotices } from '../../../notices/notices.ts'
import { listSubscriptions, type Subscription } from '../../../notices/subscriptions.ts'
import { cursorText, readCursor } from '../cursors.ts'
import type { OperatorDeps } from '../deps.ts'
import { kindShape, wireKind } from '../kinds.ts'
import { shapeOf, wire } from '../nouns.ts'
import { route } from '../route.ts'
import { id, MAX_ID, oneOf, orNull, pageOf, pageQuery, text, time } from '../shapes.ts'

const section = 'Notices'
const access = 'notices.edit'

const channel = shapeOf(channelAttributes)

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
})

const wireSubscription = (one: Subscription): Static<typeof subscription> => ({
  ...{ id: one.id, account: one.accountId, username: one.username, channel: one.channel },
  ...{ channel_name: one.channelName, address: one.address, events: one.events },
  ...{ created_by: one.actor, created_at: one.createdAt },
})

const notice = Type.Object({
  id: Type.Integer(),
  event: oneOf(Object.keys(events) as EventName[]),
  subject: Type.String({ description: 'The thing that it is about, such as the id of a supplier' }),
  account: orNull(id),
  raised_at: time(),
  sent_at: time(),
  seen_at: time('When its cause was last found'),
  ended_at: orNull(time('When its cause was gone')),
})

export const noticeRoutes = ({ sealer }: Pick<OperatorDeps, 'sealer'>) => [
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
    }),
    answer: pageOf(notice),
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const before = readCursor(cursor, filter) as NoticeId | undefined
      const found = await listNotices(desk.read, { open: filter.open === 'yes', before, limit: limit + 1 })
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      return {
        page: {
          items: items.map((one) => ({
            ...{ id: one.id, event: one.event, subject: one.subject, account: one.accountId },
            ...{ raised_at: one.raisedAt, sent_at: one.sentAt, seen_at: one.seenAt, ended_at: one.endedAt },
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
      items: (await listChannels({ sql: desk.read, sealer })).map((one) => wire(channelAttributes, one)),
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
    params: Type.Object({ name: text(100) }),
    answer: channel,
    refusals: ['not_found'],
    handle: async ({ desk, params }) =>
      wire(channelAttributes, await showChannel({ sql: desk.read, sealer }, params.name)),
  }),
  route({
    method: 'GET',
    path: '/channel-kinds',
    name: 'listChannelKinds',
    section,
    summary: 'The kinds of ways to send notices, with what each is configured with',
    access,
    answer: Type.Object({ items: Type.Array(kindShape) }),
    handle: () => ({ items: channelKinds.kinds.map(wireKind) }),
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
]
