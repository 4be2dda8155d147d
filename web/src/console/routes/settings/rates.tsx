import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'
import styles from './settings.module.css'

const KEY = ['rates']

const readRates = (isAll: boolean, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/rates', { params: { query: isAll ? { all: 'yes' } : {} }, signal }))

/** `Rates` are the exchange rates by which costs and figures are brought into other currencies. */
export function Rates() {
  const { t } = useLingui()
  const may = useMay()
  const [isAll, setAll] = useState(false)
  const [isSetting, setSetting] = useState(false)
  const rates = useQuery({ queryKey: [...KEY, isAll], queryFn: ({ signal }) => readRates(isAll, signal) })
  const button = may('prices.edit') && (
    <Button onClick={() => setSetting(true)}>
      <Trans>Set a rate…</Trans>
    </Button>
  )
  const items = rates.data?.items
  return (
    <Page title={t`Exchange rates`} actions={button}>
      <p className={styles.lead}>
        <Trans>
          Prices that follow costs in another currency are made by these, and figures are brought into one
          currency. A rate counts from its day on; what was sold before keeps the rate of its day.
        </Trans>
      </p>
      <Checkbox
        label={t`Also those that newer ones have replaced`}
        checked={isAll}
        onChange={({ currentTarget }) => setAll(currentTarget.checked)}
        mb="md"
      />
      <FaultNote fault={rates.error} onRetry={() => void rates.refetch()} />
      {rates.isPending && <Loading rows={4} />}
      {items?.length === 0 && (
        <Empty>
          <Trans>No rates yet. They are needed as soon as costs and prices have different currencies.</Trans>
        </Empty>
      )}
      {items !== undefined && items.length > 0 && (
        <CardTable label={t`Exchange rates`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`One`}</Table.Th>
              <Table.Th ta="end">{t`is worth`}</Table.Th>
              <Table.Th>{t`In`}</Table.Th>
              <Table.Th>{t`From`}</Table.Th>
              <Table.Th>{t`Set by`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ base, quote, rate, valid_from, actor }) => (
              <Table.Tr key={`${base} ${quote} ${valid_from}`}>
                <Table.Td className="code">{base}</Table.Td>
                <Table.Td ta="end">
                  <span className="amount">{rate}</span>
                </Table.Td>
                <Table.Td className="code">{quote}</Table.Td>
                <Table.Td>
                  <When at={valid_from} exact />
                </Table.Td>
                <Table.Td className="code">{actor}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {rates.data?.more && (
        <p className="muted">
          <Trans>There are more, which are not shown.</Trans>
        </p>
      )}
      <History what="rate" nameOf={(subject) => subject.split('/').slice(0, 2).join(' / ')} />
      {isSetting && <SetRate onClose={() => setSetting(false)} />}
    </Page>
  )
}

function SetRate({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [base, setBase] = useState('')
  const [quote, setQuote] = useState('')
  const [rate, setRate] = useState('')
  const [from, setFrom] = useState('')
  const pair = { base: base.trim().toUpperCase(), quote: quote.trim().toUpperCase() }
  const isWhole = pair.base !== '' && pair.quote !== '' && rate.trim() !== ''
  const said = isWhole ? t`1 ${pair.base} = ${rate.trim()} ${pair.quote}` : t`the rate`
  return (
    <ActDialog
      title={t`Set an exchange rate`}
      button={t`Set ${said}`}
      untouched={<Trans>No rate was set, and no price has changed.</Trans>}
      act={({ key }) =>
        dataOf(
          api.POST('/api/operator/rates', {
            params: { header: { 'idempotency-key': key } },
            body: { ...pair, rate: rate.trim(), ...(from !== '' && { valid_from: from }) },
          }),
        )
      }
      onDone={() => void client.invalidateQueries({ queryKey: KEY })}
      onClose={onClose}
    >
      <Stack>
        <p style={{ margin: 0 }}>
          <Trans>
            Prices that follow costs are made anew by it, from the moment from which it holds. No balance
            moves.
          </Trans>
        </p>
        <TextInput
          field="base"
          label={t`One of this currency`}
          placeholder="USD"
          value={base}
          onChange={({ currentTarget }) => setBase(currentTarget.value)}
          maxLength={3}
          required
          data-autofocus
        />
        <TextInput
          field="rate"
          label={t`is worth so much`}
          placeholder="16250"
          value={rate}
          onChange={({ currentTarget }) => setRate(currentTarget.value)}
          inputMode="decimal"
          maxLength={30}
          required
        />
        <TextInput
          field="quote"
          label={t`of this currency`}
          placeholder="IDR"
          value={quote}
          onChange={({ currentTarget }) => setQuote(currentTarget.value)}
          maxLength={3}
          required
        />
        <TextInput
          field="valid_from"
          label={t`From`}
          description={t`A day in UTC; empty: from now on`}
          type="date"
          value={from}
          onChange={({ currentTarget }) => setFrom(currentTarget.value)}
        />
      </Stack>
    </ActDialog>
  )
}
