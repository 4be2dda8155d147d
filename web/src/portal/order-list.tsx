import { useLingui } from '@lingui/react/macro'
import { useNavigate } from '@tanstack/react-router'
import { dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { StateBadge } from '../kit/state-badge.tsx'
import { type Column, List, useLook } from '../kit/table.tsx'
import { When } from '../kit/when.tsx'
import { Price } from './price.tsx'
import { ServiceName } from './service-name.tsx'

interface Query {
  limit?: number
  cursor?: number
  q?: string
}

/** `readOrders` reads a page of the account's orders, newest first. */
export const readOrders = async (query: Query, signal: AbortSignal) =>
  (await dataOf(portal.GET('/api/order', { params: { query }, signal }))).page

type OrderRow = Awaited<ReturnType<typeof readOrders>>['items'][number]

/** `OrderList` shows orders of the account; each leads to its results. */
export function OrderList({ rows, more }: { rows: readonly OrderRow[]; more?: (() => void) | undefined }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const [look] = useLook('portal-orders')
  const columns: readonly Column<OrderRow>[] = [
    {
      ...{ id: 'id', head: t`Order`, width: 90, rank: 0 },
      cell: ({ order_id }) => <span className="code">{order_id}</span>,
    },
    {
      ...{ id: 'state', head: t`State`, width: 130, rank: 0 },
      cell: ({ status }) => <StateBadge state={status} />,
    },
    {
      ...{ id: 'service', head: t`Service`, width: 220, grow: true, rank: 1 },
      cell: ({ service_code }) => <ServiceName code={service_code} />,
    },
    {
      ...{ id: 'done', head: t`Done`, width: 90, rank: 2, end: true },
      cell: ({ processed, total }) => `${processed} / ${total}`,
    },
    {
      ...{ id: 'price', head: t`Total`, width: 120, rank: 1, end: true },
      cell: ({ total_price, currency }) => <Price value={total_price} currency={currency} />,
    },
    {
      ...{ id: 'placed', head: t`Placed`, width: 120, rank: 2 },
      cell: ({ created_at }) => <When at={created_at} />,
    },
  ]
  const to = ({ order_id }: OrderRow) => `/orders/${order_id}`
  return (
    <List
      {...{ columns, rows, look, more, to }}
      name={t`Orders`}
      idOf={({ order_id }) => order_id}
      label={({ order_id }) => t`Order ${order_id}`}
      onOpen={(row) => void navigate({ to: to(row) })}
      card={({ order_id, status, service_code, total_price, currency, created_at }) => (
        <>
          <div>
            <StateBadge state={status} /> <span className="code">{order_id}</span> ·{' '}
            <ServiceName code={service_code} />
          </div>
          <div>
            <Price value={total_price} currency={currency} /> · <When at={created_at} />
          </div>
        </>
      )}
    />
  )
}
