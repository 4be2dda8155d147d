import { type Static, Type } from 'typebox'
import {
  announcementsFor,
  type ReadAnnouncement,
  readAnnouncements,
} from '../../../announcements/announcements.ts'
import { personOf } from '../../kit/person.ts'
import { bodyOf, id, time } from '../../kit/shapes.ts'
import type { Caller } from '../caller.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'News'

const item = Type.Object({
  ...{ id, title: Type.String(), body: Type.String({ description: 'Plain text' }) },
  at: time('Since when it is shown'),
  pinned: Type.Boolean(),
  is_read: Type.Boolean({ description: 'By this person; nobody who only looks on has read anything' }),
})

const news = Type.Object({ items: Type.Array(item), unread: Type.Integer() })

const wireNews = (items: ReadAnnouncement[]): Static<typeof news> => ({
  items: items.map(({ id: number, title, body, shownFrom: at, pinned, isRead }) => ({
    ...{ id: number, title, body, at, pinned, is_read: isRead },
  })),
  unread: items.filter(({ isRead }) => !isRead).length,
})

const readerOf = ({ accountId, person }: Caller) => ({ accountId, personId: person?.personId ?? null })

export const newsRoutes = ({ clock }: Pick<PortalDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/news',
    name: 'listNews',
    section,
    summary: 'What the shop has to say to the account: what is pinned first, then the newest',
    access: 'account.read',
    answer: news,
    handle: async ({ caller, desk }) => wireNews(await announcementsFor(desk.read, readerOf(caller), clock)),
  }),
  route({
    method: 'POST',
    path: '/news/read',
    name: 'readNews',
    section,
    summary: 'One has read some of it',
    access: 'person',
    body: bodyOf({ ids: Type.Array(id, { maxItems: 100 }) }),
    answer: news,
    handle: async ({ caller, desk, body: { ids } }) => {
      const { personId } = personOf(caller)
      await readAnnouncements(desk.change, { accountId: caller.accountId, personId, ids }, clock)
      return wireNews(await announcementsFor(desk.change, readerOf(caller), clock))
    },
  }),
]
