import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import { type Filter, type Values, withValue } from '../../../kit/filters.tsx'
import { SearchField } from '../../../kit/pasted-lines.tsx'
import type { Column } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { DepositState, depositStateWords } from '../../deposit-state.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { DepositBeside } from './deposit.tsx'
import { MoneyList } from './money-list.tsx'

const TOPICS = ['deposits']

const readDeposits = async (query: Values, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/deposits', { params, signal }))).page
}
type Deposit = Awaited<ReturnType<typeof readDeposits>>['items'][number]

/** `referenceOf` is what finds the payment: what the payer wrote of it, else the gateway's name of it. */
const referenceOf = ({ proof, reference }: Deposit): string => proof ?? reference ?? ''

/** `Deposits` lists what resellers pay in; on a wide screen the one that is opened stands beside the list. */
export function Deposits() {
  const { t } = useLingui()
  const usual: [string, Values][] = [
    [t`Needs you`, { state: 'review' }],
    [t`To be paid`, { state: 'pending' }],
    [t`Not credited`, { state: 'failed' }],
  ]
  return (
    <MoneyList<Deposit>
      of="deposits"
      title={t`Deposits`}
      exportTitle={t`Export the deposits`}
      read={readDeposits}
      topics={TOPICS}
      columns={useColumns()}
      filters={useFilters()}
      none={
        <Trans>
          Nothing was paid in yet. Resellers begin deposits in the portal or by their programs, once there is
          a way to pay in.
        </Trans>
      }
      misfit={<Trans>No deposit fits these filters.</Trans>}
      sort="-begun"
      usual={usual}
      search={({ query, show }) => (
        <SearchField
          label={t`Search deposits`}
          placeholder={t`Reference, reseller, amount`}
          value={query['q'] ?? ''}
          onSearch={(q) => show(withValue(query, 'q', q))}
        />
      )}
      idOf={({ id }) => id}
      label={({ id }) => t`Deposit ${id}`}
      to={({ id }) => `/money/deposits/${id}`}
      card={(one) => (
        <>
          <div>
            <DepositState state={one.state} /> <span className="code">{one.id}</span>&nbsp;·{' '}
            {one.account_name}
          </div>
          <div>
            <Amount value={one.total_pay} currency={one.currency} />
            &nbsp;· {one.provider_name}&nbsp;· <When at={one.created_at} />
          </div>
          {referenceOf(one) && <div className="code muted">{referenceOf(one)}</div>}
        </>
      )}
      beside={(id, close) => <DepositBeside key={id} id={id} onClose={close} />}
    />
  )
}

function useColumns(): readonly Column<Deposit>[] {
  const { t } = useLingui()
  return [
    {
      ...{ id: 'id', head: t`Deposit`, width: 90, rank: 0 },
      cell: ({ id }) => <span className="code">{id}</span>,
    },
    {
      ...{ id: 'state', head: t`State`, width: 140, rank: 0 },
      cell: ({ state }) => <DepositState state={state} />,
    },
    {
      ...{ id: 'reseller', head: t`Reseller`, width: 140, grow: true, rank: 0 },
      cell: ({ account_name }) => account_name,
    },
    { id: 'way', head: t`Way`, width: 140, rank: 2, cell: ({ provider_name }) => provider_name },
    {
      ...{ id: 'reference', head: t`Reference`, width: 150, rank: 1, grow: true },
      cell: (one) => <span className="code">{referenceOf(one)}</span>,
    },
    {
      ...{ id: 'proof', head: t`Proof`, width: 80, rank: 6 },
      cell: ({ has_file: has }) => (has ? t`File` : ''),
    },
    {
      ...{ id: 'to-pay', head: t`To pay`, width: 120, rank: 1, end: true },
      cell: ({ total_pay, currency }) => <Amount value={total_pay} currency={currency} />,
    },
    {
      ...{ id: 'credited', head: t`Credited`, width: 120, rank: 4, end: true },
      cell: ({ amount, currency, state }) =>
        state === 'succeeded' ? <Amount value={amount} currency={currency} /> : null,
    },
    {
      ...{ id: 'begun', head: t`Started`, width: 110, rank: 2, sort: 'begun' },
      cell: ({ created_at }) => <When at={created_at} />,
    },
    {
      ...{ id: 'settled', head: t`Settled`, width: 110, rank: 3, sort: 'settled' },
      cell: ({ settled_at }) => <When at={settled_at} />,
    },
    {
      ...{ id: 'by', head: t`Settled by`, width: 130, rank: 3 },
      cell: ({ settled_by, settled_by_name: name }) => name ?? <span className="code">{settled_by}</span>,
    },
  ]
}

function useFilters(): Filter[] {
  const { t, i18n } = useLingui()
  const pickFrom = usePickFrom()
  const ways = useQuery({
    queryKey: ['deposit-providers'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/deposit-providers', { signal })),
  })
  const states = Object.entries(depositStateWords).map(([value, words]) => ({ value, label: i18n._(words) }))
  const providers = (ways.data?.items ?? []) as { code: string; name: string }[]
  return [
    { name: 'state', label: t`State`, kind: 'choice', choices: states },
    {
      ...{ name: 'provider', label: t`Way to pay in`, kind: 'choice' },
      choices: providers.map(({ code, name }) => ({ value: code, label: name })),
    },
    { name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
    { name: 'q', label: t`Search`, kind: 'text' },
    { name: 'amount', label: t`Amount`, kind: 'text', help: t`What is credited, or what is paid.` },
    { name: 'from', label: t`Begun from`, kind: 'day' },
    { name: 'to', label: t`Begun to`, kind: 'day' },
  ]
}
