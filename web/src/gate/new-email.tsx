import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { ApiFault, api, dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { FaultNote } from '../kit/notes.tsx'
import { useSending } from '../kit/sending.ts'
import { Gate } from './gate.tsx'
import { linkToken } from './link-token.ts'

const body = { token: linkToken }

/** `NewEmail` has a person sign in with the address to which the link was mailed. */
export function NewEmail({ entrance }: { entrance: 'console' | 'portal' }) {
  const { t } = useLingui()
  const { isBusy, fault, send } = useSending()
  const [email, setEmail] = useState<string>()
  const confirm = () =>
    send(async () => {
      const confirmed =
        entrance === 'console'
          ? await dataOf(api.POST('/api/operator/email', { body }))
          : await dataOf(portal.POST('/api/portal/email', { body }))
      setEmail(confirmed.email)
    })
  if (email !== undefined) {
    return (
      <Gate title={t`Thank you`}>
        <p role="status">
          <Trans>From now on you sign in with {email}.</Trans>
        </p>
        <a href={`/${entrance}/sign-in`}>
          <Trans>Sign in</Trans>
        </a>
      </Gate>
    )
  }
  if (fault instanceof ApiFault && fault.status === 404) {
    return (
      <Gate title={t`This link is closed`}>
        <p role="alert">
          <Trans>
            This link is no longer valid. You sign in with your old address, and may ask for another link.
          </Trans>
        </p>
      </Gate>
    )
  }
  return (
    <Gate title={t`Your e-mail address`}>
      <FaultNote fault={fault} />
      {/* A mail program may open links by itself: only a person proves the address. */}
      <Button onClick={() => void confirm()} loading={isBusy}>
        <Trans>This is my address</Trans>
      </Button>
    </Gate>
  )
}
