import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { Amount, isNegative } from '../../../kit/amount.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge, LateBadge, SandboxTag, StateBadge } from '../../../kit/state-badge.tsx'
import type { Column } from '../../../kit/table.tsx'
import { HowLong, When } from '../../../kit/when.tsx'
import type { OrderRow } from './order-data.ts'
import styles from './orders.module.css'

/** `viaWords` say how an order came. */
export const viaWords: Readonly<Record<string, MessageDescriptor>> = {
  dhru: msg`Dhru`,
  rest: msg`REST`,
  portal: msg`Portal`,
}

/**
 * `OrderState` shows the state of an order: one of which an item is unknown says so, how much of several is done, and that a sandbox did it. `isListed`: the
 * row has the mark of the sandbox elsewhere, and has little room.
 */
export function OrderState({ order, isListed = false }: { order: OrderRow; isListed?: boolean }) {
  const { t } = useLingui()
  const { state, states, item_count: count } = order
  const done = states.success ?? 0
  const isOpen = state === 'pending' || state === 'processing'
  return (
    <span className={isListed ? styles.listed : styles.states}>
      {(states.unknown ?? 0) > 0 ? (
        <StateBadge state="unknown" />
      ) : state === 'partial' || (isOpen && done > 0) ? (
        <Badge tone={state === 'partial' ? 'partial' : 'working'}>
          <Trans>
            {done} of {count} done
          </Trans>
        </Badge>
      ) : (
        <StateBadge state={state} />
      )}
      {order.waiting_person && (states.unknown ?? 0) === 0 && (
        <Badge tone="needs" title={t`Needs you`}>
          <Trans>Needs you</Trans>
        </Badge>
      )}
      {order.late && <LateBadge />}
      {!isListed && order.sandbox && <SandboxTag />}
    </span>
  )
}

/** `Inputs` shows the first IMEI, and how many more there are. */
function Inputs({ order }: { order: OrderRow }) {
  const [first] = order.inputs
  if (!first) return <None />
  return (
    <>
      <span className="code">{first}</span>
      {order.item_count > 1 && <span className="muted"> +{order.item_count - 1}</span>}
    </>
  )
}

/** `Service` has the mark of a sandbox in the list: beside the state there is no room for it. */
function Service({ order }: { order: OrderRow }) {
  if (!order.sandbox) return order.service_name
  return (
    <span className={styles.marked}>
      <span className={styles.clip} title={order.service_name}>
        {order.service_name}
      </span>
      <SandboxTag />
    </span>
  )
}

function Margin({ order }: { order: OrderRow }) {
  const isLoss = order.margin != null && isNegative(order.margin)
  return (
    <span className={isLoss ? styles.loss : undefined}>
      {isLoss && <span aria-hidden="true">▼ </span>}
      <Amount value={order.margin} atMost={4} />
    </span>
  )
}

const None = () => <span className="muted">–</span>

/** TRACE is the column of which the list is asked for apart: see `traces` of the API. */
export const TRACE = 'trace'

/** `Trace` leads to the request, for who may read requests. */
function Trace({ id }: { id: string }) {
  const may = useMay()
  if (!may('resellers.read')) return <span className="code">{id}</span>
  return (
    <Link to="/requests/$trace" params={{ trace: id }} className="code">
      {id}
    </Link>
  )
}

/** `useColumns` are the columns of the list; what suppliers take only for who may see it. */
export function useColumns(maySeeCosts: boolean): Column<OrderRow>[] {
  const { t, i18n } = useLingui()
  const costs: Column<OrderRow>[] = [
    {
      id: 'cost',
      head: t`Cost`,
      width: 80,
      rank: 7,
      end: true,
      cell: ({ cost }) => <Amount value={cost} atMost={4} />,
    },
    {
      id: 'margin',
      head: t`Margin`,
      width: 84,
      rank: 5,
      end: true,
      cell: (order) => <Margin order={order} />,
    },
  ]
  return [
    { id: 'id', head: t`Number`, width: 88, rank: 0, cell: ({ id }) => <span className="code">{id}</span> },
    {
      ...{ id: 'placed', head: t`Placed`, width: 108, rank: 3, sort: 'placed' },
      cell: ({ created_at: at }) => <When at={at} />,
    },
    { id: 'username', head: t`Reseller`, width: 140, rank: 1, cell: ({ username }) => username },
    {
      ...{ id: 'service', head: t`Service`, width: 150, grow: true, rank: 2 },
      cell: (order) => <Service order={order} />,
    },
    { id: 'imei', head: t`IMEI`, width: 166, rank: 0, cell: (order) => <Inputs order={order} /> },
    {
      ...{ id: 'state', head: t`State`, width: 224, rank: 0 },
      cell: (order) => <OrderState order={order} isListed />,
    },
    { id: 'supplier', head: t`Supplier`, width: 112, rank: 6, cell: ({ suppliers }) => suppliers.join(', ') },
    {
      ...{ id: 'price', head: t`Price`, width: 104, rank: 1, end: true },
      cell: ({ total, currency }) => <Amount value={total} currency={currency} />,
    },
    ...(maySeeCosts ? costs : []),
    { id: 'reference', head: t`Reference`, width: 120, rank: 8, cell: ({ reference }) => reference ?? '' },
    {
      ...{ id: 'via', head: t`Via`, width: 72, rank: 9 },
      cell: ({ via }) => {
        const words = viaWords[via]
        return words ? i18n._(words) : via
      },
    },
    {
      ...{ id: 'ended', head: t`Ended`, width: 108, rank: 10, isOptional: true, sort: 'ended' },
      cell: ({ finished_at: at }) => <When at={at} />,
    },
    {
      ...{ id: 'took', head: t`Took`, width: 84, rank: 10, end: true, isOptional: true },
      cell: ({ created_at: placed, finished_at: ended }) =>
        ended === null ? <None /> : <HowLong from={placed} to={ended} />,
    },
    { id: 'key', head: t`API key`, width: 110, rank: 11, isOptional: true, cell: ({ key }) => key ?? '' },
    {
      ...{ id: 'group', head: t`Price group`, width: 110, rank: 12, isOptional: true },
      cell: ({ price_group: group }) => group ?? '',
    },
    {
      ...{ id: 'expected', head: t`Expected by`, width: 120, rank: 13, isOptional: true },
      cell: ({ expected_by: at }) => <When at={at} />,
    },
    {
      ...{ id: 'late_by', head: t`Late by`, width: 84, rank: 13, end: true, isOptional: true },
      cell: ({ late, expected_by: due }) => (late && due !== null ? <HowLong from={due} /> : <None />),
    },
    {
      ...{ id: 'refunded', head: t`Refunded`, width: 90, rank: 14, end: true, isOptional: true },
      cell: ({ refunded }) => <Amount value={refunded} />,
    },
    {
      ...{ id: TRACE, head: t`Trace id`, width: 332, rank: 15, isOptional: true },
      cell: ({ trace_id: trace }) => (trace == null ? <None /> : <Trace id={trace} />),
    },
  ]
}

/** `OrderCard` is an order on a phone: what and state, then who, money and time. */
export function OrderCard({ order }: { order: OrderRow }) {
  return (
    <>
      <span className={styles.line}>
        <span className={styles.clip}>
          {order.inputs[0] ? <Inputs order={order} /> : <span className="code">{order.id}</span>}
        </span>
        <OrderState order={order} isListed />
      </span>
      <span className={`${styles.line} muted`}>
        <span className={styles.clip}>
          {order.sandbox && <SandboxTag />} <span className="code">{order.id}</span>&nbsp;· {order.username}
          &nbsp;· {order.service_name}
        </span>
        <span className={styles.still}>
          <Amount value={order.total} currency={order.currency} />
          &nbsp;· <When at={order.created_at} />
        </span>
      </span>
    </>
  )
}
