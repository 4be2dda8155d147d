import type { FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Refusal } from '../../errors.ts'
import type { PersonId } from '../../people/circle.ts'
import type { Code, NewSignIn, SignInPlace, SignIns } from '../../people/sign-ins.ts'
import { type Cookie, cookieOf, csrfOf, refuseForged, setCookie } from './cookies.ts'
import { route } from './person.ts'
import { bodyOf, nothing, text, time } from './shapes.ts'

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

/** `signedIn` is the answer of what begins a sign-in, or proves it. */
export const signedIn = Type.Object({
  ...begun.properties,
  second_factor_needed: Type.Boolean({
    description: 'The second factor is to be given next, within ten minutes',
  }),
})

/** `codeIn` gives the one that was sent; undefined: none was. Throws invalid_input for both. */
function codeIn({ code: shown, recovery_code: kept }: GivenCode): Code | undefined {
  if (shown !== undefined && kept !== undefined) refuseCode()
  if (shown !== undefined) return { code: shown }
  return kept === undefined ? undefined : { recoveryCode: kept }
}

interface GivenCode {
  code?: string
  recovery_code?: string
}

function refuseCode(): never {
  throw new Refusal('invalid_input', 'give either code or recovery_code', 'code')
}

/** `begin` gives the browser the token of a sign-in. */
export function begin(request: FastifyRequest, reply: FastifyReply, cookie: Cookie, signIn: NewSignIn) {
  setCookie(request, reply, cookie, signIn)
  return {
    ...{ csrf_token: csrfOf(signIn.token), ends_at: signIn.endsAt },
    second_factor_needed: !signIn.isWhole,
  }
}

/** `placeOf` gives where somebody signs in. */
export const placeOf = ({ ip: address, headers }: FastifyRequest): SignInPlace => ({
  address,
  device: headers['user-agent'] ?? '',
})

/** `tokenOf` gives the token of a sign-in, which may lack its second factor. Throws session_expired or csrf. */
function tokenOf(request: FastifyRequest, cookie: Cookie): string {
  const token = cookieOf(request, cookie)
  if (token === undefined) throw new Refusal('session_expired')
  refuseForged(request, token)
  return token
}

interface SessionDeps {
  cookie: Cookie
  signIns: Pick<SignIns<PersonId, string>, 'begin' | 'confirm' | 'prove'>
  /** `end` ends what a token stands for. */
  end: (token: string) => Promise<void>
}

/** `sessionRoutes` are those by which people sign in and out. */
export const sessionRoutes = ({ cookie, signIns, end }: SessionDeps) => [
  route({
    method: 'POST',
    path: '/session',
    name: 'signIn',
    section,
    summary: 'Give e-mail address and password',
    description: 'The answer sets a cookie. Where a second factor is needed, it is given next.',
    access: 'anybody',
    body: bodyOf({ email: text(254), password }),
    answer: signedIn,
    refusals: ['invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, request, reply }) =>
      begin(request, reply, cookie, await signIns.begin(body, placeOf(request))),
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
    answer: signedIn,
    refusals: ['session_expired', 'invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, request, reply }) => {
      const given = codeIn(body) ?? refuseCode()
      return begin(request, reply, cookie, await signIns.confirm(tokenOf(request, cookie), given, request.ip))
    },
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
    answer: signedIn,
    refusals: ['invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, caller, request, reply }) => {
      const given = { password: body.password, code: codeIn(body) }
      return begin(request, reply, cookie, await signIns.prove(caller.token as string, given, request.ip))
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
      await end(tokenOf(request, cookie))
      setCookie(request, reply, cookie, undefined)
      return {}
    },
  }),
]
