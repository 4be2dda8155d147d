import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { answerOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { OrderList, readOrders } from '../../order-list.tsx'
import { Price } from '../../price.tsx'
import { useSession } from '../../session.tsx'
import styles from './home.module.css'

const LAST = 10
const SERVICES: string = '/services'
const ORDERS: string = '/orders'

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
    queryFn: ({ signal }) => readOrders({ limit: LAST }, signal),
    refetchInterval: 10_000,
  })
  return (
    <Page title={account.name}>
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
        </dl>
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
          <OrderList rows={orders.data.items} />
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
