import { i18n } from '@lingui/core'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { answerOf, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { portal } from '../../../api/portal.ts'
import { isZero } from '../../../kit/amount.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useLook } from '../../../kit/table.tsx'
import { newsQuery } from '../../news.ts'
import { OrderList, readOrders } from '../../order-list.tsx'
import { Price } from '../../price.tsx'
import { useMay, useSession } from '../../session.tsx'
import styles from './home.module.css'

const LAST = 10
const TOPICS = ['orders']
const MONEY = ['money']
const SERVICES: string = '/services'
const ORDERS: string = '/orders'
const PAY_IN: string = '/money/pay-in'
const NEWS: string = '/news'
/** MAX_NEWS is how much unread news stands here at once. */
const MAX_NEWS = 3

/** `Home` is what an account has, and what became of its last orders. */
export function Home() {
  const { t } = useLingui()
  const { account } = useSession()
  const wallet = useQuery({
    queryKey: ['wallet'],
    queryFn: ({ signal }) => answerOf(portal.GET('/api/wallet/snap', { signal })),
  })
  const orders = useQuery({
    queryKey: ['orders', 'last'],
    queryFn: ({ signal }) => readOrders({ limit: String(LAST) }, undefined, signal),
  })
  const [open, late] = [useCount('pending'), useCount('late')]
  useRefreshOn(TOPICS, ['orders', 'last'])
  useRefreshOn(TOPICS, ['orders', 'count'])
  useRefreshOn(MONEY, ['wallet'])
  const [look] = useLook('portal-orders')
  return (
    <Page
      title={account.name}
      actions={
        <>
          <Button component={Link} to={PAY_IN} variant="default">
            <Trans>Pay in</Trans>
          </Button>
          <Button component={Link} to={SERVICES}>
            <Trans>New order</Trans>
          </Button>
        </>
      }
    >
      <Unread />
      <FaultNote fault={wallet.error} onRetry={() => void wallet.refetch()} />
      {wallet.data && (
        <dl className={styles.figures}>
          <div>
            <dt>{t`Available`}</dt>
            <dd>
              <Price value={wallet.data.balance} currency={wallet.data.currency} />
            </dd>
          </div>
          <div>
            <dt>{t`Held for open orders`}</dt>
            <dd>
              <Price value={wallet.data.reserved} currency={wallet.data.currency} />
            </dd>
          </div>
          {!isZero(wallet.data.credit_limit) && (
            <div>
              <dt>{t`Credit limit`}</dt>
              <dd>
                <Price value={wallet.data.credit_limit} currency={wallet.data.currency} />
              </dd>
            </div>
          )}
          {open.data && (
            <div>
              <dt>{t`Open orders`}</dt>
              <dd>
                <Link to={ORDERS} search={{ state: 'pending' } as never}>
                  {said(open.data)}
                </Link>
              </dd>
            </div>
          )}
          {late.data && late.data.value > 0 && (
            <div className={styles.late}>
              <dt>{t`Late orders`}</dt>
              <dd>
                <Link to={ORDERS} search={{ state: 'late' } as never}>
                  {said(late.data)}
                </Link>
              </dd>
            </div>
          )}
        </dl>
      )}
      {wallet.data && orders.data && (
        <FirstSteps hasMoney={isPaidIn(wallet.data)} hasOrders={orders.data.items.length > 0} />
      )}
      <h2 className={styles.heading}>
        <Trans>Last orders</Trans>
      </h2>
      <FaultNote fault={orders.error} onRetry={() => void orders.refetch()} />
      {orders.isPending && <Loading rows={4} />}
      {orders.data?.items.length === 0 && (
        <Empty
          action={
            <Link to={SERVICES}>
              <Trans>To the services</Trans>
            </Link>
          }
        >
          <Trans>Nothing was ordered yet.</Trans>
        </Empty>
      )}
      {orders.data && orders.data.items.length > 0 && (
        <>
          <OrderList rows={orders.data.items} look={look} name={t`Last orders`} />
          <p>
            <Link to={ORDERS}>
              <Trans>All orders</Trans>
            </Link>
          </p>
        </>
      )}
    </Page>
  )
}

/** `useCount` counts the orders of a state: `pending` are those that have not ended. */
const useCount = (state: string) =>
  useQuery({
    queryKey: ['orders', 'count', state],
    queryFn: ({ signal }) =>
      dataOf(portal.GET('/api/portal/orders/count', { params: { query: { state } }, signal })),
  })

const said = ({ value, capped }: { value: number; capped: boolean }): string =>
  `${i18n.number(value)}${capped ? '+' : ''}`

const isPaidIn = ({ balance, reserved }: { balance: string; reserved: string }): boolean =>
  !isZero(balance) || !isZero(reserved)

/** `FirstSteps` are what a new account does first: pay in, order, connect a shop. Each is gone once it is done. */
function FirstSteps({ hasMoney, hasOrders }: { hasMoney: boolean; hasOrders: boolean }) {
  const { t } = useLingui()
  const may = useMay()
  const maySeeKeys = may('keys.read')
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: async ({ signal }) => (await dataOf(portal.GET('/api/portal/keys', { signal }))).items,
    enabled: maySeeKeys,
  })
  // An account that orders by hand, and has made no key, does not want one.
  const isConnected =
    keys.data === undefined ||
    (keys.data.length === 0 ? hasOrders : keys.data.some(({ last_used_at: at }) => at !== null))
  const steps = [
    {
      ...{ isDone: hasMoney || hasOrders, to: PAY_IN, head: t`Pay in` },
      about: t`Orders are charged to your balance.`,
    },
    {
      ...{ isDone: hasOrders, to: SERVICES, head: t`Place an order` },
      about: t`Choose a service, and paste one IMEI or hundreds.`,
    },
    {
      ...{ isDone: isConnected, to: '/keys', head: t`Connect your shop` },
      about: t`A key lets a Dhru panel or your own program order by itself.`,
    },
  ].filter(({ isDone }) => !isDone)
  if (steps.length === 0) return null
  return (
    <ul className={styles.steps} aria-label={t`First steps`}>
      {steps.map(({ to, head, about }) => (
        <li key={to}>
          <Link to={to as string}>{head}</Link>
          <p>{about}</p>
        </li>
      ))}
    </ul>
  )
}

/** `Unread` leads to news that the person has not read. */
function Unread() {
  const { person } = useSession()
  const { data } = useQuery(newsQuery)
  const unread = data?.items.filter(({ is_read }) => !is_read) ?? []
  if (!person || unread.length === 0) return null
  return (
    <ul className={styles.steps}>
      {unread.slice(0, MAX_NEWS).map(({ id, title, body }) => (
        <li key={id}>
          <Link to={NEWS}>{title}</Link>
          <p className={styles.excerpt}>{body}</p>
        </li>
      ))}
    </ul>
  )
}
