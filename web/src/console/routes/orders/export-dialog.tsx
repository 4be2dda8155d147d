import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Radio, Select, SimpleGrid, Stack } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../../kit/dialog.tsx'
import { useMay } from '../../../kit/session.tsx'
import type { Query } from './order-data.ts'

/** COLUMNS are those of the file, one line an item; COSTS are for those alone who may read costs. */
const COLUMNS = [
  ...['order', 'item', 'placed', 'ended', 'account', 'service', 'order_state', 'state', 'input', 'quantity'],
  ...['price', 'refunded', 'currency', 'supplier', 'cost', 'cost_currency', 'supplier_reference'],
  ...['reference', 'via', 'answer'],
]
const COSTS = ['cost', 'cost_currency']

/** `ExportDialog` gives what is listed as a file, with the columns that are wanted. */
export function ExportDialog({ query, onClose }: { query: Query; onClose: () => void }) {
  const { t } = useLingui()
  const may = useMay()
  const all = COLUMNS.filter((one) => may('costs.read') || !COSTS.includes(one))
  const [format, setFormat] = useState('csv')
  const [columns, setColumns] = useState(all)
  const [separator, setSeparator] = useState('comma')
  const { lines: _, ...filter } = query
  const isAll = columns.length === all.length
  const search = new URLSearchParams({
    ...filter,
    ...(format === 'csv' && separator !== 'comma' && { separator }),
    // In the order of the file, whichever was chosen first.
    ...(format === 'csv' && !isAll && { columns: all.filter((one) => columns.includes(one)).join(',') }),
  })
  return (
    <Dialog opened onClose={onClose} title={t`Export the orders`}>
      <Stack>
        <p className="muted">
          <Trans>All orders that fit the filter, however many are shown.</Trans>
        </p>
        <Radio.Group label={t`Format`} value={format} onChange={setFormat}>
          <Stack gap="sm" mt="xs">
            <Radio value="csv" label={t`CSV, for spreadsheets: a line for each item`} data-autofocus />
            <Radio
              value="ndjson"
              label={t`JSON by lines, for programs: a line for each order, with all it has`}
            />
          </Stack>
        </Radio.Group>
        {format === 'csv' && (
          <>
            <Select
              label={t`Between the cells`}
              value={separator}
              allowDeselect={false}
              data={[
                { value: 'comma', label: t`Comma` },
                { value: 'semicolon', label: t`Semicolon` },
                { value: 'tab', label: t`Tab` },
              ]}
              onChange={(value) => setSeparator(value ?? 'comma')}
            />
            <Checkbox.Group label={t`Columns`} value={columns} onChange={setColumns}>
              <SimpleGrid cols={2} spacing="xs" mt="xs">
                {all.map((one) => (
                  <Checkbox key={one} value={one} label={<span className="code">{one}</span>} size="sm" />
                ))}
              </SimpleGrid>
            </Checkbox.Group>
            <Group>
              <Button variant="subtle" size="compact-sm" onClick={() => setColumns(isAll ? [] : all)}>
                {isAll ? <Trans>None</Trans> : <Trans>All columns</Trans>}
              </Button>
            </Group>
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
          <Button
            disabled={format === 'csv' && columns.length === 0}
            onClick={() => {
              window.location.assign(`/api/operator/orders.${format}?${search}`)
              onClose()
            }}
          >
            <Trans>Download</Trans>
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
