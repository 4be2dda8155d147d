import { Type } from 'typebox'
import { accountRoles } from '../../../account-people/roles.ts'
import { languages } from '../../../lib/languages.ts'
import { bodyOf, nothing, oneOf, orNull, text } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Getting in'
const token = text(100, { description: 'What stands behind the # of the link' })
const password = Type.String({
  maxLength: 1024,
  description: 'At least 8 characters, and none of the most used ones',
})
const language = Type.Optional(oneOf(languages))

/** `entryRoutes` are for those who cannot sign in yet, or not any more. */
export const entryRoutes = ({ enrolment, registration }: Pick<PortalDeps, 'enrolment' | 'registration'>) => [
  route({
    method: 'POST',
    path: '/invitation/open',
    name: 'openInvitation',
    section,
    summary: 'Whom an invitation is for',
    access: 'anybody',
    body: bodyOf({ token }),
    answer: Type.Object({
      name: Type.String(),
      email: Type.String(),
      role: oneOf(accountRoles),
      language: oneOf(languages),
      account: Type.String({ description: 'Its user name' }),
      account_name: Type.String(),
    }),
    refusals: ['not_found', 'too_many_failed_logins'],
    handle: async ({ body, request }) => {
      const found = await enrolment.open(body.token, request.ip)
      const { name, email, role, language: chosen, username, accountName } = found
      return { name, email, role, language: chosen, account: username, account_name: accountName }
    },
  }),
  route({
    method: 'POST',
    path: '/invitation',
    name: 'acceptInvitation',
    section,
    summary: 'Set name and password, once',
    description: 'What is wrong with either is said at once.',
    access: 'anybody',
    body: bodyOf({ token, name: Type.String({ maxLength: 100 }), password, language }),
    answer: Type.Object({ email: Type.String() }),
    refusals: ['not_found', 'too_many_failed_logins'],
    handle: ({ body: { token: given, ...form }, request }) => enrolment.accept(given, form, request.ip),
  }),
  route({
    method: 'POST',
    path: '/reset/ask',
    name: 'askForReset',
    section,
    summary: 'Have a link sent by which another password is set, within 30 minutes',
    description: 'The answer is the same whether somebody signs in with the e-mail address or not.',
    access: 'anybody',
    body: bodyOf({ email: text(254) }),
    answer: nothing,
    refusals: ['too_many_failed_logins'],
    handle: async ({ body, request }) => {
      await enrolment.askForReset(body.email, request.ip)
      return {}
    },
  }),
  route({
    method: 'POST',
    path: '/reset',
    name: 'resetPassword',
    section,
    summary: 'Set another password by the link; all sign-ins end, and the second factor stays',
    access: 'anybody',
    body: bodyOf({ token, password }),
    answer: Type.Object({ email: Type.String() }),
    refusals: ['not_found', 'too_many_failed_logins'],
    handle: ({ body, request }) => enrolment.reset(body.token, body.password, request.ip),
  }),
  route({
    method: 'GET',
    path: '/registration',
    name: 'getRegistration',
    section,
    summary: 'Whether who has no account may ask for one, and what is said beside that',
    access: 'anybody',
    answer: Type.Object({
      open: Type.Boolean({ description: 'Who has no account may ask for one' }),
      registration: oneOf(['closed', 'invitation', 'open'], {
        description: '`invitation`: accounts are by invitation. `closed`: there are no new ones',
      }),
      welcome: orNull(Type.String(), 'Plain text, in lines'),
      terms: orNull(Type.String(), 'Plain text: who asks for an account agrees to it'),
    }),
    handle: async () => {
      const shown = await registration.shown()
      return { open: shown.registration === 'open', ...shown }
    },
  }),
  route({
    method: 'POST',
    path: '/registration',
    name: 'register',
    section,
    summary: 'Ask for an account',
    description:
      'A link is sent that proves the e-mail address, within 30 minutes; then somebody of the staff decides. The answer is the same whether ' +
      'somebody signs in with the address or not.',
    access: 'anybody',
    body: bodyOf({
      name: text(100),
      email: text(254),
      contact: Type.Optional(Type.String({ maxLength: 200, description: 'Where else you are reached' })),
      country: Type.Optional(Type.String({ maxLength: 100 })),
      note: Type.Optional(Type.String({ maxLength: 1000 })),
      language,
    }),
    answer: nothing,
    refusals: ['too_many_failed_logins'],
    handle: async ({ body, request }) => {
      await registration.register(body, request.ip)
      return {}
    },
  }),
  route({
    method: 'POST',
    path: '/registration/verify',
    name: 'verifyRegistration',
    section,
    summary: 'Prove the e-mail address by the link',
    access: 'anybody',
    body: bodyOf({ token }),
    answer: nothing,
    refusals: ['not_found', 'too_many_failed_logins'],
    handle: async ({ body, request }) => {
      await registration.verify(body.token, request.ip)
      return {}
    },
  }),
]
