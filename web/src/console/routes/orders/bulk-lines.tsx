import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack, Textarea } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../../kit/dialog.tsx'
import { type BulkProps, Planned } from './bulk-plan.tsx'

/** `BulkLines` takes results as lines, which begin with the numbers of the chosen orders, and shows what they do. */
export function BulkLines(given: BulkProps) {
  const { t } = useLingui()
  const [text, setText] = useState(
    'orders' in given.chosen ? given.chosen.orders.map((id) => `${id}\t`).join('\n') : '',
  )
  const [isRead, setRead] = useState(false)
  if (isRead) return <Planned {...given} more={{ lines: text }} onBack={() => setRead(false)} />
  return (
    <Dialog
      opened
      onClose={given.onClose}
      title={given.action === 'deliver' ? t`Deliver after all` : t`Correct results`}
      size="lg"
    >
      <Stack>
        <Textarea
          label={given.action === 'deliver' ? t`Orders and their results` : t`Orders and their right results`}
          description={t`One a line, with a tab or a blank between; of an order of several items also which one, such as 1001/2.`}
          classNames={{ input: 'code' }}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
          autosize
          minRows={6}
          maxRows={16}
          spellCheck={false}
          data-autofocus
        />
        <div>
          <Button disabled={text.trim() === ''} onClick={() => setRead(true)}>
            <Trans>Show what it does</Trans>
          </Button>
        </div>
      </Stack>
    </Dialog>
  )
}
