import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ApiFault, dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { portalEntrance } from '../api/portal-entrance.ts'
import { AtFields, PasswordInput, TextInput } from '../kit/inputs.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { formOf, useSending } from '../kit/sending.ts'
import { Gate, ToSignIn } from './gate.tsx'
import { linkToken } from './link-token.ts'
import { SignIn, useEntry } from './sign-in.tsx'

/** `Forgot` has a link sent by which another password is set. It does not say whether somebody signs in with the address. */
export function Forgot() {
  const { t } = useLingui()
  const { isBusy, fault, send } = useSending()
  const [sentTo, setSentTo] = useState<string>()
  const ask = (event: FormEvent<HTMLFormElement>) => {
    const email = formOf(event)('email').trim()
    void send(async () => {
      await dataOf(portal.POST('/api/portal/reset/ask', { body: { email } }))
      setSentTo(email)
    })
  }
  if (sentTo !== undefined) {
    return (
      <Gate title={t`Look into your mail`}>
        <p role="status">
          <Trans>
            If somebody signs in with {sentTo}, a link is on its way. It works once, within 30 minutes.
          </Trans>
        </p>
        <ToSignIn />
      </Gate>
    )
  }
  return (
    <Gate title={t`Another password`}>
      <form onSubmit={ask}>
        <AtFields fault={fault}>
          <Stack>
            <p className="muted">
              <Trans>We mail you a link by which you set another one.</Trans>
            </p>
            <TextInput
              name="email"
              type="email"
              label={t`E-mail address`}
              autoComplete="username"
              maxLength={254}
              required
              autoFocus
            />
            <FaultNote fault={fault} />
            <Button type="submit" loading={isBusy}>
              <Trans>Send the link</Trans>
            </Button>
          </Stack>
        </AtFields>
      </form>
      <ToSignIn />
    </Gate>
  )
}

/** `Reset` sets another password by the mailed link. */
export function Reset() {
  const { t } = useLingui()
  const { isBusy, fault, send } = useSending()
  const [entry, enter] = useEntry()
  const set = (event: FormEvent<HTMLFormElement>) => {
    const password = formOf(event)('password')
    void send(async () => {
      const { email } = await dataOf(
        portal.POST('/api/portal/reset', { body: { token: linkToken, password } }),
      )
      await enter({ email, password })
    })
  }
  if (entry) {
    return (
      <SignIn
        entrance={portalEntrance}
        {...entry}
        said={t`Your password is set, and all earlier sign-ins have ended.`}
      />
    )
  }
  if (fault instanceof ApiFault && fault.status === 404) {
    return (
      <Gate title={t`Another password`}>
        <p role="alert">
          <Trans>This link is no longer valid: it was used, or has run out.</Trans>
        </p>
        <a href="/portal/forgot">
          <Trans>Have another link sent</Trans>
        </a>
      </Gate>
    )
  }
  return (
    <Gate title={t`Another password`}>
      <form onSubmit={set} noValidate>
        <AtFields fault={fault}>
          <Stack>
            <PasswordInput
              name="password"
              label={t`New password`}
              description={t`At least 8 characters.`}
              autoComplete="new-password"
              minLength={8}
              required
            />
            <FaultNote fault={fault} />
            <Button type="submit" loading={isBusy}>
              <Trans>Set the password</Trans>
            </Button>
          </Stack>
        </AtFields>
      </form>
    </Gate>
  )
}
