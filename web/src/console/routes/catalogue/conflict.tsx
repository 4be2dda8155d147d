import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { CardTable } from '../../../kit/card-table.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './service.module.css'
import type { Change, Service } from './service-data.ts'

/** `Conflict` shows both values where somebody else has saved meanwhile, and who it was. Nothing is overwritten before one of them is chosen. */
export function Conflict({
  base,
  draft,
  now,
  isSaving,
  onMine,
  onTheirs,
}: {
  base: Service
  draft: Change
  now: Service
  isSaving: boolean
  onMine: () => void
  onTheirs: (conflicting: readonly string[]) => void
}) {
  const { t } = useLingui()
  const valueIn = (one: Service, name: string): unknown => one[name as keyof Service]
  const isOther = (name: string): boolean => textOf(valueIn(base, name)) !== textOf(valueIn(now, name))
  const both = Object.keys(draft).filter(isOther)
  const others = Object.keys(now).filter(
    (name) => isOther(name) && !(name in draft) && !NOT_EDITED.includes(name),
  )
  return (
    <div role="alert" className={styles.conflict}>
      <p>
        <strong>
          <Trans>Somebody else was faster, and nothing of yours is saved yet.</Trans>
        </strong>{' '}
        <Who id={now.id} />
      </p>
      {both.length > 0 && (
        <CardTable label={t`Both values`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Value`}</Table.Th>
              <Table.Th>{t`There now`}</Table.Th>
              <Table.Th>{t`Yours`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {both.map((name) => (
              <Table.Tr key={name}>
                <Table.Td className="code">{name}</Table.Td>
                <Table.Td>{textOf(valueIn(now, name))}</Table.Td>
                <Table.Td>{textOf((draft as Record<string, unknown>)[name])}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {others.length > 0 && (
        <p className="muted">
          <Trans>
            Changed there as well, and kept: <span className="code">{others.join(', ')}</span>
          </Trans>
        </p>
      )}
      <div className={styles.end}>
        {both.length > 0 && (
          <Button variant="default" onClick={() => onTheirs(both)}>
            <Trans>Take theirs</Trans>
          </Button>
        )}
        <Button onClick={onMine} loading={isSaving}>
          {both.length > 0 ? <Trans>Save mine over it</Trans> : <Trans>Save mine beside it</Trans>}
        </Button>
      </div>
    </div>
  )
}

/** NOT_EDITED are values that follow from others, or are counted. */
const NOT_EDITED = [
  ...['version', 'routes', 'route_count', 'working_routes', 'success_rate', 'median_seconds', 'prices'],
  ...['unrouted_since', 'suppliers', 'price'],
]

const textOf = (value: unknown): string =>
  value === null || value === undefined
    ? '–'
    : typeof value === 'string'
      ? value || '–'
      : JSON.stringify(value)

function Who({ id }: { id: number }) {
  const may = useMay()
  const last = useQuery({
    queryKey: ['audit', 'service', id],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/audit', {
          params: { query: { what: 'service', subject: String(id), limit: 1 } },
          signal,
        }),
      ),
    enabled: may('audit.read'),
    staleTime: 0,
  })
  const [change] = last.data?.page.items ?? []
  if (!change) return null
  return (
    <span className="muted">
      <Trans>
        Changed by {change.actor} <When at={change.at} />.
      </Trans>
    </span>
  )
}
