import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount } from '../../../kit/amount.tsx'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { SearchField } from '../../../kit/pasted-lines.tsx'
import { type Column, List, LookMenu, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { Count, useCount } from '../../count.tsx'
import { DepositState, depositStateWords } from '../../deposit-state.tsx'
import { ExportButton } from '../../export-button.tsx'
import { ListViews } from '../../list-views.tsx'
import { usePickFrom } from '../../pick-from.ts'

const TOPICS = ['deposits']
const KEY = ['deposits', 'list']

const readDeposits = async (query: Values, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/deposits', { params, signal }))).page
}
type Deposit = Awaited<ReturnType<typeof readDeposits>>['items'][number]

/** `referenceOf` is what finds the payment: what the payer wrote of it, else the gateway's name of it. */
const referenceOf = ({ proof, reference }: Deposit): string => proof ?? reference ?? ''

/** `Deposits` lists what resellers pay in. The filter stands in the URL; the file and the count have the same. */
export function Deposits() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const [look, setLook] = useLook('deposits')
  const list = usePages<Deposit>([...KEY, query], (cursor, signal) => readDeposits(query, cursor, signal))
  const count = useCount('deposits', KEY, query)
  useRefreshOn(TOPICS, KEY)
  const columns = useColumns()
  const filters = useFilters()
  const usual: [string, Values][] = [
    [t`All`, {}],
    [t`Needs you`, { state: 'review' }],
    [t`To be paid`, { state: 'pending' }],
    [t`Not credited`, { state: 'failed' }],
  ]
  const { sort = '-begun', ...filter } = query
  const isNarrowed = Object.keys(filter).length > 0
  const to = ({ id }: Deposit) => `/money/deposits/${id}`
  return (
    <Page
      title={t`Deposits`}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          <ExportButton list="/api/operator/deposits" query={query} title={t`Export the deposits`} />
        </>
      }
    >
      <ListViews list="deposits" usual={usual} {...{ query, look }} onLook={setLook} />
      <FilterBar
        filters={filters}
        values={filter}
        onChange={(changed) =>
          void navigate({
            to: '/money/deposits',
            search: { ...changed, ...(query['sort'] !== undefined && { sort }) },
          })
        }
      >
        <Count count={count} />
        <SearchField
          label={t`Search deposits`}
          placeholder={t`Reference, reseller, amount or number`}
          value={query['q'] ?? ''}
          onSearch={(q) => void navigate({ to: '/money/deposits', search: withValue(query, 'q', q) })}
        />
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty
          action={
            isNarrowed && (
              <Button component={Link} to="/money/deposits" variant="default">
                <Trans>Clear filters</Trans>
              </Button>
            )
          }
        >
          {isNarrowed ? (
            <Trans>No deposit fits these filters.</Trans>
          ) : (
            <Trans>
              Nothing was paid in yet. Resellers begin deposits in the portal or by their programs, once there
              is a way to pay in.
            </Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more, to, sort }}
          onSort={(by) => void navigate({ to: '/money/deposits', search: { ...query, sort: by } })}
          name={t`Deposits`}
          idOf={({ id }) => id}
          label={({ id }) => t`Deposit ${id}`}
          onOpen={(row) => void navigate({ to: to(row) })}
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
        />
      )}
    </Page>
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
