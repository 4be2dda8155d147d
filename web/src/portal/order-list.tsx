import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useNavigate } from '@tanstack/react-router'
import { dataOf } from '../api/client.ts'
import { portal } from '../api/portal.ts'
import { Amount } from '../kit/amount.tsx'
import { Badge, LateBadge, StateBadge } from '../kit/state-badge.tsx'
import { type Column, List, type useLook } from '../kit/table.tsx'
import { When } from '../kit/when.tsx'
import styles from './order-list.module.css'

/** Query is the filter of the list of orders, under the names of the API. */
export type Query = Readonly<Record<string, string>>

/** `readOrders` reads a page of the account's orders, newest first. */
export const readOrders = async (query: Query, cursor: string | undefined, signal: AbortSignal) => {
  const params = { query: { ...query, ...(cursor !== undefined && { cursor }) } as object }
  return (await dataOf(portal.GET('/api/portal/orders', { params, signal }))).page
}

export type OrderRow = Awaited<ReturnType<typeof readOrders>>['items'][number]

/** `viaWords` say how an order came. */
export const viaWords: Readonly<Record<OrderRow['via'], MessageDescriptor>> = {
  portal: msg`Portal`,
  dhru: msg`Dhru`,
  rest: msg`REST`,
}

/**
 * `OrderState` shows the state of an order, how much of several items is done, and that it is late; in place of all this, that its cancellation was
 * asked for. An order waits only as long as nobody has begun any of it.
 */
export function OrderState({
  order: { state, items, ended, working, late, cancel_asked },
}: {
  order: OrderRow
}) {
  if (cancel_asked)
    return (
      <Badge tone="needs">
        <Trans>Cancellation asked for</Trans>
      </Badge>
    )
  const isUnderWay = state === 'pending' && ended > 0
  return (
    <span className={styles.states}>
      {isUnderWay ? (
        <Badge tone="working">
          <Trans>
            {ended} of {items} done
          </Trans>
        </Badge>
      ) : (
        <StateBadge state={state === 'pending' && working > 0 ? 'processing' : state} />
      )}
      {late && <LateBadge />}
    </span>
  )
}

/** `Inputs` shows the first IMEI, and how many more there are. */
function Inputs({ order: { inputs, items } }: { order: OrderRow }) {
  const [first] = inputs
  if (!first) return <span className="muted">–</span>
  return (
    <>
      <span className="code">{first}</span>
      {items > 1 && <span className="muted"> +{items - 1}</span>}
    </>
  )
}

/** `useOrderColumns` are the columns of lists of orders. */
export function useOrderColumns(): readonly Column<OrderRow>[] {
  const { t, i18n } = useLingui()
  return [
    {
      ...{ id: 'id', head: t`Order`, width: 90, rank: 0 },
      cell: ({ id }) => <span className="code">{id}</span>,
    },
    {
      ...{ id: 'state', head: t`State`, width: 190, rank: 0 },
      cell: (order) => <OrderState order={order} />,
    },
    {
      ...{ id: 'service', head: t`Service`, width: 150, grow: true, rank: 1 },
      cell: ({ service_name }) => service_name,
    },
    {
      ...{ id: 'imei', head: t`IMEI`, width: 180, rank: 2 },
      cell: (order) => <Inputs order={order} />,
    },
    {
      ...{ id: 'reference', head: t`Reference`, width: 110, rank: 4 },
      cell: ({ reference }) => reference ?? <span className="muted">–</span>,
    },
    {
      ...{ id: 'price', head: t`Total`, width: 100, rank: 1, end: true },
      cell: ({ total, currency }) => <Amount value={total} currency={currency} />,
    },
    {
      ...{ id: 'via', head: t`Via`, width: 80, rank: 5 },
      cell: ({ via }) => i18n._(viaWords[via]),
    },
    {
      ...{ id: 'key', head: t`Key`, width: 110, rank: 6, isOptional: true },
      cell: ({ key }) => key?.name ?? <span className="muted">–</span>,
    },
    {
      ...{ id: 'placed', head: t`Placed`, width: 110, rank: 3 },
      cell: ({ created_at }) => <When at={created_at} />,
    },
  ]
}

/** `OrderList` shows orders of the account; each leads to its results. */
export function OrderList({
  rows,
  more,
  look,
  name,
  fresh,
  gone,
}: {
  rows: readonly OrderRow[]
  look: ReturnType<typeof useLook>[0]
  name: string
  more?: (() => void) | undefined
  fresh?: ReadonlySet<number>
  gone?: ReadonlySet<number>
}) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const columns = useOrderColumns()
  const to = ({ id }: OrderRow) => `/orders/${id}`
  return (
    <List
      {...{ columns, rows, look, more, to, name }}
      {...(fresh && { fresh })}
      {...(gone && { gone })}
      idOf={({ id }) => id}
      label={({ id }) => t`Order ${id}`}
      onOpen={(row) => void navigate({ to: to(row) })}
      card={(order) => (
        <>
          <div className={styles.line}>
            <OrderState order={order} />
            <span className={styles.clip}>{order.service_name}</span>
          </div>
          <div className={styles.line}>
            <span className={styles.clip}>
              <span className="code">{order.id}</span> · <Inputs order={order} />
            </span>
            <Amount value={order.total} currency={order.currency} />
          </div>
        </>
      )}
    />
  )
}
