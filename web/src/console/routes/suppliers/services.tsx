import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, Stack, Table, TextInput } from '@mantine/core'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Amount } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { useSearchText } from '../../../kit/search-text.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './supplier.module.css'
import { readListed } from './supplier-data.ts'

type Listed = Awaited<ReturnType<typeof readListed>>['items'][number]
type Wanted = NonNullable<Parameters<typeof readListed>[1]['state']>

/** `Services` shows what a supplier has by its list, with what waits, is gone, and is ours. */
export function Services() {
  const { t } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const { q, state } = useSearch({ strict: false }) as { q?: string; state?: Wanted }
  const navigate = useNavigate()
  const may = useMay()
  const seesCosts = may('costs.read')
  const go = (search: { q?: string | undefined; state?: string | undefined }) =>
    void navigate({
      to: `/suppliers/${supplier}/services`,
      search: Object.fromEntries(
        Object.entries({ q, state, ...search }).filter(([, value]) => value),
      ) as Record<string, string>,
      replace: true,
    })
  const find = useSearchText(q ?? '', (text) => go({ q: text }))
  const list = usePages<Listed>(['suppliers', supplier, 'services', q, state], (cursor, signal) =>
    readListed(supplier, { ...(q && { q }), ...(state && { state }), ...(cursor && { cursor }) }, signal),
  )
  return (
    <Stack>
      <div className={styles.filters}>
        <TextInput label={t`Find`} placeholder={t`Name, group or id`} {...find} w={240} />
        <NativeSelect
          label={t`Which`}
          value={state ?? ''}
          onChange={({ currentTarget }) => go({ state: currentTarget.value })}
          data={[
            { value: '', label: t`All` },
            { value: 'there', label: t`There now` },
            { value: 'ours', label: t`With a route of ours` },
            { value: 'waiting', label: t`Whose cost waits for a person` },
            { value: 'gone', label: t`Gone from its list` },
          ]}
        />
      </div>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 &&
        (q || state ? (
          <Empty
            action={
              <Button variant="default" onClick={() => go({ q: undefined, state: undefined })}>
                <Trans>Clear the filters</Trans>
              </Button>
            }
          >
            <Trans>Nothing of its list is so.</Trans>
          </Empty>
        ) : (
          <Empty
            action={
              may('suppliers.sync') &&
              may('prices.edit') && (
                <Button component={Link} to={`/suppliers/${supplier}/import`}>
                  <Trans>Read its list</Trans>
                </Button>
              )
            }
          >
            <Trans>Its list was not taken over yet, so that nobody knows what it has.</Trans>
          </Empty>
        ))}
      {list.rows && list.rows.length > 0 && (
        <CardTable label={t`Services of the supplier`} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Service there`}</Table.Th>
              <Table.Th>{t`Group`}</Table.Th>
              {seesCosts && <Table.Th ta="end">{t`Cost`}</Table.Th>}
              <Table.Th>{t`Services of ours`}</Table.Th>
              <Table.Th data-card="state">{t`State`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.rows.map((one) => (
              <Table.Tr key={one.remote_service}>
                <Table.Td>
                  {one.name} <span className="muted code">{one.remote_service}</span>
                </Table.Td>
                <Table.Td className="muted">{one.group}</Table.Td>
                {seesCosts && (
                  <Table.Td ta="end">
                    <Amount value={one.cost} currency={one.currency} />
                  </Table.Td>
                )}
                <Table.Td>
                  {one.ours.length === 0 ? (
                    <span className="muted">–</span>
                  ) : (
                    one.ours.map(({ name }) => name).join(', ')
                  )}
                </Table.Td>
                <Table.Td>
                  {one.waiting_since !== null ? (
                    <Badge tone="needs">
                      {one.waiting_cost ? (
                        <Trans>
                          <Amount value={one.waiting_cost} /> waits
                        </Trans>
                      ) : (
                        <Trans>Another cost waits</Trans>
                      )}
                    </Badge>
                  ) : one.available ? (
                    <Badge tone="done">
                      <Trans>There</Trans>
                    </Badge>
                  ) : (
                    <>
                      <Badge tone="off">
                        <Trans>Gone</Trans>
                      </Badge>{' '}
                      <span className="muted">
                        <When at={one.last_seen_at} />
                      </span>
                    </>
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
