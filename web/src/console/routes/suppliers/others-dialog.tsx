import { Trans, useLingui } from '@lingui/react/macro'
import { Radio, Stack } from '@mantine/core'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import type { Supplier } from './supplier-data.ts'

/** `OthersDialog` has items of a supplier go by their next routes for a time. */
export function OthersDialog({
  supplier: { id, name },
  onDone,
  onClose,
}: {
  supplier: Supplier
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [minutes, setMinutes] = useState('60')
  return (
    <ActDialog
      title={t`Use the next routes instead of ${name}?`}
      button={t`Use the next routes`}
      reasons={[t`Its credit runs out`, t`It is slow`, t`It answers wrongly`]}
      untouched={<Trans>Nothing has changed: orders go to {name} as before.</Trans>}
      act={({ why }) =>
        dataOf(
          api.POST('/api/operator/suppliers/{supplier}/prefer-others', {
            params: { path: { supplier: String(id) } },
            body: { minutes: Number(minutes), ...(why && { why }) },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>
            Nothing more is sent to {name}. Orders go by their next route; those that have none wait, with
            their money held. Then {name} is asked whether it is there, and goes on by itself once it answers.
          </Trans>
        </p>
        <Radio.Group label={t`It is asked again`} value={minutes} onChange={setMinutes}>
          <Stack gap="xs" mt={4}>
            <Radio value="15" label={t`in 15 minutes`} />
            <Radio value="60" label={t`in an hour`} />
            <Radio value="720" label={t`in 12 hours`} />
          </Stack>
        </Radio.Group>
      </Stack>
    </ActDialog>
  )
}
