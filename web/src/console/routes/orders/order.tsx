import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiFault, api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { isZero, money } from '../../../kit/amount.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'
import { OpenedBeside } from '../../opened-beside.tsx'
import { AboutOrder } from './about-order.tsx'
import { OrderActions } from './actions.tsx'
import { Items } from './items.tsx'
import { neighboursOf } from './kept.ts'
import styles from './order.module.css'
import type { OrderRow, Summary } from './order-data.ts'
import { OrderState } from './order-fields.tsx'
import { Timeline } from './timeline.tsx'
import { Waits } from './waits.tsx'

const TOPICS = ['orders', 'reviews', 'webhooks']

/** `Order` is the page of one order: its money, its items, its life, and what may be done to it. */
export function Order() {
  const { id } = useParams({ strict: false }) as { id: string }
  // A secret result that was shown, or a note that was begun, is not kept for the next order.
  return <OneOrder key={id} text={id} />
}

interface FrameProps {
  title: string
  heading?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** `OrderBeside` is an order beside the list that it was opened in. */
export function OrderBeside({
  id,
  onOpen,
  onClose,
}: {
  id: number
  onOpen: (id: number) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const frame = ({ heading, actions, children }: FrameProps) => (
    <OpenedBeside
      name={t`Order ${id}`}
      heading={heading ?? id}
      page={`/orders/${id}`}
      {...{ actions, onClose, children }}
    />
  )
  return <OneOrder key={id} text={String(id)} {...{ frame, onOpen, onClose }} />
}

/** `OneOrder` is the content of an order in the frame of a page, or of what stands beside a list. `text` is the order's id, as the URL has it. */
function OneOrder({
  text,
  frame: framed = (props) => <Page {...props} />,
  onOpen,
  onClose,
}: {
  text: string
  frame?: (props: FrameProps) => ReactNode
  onOpen?: (id: number) => void
  onClose?: () => void
}) {
  const { t } = useLingui()
  const id = Number(text)
  const summary = useQuery({
    queryKey: ['order', id, 'summary'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/orders/{id}/summary', { params: { path: { id } }, signal })),
  })
  useRefreshOn(TOPICS, ['order', id])
  useNeighbours(id, onOpen, onClose)
  const isNone = summary.error instanceof ApiFault && [400, 404].includes(summary.error.status)
  const title = t`${text} · Orders`
  if (isNone)
    return framed({
      title,
      children: (
        <Empty
          action={
            <Button component={Link} to="/orders" variant="default">
              <Trans>To the orders</Trans>
            </Button>
          }
        >{t`There is no order ${text} in this installation. Search by IMEI or reference with /.`}</Empty>
      ),
    })
  if (!summary.data)
    return framed({
      title,
      children: (
        <>
          <FaultNote fault={summary.error} onRetry={() => void summary.refetch()} />
          {summary.isPending && <Loading />}
        </>
      ),
    })
  const { order } = summary.data
  return framed({
    title,
    heading: <Heading order={order} />,
    actions: <OrderActions summary={summary.data} />,
    children: (
      <>
        <p className={styles.what}>
          {order.service_name}&nbsp;·{' '}
          <Link to="/resellers/$username" params={{ username: order.username }}>
            {order.username}
          </Link>
          {order.reference && (
            <>
              {'\u00A0· '}
              <span className="code">{order.reference}</span>
            </>
          )}
          {'\u00A0· '}
          <When at={order.created_at} />
        </p>
        <MoneyLine order={order} />
        {(order.states.unknown ?? 0) > 0 && (
          <p className={styles.unknown} role="note">
            <Trans>Nothing is sent again and nothing is given back while the outcome is unknown.</Trans>
          </p>
        )}
        <Waits summary={summary.data} />
        <div className={styles.columns}>
          <div>
            <Items order={order} />
            <Timeline order={order} />
            <History what="item" order={order.id} />
          </div>
          <AboutOrder summary={summary.data} />
        </div>
      </>
    ),
  })
}

function Heading({ order }: { order: OrderRow }) {
  return (
    <span className={styles.head}>
      <span className="code">{order.id}</span> <OrderState order={order} />
    </span>
  )
}

/** `MoneyLine` says what became of the money of an order. */
function MoneyLine({ order }: { order: Summary['order'] }) {
  const { t } = useLingui()
  const { currency } = order
  const say = (amount: string): string => money(amount, currency)
  return (
    <p className={styles.money}>
      {!isZero(order.held) && (
        <span>
          <Trans>
            <strong>{say(order.held)}</strong> held since <When at={order.created_at} exact />
          </Trans>
        </span>
      )}
      <span>
        {isZero(order.charged) ? (
          t`nothing charged`
        ) : (
          <Trans>
            <strong>{say(order.charged)}</strong> charged
          </Trans>
        )}
      </span>
      {!isZero(order.refunded) && (
        <span>
          <Trans>
            <strong>{say(order.refunded)}</strong> refunded
          </Trans>
        </span>
      )}
      {!isZero(order.released) && (
        <span>
          <Trans>
            <strong>{say(order.released)}</strong> given back, never charged
          </Trans>
        </span>
      )}
      {order.margin != null && (
        <span className="muted">
          <Trans>margin {say(order.margin)}</Trans>
        </span>
      )}
    </p>
  )
}

/** `useNeighbours` goes to the orders beside this one in the list that was open last. */
function useNeighbours(id: number, onOpen?: (id: number) => void, onClose?: () => void): void {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { before, after } = neighboursOf(id)
  const go = (to: number | undefined) => () => {
    if (to === undefined) return
    if (onOpen) onOpen(to)
    else void navigate({ to: `/orders/${to}` })
  }
  useKeys({
    '[': [t`Order before, in the list`, go(before)],
    ']': [t`Next order of the list`, go(after)],
    Escape: [
      t`Back to the list`,
      () => {
        if (document.querySelector('[role="dialog"]')) return
        if (onClose) onClose()
        else void navigate({ to: '/orders' })
      },
    ],
  })
}
