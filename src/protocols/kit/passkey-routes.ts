import { type Static, Type } from 'typebox'
import type { PasskeyId } from '../../lib/ids.ts'
import type { PersonId } from '../../people/circle.ts'
import type { Made, Passkeys, PasskeyView, Signed } from '../../people/passkeys.ts'
import type { SignIns } from '../../people/sign-ins.ts'
import type { Cookie } from './cookies.ts'
import { personOf, route } from './person.ts'
import { begin, placeOf, signedIn } from './session-routes.ts'
import { bodyOf, id, idParams, nothing, orNull, text, time } from './shapes.ts'

const passkey = Type.Object({
  id,
  name: Type.String(),
  is_backed_up: Type.Boolean({ description: 'It is kept in more than one place, as by a password manager' }),
  created_at: time(),
  last_used_at: orNull(time()),
})

const wirePasskey = (view: PasskeyView): Static<typeof passkey> => ({
  ...{ id: view.id, name: view.name, is_backed_up: view.isBackedUp },
  ...{ created_at: view.createdAt, last_used_at: view.lastUsedAt },
})

/** `offered` is what a page gives to the browser, and `answered` what the browser gives back, as WebAuthn writes both in JSON. */
const offered = (name: string) =>
  Type.Object({
    options: Type.Record(Type.String(), Type.Unknown(), { description: `\`${name}\` of WebAuthn` }),
  })
const answered = (name: string, response: Record<string, ReturnType<typeof text>>) =>
  Type.Object(
    { id: text(2000), rawId: text(2000), type: Type.Literal('public-key'), response: Type.Object(response) },
    { description: `\`${name}\` of WebAuthn: \`toJSON()\` of what the browser gives` },
  )
const signed = answered('AuthenticationResponseJSON', {
  clientDataJSON: text(10_000),
  authenticatorData: text(10_000),
  signature: text(10_000),
})
const made = answered('RegistrationResponseJSON', {
  clientDataJSON: text(10_000),
  attestationObject: text(100_000),
})

interface PasskeyDeps {
  cookie: Cookie
  signIns: Pick<SignIns<PersonId, string>, 'beginByPasskey' | 'proveByPasskey'>
  passkeys: Passkeys
}

/** `passkeyRoutes` are those by which people sign in by passkeys, and keep their own. */
export const passkeyRoutes = ({ cookie, signIns, passkeys }: PasskeyDeps) => [
  route({
    method: 'POST',
    path: '/session/passkey/offer',
    name: 'offerPasskey',
    section: 'Signing in',
    summary: 'What a passkey is to sign, once, within five minutes',
    description: 'Refused with 409 where the server has no `PUBLIC_URL` that passkeys can be bound to.',
    access: 'anybody',
    answer: offered('PublicKeyCredentialRequestOptionsJSON'),
    refusals: ['conflict', 'too_many_failed_logins'],
    handle: async ({ request }) => ({ options: { ...(await passkeys.offer(request.ip)) } }),
  }),
  route({
    method: 'POST',
    path: '/session/passkey',
    name: 'signInByPasskey',
    section: 'Signing in',
    summary: 'Sign in by a passkey, which is password and second factor in one',
    description: 'The answer sets a cookie.',
    access: 'anybody',
    body: bodyOf({ credential: signed }),
    answer: signedIn,
    refusals: ['conflict', 'invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, request, reply }) =>
      begin(
        request,
        reply,
        cookie,
        await signIns.beginByPasskey(body.credential as unknown as Signed, placeOf(request)),
      ),
  }),
  route({
    method: 'POST',
    path: '/session/proof/passkey',
    name: 'proveByPasskey',
    section: 'Signing in',
    summary: "Prove who one is by a passkey of one's own",
    description: 'As good as password and second factor. The answer sets another cookie.',
    access: 'person',
    body: bodyOf({ credential: signed }),
    answer: signedIn,
    refusals: ['conflict', 'invalid_credentials', 'too_many_failed_logins'],
    handle: async ({ body, caller, request, reply }) => {
      const given = body.credential as unknown as Signed
      return begin(
        request,
        reply,
        cookie,
        await signIns.proveByPasskey(caller.token as string, given, request.ip),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/me/passkeys',
    name: 'listOwnPasskeys',
    section: 'Oneself',
    summary: "One's passkeys",
    access: 'person',
    answer: Type.Object({ items: Type.Array(passkey) }),
    handle: async ({ caller }) => ({
      items: (await passkeys.list(personOf(caller).personId)).map(wirePasskey),
    }),
  }),
  route({
    method: 'POST',
    path: '/me/passkeys/offer',
    name: 'offerNewPasskey',
    section: 'Oneself',
    summary: 'What the browser makes a new passkey from, within five minutes',
    access: 'proved person',
    answer: offered('PublicKeyCredentialCreationOptionsJSON'),
    refusals: ['conflict'],
    handle: async ({ caller }) => ({ options: { ...(await passkeys.offerNew(personOf(caller))) } }),
  }),
  route({
    method: 'POST',
    path: '/me/passkeys',
    name: 'addPasskey',
    section: 'Oneself',
    summary: 'Keep a new passkey',
    access: 'proved person',
    body: bodyOf({ name: text(100, { description: 'How one tells it from others' }), credential: made }),
    answer: passkey,
    refusals: ['conflict'],
    handle: async ({ caller, body: { name, credential }, desk }) => {
      const given = { name, made: credential as unknown as Made }
      return wirePasskey(await passkeys.add(desk.change, personOf(caller).personId, given))
    },
  }),
  route({
    method: 'DELETE',
    path: '/me/passkeys/:id',
    name: 'removePasskey',
    section: 'Oneself',
    summary: 'Remove a passkey; all other sign-ins end',
    access: 'proved person',
    params: idParams,
    answer: nothing,
    refusals: ['not_found'],
    handle: async ({ caller, params, desk }) => {
      await passkeys.remove(desk.change, personOf(caller), params.id as PasskeyId)
      return {}
    },
  }),
]
