import { Trans, useLingui } from '@lingui/react/macro'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import type { Values } from '../../../kit/filters.tsx'
import { SumAmount } from '../../../kit/sum.tsx'
import type { Column } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { MoneyList } from './money-list.tsx'
import { Sums } from './sums.tsx'

const readTransfers = async (query: Values, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } }
  return (await dataOf(api.GET('/api/operator/transfers', { params, signal }))).page
}
type Transfer = Awaited<ReturnType<typeof readTransfers>>['items'][number]

/** `Transfers` lists what resellers sent to each other. */
export function Transfers() {
  const { t } = useLingui()
  const pickFrom = usePickFrom()
  return (
    <MoneyList<Transfer>
      of="transfers"
      title={t`Transfers`}
      exportTitle={t`Export the transfers`}
      read={readTransfers}
      columns={useColumns()}
      filters={[
        {
          ...{ name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
          help: t`The sender or the receiver`,
        },
        { name: 'from', label: t`From, a day in UTC`, kind: 'day' },
        { name: 'to', label: t`To, a day in UTC`, kind: 'day' },
      ]}
      none={
        <Trans>
          No reseller has sent money to another one yet. They do so in the portal, or by their programs.
        </Trans>
      }
      misfit={<Trans>No transfer fits these filters.</Trans>}
      sums={(query) => (
        <Sums
          queryKey={['transfers', 'sums', query]}
          read={(signal) => dataOf(api.GET('/api/operator/transfers/sums', { params: { query }, signal }))}
          figure={({ amount, count, currency }) => ({
            label: t`Sent in ${currency}; transfers: ${count}`,
            value: <SumAmount value={amount} currency={currency} />,
          })}
        />
      )}
      idOf={({ id }) => id}
      label={({ id }) => t`Transfer ${id}`}
      to={({ sender_username }) => `/resellers/${sender_username}/money`}
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
