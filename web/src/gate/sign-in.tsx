import { Trans, useLingui } from '@lingui/react/macro'
import { Anchor, Button, Divider, PasswordInput, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { api, dataOf, keepCsrf } from '../api/client.ts'
import { getPasskey, hasPasskeys } from '../api/passkeys.ts'
import { FaultNote } from '../kit/notes.tsx'
import { Gate } from './gate.tsx'

type Step = 'password' | 'code' | 'recovery'

/** `SignIn` takes e-mail address and password, then the second factor; or a passkey, which is both. */
export function SignIn() {
  const { t } = useLingui()
  const [step, setStep] = useState<Step>('password')
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
      const body =
        step === 'code'
          ? { code: form('code').replace(/\s/g, '') }
          : { recovery_code: form('recovery').trim() }
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
      <form onSubmit={giveCode} key={step}>
        <Stack>
          {step === 'code' ? (
            <TextInput
              name="code"
              label={t`Code of your authenticator app`}
              autoComplete="one-time-code"
              inputMode="numeric"
              required
              autoFocus
            />
          ) : (
            <TextInput
              name="recovery"
              label={t`One of your recovery codes`}
              autoComplete="off"
              required
              autoFocus
            />
          )}
          <FaultNote fault={fault} />
          <Button type="submit" loading={isBusy}>
            <Trans>Sign in</Trans>
          </Button>
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => setStep(step === 'code' ? 'recovery' : 'code')}
          >
            {step === 'code' ? (
              <Trans>I do not have my phone</Trans>
            ) : (
              <Trans>Use the authenticator app</Trans>
            )}
          </Anchor>
        </Stack>
      </form>
    </Gate>
  )
}

/** `formOf` keeps the browser from sending a form, and reads its fields. */
function formOf(event: FormEvent<HTMLFormElement>): (name: string) => string {
  event.preventDefault()
  const form = new FormData(event.currentTarget)
  return (name) => String(form.get(name) ?? '')
}

/** `inside` is where the person wanted to go, if that is a page of the console: a link must lead nobody to another site. */
const inside = (back: string | null): string => (back?.startsWith('/console/') ? back : '/console/')
