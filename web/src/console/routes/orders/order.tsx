import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ApiFault, api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { isZero, money } from '../../../kit/amount.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { When } from '../../../kit/when.tsx'
import { OrderActions } from './actions.tsx'
import { Beside } from './beside.tsx'
import { Items } from './items.tsx'
import { neighboursOf } from './kept.ts'
import styles from './order.module.css'
import type { OrderRow, Summary } from './order-data.ts'
import { OrderState } from './order-fields.tsx'
import { Timeline } from './timeline.tsx'

const TOPICS = ['orders', 'reviews', 'webhooks']

/** `Order` is the page of one order: its money, its items, its life, and what may be done to it. */
export function Order() {
  const { id } = useParams({ strict: false }) as { id: string }
  // A secret result that was shown, or a note that was begun, is not kept for the next order.
  return <OneOrder key={id} text={id} />
}

/** `OneOrder` is the content of that page. `text` is the order's id, as the URL has it. */
function OneOrder({ text }: { text: string }) {
  const { t } = useLingui()
  const id = Number(text)
  const summary = useQuery({
    queryKey: ['order', id, 'summary'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/orders/{id}/summary', { params: { path: { id } }, signal })),
  })
  useRefreshOn(TOPICS, ['order', id])
  useNeighbours(id)
  const isNone = summary.error instanceof ApiFault && [400, 404].includes(summary.error.status)
  const title = t`${text} · Orders`
  if (isNone)
    return (
      <Page title={title}>
        <Empty
          action={
            <Button component={Link} to="/orders" variant="default">
              <Trans>To the orders</Trans>
            </Button>
          }
        >{t`There is no order ${text} in this installation. Search by IMEI or reference with /.`}</Empty>
      </Page>
    )
  if (!summary.data)
    return (
      <Page title={title}>
        <FaultNote fault={summary.error} onRetry={() => void summary.refetch()} />
        {summary.isPending && <Loading />}
      </Page>
    )
  const { order } = summary.data
  return (
    <Page title={title} heading={<Heading order={order} />} actions={<OrderActions summary={summary.data} />}>
      <p className={styles.what}>
        {order.service_name} ·{' '}
        <Link to="/resellers/$username" params={{ username: order.username }}>
          {order.username}
        </Link>
        {order.reference && (
          <>
            {' · '}
            <span className="code">{order.reference}</span>
          </>
        )}
        {' · '}
        <When at={order.created_at} />
      </p>
      <MoneyLine order={order} />
      <div className={styles.columns}>
        <div>
          <Items order={order} />
          <Timeline order={order} />
        </div>
        <Beside summary={summary.data} />
      </div>
    </Page>
  )
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
function useNeighbours(id: number): void {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { before, after } = neighboursOf(id)
  const go = (to: number | undefined) => () => {
    if (to !== undefined) void navigate({ to: `/orders/${to}` })
  }
  useKeys({
    '[': [t`Order before, in the list`, go(before)],
    ']': [t`Next order of the list`, go(after)],
    Escape: [
      t`Back to the list`,
      () => {
        if (!document.querySelector('[role="dialog"]')) void navigate({ to: '/orders' })
      },
    ],
  })
}
