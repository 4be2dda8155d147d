import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton, Group, Stack, Table } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiFault } from '../api/client.ts'
import { CardTable } from './card-table.tsx'
import { fieldText, problemText } from './faults.ts'
import { AtFields, Textarea } from './inputs.tsx'
import { FaultNote } from './notes.tsx'

/** SHOWN_FAULTS bounds the lines at fault that are listed. */
const SHOWN_FAULTS = 200

/** `CsvForm` takes a file of CSV, or what was pasted, and has a plan made of it. Every line at fault is named; then nothing was changed. */
export function CsvForm({
  children,
  untouched,
  makePlan,
  end,
}: {
  /** `children` says which columns there are. */
  children: ReactNode
  untouched: string
  makePlan: (text: string) => Promise<unknown>
  /** `end` stands beside the button. */
  end?: ReactNode
}) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      await makePlan(text)
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const faults = fault instanceof ApiFault ? fault.problems : []
  return (
    <form onSubmit={(event) => void submit(event)}>
      <AtFields fault={fault}>
        <Stack>
          <p className="muted">{children}</p>
          <Group>
            <FileButton
              accept=".csv,.txt,text/csv,text/plain"
              onChange={(file) => void file?.text().then(setText)}
            >
              {(props) => (
                <Button variant="default" {...props}>
                  <Trans>Choose a file…</Trans>
                </Button>
              )}
            </FileButton>
          </Group>
          <Textarea
            field="file"
            label={t`Or paste it here`}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
            rows={8}
            classNames={{ input: 'code' }}
            spellCheck={false}
            required
            data-autofocus
          />
          {faults.length > 0 ? (
            <div role="alert">
              <p>
                <Trans>Nothing was changed. These lines cannot be read:</Trans>
              </p>
              <CardTable label={t`Lines at fault`}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t`Line`}</Table.Th>
                    <Table.Th>{t`Column`}</Table.Th>
                    <Table.Th data-card="words">{t`What is wrong`}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {faults.slice(0, SHOWN_FAULTS).map((one) => {
                    const { field } = one
                    const [line, ...column] = field.replace(/^input\.(text|csv)\./, '').split('.')
                    const text = problemText(one, fieldText(field) ?? column.join('.'))
                    return (
                      <Table.Tr key={`${field} ${text}`}>
                        <Table.Td>{line}</Table.Td>
                        <Table.Td className="code">{column.join('.')}</Table.Td>
                        <Table.Td>{text}</Table.Td>
                      </Table.Tr>
                    )
                  })}
                </Table.Tbody>
              </CardTable>
              {faults.length > SHOWN_FAULTS && (
                <p className="muted">
                  <Trans>
                    The first {SHOWN_FAULTS} of {faults.length} are shown.
                  </Trans>
                </p>
              )}
            </div>
          ) : (
            <FaultNote fault={fault} untouched={untouched} />
          )}
          <Group justify="flex-end">
            {end}
            <Button type="submit" loading={isBusy}>
              <Trans>Review</Trans>
            </Button>
          </Group>
        </Stack>
      </AtFields>
    </form>
  )
}
