import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack, Table } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { percentOf } from '../../../kit/numbers.ts'
import { usePages } from '../../../kit/pages.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'

const readRoutes = async (supplier: string, cursor: string | undefined, signal: AbortSignal) =>
  (
    await dataOf(
      api.GET('/api/operator/routes', {
        params: { query: { supplier, limit: 100, ...(cursor && { cursor }) } },
        signal,
      }),
    )
  ).page
type Route = Awaited<ReturnType<typeof readRoutes>>['items'][number]

/** `Routes` shows which services of ours are done by a supplier, at what cost, and in which place it is asked. */
export function Routes() {
  const { t } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const may = useMay()
  const seesCosts = may('costs.read')
  const list = usePages<Route>(['suppliers', supplier, 'routes'], (cursor, signal) =>
    readRoutes(supplier, cursor, signal),
  )
  return (
    <Stack>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && (
        <Empty
          action={
            may('suppliers.sync') &&
            may('prices.edit') && (
              <Button component={Link} to={`/suppliers/${supplier}/import`}>
                <Trans>Choose from its list</Trans>
              </Button>
            )
          }
        >
          <Trans>No service goes this way yet, so that nothing is sent to it.</Trans>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <CardTable label={t`Routes`} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Service of ours`}</Table.Th>
              <Table.Th>{t`Service there`}</Table.Th>
              <Table.Th ta="end">{t`Place`}</Table.Th>
              {seesCosts && <Table.Th ta="end">{t`Cost`}</Table.Th>}
              {seesCosts && <Table.Th ta="end">{t`Margin floor`}</Table.Th>}
              <Table.Th data-card="state">{t`State`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.rows.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td className="code">{one.service_code}</Table.Td>
                <Table.Td className="code">{one.remote_service ?? '–'}</Table.Td>
                <Table.Td ta="end">{one.position}</Table.Td>
                {seesCosts && (
                  <Table.Td ta="end">
                    <Amount value={one.cost ?? null} currency={one.currency} />
                  </Table.Td>
                )}
                {seesCosts && <Table.Td ta="end">{percentOf(one.margin_floor ?? '0')}</Table.Td>}
                <Table.Td>
                  {one.works ? (
                    <Badge tone="done">
                      <Trans>Works</Trans>
                    </Badge>
                  ) : (
                    <Badge tone="off">
                      {one.available === false ? (
                        <Trans>Gone from its list</Trans>
                      ) : (
                        <Trans>The supplier is off</Trans>
                      )}
                    </Badge>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} w="fit-content">
          <Trans>Show more</Trans>
        </Button>
      )}
    </Stack>
  )
}
