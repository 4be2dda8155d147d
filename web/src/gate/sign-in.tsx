import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api, dataOf, keepCsrf } from '../api/client.ts'
import { getPasskey, hasPasskeys } from '../api/passkeys.ts'
import { FaultNote } from '../kit/notes.tsx'
import { Gate } from './gate.tsx'

/** `SignIn` takes e-mail address and password, then the second factor; or a passkey, which is both. */
export function SignIn() {
  const { t } = useLingui()
  const [step, setStep] = useState<'password' | 'code'>('password')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()

  const during = async (work: () => Promise<void>) => {
    setBusy(true)
    setFault(undefined)
    try {
      await work()
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const arrive = () =>
    window.location.replace(inside(new URLSearchParams(window.location.search).get('back')))
  const givePassword = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    void during(async () => {
      const body = { email: form('email').trim(), password: form('password') }
      keepCsrf((await dataOf(api.POST('/api/operator/session', { body }))).csrf_token)
      setStep('code')
    })
  }
  const giveCode = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    void during(async () => {
      const body = secondFactorOf(form('code'))
      keepCsrf((await dataOf(api.POST('/api/operator/session/second-factor', { body }))).csrf_token)
      arrive()
    })
  }
  const givePasskey = () =>
    during(async () => {
      const credential = await getPasskey()
      keepCsrf((await dataOf(api.POST('/api/operator/session/passkey', { body: { credential } }))).csrf_token)
      arrive()
    })

  if (step === 'password') {
    return (
      <Gate title={t`Sign in`}>
        <form onSubmit={givePassword}>
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
        </form>
        {hasPasskeys() && (
          <>
            <Divider label={<Trans>or</Trans>} />
            <Button variant="default" onClick={() => void givePasskey()} disabled={isBusy}>
              <Trans>Use a passkey</Trans>
            </Button>
          </>
        )}
      </Gate>
    )
  }
  return (
    <Gate title={t`Second factor`}>
      <form onSubmit={giveCode}>
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
      </form>
    </Gate>
  )
}

/** `secondFactorOf` tells an app's code, which is six digits, from a recovery code. */
function secondFactorOf(text: string): { code: string } | { recovery_code: string } {
  const given = text.replace(/\s/g, '')
  return /^\d{6,8}$/.test(given) ? { code: given } : { recovery_code: given }
}

/** `formOf` keeps the browser from sending a form, and reads its fields. */
function formOf(event: FormEvent<HTMLFormElement>): (name: string) => string {
  event.preventDefault()
  const form = new FormData(event.currentTarget)
  return (name) => String(form.get(name) ?? '')
}

/** `inside` is where the person wanted to go, if that is a page of the console: a link must lead nobody to another site. */
const inside = (back: string | null): string => (back?.startsWith('/console/') ? back : '/console/')
