import { Type } from 'typebox'
import type { SignInId } from '../../lib/ids.ts'
import { languages } from '../../lib/languages.ts'
import type { Clock } from '../../lib/time.ts'
import type { PersonId } from '../../people/circle.ts'
import { changePassword, changeTotp, renewRecoveryCodes } from '../../people/own-factors.ts'
import type { Passwords } from '../../people/passwords.ts'
import { offerTotp } from '../../people/second-factor.ts'
import type { SignIns, SignInView } from '../../people/sign-ins.ts'
import type { Sealer } from '../../secrets/sealer.ts'
import { personOf, route } from './person.ts'
import { bodyOf, id, nothing, oneOf, text, time } from './shapes.ts'

/** `totp` is a secret for an authenticator app. */
export const totp = Type.Object({ secret: Type.String(), uri: Type.String({ description: 'For a QR code' }) })
export const recoveryCodes = Type.Array(Type.String(), {
  description: 'Each stands for the second factor once. They are shown this once',
})

const section = 'Oneself'

export const signIn = Type.Object({
  id,
  device: Type.String({ description: 'What the browser calls itself' }),
  address: Type.String(),
  made_at: time(),
  last_seen_at: time('Behind by a minute at most'),
  ends_at: time(),
})

export const wireSignIn = ({ id: number, device, address, madeAt, lastSeenAt, endsAt }: SignInView) => ({
  ...{ id: number, device, address },
  ...{ made_at: madeAt, last_seen_at: lastSeenAt, ends_at: endsAt },
})

/** `profile` is what people say of themselves. */
export const profile = {
  name: text(100),
  language: oneOf(languages),
  time_zone: Type.String({ maxLength: 64, description: 'As IANA names it; empty: that of the browser' }),
}

interface OwnDeps {
  signIns: Pick<SignIns<PersonId, string>, 'list' | 'end'>
  passwords: Passwords
  sealer: () => Promise<Sealer>
  clock: Clock
}

/** `ownRoutes` are those by which people see where they are signed in, and change what they sign in with. */
export const ownRoutes = ({ signIns, passwords, sealer, clock }: OwnDeps) => {
  return [
    route({
      method: 'GET',
      path: '/me/sign-ins',
      name: 'listOwnSignIns',
      section,
      summary: 'Where one is signed in, the newest first',
      access: 'person',
      answer: Type.Object({ items: Type.Array(signIn), current: id }),
      handle: async ({ caller }) => {
        const { personId, id: current } = personOf(caller)
        return { items: (await signIns.list(personId)).map(wireSignIn), current }
      },
    }),
    route({
      method: 'DELETE',
      path: '/me/sign-ins/:id',
      name: 'endOwnSignIn',
      section,
      summary: 'End one of them',
      access: 'person',
      params: Type.Object({ id }),
      answer: nothing,
      handle: async ({ caller, params }) => {
        const { personId } = personOf(caller)
        await signIns.end({ personId, only: params.id as SignInId }, caller.acting)
        return {}
      },
    }),
    route({
      method: 'DELETE',
      path: '/me/sign-ins',
      name: 'endOtherSignIns',
      section,
      summary: 'End all but this one',
      access: 'person',
      answer: nothing,
      handle: async ({ caller }) => {
        const { personId, id: but } = personOf(caller)
        await signIns.end({ personId, but }, caller.acting)
        return {}
      },
    }),
    route({
      method: 'POST',
      path: '/me/password',
      name: 'changePassword',
      section,
      summary: 'Set another password; all other sign-ins end',
      access: 'proved person',
      body: bodyOf({ password: text(1024) }),
      answer: nothing,
      handle: async ({ caller, body, desk }) => {
        await changePassword(desk.change, passwords, personOf(caller), body.password, clock)
        return {}
      },
    }),
    route({
      method: 'POST',
      path: '/me/totp/offer',
      name: 'offerTotp',
      section,
      summary: 'A fresh secret for another authenticator app, which counts once a code of it was given',
      access: 'proved person',
      answer: totp,
      handle: ({ caller }) => offerTotp(personOf(caller).email),
    }),
    route({
      method: 'POST',
      path: '/me/totp',
      name: 'changeTotp',
      section,
      summary: 'Use another authenticator app; all other sign-ins end',
      access: 'proved person',
      body: bodyOf({ totp_secret: text(100), code: text(20) }),
      answer: nothing,
      handle: async ({ caller, body, desk }) => {
        const given = { totpSecret: body.totp_secret, code: body.code }
        await changeTotp(desk.change, await sealer(), personOf(caller), given, clock)
        return {}
      },
    }),
    route({
      method: 'POST',
      path: '/me/recovery-codes',
      name: 'renewRecoveryCodes',
      section,
      summary: 'Ten new recovery codes; the earlier ones count no more',
      access: 'proved person',
      answer: Type.Object({ recovery_codes: recoveryCodes }),
      handle: async ({ caller, desk }) => ({
        recovery_codes: await renewRecoveryCodes(desk.change, personOf(caller), clock),
      }),
    }),
  ]
}
