import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount } from '../../../kit/amount.tsx'
import { type Filter, FilterBar, type Values } from '../../../kit/filters.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { PickOne } from '../../../kit/pick.tsx'
import { useMay } from '../../../kit/session.tsx'
import { type Column, List, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { Count, useCount } from '../../count.tsx'
import { ExportButton } from '../../export-button.tsx'
import { usePickFrom } from '../../pick-from.ts'

const KEY = ['invoices']

const readInvoices = async (query: Values, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/invoices', { params, signal }))).page
}
type Invoice = Awaited<ReturnType<typeof readInvoices>>['items'][number]

const pdfOf = (number: number): string => `/api/operator/invoices/${number}/pdf`

/** `Invoices` lists what was invoiced; each opens as the PDF that it is. */
export function Invoices() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const may = useMay()
  const [look] = useLook('invoices')
  const [isIssuing, setIssuing] = useState(false)
  const list = usePages<Invoice>([...KEY, query], (cursor, signal) => readInvoices(query, cursor, signal))
  const count = useCount('invoices', KEY, query)
  const columns: readonly Column<Invoice>[] = [
    {
      ...{ id: 'name', head: t`Number`, width: 120, rank: 0 },
      cell: ({ name }) => <span className="code">{name}</span>,
    },
    { id: 'reseller', head: t`Reseller`, width: 150, grow: true, rank: 0, cell: ({ username }) => username },
    { id: 'month', head: t`Month`, width: 100, rank: 0, cell: ({ month }) => month },
    {
      ...{ id: 'lines', head: t`Lines`, width: 80, rank: 3, end: true },
      cell: ({ line_count }) => line_count,
    },
    {
      ...{ id: 'total', head: t`Total`, width: 140, rank: 0, end: true },
      cell: ({ total, currency }) => <Amount value={total} currency={currency} />,
    },
    {
      ...{ id: 'issued', head: t`Issued`, width: 120, rank: 2 },
      cell: ({ issued_at }) => <When at={issued_at} />,
    },
  ]
  const pickFrom = usePickFrom()
  const filters: Filter[] = [{ name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers }]
  const mayIssue = may('invoices.issue')
  const issue = mayIssue && (
    <Button onClick={() => setIssuing(true)}>
      <Trans>Issue an invoice…</Trans>
    </Button>
  )
  const open = ({ number }: Invoice) => window.location.assign(pdfOf(number))
  return (
    <Page
      title={t`Invoices`}
      actions={
        <>
          <ExportButton list="/api/operator/invoices" query={query} title={t`Export the invoices`} />
          {issue}
        </>
      }
    >
      <FilterBar
        filters={filters}
        values={query}
        onChange={(search) => void navigate({ to: '/money/invoices', search })}
      >
        <Count count={count} />
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          <Trans>
            No invoice was issued yet. One is made of what a reseller was charged in a month that has ended.
          </Trans>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more }}
          name={t`Invoices`}
          idOf={({ number }) => number}
          label={({ name }) => t`Invoice ${name}, PDF`}
          file={({ number }) => pdfOf(number)}
          onOpen={open}
          card={(one) => (
            <>
              <div>
                <span className="code">{one.name}</span>&nbsp;· {one.username}&nbsp;· {one.month}
              </div>
              <div>
                <Amount value={one.total} currency={one.currency} />
                &nbsp;· <When at={one.issued_at} />
              </div>
            </>
          )}
        />
      )}
      {isIssuing && <Issue onClose={() => setIssuing(false)} />}
    </Page>
  )
}

function Issue({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [account, setAccount] = useState('')
  const [month, setMonth] = useState('')
  return (
    <ActDialog
      title={t`Issue an invoice`}
      button={month ? t`Issue the invoice of ${month}` : t`Issue the invoice`}
      untouched={<Trans>No invoice was issued.</Trans>}
      act={({ key }) =>
        dataOf(
          api.POST('/api/operator/invoices', {
            params: { header: { 'idempotency-key': key } },
            body: { account: account.trim(), month },
          }),
        )
      }
      onDone={() => void client.invalidateQueries({ queryKey: KEY })}
      onClose={onClose}
    >
      <Stack>
        <p style={{ margin: 0 }}>
          <Trans>
            It gets the next number and never changes. No money moves: it says what was charged in that month.
          </Trans>
        </p>
        <PickOne
          from={usePickFrom().resellers}
          field="account"
          label={t`Reseller`}
          placeholder={t`Name or user name`}
          value={account}
          onChange={setAccount}
          required
          data-autofocus
        />
        <TextInput
          field="month"
          label={t`Month, in UTC`}
          description={t`One that has ended`}
          type="month"
          value={month}
          onChange={({ currentTarget }) => setMonth(currentTarget.value)}
          placeholder="2026-11"
          required
        />
      </Stack>
    </ActDialog>
  )
}
