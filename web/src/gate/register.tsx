import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { AtFields, Textarea, TextInput } from '../kit/inputs.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { formOf, useSending } from '../kit/sending.ts'
import { chosenLanguage } from '../words/words.ts'
import styles from './gate.module.css'
import { Gate, ToSignIn } from './gate.tsx'

const readRegistration = () => dataOf(portal.GET('/api/portal/registration'))

/** `isRegistrationOpen` asks whether who has no account may ask for one. */
export const isRegistrationOpen = async (): Promise<boolean> => (await readRegistration()).open

/** `Register` asks for an account: the e-mail address is proved by a link, then the staff decides. */
export function Register() {
  const { t } = useLingui()
  const { isBusy, fault, send } = useSending()
  const [shown, setShown] = useState<Awaited<ReturnType<typeof readRegistration>>>()
  const [error, setError] = useState<unknown>()
  const [sentTo, setSentTo] = useState<string>()
  useEffect(() => {
    readRegistration().then(setShown, setError)
  }, [])
  const register = (event: FormEvent<HTMLFormElement>) => {
    const form = formOf(event)
    const [contact, country, note] = ['contact', 'country', 'note'].map((name) => form(name).trim())
    const email = form('email').trim()
    const body = {
      ...{ name: form('name').trim(), email, language: chosenLanguage() },
      ...(contact && { contact }),
      ...(country && { country }),
      ...(note && { note }),
    }
    void send(async () => {
      await dataOf(portal.POST('/api/portal/registration', { body }))
      setSentTo(email)
    })
  }
  if (error !== undefined) {
    return (
      <Gate title={t`No answer`}>
        <FaultNote fault={error} onRetry={() => window.location.reload()} />
      </Gate>
    )
  }
  if (shown === undefined) return null
  const { registration, welcome, terms } = shown
  if (registration === 'closed') {
    return (
      <Gate title={t`No new accounts`}>
        <p>
          <Trans>There are no new accounts here at present. Who has one signs in as before.</Trans>
        </p>
        <ToSignIn />
      </Gate>
    )
  }
  if (registration === 'invitation') {
    return (
      <Gate title={t`Accounts are by invitation`}>
        {welcome !== null && <p className={styles.welcome}>{welcome}</p>}
        <p>
          <Trans>Ask who runs this shop for an invitation: a link by which you set your password.</Trans>
        </p>
        <ToSignIn />
      </Gate>
    )
  }
  if (sentTo !== undefined) {
    return (
      <Gate title={t`Look into your mail`}>
        <p role="status">
          <Trans>
            A link is on its way to {sentTo}. It proves that the address is yours, within 30 minutes. Then
            somebody looks at what you asked for, and you are told by mail.
          </Trans>
        </p>
        <ToSignIn />
      </Gate>
    )
  }
  return (
    <Gate title={t`Ask for an account`}>
      {welcome !== null && <p className={styles.welcome}>{welcome}</p>}
      <form onSubmit={register}>
        <AtFields fault={fault}>
          <Stack>
            <TextInput
              name="name"
              label={t`Name of you or your shop`}
              autoComplete="organization"
              maxLength={100}
              required
              autoFocus
            />
            <TextInput
              name="email"
              type="email"
              label={t`E-mail address`}
              autoComplete="email"
              maxLength={254}
              required
            />
            <TextInput
              name="contact"
              label={t`Where else you are reached`}
              description={t`Such as a number of WhatsApp or a name of Telegram.`}
              maxLength={200}
            />
            <TextInput name="country" label={t`Country`} autoComplete="country-name" maxLength={100} />
            <Textarea
              name="note"
              label={t`What you want to order, and how much of it`}
              autosize
              minRows={2}
              maxLength={1000}
            />
            {terms !== null && <Terms>{terms}</Terms>}
            <FaultNote fault={fault} />
            <Button type="submit" loading={isBusy}>
              <Trans>Ask for an account</Trans>
            </Button>
          </Stack>
        </AtFields>
      </form>
      <ToSignIn />
    </Gate>
  )
}

/** `Terms` are shown as the text that they are, in a part of the page that is scrolled by itself where they are long. */
function Terms({ children }: { children: string }) {
  const { t } = useLingui()
  return (
    <div>
      <div className={styles.label}>{t`Terms`}</div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard. */}
      <section className={styles.terms} aria-label={t`Terms`} tabIndex={0}>
        {children}
      </section>
      <p className={styles.agreed}>
        <Trans>By asking for an account you agree to these terms.</Trans>
      </p>
    </div>
  )
}
