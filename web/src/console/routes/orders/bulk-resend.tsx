import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Select } from '../../../kit/choices.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { suppliersQuery } from '../../suppliers-query.ts'
import { type BulkProps, Planned } from './bulk-plan.tsx'

/** `BulkResend` asks which supplier has what waits next, and shows what that does. */
export function BulkResend(given: BulkProps) {
  const { t } = useLingui()
  const [name, setName] = useState<string | null>(null)
  const [supplier, setSupplier] = useState<string>()
  const suppliers = useQuery(suppliersQuery)
  if (supplier !== undefined) return <Planned {...given} more={{ supplier }} />
  return (
    <Dialog opened onClose={given.onClose} title={t`Another route`}>
      <Stack>
        <Select
          field="supplier"
          label={t`Supplier`}
          description={t`It gets what waits of these orders before any other, where their services have a route to it.`}
          data={
            suppliers.data?.items.flatMap((one) =>
              one.enabled && typeof one.name === 'string' ? [one.name] : [],
            ) ?? []
          }
          value={name}
          onChange={setName}
          searchable
          data-autofocus
        />
        <FaultNote fault={suppliers.error} onRetry={() => void suppliers.refetch()} />
        <div>
          <Button disabled={name === null} onClick={() => name !== null && setSupplier(name)}>
            <Trans>Show what it does</Trans>
          </Button>
        </div>
      </Stack>
    </Dialog>
  )
}
