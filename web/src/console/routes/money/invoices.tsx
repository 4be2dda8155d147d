import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount } from '../../../kit/amount.tsx'
import type { Values } from '../../../kit/filters.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { monthName } from '../../../kit/months.ts'
import { PickOne } from '../../../kit/pick.tsx'
import { useMay } from '../../../kit/session.tsx'
import type { Column } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { MoneyList } from './money-list.tsx'

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
  const may = useMay()
  const pickFrom = usePickFrom()
  const [isIssuing, setIssuing] = useState(false)
  const columns: readonly Column<Invoice>[] = [
    {
      ...{ id: 'name', head: t`Number`, width: 120, rank: 0 },
      cell: ({ name }) => <span className="code">{name}</span>,
    },
    { id: 'reseller', head: t`Reseller`, width: 150, grow: true, rank: 0, cell: (one) => one.account_name },
    { id: 'month', head: t`Month`, width: 150, rank: 0, cell: ({ month }) => monthName(month) },
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
  return (
    <>
      <MoneyList<Invoice>
        of="invoices"
        title={t`Invoices`}
        exportTitle={t`Export the invoices`}
        read={readInvoices}
        columns={columns}
        filters={[{ name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers }]}
        none={
          <Trans>
            No invoice was issued yet. One is made of what a reseller was charged in a month that has ended.
          </Trans>
        }
        misfit={<Trans>No invoice fits these filters.</Trans>}
        actions={
          may('invoices.issue') && (
            <Button size="compact-md" onClick={() => setIssuing(true)}>
              <Trans>Issue an invoice…</Trans>
            </Button>
          )
        }
        idOf={({ number }) => number}
        label={({ name }) => t`Invoice ${name}, PDF`}
        file={({ number }) => pdfOf(number)}
        card={(one) => (
          <>
            <div>
              <span className="code">{one.name}</span>&nbsp;· {one.account_name}&nbsp;· {monthName(one.month)}
            </div>
            <div>
              <Amount value={one.total} currency={one.currency} />
              &nbsp;· <When at={one.issued_at} />
            </div>
          </>
        )}
      />
      {isIssuing && <Issue onClose={() => setIssuing(false)} />}
    </>
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
