import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Copy } from '../../../kit/copy.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { type Column, List, type useLook } from '../../../kit/table.tsx'
import type { OrderRow } from './order-data.ts'
import { OrderCard } from './order-fields.tsx'
import styles from './pasted.module.css'

/** `Pasted` shows the orders that pasted lines name, and the lines that name none. */
export function Pasted({
  lines,
  columns,
  look,
  onOpen,
}: {
  lines: readonly string[]
  columns: readonly Column<OrderRow>[]
  look: ReturnType<typeof useLook>[0]
  onOpen: (order: OrderRow) => void
}) {
  const { t } = useLingui()
  const looked = useQuery({
    queryKey: ['orders', 'lines', lines],
    queryFn: ({ signal }) =>
      dataOf(api.POST('/api/operator/search/orders', { body: { lines: [...lines] }, signal })),
  })
  if (looked.isPending) return <Loading />
  if (!looked.data) return <FaultNote fault={looked.error} onRetry={() => void looked.refetch()} />
  const { found, not_found: missing, orders } = looked.data
  return (
    <>
      <div className={styles.said} role="status">
        <p>
          <Plural value={found.length} one="# line found" other="# lines found" />
          {missing.length > 0 && (
            <>
              {' · '}
              <Plural value={missing.length} one="# not found" other="# not found" />
            </>
          )}
        </p>
        <Button component={Link} to="/orders" variant="default" size="compact-sm">
          <Trans>Back to the list</Trans>
        </Button>
      </div>
      {missing.length > 0 && (
        <details className={styles.missing} open={missing.length <= 20}>
          <summary>
            <Trans>Lines that name no order</Trans>
          </summary>
          <pre className="code">{missing.join('\n')}</pre>
          <Copy value={missing.join('\n')} size="compact-sm">{t`Copy these lines`}</Copy>
        </details>
      )}
      {orders.length > 0 && (
        <List
          {...{ columns, rows: orders, look, onOpen }}
          name={t`Orders found`}
          idOf={({ id }) => id}
          card={(order) => <OrderCard order={order} />}
          to={({ id }) => `/orders/${id}`}
          label={({ id }) => t`Order ${id}`}
        />
      )}
    </>
  )
}
