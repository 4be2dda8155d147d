import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton, Group, Stack, Table, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ApiFault, api, dataOf } from '../../../api/client.ts'
import { Dialog } from '../../../kit/dialog.tsx'
import { FaultNote } from '../../../kit/notes.tsx'

/** SHOWN_FAULTS bounds the lines at fault that are listed. */
const SHOWN_FAULTS = 50

/** `FileDialog` reads prices of a file, or of what was pasted, into a plan; every line at fault is named. */
export function FileDialog({ onPlan, onClose }: { onPlan: (id: number) => void; onClose: () => void }) {
  const { t } = useLingui()
  const [csv, setCsv] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      const body = { kind: 'prices.csv', input: { csv } } as const
      onPlan((await dataOf(api.POST('/api/operator/plans', { body }))).id)
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const faults = fault instanceof ApiFault ? fault.problems : []
  return (
    <Dialog opened onClose={onClose} title={t`Prices of a CSV file`} size="lg">
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          <p className="muted">
            <Trans>
              Columns: service, account or group (neither: everyone), currency, price. A price of - takes a
              fixed one away. Commas, semicolons and tabs are understood.
            </Trans>
          </p>
          <Group>
            <FileButton
              accept=".csv,.txt,text/csv,text/plain"
              onChange={(file) => void file?.text().then(setCsv)}
            >
              {(props) => (
                <Button variant="default" {...props}>
                  <Trans>Choose a file…</Trans>
                </Button>
              )}
            </FileButton>
          </Group>
          <Textarea
            label={t`Or paste it here`}
            value={csv}
            onChange={({ currentTarget }) => setCsv(currentTarget.value)}
            rows={8}
            className="code"
            spellCheck={false}
            required
            data-autofocus
          />
          {faults.length > 0 ? (
            <div role="alert">
              <p>
                <Trans>Nothing was changed. These lines cannot be read:</Trans>
              </p>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t`Line`}</Table.Th>
                    <Table.Th>{t`Column`}</Table.Th>
                    <Table.Th>{t`What is wrong`}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {faults.slice(0, SHOWN_FAULTS).map(({ field, params }) => (
                    <Table.Tr key={field}>
                      <Table.Td>{field.split('.')[0]}</Table.Td>
                      <Table.Td className="code">{field.split('.')[1]}</Table.Td>
                      <Table.Td>{String((params as { message?: string }).message ?? '')}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          ) : (
            <FaultNote fault={fault} untouched={t`No price was changed.`} />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              <Trans>Close</Trans>
            </Button>
            <Button type="submit" loading={isBusy}>
              <Trans>Review</Trans>
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
