import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack, Table } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { Amount } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Saying } from '../../../kit/saying.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import { supplierQuery } from './supplier-data.ts'
import { readTopUps, type TopUp, TopUpState } from './top-up-data.tsx'
import { TopUpDialog } from './top-up-dialog.tsx'

/** `TopUps` lists what was paid in to our account at a supplier, or is to be; each opens with what to pay and how it stands. */
export function TopUps() {
  if (useMay()('costs.read')) return <Listed />
  return (
    <p>
      <Trans>
        Your role may not see what was paid to suppliers: it lacks <span className="code">costs.read</span>.
      </Trans>
    </p>
  )
}

function Listed() {
  const { t } = useLingui()
  const { supplier: id = '' } = useParams({ strict: false }) as { supplier?: string }
  const { data: supplier } = useSuspenseQuery(supplierQuery(id))
  const may = useMay()
  const [opened, setOpened] = useState<TopUp | 'new'>()
  const list = usePages<TopUp>(['suppliers', id, 'top-ups'], (cursor, signal) =>
    readTopUps(id, cursor, signal),
  )
  const begin = may('suppliers.edit') && (
    <Button onClick={() => setOpened('new')} w="fit-content">
      <Trans>Top up…</Trans>
    </Button>
  )
  return (
    <Stack>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && (
        <Empty action={begin}>
          <Trans>Nothing was paid in there from here, or written down.</Trans>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <>
          {begin}
          <CardTable label={t`Top-ups`} verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Started`}</Table.Th>
                <Table.Th data-card="state">{t`State`}</Table.Th>
                <Table.Th ta="end">{t`Amount`}</Table.Th>
                <Table.Th>{t`Way`}</Table.Th>
                <Table.Th>{t`Reference`}</Table.Th>
                <Table.Th data-card="words">{t`Note`}</Table.Th>
                <Table.Th>{t`Who`}</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">{t`Actions`}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.rows.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <When at={one.at} />
                  </Table.Td>
                  <Table.Td>
                    <TopUpState state={one.state} />
                  </Table.Td>
                  <Table.Td ta="end">
                    <Amount value={one.credited ?? one.amount} currency={one.currency} />
                  </Table.Td>
                  <Table.Td>{one.way ?? <span className="muted">{t`Elsewhere`}</span>}</Table.Td>
                  <Table.Td className="code">{one.reference ?? '–'}</Table.Td>
                  <Table.Td>
                    {one.note ??
                      (one.reason ? <Saying text={one.reason} /> : <span className="muted">–</span>)}
                  </Table.Td>
                  <Table.Td>{one.actor_name ?? <span className="code">{one.actor}</span>}</Table.Td>
                  <Table.Td ta="end">
                    {one.way !== null && (
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={t`Show top-up ${one.id}`}
                        onClick={() => setOpened(one)}
                      >
                        <Trans>Show</Trans>
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </CardTable>
        </>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} w="fit-content">
          <Trans>Show earlier</Trans>
        </Button>
      )}
      {opened && (
        <TopUpDialog
          supplier={supplier}
          {...(opened !== 'new' && { topUp: opened })}
          onClose={() => setOpened(undefined)}
        />
      )}
    </Stack>
  )
}
