import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import { type Filter, FilterBar, type Values } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { SumAmount } from '../../../kit/sum.tsx'
import { type Column, List, LookMenu, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { Count, useCount } from '../../count.tsx'
import { ExportButton } from '../../export-button.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { Sums } from './sums.tsx'

const KEY = ['transfers']

const readTransfers = async (query: Values, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/transfers', { params, signal }))).page
}
type Transfer = Awaited<ReturnType<typeof readTransfers>>['items'][number]

/** `Transfers` lists what resellers sent to each other. The filter stands in the URL; the sums and the file have the same. */
export function Transfers() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const [look, setLook] = useLook('transfers')
  const list = usePages<Transfer>([...KEY, query], (cursor, signal) => readTransfers(query, cursor, signal))
  const count = useCount('transfers', KEY, query)
  const columns = useColumns()
  const pickFrom = usePickFrom()
  const filters: Filter[] = [
    {
      ...{ name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
      help: t`The sender or the receiver`,
    },
    { name: 'from', label: t`From, a day in UTC`, kind: 'day' },
    { name: 'to', label: t`To, a day in UTC`, kind: 'day' },
  ]
  const isNarrowed = Object.keys(query).length > 0
  const to = ({ sender_username }: Transfer) => `/resellers/${sender_username}/money`
  return (
    <Page
      title={t`Transfers`}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          <ExportButton list="/api/operator/transfers" query={query} title={t`Export the transfers`} />
        </>
      }
    >
      <FilterBar
        filters={filters}
        values={query}
        onChange={(search) => void navigate({ to: '/money/transfers', search })}
      >
        <Count count={count} />
      </FilterBar>
      <Sums
        queryKey={[...KEY, 'sums', query]}
        read={(signal) => dataOf(api.GET('/api/operator/transfers/sums', { params: { query }, signal }))}
        figure={({ amount, count, currency }) => ({
          label: t`Sent in ${currency}; transfers: ${count}`,
          value: <SumAmount value={amount} currency={currency} />,
        })}
      />
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty
          action={
            isNarrowed && (
              <Button component={Link} to="/money/transfers" variant="default">
                <Trans>Clear filters</Trans>
              </Button>
            )
          }
        >
          {isNarrowed ? (
            <Trans>No transfer fits these filters.</Trans>
          ) : (
            <Trans>
              No reseller has sent money to another one yet. They do so in the portal, or by their programs.
            </Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more, to }}
          name={t`Transfers`}
          idOf={({ id }) => id}
          label={({ id }) => t`Transfer ${id}`}
          onOpen={(row) => void navigate({ to: to(row) })}
          card={(one) => (
            <>
              <div>
                <Amount value={one.amount} currency={one.currency} />
                &nbsp;· <span className="code">{one.id}</span>
              </div>
              <div className="muted">
                {one.sender_name} → {one.receiver_name}&nbsp;· <When at={one.created_at} />
              </div>
            </>
          )}
        />
      )}
    </Page>
  )
}

function useColumns(): readonly Column<Transfer>[] {
  const { t } = useLingui()
  return [
    {
      ...{ id: 'id', head: t`Transfer`, width: 90, rank: 0 },
      cell: ({ id }) => <span className="code">{id}</span>,
    },
    { id: 'when', head: t`When`, width: 110, rank: 2, cell: ({ created_at }) => <When at={created_at} /> },
    { id: 'from', head: t`From`, width: 140, grow: true, rank: 0, cell: (one) => one.sender_name },
    { id: 'to', head: t`To`, width: 140, grow: true, rank: 0, cell: (one) => one.receiver_name },
    {
      ...{ id: 'amount', head: t`Amount`, width: 140, rank: 0, end: true },
      cell: ({ amount, currency }) => <Amount value={amount} currency={currency} />,
    },
    {
      ...{ id: 'sender-after', head: t`Sender after`, width: 120, rank: 5, end: true },
      cell: (one) => <Amount value={one.sender_balance_after} />,
    },
    {
      ...{ id: 'receiver-after', head: t`Receiver after`, width: 130, rank: 6, end: true },
      cell: (one) => <Amount value={one.receiver_balance_after} />,
    },
    { id: 'why', head: t`Why`, width: 160, rank: 3, grow: true, cell: ({ description }) => description },
    {
      ...{ id: 'who', head: t`Who`, width: 130, rank: 4 },
      cell: ({ actor, actor_name }) => actor_name ?? <span className="code">{actor}</span>,
    },
  ]
}
