import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { api, dataOf } from '../api/client.ts'
import { ActDialog } from '../kit/act-dialog.tsx'
import { useMay } from '../kit/session.tsx'

/** `OpenPortal` is the button by which the portal is looked at as a reseller has it. Who may not do that sees nothing. */
export function OpenPortal({ account, name }: { account: string; name: string }) {
  const may = useMay()
  const [isAsking, setAsking] = useState(false)
  if (!may('resellers.view_as')) return null
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        <Trans>Open the portal…</Trans>
      </Button>
      {isAsking && <ViewDialog account={account} name={name} onClose={() => setAsking(false)} />}
    </>
  )
}

/** `ViewDialog` says what one sees there, and for how long, and goes there. */
export function ViewDialog({
  account,
  name,
  onClose,
}: {
  account: string
  name: string
  onClose: () => void
}) {
  const { t } = useLingui()
  const act = async () => {
    await dataOf(api.POST('/api/operator/accounts/{account}/view', { params: { path: { account } } }))
    window.location.assign('/portal/')
  }
  return (
    <ActDialog
      title={t`Open the portal as ${name}?`}
      button={t`Open the portal as ${name}`}
      act={act}
      onClose={onClose}
    >
      <Trans>
        You see for 15 minutes what its people see, and can change nothing. The trail says that you looked.
      </Trans>
    </ActDialog>
  )
}
