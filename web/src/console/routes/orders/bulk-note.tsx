import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../../kit/dialog.tsx'
import { Textarea } from '../../../kit/inputs.tsx'
import { type BulkProps, Planned } from './bulk-plan.tsx'

/** `BulkNote` asks what is written down of the chosen orders, and says of how many before it is done. */
export function BulkNote(given: BulkProps) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [isWritten, setWritten] = useState(false)
  if (isWritten) return <Planned {...given} more={{ note: text }} onBack={() => setWritten(false)} />
  return (
    <Dialog opened onClose={given.onClose} title={t`Note`}>
      <Stack>
        <Textarea
          label={t`Note`}
          description={t`Each of the chosen orders gets it. The staff alone reads it.`}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          maxLength={2000}
          autosize
          minRows={3}
          maxRows={12}
          data-autofocus
        />
        <div>
          <Button disabled={text.trim() === ''} onClick={() => setWritten(true)}>
            <Trans>Show what it does</Trans>
          </Button>
        </div>
      </Stack>
    </Dialog>
  )
}
