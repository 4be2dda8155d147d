import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import type { Values } from '../../../kit/filters.tsx'
import { SumAmount, sum } from '../../../kit/sum.tsx'
import type { Column } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { MoneyList } from './money-list.tsx'
import { Sums } from './sums.tsx'

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

/** `Adjustments` lists what people did to balances by hand, and refunds. */
export function Adjustments() {
  const { t, i18n } = useLingui()
  const pickFrom = usePickFrom()
  return (
    <MoneyList<Adjustment>
      of="adjustments"
      title={t`Adjustments`}
      exportTitle={t`Export the adjustments`}
      read={readAdjustments}
      columns={useColumns()}
      filters={[
        {
          ...{ name: 'kind', label: t`Kind`, kind: 'choice' },
          choices: Object.entries(kinds).map(([value, words]) => ({ value, label: i18n._(words) })),
        },
        { name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
        { name: 'amount_gte', label: t`Amount from`, kind: 'text' },
        { name: 'amount_lte', label: t`Amount to`, kind: 'text' },
        { name: 'actor', label: t`Who`, kind: 'text', placeholder: 'staff:3' },
        { name: 'from', label: t`From, a day in UTC`, kind: 'day' },
        { name: 'to', label: t`To, a day in UTC`, kind: 'day' },
      ]}
      none={
        <Trans>
          Nobody has adjusted a balance or refunded an order yet. A balance is adjusted on the page of its
          reseller, under Money.
        </Trans>
      }
      misfit={<Trans>No adjustment fits these filters.</Trans>}
      usual={[
        [t`Paid in by hand`, { kind: 'deposit' }],
        [t`Refunds`, { kind: 'refund' }],
      ]}
      sums={(query) => (
        <Sums
          queryKey={['adjustments', 'sums', query]}
          read={(signal) => dataOf(api.GET('/api/operator/adjustments/sums', { params: { query }, signal }))}
          figure={({ net, came_in, went_out, count, currency }) => {
            const [added, taken] = [sum(came_in, currency), sum(went_out, currency)]
            return {
              label: t`${added} put on, ${taken} taken; entries: ${count}`,
              value: <SumAmount value={net} currency={currency} />,
            }
          }}
        />
      )}
      idOf={({ account, id }) => account * ENTRIES + id}
      label={({ account_name, kind }) => `${account_name}, ${i18n._(kinds[kind])}`}
      to={({ order, username }) => (order === null ? `/resellers/${username}/money` : `/orders/${order}`)}
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
