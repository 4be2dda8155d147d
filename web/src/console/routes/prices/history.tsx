import { Trans, useLingui } from '@lingui/react/macro'
import { Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Scrolling } from '../../../kit/scrolling.tsx'
import { When } from '../../../kit/when.tsx'
import type { PriceColumn, PriceRow } from './use-price-grid.ts'

const LIMIT = 200

/** `PriceHistory` is what became of one price: its own changes, those that it inherits, and those of the costs behind it; who made them, or whose list. */
export function PriceHistory({
  row,
  column,
  onClose,
}: {
  row: Pick<PriceRow, 'id' | 'name'>
  column: PriceColumn
  onClose: () => void
}) {
  const { t } = useLingui()
  const read = useQuery({
    queryKey: ['prices', 'history', row.id],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/services/{service}/price-history', {
          params: { path: { service: String(row.id) }, query: { limit: LIMIT } },
          signal,
        }),
      ),
    staleTime: 0,
  })
  const { account, group, currency } = column
  const whom = (account !== null ? column.username : group) ?? t`everyone`
  const changes = read.data?.items.filter(
    (one) =>
      one.what === 'cost' ||
      (one.currency === currency &&
        (one.account === null ? one.group === null || one.group === group : one.account === account)),
  )
  return (
    <Dialog opened onClose={onClose} title={t`${row.name}: what ${whom} pays in ${currency}`} size="xl">
      <FaultNote fault={read.error} onRetry={() => void read.refetch()} />
      {read.isPending && <Loading rows={3} />}
      {changes?.length === 0 && (
        <p className="muted">
          <Trans>Nothing has changed yet.</Trans>
        </p>
      )}
      {changes && changes.length > 0 && (
        <Scrolling label={t`Changes`}>
          <Table verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`When`}</Table.Th>
                <Table.Th>{t`What`}</Table.Th>
                <Table.Th ta="end">{t`Before`}</Table.Th>
                <Table.Th ta="end">{t`After`}</Table.Th>
                <Table.Th>{t`Who`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changes.map((one) => (
                <Table.Tr
                  key={[
                    one.at,
                    one.what,
                    one.supplier,
                    one.remote_service,
                    one.account,
                    one.group,
                    one.new,
                  ].join(' ')}
                >
                  <Table.Td>
                    <When at={one.at} exact />
                  </Table.Td>
                  <Table.Td>
                    {one.what === 'cost'
                      ? t`Cost at ${one.supplier ?? ''}`
                      : one.account !== null
                        ? t`Own price`
                        : one.group !== null
                          ? t`Price of ${one.group}`
                          : t`Everyone's price`}
                  </Table.Td>
                  <Table.Td ta="end" className="muted">
                    <Amount value={one.old} currency={one.currency} />
                  </Table.Td>
                  <Table.Td ta="end">
                    <Amount value={one.new} currency={one.currency} />
                  </Table.Td>
                  <Table.Td>
                    {one.actor_name ?? (one.actor === null ? '–' : <span className="code">{one.actor}</span>)}
                    {one.plan !== null && (
                      <div>
                        <Link to="/plans/$id" params={{ id: String(one.plan) }}>
                          <Trans>plan {one.plan}</Trans>
                        </Link>
                      </div>
                    )}
                    {one.run !== null && (
                      <div>
                        <Link to="/suppliers/$supplier/lists" params={{ supplier: String(one.supplier_id) }}>
                          <Trans>list {one.run}</Trans>
                        </Link>
                      </div>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scrolling>
      )}
      {read.data?.is_part && (
        <p className="muted">
          <Trans>Older changes are left out. They are in the audit log.</Trans>
        </p>
      )}
    </Dialog>
  )
}
