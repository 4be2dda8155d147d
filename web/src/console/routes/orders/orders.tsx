import { useLingui } from '@lingui/react/macro'
import { Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount } from '../../../kit/amount.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { StateBadge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'

const TOPICS = ['orders']

/** `Orders` lists orders, the newest first. */
export function Orders() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Record<string, string>
  const orders = useQuery({
    queryKey: ['orders', query],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/orders', { params: { query }, signal })),
  })
  useRefreshOn(TOPICS, ['orders'])
  return (
    <Page title={t`Orders`}>
      {orders.isPending && <Loading />}
      <FaultNote fault={orders.error} onRetry={() => void orders.refetch()} />
      {orders.data?.page.items.length === 0 && (
        <Empty>{t`No orders yet. Resellers order over the portal, Dhru or REST.`}</Empty>
      )}
      {orders.data && orders.data.page.items.length > 0 && (
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Number`}</Table.Th>
              <Table.Th>{t`Placed`}</Table.Th>
              <Table.Th>{t`Reseller`}</Table.Th>
              <Table.Th>{t`Service`}</Table.Th>
              <Table.Th>{t`IMEI`}</Table.Th>
              <Table.Th>{t`State`}</Table.Th>
              <Table.Th ta="end">{t`Price`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {orders.data.page.items.map(
              ({ id, created_at, username, service_name, inputs, state, total, currency }) => (
                <Table.Tr key={id}>
                  <Table.Td className="code">{id}</Table.Td>
                  <Table.Td>
                    <When at={created_at} />
                  </Table.Td>
                  <Table.Td>{username}</Table.Td>
                  <Table.Td>{service_name}</Table.Td>
                  <Table.Td className="code">{inputs[0]}</Table.Td>
                  <Table.Td>
                    <StateBadge state={state} />
                  </Table.Td>
                  <Table.Td ta="end">
                    <Amount value={total} currency={currency} />
                  </Table.Td>
                </Table.Tr>
              ),
            )}
          </Table.Tbody>
        </Table>
      )}
    </Page>
  )
}
