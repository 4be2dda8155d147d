import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack, Table, TextInput } from '@mantine/core'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import type { paths } from '../../../api/made/operator.ts'
import { Amount } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { duration } from '../../../kit/duration.ts'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Saying } from '../../../kit/saying.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { ExchangesOf } from '../../exchanges.tsx'
import { ExportButton } from '../../export-button.tsx'
import { usePickFrom } from '../../pick-from.ts'

type Outcome = 'succeeded' | 'refused' | 'unavailable' | 'waited' | 'settled'

const outcomes: Readonly<Record<Outcome, { tone: Tone; words: MessageDescriptor }>> = {
  succeeded: { tone: 'done', words: msg`Done` },
  refused: { tone: 'failed', words: msg`Refused` },
  unavailable: { tone: 'needs', words: msg`Not taken` },
  waited: { tone: 'waiting', words: msg`Later` },
  settled: { tone: 'off', words: msg`Settled by a person` },
}

type Query = NonNullable<paths['/api/operator/suppliers/{supplier}/attempts']['get']['parameters']['query']>

const readAttempts = async (
  supplier: string,
  query: Values,
  cursor: string | undefined,
  signal: AbortSignal,
) =>
  (
    await dataOf(
      api.GET('/api/operator/suppliers/{supplier}/attempts', {
        params: { path: { supplier }, query: { ...query, ...(cursor && { cursor }) } as Query },
        signal,
      }),
    )
  ).page
type Attempt = Awaited<ReturnType<typeof readAttempts>>['items'][number]

/** `Attempts` shows what was sent to a supplier and has ended; what was sent and received stands on the page of the order. */
export function Attempts() {
  const { t, i18n } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const may = useMay()
  const [seesCosts, seesOrders] = [may('costs.read'), may('orders.read')]
  const [looking, setLooking] = useState<Attempt>()
  const set = (search: Values) =>
    void navigate({ to: `/suppliers/${supplier}/attempts`, search, replace: true })
  const pickFrom = usePickFrom()
  const filters: Filter[] = [
    {
      ...{ name: 'outcome', label: t`Outcome`, kind: 'choice' },
      choices: Object.entries(outcomes).map(([value, { words }]) => ({ value, label: i18n._(words) })),
    },
    { name: 'service', label: t`Service`, kind: 'pick', from: pickFrom.services },
    { name: 'from', label: t`From`, kind: 'day', help: t`In UTC` },
    { name: 'to', label: t`To`, kind: 'day', help: t`In UTC` },
  ]
  const list = usePages<Attempt>(['suppliers', supplier, 'attempts', query], (cursor, signal) =>
    readAttempts(supplier, query, cursor, signal),
  )
  return (
    <Stack>
      <FilterBar filters={filters} values={query} onChange={set}>
        <TextInput
          key={query['q']}
          aria-label={t`IMEI, order, or number at the supplier`}
          placeholder={t`IMEI, order, supplier’s number`}
          defaultValue={query['q']}
          w={280}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') set(withValue(query, 'q', currentTarget.value.trim()))
          }}
          onBlur={({ currentTarget }) => {
            const text = currentTarget.value.trim()
            if (text !== (query['q'] ?? '')) set(withValue(query, 'q', text))
          }}
        />
        <ExportButton
          list={`/api/operator/suppliers/${supplier}/attempts`}
          query={query}
          title={t`Export the attempts`}
        />
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && (
        <Empty>
          {Object.keys(query).length > 0 ? (
            <Trans>Nothing that was sent to it fits these filters.</Trans>
          ) : (
            <Trans>Nothing that was sent to it has ended yet.</Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <CardTable label={t`Attempts`} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Ended`}</Table.Th>
              <Table.Th data-card="what">{t`IMEI`}</Table.Th>
              <Table.Th>{t`Service`}</Table.Th>
              <Table.Th>{t`Order`}</Table.Th>
              <Table.Th data-card="state">{t`Outcome`}</Table.Th>
              <Table.Th data-card="words">{t`Said`}</Table.Th>
              <Table.Th ta="end">{t`Duration`}</Table.Th>
              {seesCosts && <Table.Th ta="end">{t`Cost`}</Table.Th>}
              {seesOrders && (
                <Table.Th>
                  <span className="visually-hidden">{t`Actions`}</span>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.rows.map((one) => (
              <Table.Tr key={`${one.order} ${one.item} ${one.attempt}`}>
                <Table.Td>
                  <When at={one.ended_at} />
                </Table.Td>
                <Table.Td className="code">{one.input}</Table.Td>
                <Table.Td>{one.service_name}</Table.Td>
                <Table.Td>
                  <Link to="/orders/$id" params={{ id: String(one.order) }} className="code">
                    {one.order}
                  </Link>{' '}
                  <span className="muted">{one.username}</span>
                </Table.Td>
                <Table.Td>
                  <Badge tone={outcomes[one.outcome].tone}>{i18n._(outcomes[one.outcome].words)}</Badge>
                </Table.Td>
                <Table.Td>
                  {one.detail === null ? (
                    <span className="muted">{one.reference ?? '–'}</span>
                  ) : (
                    <Saying text={one.detail} />
                  )}
                </Table.Td>
                <Table.Td ta="end">{duration(one.seconds)}</Table.Td>
                {seesCosts && (
                  <Table.Td ta="end">
                    <Amount value={one.cost ?? null} currency={one.currency} />
                  </Table.Td>
                )}
                {seesOrders && (
                  <Table.Td ta="end">
                    <Button size="compact-sm" variant="subtle" onClick={() => setLooking(one)}>
                      <Trans>Sent and received</Trans>
                    </Button>
                  </Table.Td>
                )}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {looking && (
        <Dialog
          opened
          onClose={() => setLooking(undefined)}
          title={t`${looking.input}: sent and received`}
          size="xl"
        >
          <ExchangesOf order={looking.order} item={looking.item} attempt={looking.attempt} />
        </Dialog>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} w="fit-content">
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </Stack>
  )
}
