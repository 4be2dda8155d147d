import { type Static, Type } from 'typebox'
import { languages } from '../../../lib/languages.ts'
import {
  listMessages,
  type MessageText,
  previewMessage,
  setMessage,
} from '../../../message-texts/messages.ts'
import { bodyOf, oneOf, orNull, text, version } from '../../kit/shapes.ts'
import { route } from '../route.ts'

const section = 'Messages'

const written = Type.Object({ title: Type.String(), text: Type.String() })
const given = { title: text(200), text: text(4000) }

const message = Type.Object({
  name: Type.String({
    description: 'Such as `mail.invitation`; `.one` stands behind it where there is one thing',
  }),
  language: oneOf(languages),
  placeholders: Type.Array(Type.String(), { description: 'What may stand in it as `{name}`' }),
  needed: Type.Array(Type.String(), { description: 'What must' }),
  ours: written,
  set: orNull(written, 'What the staff has written; null: the program says it in its own words'),
  version,
})

const wireMessage = (one: MessageText): Static<typeof message> => ({ ...one })

const params = Type.Object({ name: text(64), language: oneOf(languages) })

export const messageRoutes = () => [
  route({
    method: 'GET',
    path: '/messages',
    name: 'listMessages',
    section,
    summary: 'Every mail and notice to resellers, in every language',
    access: 'settings.read',
    answer: Type.Object({ items: Type.Array(message) }),
    handle: async ({ desk }) => ({ items: (await listMessages(desk.read)).map(wireMessage) }),
  }),
  route({
    method: 'POST',
    path: '/messages/:name/:language/preview',
    name: 'previewMessage',
    section,
    summary: 'A text as it would arrive, with values of an example; nothing is kept',
    access: 'settings.read',
    isQuestion: true,
    params,
    body: bodyOf(given),
    answer: written,
    refusals: ['not_found', 'invalid_input'],
    handle: ({ params: which, body }) => previewMessage(which, body),
  }),
  route({
    method: 'PATCH',
    path: '/messages/:name/:language',
    name: 'changeMessage',
    section,
    summary: 'Write a text in place of the program’s own',
    access: 'settings.edit',
    needsVersion: true,
    params,
    body: bodyOf(given),
    answer: message,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params: which, body, version: seen }) =>
      wireMessage(await setMessage(desk.change, which, body, seen)),
  }),
  route({
    method: 'DELETE',
    path: '/messages/:name/:language',
    name: 'resetMessage',
    section,
    summary: 'Have the program say it in its own words again',
    access: 'settings.edit',
    params,
    answer: message,
    refusals: ['not_found'],
    handle: async ({ desk, params: which }) => wireMessage(await setMessage(desk.change, which, null)),
  }),
]
