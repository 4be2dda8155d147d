import { Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { Amount } from '../../../kit/amount.tsx'
import { duration } from '../../../kit/duration.ts'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import styles from '../../../kit/pasted-lines.module.css'
import { useSearchText } from '../../../kit/search-text.ts'
import { Badge } from '../../../kit/state-badge.tsx'
import { type Column, List, useLook } from '../../../kit/table.tsx'
import { goToWanted } from '../../find.ts'

interface Row {
  id: number
  code: string
  name: string
  group: string
  unit_price: string
  currency: string
  delivery_time: string
  median_seconds: number | null
  closed: boolean
}

const SERVICES: string = '/services'

/** `Services` is the account's price list; each service leads to the page where it is ordered. The filter stands in the URL, and the file has the same. */
export function Services() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const [look] = useLook('portal-services')
  useEffect(goToWanted, [])
  const groups = useQuery({
    queryKey: ['services', 'groups'],
    queryFn: async ({ signal }) => (await dataOf(portal.GET('/api/portal/service-groups', { signal }))).items,
    staleTime: 60_000,
  })
  const set = (values: Values) =>
    void navigate({ to: SERVICES, search: values as Record<string, string>, replace: true })
  const search = useSearchText(query['q'] ?? '', (text) => set(withValue(query, 'q', text)))
  const list = usePages<Row>(['services', 'list', query], async (cursor, signal) => {
    const params = { query: { limit: 100, ...query, ...(cursor && { cursor }) } as object }
    return (await dataOf(portal.GET('/api/portal/services', { params, signal }))).page
  })
  const filters: Filter[] = [
    {
      ...{ name: 'group', label: t`Group`, kind: 'choice' },
      choices: (groups.data ?? []).map((value) => ({ value, label: value })),
    },
    {
      name: 'changed_since',
      label: t`Changed since`,
      kind: 'day',
      help: t`The service, or your price of it`,
    },
  ]
  const time = ({ median_seconds: seconds }: Row) =>
    seconds === null ? <span className="muted">–</span> : duration(seconds)
  const named = ({ name, closed }: Row) =>
    closed ? (
      <>
        {name} <Badge tone="off">{t`Closed now`}</Badge>
      </>
    ) : (
      name
    )
  const price = ({ unit_price, currency }: Row) => <Amount value={unit_price} currency={currency} />
  const columns: readonly Column<Row>[] = [
    { id: 'name', head: t`Service`, width: 220, grow: true, rank: 0, cell: named },
    { id: 'group', head: t`Group`, width: 150, rank: 3, cell: ({ group }) => group },
    { id: 'says', head: t`Takes`, width: 120, rank: 2, cell: ({ delivery_time }) => delivery_time },
    { id: 'time', head: t`Usual time`, width: 110, rank: 1, end: true, cell: time },
    { id: 'price', head: t`Price`, width: 130, rank: 0, end: true, cell: price },
  ]
  const to = ({ code }: Row) => `/order/${encodeURIComponent(code)}`
  const isNarrowed = Object.keys(query).length > 0
  return (
    <Page
      title={t`Services`}
      actions={
        <Button
          component="a"
          href={`/api/portal/services.csv?${new URLSearchParams(query)}`}
          download
          variant="default"
          size="compact-md"
        >
          <Trans>CSV</Trans>
        </Button>
      }
    >
      <FilterBar filters={filters} values={query} onChange={set}>
        <TextInput
          type="search"
          aria-label={t`Find a service`}
          placeholder={t`Name, code or group`}
          className={styles.search}
          {...search}
          data-find
        />
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          {isNarrowed ? (
            <Trans>No service fits these filters.</Trans>
          ) : (
            <Trans>No service is offered to you yet.</Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more, to }}
          name={t`Services`}
          idOf={({ id }) => id}
          label={({ name, closed }) => (closed ? t`${name}, closed now` : name)}
          onOpen={(row) => void navigate({ to: to(row) })}
          card={(row) => (
            <>
              <div>{named(row)}</div>
              <div>
                {price(row)}
                {row.delivery_time !== '' && <span className="muted">&nbsp;· {row.delivery_time}</span>}
              </div>
            </>
          )}
        />
      )}
    </Page>
  )
}
