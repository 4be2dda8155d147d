import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, NativeSelect, Radio, SimpleGrid, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, dataOf } from '../api/client.ts'
import { Dialog } from '../kit/dialog.tsx'
import { useDownload } from '../kit/download.ts'
import { FaultNote, Loading } from '../kit/notes.tsx'
import { useValueNames } from './value-names.ts'

export interface ExportProps {
  /** `list` is the path of the list, and `query` its filter and order. */
  list: string
  query: Readonly<Record<string, string>>
  title: string
  /** `columns` are those of the file; left out: the server is asked. */
  columns?: readonly string[]
  /** `children` say what a line of the file is, where that is not plain. */
  children?: ReactNode
}

/** `ExportDialog` gives what is listed as a file: for spreadsheets with the columns that are wanted, or for programs. */
export function ExportDialog({
  list,
  query,
  title,
  columns: known,
  children,
  onClose,
}: ExportProps & { onClose: () => void }) {
  const { t } = useLingui()
  const counted = useQuery({
    queryKey: ['file', list, query],
    enabled: known === undefined,
    queryFn: ({ signal }) =>
      // Every list that is given as a file is counted in the same way.
      dataOf(api.GET(`${list}/count` as '/api/operator/accounts/count', { params: { query }, signal })),
  })
  const nameOf = useValueNames()
  // What stands in a thing of the list is called after it, too: `seller.name`.
  const named = (column: string): string => column.split('.').map(nameOf).filter(Boolean).join(': ')
  const all = known ?? counted.data?.columns ?? []
  const [format, setFormat] = useState('csv')
  const [chosen, setChosen] = useState<readonly string[]>()
  const [separator, setSeparator] = useState('comma')
  const columns = chosen ?? all
  const isAll = columns.length === all.length
  const { download, isBusy, fault } = useDownload()
  const asked = {
    ...query,
    ...(format === 'csv' && separator !== 'comma' && { separator }),
    // In the order of the file, whichever was chosen first.
    ...(format === 'csv' && !isAll && { columns: all.filter((one) => columns.includes(one)).join(',') }),
  }
  return (
    <Dialog opened onClose={onClose} title={title}>
      <Stack>
        <p className="muted">
          {counted.data && !counted.data.capped ? (
            <Plural
              value={counted.data.value}
              _0="Nothing fits the filter."
              one="The one row that fits the filter."
              other="All # rows that fit the filter."
            />
          ) : (
            <Trans>All that fits the filter, also what is not shown.</Trans>
          )}{' '}
          {children}
        </p>
        <Radio.Group label={t`Format`} value={format} onChange={setFormat}>
          <Stack gap="sm" mt="xs">
            <Radio value="csv" label={t`CSV, for spreadsheets`} data-autofocus />
            <Radio value="ndjson" label={t`JSON by lines, for programs: with all values`} />
          </Stack>
        </Radio.Group>
        <FaultNote fault={counted.error} onRetry={() => void counted.refetch()} />
        {known === undefined && counted.isPending && <Loading rows={4} />}
        {format === 'csv' && all.length > 0 && (
          <>
            <NativeSelect
              label={t`Separator`}
              value={separator}
              data={[
                { value: 'comma', label: t`Comma` },
                { value: 'semicolon', label: t`Semicolon` },
                { value: 'tab', label: t`Tab` },
              ]}
              onChange={({ currentTarget }) => setSeparator(currentTarget.value)}
            />
            <Checkbox.Group label={t`Columns`} value={[...columns]} onChange={setChosen}>
              <SimpleGrid cols={2} spacing="xs" mt="xs">
                {all.map((one) => (
                  <Checkbox key={one} value={one} label={named(one)} title={one} size="sm" />
                ))}
              </SimpleGrid>
            </Checkbox.Group>
            <Group>
              <Button variant="subtle" size="compact-sm" onClick={() => setChosen(isAll ? [] : all)}>
                {isAll ? <Trans>None</Trans> : <Trans>All columns</Trans>}
              </Button>
            </Group>
          </>
        )}
        <FaultNote fault={fault} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
          <Button
            loading={isBusy}
            disabled={format === 'csv' && columns.length === 0 && !counted.error}
            onClick={async () => {
              if (await download(`${list}.${format}`, asked)) onClose()
            }}
          >
            <Trans>Download</Trans>
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
