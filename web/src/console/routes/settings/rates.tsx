import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount, written } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { problemsOf } from '../../../kit/form-faults.ts'
import { TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { coinOf, readRate } from '../../../kit/read-amount.ts'
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
              <Table.Th>{t`Rate`}</Table.Th>
              <Table.Th>{t`From`}</Table.Th>
              <Table.Th>{t`Set by`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ base, quote, rate, valid_from, actor, actor_name }) => (
              <Table.Tr key={`${base} ${quote} ${valid_from}`}>
                <Table.Td>
                  1 {base} = <Amount value={rate} /> {quote}
                </Table.Td>
                <Table.Td>
                  <When at={valid_from} exact />
                </Table.Td>
                <Table.Td>{actor_name ?? <span className="code">{actor}</span>}</Table.Td>
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
      {isSetting && <SetRate rates={items ?? []} onClose={() => setSetting(false)} />}
    </Page>
  )
}

type Held = Awaited<ReturnType<typeof readRates>>['items'][number]

/** `heldOf` gives the rate of a pair that holds at a moment, or what follows from that of the other direction. It is for the eye: the server reckons by itself. */
function heldOf(
  rates: readonly Held[],
  pair: { base: string; quote: string },
  at: string,
): number | undefined {
  const of = (base: string, quote: string) =>
    rates.find((one) => one.base === base && one.quote === quote && one.valid_from <= at)
  const same = of(pair.base, pair.quote)
  const other = of(pair.quote, pair.base)
  return same ? Number(same.rate) : other ? 1 / Number(other.rate) : undefined
}

/** FAR is how many times a rate may be another one, or this that, before one has to say that it is meant so: as the server has it. */
const FAR = 1.5

function SetRate({ rates, onClose }: { rates: readonly Held[]; onClose: () => void }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [base, setBase] = useState('')
  const [quote, setQuote] = useState('')
  const [rate, setRate] = useState('')
  const [from, setFrom] = useState('')
  const pair = { base: base.trim().toUpperCase(), quote: quote.trim().toUpperCase() }
  /** `meant` is the rate that was said to be meant so; another one is not. */
  const [meant, setMeant] = useState('')
  const coin = coinOf(pair.quote)
  const read = readRate(rate, coin)
  const isWhole = pair.base.length === 3 && pair.quote.length === 3 && typeof read === 'string'
  const typed = [pair.base, pair.quote, read, from].join(' ')
  const isMeant = meant === typed
  const said = isWhole ? t`1 ${pair.base} = ${plain(read)} ${pair.quote}` : ''
  const held = isWhole ? heldOf(rates, pair, from === '' ? new Date().toISOString() : from) : undefined
  const times = held === undefined ? 1 : Number(read) / held
  const isFar = times > FAR || times < 1 / FAR
  const before = held === undefined ? '' : plain(String(Number(held.toPrecision(8))))
  const change = written(String(Math.round((times - 1) * 1000) / 1000), {
    ...{ style: 'percent', maximumFractionDigits: 1, signDisplay: 'always' },
  })
  return (
    <ActDialog
      title={t`Set an exchange rate`}
      button={isWhole ? t`Set ${said}` : t`Set the rate`}
      untouched={<Trans>No rate was set, and no price has changed.</Trans>}
      isReady={isWhole && (!isFar || isMeant)}
      told={() =>
        from === ''
          ? t`From now on ${said}. Prices that follow costs are made by it.`
          : t`From ${from} on ${said}. Prices that follow costs are made by it from then.`
      }
      act={({ key }) =>
        dataOf(
          api.POST('/api/operator/rates', {
            params: { header: { 'idempotency-key': key } },
            body: {
              ...{ ...pair, rate: read ?? '' },
              ...(from !== '' && { valid_from: from }),
              ...(isMeant && { far: true }),
            },
          }),
        )
      }
      onDone={() => void client.invalidateQueries({ queryKey: KEY })}
      onClose={onClose}
    >
      {(fault) => (
        <Stack>
          <p style={{ margin: 0 }}>
            <Trans>
              Prices that follow costs are made anew by it, from the moment from which it holds. No balance
              moves.
            </Trans>
          </p>
          <CurrencyInput
            field="base"
            label={t`One of this currency`}
            value={base}
            onChange={({ currentTarget }) => setBase(currentTarget.value)}
            required
            data-autofocus
          />
          <AmountInput
            {...{ field: 'rate', coin, read: readRate, value: rate, onValue: setRate }}
            label={t`is worth so much`}
            placeholder="16250"
            required
          />
          <CurrencyInput
            field="quote"
            label={t`of this currency`}
            value={quote}
            onChange={({ currentTarget }) => setQuote(currentTarget.value)}
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
          <div role="status">
            {held !== undefined && (
              <p className={isFar ? styles.far : 'muted'}>
                <Trans>
                  1 {pair.base}: {before} {pair.quote} → {plain(read ?? '')} {pair.quote} ({change})
                </Trans>
              </p>
            )}
          </div>
          {(isFar || isRefusedAsFar(fault)) && (
            <Checkbox
              label={t`It is far from the rate that holds, and meant so.`}
              checked={isMeant}
              onChange={({ currentTarget }) => setMeant(currentTarget.checked ? typed : '')}
            />
          )}
        </Stack>
      )}
    </ActDialog>
  )
}

/** `isRefusedAsFar`: the rate that holds is one by way of a third currency, which the server alone looks at. */
const isRefusedAsFar = (fault: unknown): boolean =>
  problemsOf(fault).some(({ code }) => /^rate_far$/i.test(code))

/** `plain` writes a rate as the person's language does, with all its digits. */
const plain = (rate: string): string => written(rate, { maximumFractionDigits: 12 })
