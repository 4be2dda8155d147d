import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import { type Filter, FilterBar, type Values } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { SumAmount, sum } from '../../../kit/sum.tsx'
import { type Column, List, LookMenu, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { Count, useCount } from '../../count.tsx'
import { ExportButton } from '../../export-button.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { Sums } from './sums.tsx'

const KEY = ['adjustments']

const readAdjustments = async (query: Values, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/adjustments', { params, signal }))).page
}
type Adjustment = Awaited<ReturnType<typeof readAdjustments>>['items'][number]

const kinds: Readonly<Record<Adjustment['kind'], MessageDescriptor>> = {
  deposit: msg`Paid in by hand`,
  adjust_up: msg`Adjusted up`,
  adjust_down: msg`Adjusted down`,
  refund: msg`Refund`,
  charge: msg`Delivered after all`,
  opening_up: msg`Opening balance`,
  opening_down: msg`Opening debt`,
}

/** ENTRIES is more than an account has entries: entries are numbered by account. */
const ENTRIES = 2 ** 32

/** `Adjustments` lists what people did to balances by hand, and refunds. The filter stands in the URL; the sums and the file have the same. */
export function Adjustments() {
  const { t, i18n } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const [look, setLook] = useLook('adjustments')
  const list = usePages<Adjustment>([...KEY, query], (cursor, signal) =>
    readAdjustments(query, cursor, signal),
  )
  const count = useCount('adjustments', KEY, query)
  const columns = useColumns()
  const pickFrom = usePickFrom()
  const filters: Filter[] = [
    {
      ...{ name: 'kind', label: t`Kind`, kind: 'choice' },
      choices: Object.entries(kinds).map(([value, words]) => ({ value, label: i18n._(words) })),
    },
    { name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
    { name: 'from', label: t`From, a day in UTC`, kind: 'day' },
    { name: 'to', label: t`To, a day in UTC`, kind: 'day' },
  ]
  const isNarrowed = Object.keys(query).length > 0
  const to = ({ order, username }: Adjustment) =>
    order === null ? `/resellers/${username}/money` : `/orders/${order}`
  return (
    <Page
      title={t`Adjustments`}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          <ExportButton list="/api/operator/adjustments" query={query} title={t`Export the adjustments`} />
        </>
      }
    >
      <FilterBar
        filters={filters}
        values={query}
        onChange={(search) => void navigate({ to: '/money/adjustments', search })}
      >
        <Count count={count} />
      </FilterBar>
      <Sums
        queryKey={[...KEY, 'sums', query]}
        read={(signal) => dataOf(api.GET('/api/operator/adjustments/sums', { params: { query }, signal }))}
        figure={({ net, came_in, went_out, count, currency }) => {
          const [added, taken] = [sum(came_in, currency), sum(went_out, currency)]
          return {
            label: t`${added} put on, ${taken} taken; entries: ${count}`,
            value: <SumAmount value={net} currency={currency} />,
          }
        }}
      />
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty
          action={
            isNarrowed && (
              <Button component={Link} to="/money/adjustments" variant="default">
                <Trans>Clear filters</Trans>
              </Button>
            )
          }
        >
          {isNarrowed ? (
            <Trans>No adjustment fits these filters.</Trans>
          ) : (
            <Trans>
              Nobody has adjusted a balance or refunded an order yet. A balance is adjusted on the page of its
              reseller, under Money.
            </Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more, to }}
          name={t`Adjustments`}
          idOf={({ account, id }) => account * ENTRIES + id}
          label={({ account_name, kind }) => `${account_name}, ${i18n._(kinds[kind])}`}
          onOpen={(row) => void navigate({ to: to(row) })}
          card={(one) => (
            <>
              <div>
                <Amount value={one.amount} currency={one.currency} />
                &nbsp;· {one.account_name}
              </div>
              <div className="muted">
                {i18n._(kinds[one.kind])}&nbsp;· <When at={one.created_at} />
                {one.note !== null && `\u00A0· ${one.note}`}
              </div>
            </>
          )}
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Adjustment>[] {
  const { t, i18n } = useLingui()
  return [
    { id: 'reseller', head: t`Reseller`, width: 180, rank: 0, cell: (one) => one.account_name },
    { id: 'when', head: t`When`, width: 110, rank: 2, cell: ({ created_at }) => <When at={created_at} /> },
    { id: 'kind', head: t`Kind`, width: 140, rank: 0, cell: ({ kind }) => i18n._(kinds[kind]) },
    {
      ...{ id: 'amount', head: t`Amount`, width: 140, rank: 0, end: true },
      cell: ({ amount, currency }) => <Amount value={amount} currency={currency} />,
    },
    {
      ...{ id: 'after', head: t`Balance after`, width: 130, rank: 3, end: true },
      cell: ({ balance_after }) => <Amount value={balance_after} />,
    },
    { id: 'why', head: t`Why`, width: 160, rank: 4, grow: true, cell: ({ note }) => note },
    {
      ...{ id: 'order', head: t`Order`, width: 90, rank: 5 },
      cell: ({ order }) => <span className="code">{order}</span>,
    },
    {
      ...{ id: 'who', head: t`Who`, width: 130, rank: 6 },
      cell: ({ actor, actor_name }) => actor_name ?? <span className="code">{actor}</span>,
    },
    {
      ...{ id: 'reference', head: t`Reference`, width: 130, rank: 7, isOptional: true },
      cell: ({ reference }) => <span className="code">{reference}</span>,
    },
  ]
}
