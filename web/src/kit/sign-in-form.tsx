import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Divider, Stack } from '@mantine/core'
import type { FormEvent } from 'react'
import { ApiFault, keepCsrf } from '../api/client.ts'
import type { Entrance } from '../api/entrance.ts'
import { hasPasskeys } from '../api/passkeys.ts'
import { secondFactorOf } from '../api/second-factor.ts'
import { CodeField } from './code-field.tsx'
import { AtFields, PasswordInput, TextInput } from './inputs.tsx'
import { FaultNote } from './notes.tsx'
import { formOf, useSending } from './sending.ts'

interface SignInFormProps {
  entrance: Entrance
  step: SignInStep
  onStep: (step: SignInStep) => void
  /** `email` is the address of who was here before. */
  email?: string
  onIn: () => void | Promise<void>
}
export type SignInStep = 'password' | 'code'

/** `SignInForm` takes e-mail address and password, then the second factor of who has one; or a passkey, which is both. */
export function SignInForm({ entrance, step, onStep, email, onIn }: SignInFormProps) {
  const { t } = useLingui()
  const { isBusy, fault, send } = useSending()
  const givePassword = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    void send(async () => {
      const body = { email: form('email').trim(), password: form('password') }
      const begun = await entrance.password(body)
      keepCsrf(begun.csrf_token)
      if (begun.second_factor_needed) onStep('code')
      else await onIn()
    })
  }
  const giveCode = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    void send(async () => {
      try {
        keepCsrf((await entrance.secondFactor(secondFactorOf(form('code')))).csrf_token)
      } catch (error) {
        // The code came too late: the password is given again.
        if (error instanceof ApiFault && error.code === 'SESSION_EXPIRED_ERROR') onStep('password')
        throw error
      }
      await onIn()
    })
  }
  const givePasskey = () =>
    send(async () => {
      keepCsrf((await entrance.passkey()).csrf_token)
      await onIn()
    })
  if (step === 'password') {
    return (
      <>
        <form onSubmit={givePassword}>
          <AtFields fault={fault}>
            <Stack>
              <TextInput
                name="email"
                type="email"
                label={t`E-mail address`}
                defaultValue={email ?? ''}
                autoComplete="username webauthn"
                required
                autoFocus={email === undefined}
              />
              <PasswordInput
                name="password"
                label={t`Password`}
                autoComplete="current-password"
                required
                {...(email !== undefined && { 'data-autofocus': true })}
              />
              <FaultNote fault={fault} />
              <Button type="submit" loading={isBusy}>
                <Trans>Go on</Trans>
              </Button>
            </Stack>
          </AtFields>
        </form>
        {hasPasskeys() && (
          <>
            <Divider label={<Trans>or</Trans>} />
            <Button variant="default" onClick={() => void givePasskey()} disabled={isBusy}>
              <Trans>Use a passkey</Trans>
            </Button>
          </>
        )}
      </>
    )
  }
  return (
    <form onSubmit={giveCode}>
      <AtFields fault={fault}>
        <Stack>
          <CodeField name="code" autoFocus />
          <FaultNote fault={fault} />
          <Button type="submit" loading={isBusy}>
            <Trans>Sign in</Trans>
          </Button>
        </Stack>
      </AtFields>
    </form>
  )
}
