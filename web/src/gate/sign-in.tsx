import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Divider, Stack } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { api, dataOf, keepCsrf } from '../api/client.ts'
import { offerPasskey } from '../api/own.ts'
import { hasPasskeys, signedBy } from '../api/passkeys.ts'
import { portal } from '../api/portal.ts'
import { type SecondFactor, secondFactorOf } from '../api/second-factor.ts'
import { AtFields, PasswordInput, TextInput } from '../kit/inputs.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { formOf, useSending } from './form.ts'
import { Gate } from './gate.tsx'
import { isRegistrationOpen } from './register.tsx'

interface Begun {
  csrf_token: string
  second_factor_needed: boolean
}

/** Entrance is what a sign-in page leads into: an application, and the routes that let somebody in. */
interface Entrance {
  home: '/console/' | '/portal/'
  password: (body: { email: string; password: string }) => Promise<Begun>
  secondFactor: (body: SecondFactor) => Promise<Begun>
  passkey?: () => Promise<Pick<Begun, 'csrf_token'>>
  /** `forgotten` is the page for who has no password any more. */
  forgotten?: string
  /** `mayRegister` tells whether who has no account may ask for one. */
  mayRegister?: () => Promise<boolean>
}

export const consoleEntrance: Entrance = {
  home: '/console/',
  password: (body) => dataOf(api.POST('/api/operator/session', { body })),
  secondFactor: (body) => dataOf(api.POST('/api/operator/session/second-factor', { body })),
  passkey: async () =>
    dataOf(api.POST('/api/operator/session/passkey', { body: { credential: await signedBy(offerPasskey) } })),
}

export const portalEntrance: Entrance = {
  home: '/portal/',
  password: (body) => dataOf(portal.POST('/api/portal/session', { body })),
  secondFactor: (body) => dataOf(portal.POST('/api/portal/session/second-factor', { body })),
  passkey: async () => {
    const credential = await signedBy(() => dataOf(portal.POST('/api/portal/session/passkey/offer')))
    return await dataOf(portal.POST('/api/portal/session/passkey', { body: { credential } }))
  },
  forgotten: '/portal/forgot',
  mayRegister: isRegistrationOpen,
}

/** `SignIn` takes e-mail address and password, then the second factor of who has one; or a passkey, which is both. */
export function SignIn({ entrance }: { entrance: Entrance }) {
  const { t } = useLingui()
  const [step, setStep] = useState<'password' | 'code'>('password')
  const { isBusy, fault, send: during } = useSending()
  const arrive = () =>
    window.location.replace(inside(entrance.home, new URLSearchParams(window.location.search).get('back')))
  const givePassword = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    void during(async () => {
      const body = { email: form('email').trim(), password: form('password') }
      const begun = await entrance.password(body)
      keepCsrf(begun.csrf_token)
      if (begun.second_factor_needed) setStep('code')
      else arrive()
    })
  }
  const giveCode = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    void during(async () => {
      keepCsrf((await entrance.secondFactor(secondFactorOf(form('code')))).csrf_token)
      arrive()
    })
  }
  const { passkey, forgotten, mayRegister } = entrance
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    // Without an answer the link is not there; the page itself says why.
    mayRegister?.().then(setOpen, () => {})
  }, [mayRegister])
  const givePasskey = (give: NonNullable<Entrance['passkey']>) =>
    during(async () => {
      keepCsrf((await give()).csrf_token)
      arrive()
    })

  if (step === 'password') {
    return (
      <Gate title={t`Sign in`}>
        <form onSubmit={givePassword}>
          <AtFields fault={fault}>
            <Stack>
              <TextInput
                name="email"
                type="email"
                label={t`E-mail address`}
                autoComplete="username webauthn"
                required
                autoFocus
              />
              <PasswordInput name="password" label={t`Password`} autoComplete="current-password" required />
              <FaultNote fault={fault} />
              <Button type="submit" loading={isBusy}>
                <Trans>Go on</Trans>
              </Button>
            </Stack>
          </AtFields>
        </form>
        {passkey && hasPasskeys() && (
          <>
            <Divider label={<Trans>or</Trans>} />
            <Button variant="default" onClick={() => void givePasskey(passkey)} disabled={isBusy}>
              <Trans>Use a passkey</Trans>
            </Button>
          </>
        )}
        {forgotten && (
          <p>
            <a href={forgotten}>
              <Trans>I forgot my password</Trans>
            </a>
          </p>
        )}
        {isOpen && (
          <p>
            <a href="/portal/register">
              <Trans>Ask for an account</Trans>
            </a>
          </p>
        )}
      </Gate>
    )
  }
  return (
    <Gate title={t`Second factor`}>
      <form onSubmit={giveCode}>
        <AtFields fault={fault}>
          <Stack>
            <TextInput
              name="code"
              label={t`Code of your authenticator app`}
              description={t`Or one of your recovery codes.`}
              autoComplete="one-time-code"
              required
              autoFocus
            />
            <FaultNote fault={fault} />
            <Button type="submit" loading={isBusy}>
              <Trans>Sign in</Trans>
            </Button>
          </Stack>
        </AtFields>
      </form>
    </Gate>
  )
}

/** `inside` is where the person wanted to go, if that is a page of the application: a link must lead nobody to another site. */
const inside = (home: string, back: string | null): string => (back?.startsWith(home) ? back : home)
