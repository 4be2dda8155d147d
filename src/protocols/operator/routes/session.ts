import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import { topicNames, topics } from '../../../live/topics.ts'
import type { Code, NewSignIn, SignInPlace } from '../../../people/sign-ins.ts'
import { permissionsOf, roles } from '../../../staff/roles.ts'
import { cookieOf, csrfOf, refuseForged, setCookie } from '../cookies.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'
import { bodyOf, id, nothing, oneOf, text, time } from '../shapes.ts'

const section = 'Signing in'

/** `code` is a second factor: one of the two. */
const code = {
  code: Type.Optional(text(20, { description: 'What the authenticator app shows' })),
  recovery_code: Type.Optional(text(60)),
}
const password = text(1024)

export const begun = Type.Object({
  csrf_token: Type.String({ description: 'To be sent as X-CSRF-Token with all that changes something' }),
  ends_at: time(),
})

/** `codeOf` gives the one that was sent. Throws invalid_input. */
function codeOf({ code: shown, recovery_code: kept }: { code?: string; recovery_code?: string }): Code {
  if ((shown === undefined) === (kept === undefined)) {
    throw new Refusal('invalid_input', 'give either code or recovery_code', 'code')
  }
  return shown === undefined ? { recoveryCode: kept as string } : { code: shown }
}

export function begin(request: FastifyRequest, reply: FastifyReply, signIn: NewSignIn) {
  setCookie(request, reply, signIn)
  return { csrf_token: csrfOf(signIn.token), ends_at: signIn.endsAt }
}

/** `placeOf` gives where somebody signs in. */
export const placeOf = ({ ip: address, headers }: FastifyRequest): SignInPlace => ({
  address,
  device: headers['user-agent'] ?? '',
})

/** `tokenOf` gives the token of a sign-in, which may lack its second factor. Throws session_expired or csrf. */
function tokenOf(request: FastifyRequest): string {
  const token = cookieOf(request)
  if (token === undefined) throw new Refusal('session_expired')
  refuseForged(request, token)
  return token
}

export const sessionRoutes = ({ signIns }: Pick<OperatorDeps, 'signIns'>) => [
  route({
    method: 'POST',
    path: '/session',
    name: 'signIn',
    section,
    summary: 'Give e-mail address and password',
    description: 'The second factor is given next, within ten minutes. The answer sets a cookie.',
    access: 'anybody',
    body: bodyOf({ email: text(254), password }),
    answer: begun,
    refusals: ['invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, request, reply }) =>
      begin(request, reply, await signIns.begin(body, placeOf(request))),
  }),
  route({
    method: 'POST',
    path: '/session/second-factor',
    name: 'giveSecondFactor',
    section,
    summary: 'Give the second factor',
    description: 'Needs the cookie and the CSRF token of the password. The answer sets another cookie.',
    access: 'anybody',
    body: bodyOf(code),
    answer: begun,
    refusals: ['session_expired', 'invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, request, reply }) =>
      begin(request, reply, await signIns.confirm(tokenOf(request), codeOf(body), request.ip)),
  }),
  route({
    method: 'POST',
    path: '/session/proof',
    name: 'prove',
    section,
    summary: 'Give password and second factor again',
    description:
      'For ten minutes it is proof for what moves money or gives rights. The answer sets another cookie.',
    access: 'person',
    body: bodyOf({ password, ...code }),
    answer: begun,
    refusals: ['invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, caller, request, reply }) => {
      const { password: given, ...second } = body
      return begin(
        request,
        reply,
        await signIns.prove(caller.token as string, { password: given, code: codeOf(second) }, request.ip),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/session',
    name: 'getSession',
    section,
    summary: 'Who is signed in, and what that person may do',
    access: 'person',
    answer: Type.Object({
      ...begun.properties,
      is_proved: Type.Boolean({
        description: 'Password and second factor were given in the last ten minutes',
      }),
      person: Type.Object({
        id,
        name: Type.String(),
        email: Type.String(),
        role: oneOf(roles),
        permissions: Type.Array(Type.String()),
        topics: Type.Array(Type.String(), { description: 'What the person may follow by `GET /events`' }),
      }),
    }),
    handle: ({ caller: { person, token } }) => {
      if (!person || token === undefined) throw new Refusal('session_expired')
      const { personId, name, email, role, isProved, endsAt } = person
      const permissions = permissionsOf(role)
      const followed = topicNames.filter((topic) => permissions.includes(topics[topic].permission))
      return {
        ...{ csrf_token: csrfOf(token), ends_at: endsAt, is_proved: isProved },
        person: { id: personId, name, email, role, permissions, topics: followed },
      }
    },
  }),
  route({
    method: 'DELETE',
    path: '/session',
    name: 'signOut',
    section,
    summary: 'Sign out, also where the second factor was not given yet',
    access: 'anybody',
    answer: nothing,
    refusals: ['session_expired'],
    handle: async ({ request, reply }) => {
      await signIns.endByToken(tokenOf(request))
      setCookie(request, reply, undefined)
      return {}
    },
  }),
]
