import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { ApiFault, dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { portalEntrance } from '../api/portal-entrance.ts'
import { brand } from '../kit/brand.ts'
import { AtFields, PasswordInput, TextInput } from '../kit/inputs.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { formOf, useSending } from '../kit/sending.ts'
import { chosenLanguage } from '../words/words.ts'
import { Gate } from './gate.tsx'
import { linkToken } from './link-token.ts'
import { SignIn, useEntry } from './sign-in.tsx'

const open = () => dataOf(portal.POST('/api/portal/invitation/open', { body: { token: linkToken } }))
type Offer = Awaited<ReturnType<typeof open>>

/** `Join` makes somebody a person of an account: name and password; then that person signs in. */
export function Join() {
  const { t } = useLingui()
  const [offer, setOffer] = useState<Offer>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    open().then(setOffer, setError)
  }, [])
  const { isBusy, fault, send } = useSending()
  const [entry, enter] = useEntry()
  const accept = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    // What the person reads here is what the pages and mails are in.
    const body = {
      ...{ token: linkToken, name: form('name').trim(), password: form('password') },
      language: chosenLanguage(),
    }
    void send(async () => {
      const { email } = await dataOf(portal.POST('/api/portal/invitation', { body }))
      await enter({ email, password: body.password })
    })
  }
  if (error) return <Closed error={error} />
  if (entry) return <SignIn entrance={portalEntrance} {...entry} forgotten="/portal/forgot" />
  if (!offer) return null
  return (
    <Gate title={t`Welcome`}>
      {/* The server says all that is wrong at once, and knows more of it than the browser. */}
      <form onSubmit={accept} noValidate>
        <AtFields fault={fault}>
          <Stack>
            <p>
              <Trans>
                {brand.name} invites you to the account <strong>{offer.account_name}</strong>.
              </Trans>
            </p>
            <TextInput
              name="email"
              label={t`E-mail address`}
              value={offer.email}
              readOnly
              autoComplete="username"
            />
            <TextInput
              name="name"
              label={t`Your name`}
              defaultValue={offer.name}
              autoComplete="name"
              required
              maxLength={100}
              autoFocus
            />
            <PasswordInput
              name="password"
              label={t`Password`}
              description={t`At least 8 characters.`}
              autoComplete="new-password"
              minLength={8}
              required
            />
            <FaultNote fault={fault} />
            <Button type="submit" loading={isBusy}>
              <Trans>Begin</Trans>
            </Button>
          </Stack>
        </AtFields>
      </form>
    </Gate>
  )
}

/** `Verify` proves the e-mail address of who asked for an account. */
export function Verify() {
  const { t } = useLingui()
  const { isBusy, fault, send } = useSending()
  const [isProved, setProved] = useState(false)
  const prove = () =>
    send(async () => {
      await dataOf(portal.POST('/api/portal/registration/verify', { body: { token: linkToken } }))
      setProved(true)
    })
  if (fault instanceof ApiFault && fault.status === 404) return <Closed error={fault} />
  if (isProved) {
    return (
      <Gate title={t`Thank you`}>
        <p role="status">
          <Trans>
            Your address is proved. Somebody looks at what you asked for, and you are told by mail.
          </Trans>
        </p>
      </Gate>
    )
  }
  return (
    <Gate title={t`Your e-mail address`}>
      <FaultNote fault={fault} />
      {/* A mail program may open links by itself: only a person proves the address. */}
      <Button onClick={() => void prove()} loading={isBusy}>
        <Trans>This is my address</Trans>
      </Button>
    </Gate>
  )
}

function Closed({ error }: { error: unknown }) {
  const { t } = useLingui()
  if (!(error instanceof ApiFault && error.status === 404)) {
    return (
      <Gate title={t`No answer`}>
        <FaultNote fault={error} onRetry={() => window.location.reload()} />
      </Gate>
    )
  }
  return (
    <Gate title={t`This link is closed`}>
      <p role="alert">
        <Trans>
          This link is no longer valid: it was used, withdrawn, or has run out. Ask for another one where you
          got it.
        </Trans>
      </p>
    </Gate>
  )
}
