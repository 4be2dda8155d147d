import { type Static, Type } from 'typebox'
import {
  type AnnouncementForm,
  type AnnouncementView,
  addAnnouncement,
  announcementState,
  announcementVersion,
  changeAnnouncement,
  findAnnouncement,
  listAnnouncements,
  MAX_BODY,
  MAX_TITLE,
  reachOf,
  removeAnnouncement,
} from '../../../announcements/announcements.ts'
import { MAX_ID } from '../../../lib/ids.ts'
import { languages } from '../../../lib/languages.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { givenTime } from '../../kit/fields.ts'
import {
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
import { route } from '../route.ts'

const section = 'News'
const access = 'resellers.read'
const edits = 'news.edit'

/** MAX_ACCOUNTS is how many accounts may be named. */
const MAX_ACCOUNTS = 1000

const said = {
  title: text(MAX_TITLE),
  body: text(MAX_BODY, { description: 'Plain text; web addresses become links' }),
}
const translation = Type.Object(said, { additionalProperties: false })
const translations = Type.Partial(
  Type.Object(
    Object.fromEntries(languages.map((one) => [one, translation])) as Record<
      (typeof languages)[number],
      typeof translation
    >,
  ),
  {
    additionalProperties: false,
    description: 'What people read whose language it is; all others read `title` and `body`',
  },
)

const audience = {
  group: Type.Optional(orNull(text(100), 'Only accounts of this price group, by name')),
  accounts: Type.Optional(
    orNull(Type.Array(text(64), { maxItems: MAX_ACCOUNTS }), 'Only these accounts, by id or user name'),
  ),
}

const form = {
  ...said,
  ...audience,
  translations: Type.Optional(translations),
  from: Type.Optional(
    orNull(
      Type.String({ format: 'date-time' }),
      'null: now; when left out, now for news that is written, and as it was for news that is changed',
    ),
  ),
  until: Type.Optional(orNull(Type.String({ format: 'date-time' }), 'null: until it is taken away')),
  pinned: Type.Optional(Type.Boolean({ description: 'It stands before all other news' })),
  tell: Type.Optional(
    Type.Boolean({ description: 'People are told of it once it is shown, as they are of `news.written`' }),
  ),
}

const announcement = Type.Object({
  ...{ id, title: Type.String(), body: Type.String(), translations },
  group: orNull(Type.String()),
  accounts: orNull(
    Type.Array(Type.Object({ id, username: Type.String(), name: Type.String() })),
    'null: it does not name any; without a group it is for all',
  ),
  from: time(),
  until: orNull(time()),
  state: oneOf(['planned', 'shown', 'over']),
  pinned: Type.Boolean(),
  tell: Type.Boolean(),
  told_at: orNull(time()),
  reads: Type.Integer({ description: 'How many people have read it in the portal' }),
  created_by: Type.String(),
  created_at: time(),
  version,
})

const wireAnnouncement = (view: AnnouncementView, now: Date): Static<typeof announcement> => ({
  ...{ id: view.id, title: view.title, body: view.body, translations: view.translations },
  ...{ group: view.group, accounts: view.accounts, from: view.shownFrom, until: view.shownUntil },
  state: announcementState(view, now),
  ...{ pinned: view.pinned, tell: view.told, told_at: view.toldAt, reads: view.reads },
  ...{ created_by: view.actor, created_at: view.createdAt, version: announcementVersion(view) },
})

/** `formOf` reads a body that came at `now`. */
const formOf = (
  { from, until, tell: told, ...rest }: Static<ReturnType<typeof bodyOf<typeof form>>>,
  now: Date,
): AnnouncementForm => ({
  ...rest,
  told,
  from: from === undefined ? undefined : from === null ? now : givenTime(from, 'from'),
  until: until == null ? null : givenTime(until, 'until'),
})

export const announcementRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/news',
    name: 'listNews',
    section,
    summary: 'The news that was written for resellers, the newest first',
    access,
    query: Type.Object(pageQuery),
    answer: pageOf(announcement),
    handle: async ({ desk, query: { limit, cursor } }) => {
      const found = await listAnnouncements(desk.read, limit + 1, readCursor(cursor, {}, MAX_ID))
      const { items, next } = pageOfFound(found, limit, (last) => last.id)
      const now = clock.now()
      return {
        page: { items: items.map((one) => wireAnnouncement(one, now)), next_cursor: cursorText(next, {}) },
      }
    },
  }),
  route({
    method: 'GET',
    path: '/news/:id',
    name: 'getNews',
    section,
    summary: 'One piece of news',
    access,
    params: idParams,
    answer: announcement,
    refusals: ['not_found'],
    handle: async ({ desk, params }) =>
      wireAnnouncement(await findAnnouncement(desk.read, params.id), clock.now()),
  }),
  route({
    method: 'POST',
    path: '/news/reach',
    name: 'countNewsReaders',
    section,
    summary: 'How many accounts news would be for, and how many of their people sign in',
    access,
    isQuestion: true,
    body: bodyOf(audience),
    answer: Type.Object({ accounts: Type.Integer(), people: Type.Integer() }),
    refusals: ['not_found', 'invalid_input'],
    handle: ({ desk, body }) => reachOf(desk.read, body),
  }),
  route({
    method: 'POST',
    path: '/news',
    name: 'writeNews',
    section,
    summary: 'Write news for all resellers, for a price group or for some',
    access: edits,
    needsKey: true,
    body: bodyOf(form),
    answer: announcement,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, body }) =>
      wireAnnouncement(
        await addAnnouncement(desk.change, formOf(body, clock.now()), desk.actor, clock),
        clock.now(),
      ),
  }),
  route({
    method: 'PATCH',
    path: '/news/:id',
    name: 'changeNews',
    section,
    summary: 'Write all of it anew; who was told of it is not told again',
    access: edits,
    needsVersion: true,
    params: idParams,
    body: bodyOf(form),
    answer: announcement,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body, version: seen }) =>
      wireAnnouncement(
        await changeAnnouncement(desk.change, params.id, formOf(body, clock.now()), seen),
        clock.now(),
      ),
  }),
  route({
    method: 'DELETE',
    path: '/news/:id',
    name: 'removeNews',
    section,
    summary: 'Take news away',
    access: edits,
    params: idParams,
    answer: nothing,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      await removeAnnouncement(desk.change, params.id)
      return {}
    },
  }),
]
