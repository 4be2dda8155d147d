import { Type } from 'typebox'
import { languages } from '../../../lib/languages.ts'
import { roles } from '../../../staff/roles.ts'
import { recoveryCodes, totp } from '../../kit/own-routes.ts'
import { begin, begun, placeOf } from '../../kit/session-routes.ts'
import { bodyOf, oneOf, orNull, text } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Signing in'
const invitation = text(100, {
  description: 'What `imeigate staff invite`, the first start or an owner gave',
})

/** `told` is a text of a form whose faults are all said at once, one that is missing among them: the domain finds them. */
const told = (maxLength: number, description?: string) =>
  Type.String({ maxLength, ...(description !== undefined && { description }) })

export const invitationRoutes = ({ enrolment, signIns }: Pick<OperatorDeps, 'enrolment' | 'signIns'>) => [
  route({
    method: 'POST',
    path: '/invitation/open',
    name: 'openInvitation',
    section,
    summary: 'What an invitation is for, with a fresh secret for the authenticator app',
    access: 'anybody',
    body: bodyOf({ invitation }),
    answer: Type.Object({
      role: oneOf(roles),
      name: Type.String(),
      email: orNull(Type.String(), 'null: whoever uses it says theirs'),
      totp,
      asks_business: Type.Boolean({ description: 'Whoever uses it says what the business is, too' }),
    }),
    refusals: ['not_found'],
    handle: async ({ body }) => {
      const { asksBusiness, ...offer } = await enrolment.open(body.invitation)
      return { ...offer, asks_business: asksBusiness }
    },
  }),
  route({
    method: 'POST',
    path: '/invitation',
    name: 'acceptInvitation',
    section,
    summary: 'Set name, password and second factor, once, and be signed in',
    description: 'The answer sets a cookie. What is wrong with any of the values is said at once.',
    access: 'anybody',
    body: bodyOf({
      invitation,
      name: told(100),
      email: told(254),
      password: told(1024, 'At least 12 characters, and none of the most used ones'),
      totp_secret: text(100, { description: 'The one that was offered' }),
      code: told(20, 'What the app shows for it'),
      language: Type.Optional(
        oneOf(languages, { description: 'Of the console, and of mails to the person' }),
      ),
      business: Type.Optional(
        bodyOf({
          name: told(200),
          home_currency: told(10, 'The one that it counts in, such as USD'),
          time_zone: told(100, 'Where its days begin and end, such as Asia/Jakarta'),
        }),
      ),
    }),
    answer: Type.Object({ ...begun.properties, email: Type.String(), recovery_codes: recoveryCodes }),
    refusals: ['not_found', 'conflict'],
    handle: async ({ body, request, reply }) => {
      const { invitation: token, totp_secret: totpSecret, business, ...form } = body
      const said = business && {
        ...{ name: business.name, currency: business.home_currency, timeZone: business.time_zone },
      }
      const enrolled = await enrolment.accept(token, { ...form, totpSecret, business: said })
      const signIn = await signIns.beginEnrolled(enrolled.id, placeOf(request))
      const { csrf_token, ends_at } = begin(request, reply, 'console', signIn)
      return { csrf_token, ends_at, email: enrolled.email, recovery_codes: enrolled.recoveryCodes }
    },
  }),
]
