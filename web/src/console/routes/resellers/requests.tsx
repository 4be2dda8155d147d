import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import type { paths } from '../../../api/made/operator.ts'
import { keyNames } from '../../../kit/api-keys.tsx'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { type Asked, RequestLog } from '../../../kit/request-log.tsx'
import { Count, useCount } from '../../count.tsx'
import { ExportButton } from '../../export-button.tsx'

type Query = NonNullable<paths['/api/operator/accounts/{account}/requests']['get']['parameters']['query']>

const readRequests = async (
  account: string,
  filter: Values,
  cursor: string | undefined,
  signal: AbortSignal,
) => {
  const query = { ...filter, ...(cursor !== undefined && { cursor }) } as Query
  const { page } = await dataOf(
    api.GET('/api/operator/accounts/{account}/requests', { params: { path: { account }, query }, signal }),
  )
  return page
}

/** `Requests` shows what a reseller's keys asked for lately, and how it was answered. */
export function Requests() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const isRefused = query['outcome'] === 'refused'
  const isNarrowed = Object.keys(query).length > 0
  const set = (search: Values) => void navigate({ to: `/resellers/${username}/requests`, search })
  const keys = useQuery({
    queryKey: ['keys', username, 'names'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/keys', { params: { query: { account: username, limit: 200 } }, signal })),
  })
  const names = keyNames(keys.data?.page.items ?? [])
  const filters: Filter[] = [
    {
      ...{ name: 'key', label: t`Key`, kind: 'choice' },
      choices: [...names].map(([id, label]) => ({ value: String(id), label })),
    },
    { name: 'ip', label: t`Address`, kind: 'text', placeholder: '203.0.113.9' },
    { name: 'from', label: t`From`, kind: 'day', help: t`In UTC` },
    { name: 'to', label: t`To`, kind: 'day', help: t`In UTC` },
  ]
  const list = usePages<Asked>(['requests', username, query], (cursor, signal) =>
    readRequests(username, query, cursor, signal),
  )
  const count = useCount(`accounts/${encodeURIComponent(username)}/requests`, ['requests', username], query)
  return (
    <Stack>
      <FilterBar filters={filters} values={query} onChange={set}>
        <SegmentedControl
          aria-label={t`Which requests`}
          value={isRefused ? 'refused' : 'all'}
          onChange={(chosen) => set(withValue(query, 'outcome', chosen === 'refused' ? 'refused' : ''))}
          data={[
            { value: 'all', label: t`All` },
            { value: 'refused', label: t`Refused` },
          ]}
          w="fit-content"
        />
        <Count count={count} />
        <ExportButton
          list={`/api/operator/accounts/${encodeURIComponent(username)}/requests`}
          query={query}
          title={t`Export the requests`}
        />
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && (
        <Empty>
          {isRefused && Object.keys(query).length === 1 ? (
            <Trans>Nothing was refused lately.</Trans>
          ) : isNarrowed ? (
            <Trans>No request fits these filters.</Trans>
          ) : (
            <Trans>No requests lately.</Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <RequestLog
          rows={list.rows}
          keyText={names.size > 1 ? (key) => names.get(key) ?? String(key) : undefined}
          keyName={(key) => <Link to={`/resellers/${username}/keys` as string}>{names.get(key) ?? key}</Link>}
          order={(id) => (
            <Link to="/orders/$id" params={{ id: String(id) }} className="code">
              {id}
            </Link>
          )}
        />
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} w="fit-content">
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </Stack>
  )
}
