import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { LinesFound } from '../../../kit/lines-found.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { type Column, List, type useLook } from '../../../kit/table.tsx'
import type { OrderRow } from './order-data.ts'
import { OrderCard } from './order-fields.tsx'

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
      <LinesFound
        found={found.length}
        missing={missing}
        back={
          <Button component={Link} to="/orders" variant="default" size="compact-sm">
            <Trans>Back to the list</Trans>
          </Button>
        }
      />
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
