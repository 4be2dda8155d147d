import { Type } from 'typebox'
import { roles } from '../../../staff/roles.ts'
import { recoveryCodes, totp } from '../../kit/own-routes.ts'
import { bodyOf, oneOf, orNull, text } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Signing in'
const invitation = text(100, {
  description: 'What `imeigate staff invite`, the first start or an owner gave',
})

export const invitationRoutes = ({ enrolment }: Pick<OperatorDeps, 'enrolment'>) => [
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
    summary: 'Set name, password and second factor, once',
    access: 'anybody',
    body: bodyOf({
      invitation,
      name: text(100),
      email: text(254),
      password: text(1024, { description: 'At least 12 characters, and none of the most used ones' }),
      totp_secret: text(100, { description: 'The one that was offered' }),
      code: text(20, { description: 'What the app shows for it' }),
      business: Type.Optional(
        bodyOf({
          name: text(200),
          home_currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'The one that it counts in' }),
          time_zone: text(100, { description: 'Where its days begin and end, such as Asia/Jakarta' }),
        }),
      ),
    }),
    answer: Type.Object({ email: Type.String(), recovery_codes: recoveryCodes }),
    refusals: ['not_found', 'conflict'],
    handle: async ({ body: { invitation: token, totp_secret: totpSecret, business, ...form } }) => {
      const said = business && {
        ...{ name: business.name, currency: business.home_currency, timeZone: business.time_zone },
      }
      const enrolled = await enrolment.accept(token, { ...form, totpSecret, business: said })
      return { email: enrolled.email, recovery_codes: enrolled.recoveryCodes }
    },
  }),
]
