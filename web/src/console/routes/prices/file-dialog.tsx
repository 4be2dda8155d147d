import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { api, dataOf } from '../../../api/client.ts'
import { CsvForm } from '../../../kit/csv-form.tsx'
import { Dialog } from '../../../kit/dialog.tsx'

/** `FileDialog` reads prices of a file, or of what was pasted, into a plan; every line at fault is named. */
export function FileDialog({ onPlan, onClose }: { onPlan: (id: number) => void; onClose: () => void }) {
  const { t } = useLingui()
  return (
    <Dialog opened onClose={onClose} title={t`Prices of a CSV file`} size="lg">
      <CsvForm
        untouched={t`No price was changed.`}
        makePlan={async (csv) => {
          const body = { kind: 'prices.csv', input: { csv } } as const
          onPlan((await dataOf(api.POST('/api/operator/plans', { body }))).id)
        }}
        end={
          <Button variant="default" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
        }
      >
        <Trans>
          Columns: service, account or group (neither: everyone), currency, price. A price of - takes a fixed
          one away. Commas, semicolons and tabs are understood.
        </Trans>
      </CsvForm>
    </Dialog>
  )
}
