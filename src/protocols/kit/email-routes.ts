import { type Static, Type } from 'typebox'
import type { EmailChanges, OwnEmail } from '../../people/email-changes.ts'
import { personOf, route } from './person.ts'
import { bodyOf, orNull, text, time } from './shapes.ts'

const section = 'Oneself'

const ownEmail = Type.Object({
  email: Type.String({ description: 'What one signs in with' }),
  possible: Type.Boolean({ description: 'false: no mail with a link can be sent from here' }),
  pending: orNull(
    Type.Object({ email: Type.String(), until: time('When the link ends') }),
    'The address that takes its place once its link is used; null: none was asked for',
  ),
})

const wireOwnEmail = ({ email, isPossible: possible, pending }: OwnEmail): Static<typeof ownEmail> => ({
  ...{ email, possible },
  pending: pending && { email: pending.email, until: pending.endsAt },
})

/** `emailRoutes` are those by which people sign in with another e-mail address. */
export const emailRoutes = ({ emailChanges }: { emailChanges: EmailChanges }) => [
  route({
    method: 'GET',
    path: '/me/email',
    name: 'getOwnEmail',
    section,
    summary: 'The e-mail address that one signs in with, and the one that is to take its place',
    access: 'person',
    answer: ownEmail,
    handle: async ({ caller, desk }) =>
      wireOwnEmail(await emailChanges.show(desk.read, personOf(caller).personId)),
  }),
  route({
    method: 'POST',
    path: '/me/email',
    name: 'askForEmail',
    section,
    summary: 'Have a link sent to another e-mail address; until it is used, one signs in with the old one',
    description:
      'The link works once, within 24 hours. The old address is told at once, and once more when it is used.',
    access: 'proved person',
    body: bodyOf({ email: text(254) }),
    answer: ownEmail,
    refusals: ['invalid_input', 'conflict', 'too_many_failed_logins'],
    handle: async ({ caller, desk, body, request }) =>
      wireOwnEmail(await emailChanges.ask(desk.change, personOf(caller).personId, body.email, request.ip)),
  }),
  route({
    method: 'DELETE',
    path: '/me/email',
    name: 'withdrawEmail',
    section,
    summary: 'Keep the old address: the link works no more',
    access: 'person',
    answer: ownEmail,
    handle: async ({ caller, desk }) =>
      wireOwnEmail(await emailChanges.withdraw(desk.change, personOf(caller).personId)),
  }),
  route({
    method: 'POST',
    path: '/email',
    name: 'confirmEmail',
    section,
    summary: 'Sign in with the e-mail address to which the link was sent from now on',
    access: 'anybody',
    body: bodyOf({ token: text(100, { description: 'What stands behind the # of the link' }) }),
    answer: Type.Object({ email: Type.String() }),
    refusals: ['not_found', 'conflict', 'too_many_failed_logins'],
    handle: ({ body, request }) => emailChanges.confirm(body.token, request.ip),
  }),
]
