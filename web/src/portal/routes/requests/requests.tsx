import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, SegmentedControl, Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect } from 'react'
import { dataOf } from '../../../api/client.ts'
import { useLive } from '../../../api/events.ts'
import { portal } from '../../../api/portal.ts'
import { keyNames } from '../../../kit/api-keys.tsx'
import { NativeSelect } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { type Asked, RequestLog } from '../../../kit/request-log.tsx'
import { NewRows } from '../../../kit/table.tsx'
import { useMay } from '../../session.tsx'

interface Search {
  outcome?: string
  key?: string
}

async function readRequests({ outcome, key }: Search, cursor: string | undefined, signal: AbortSignal) {
  const query = {
    limit: 50,
    ...(cursor !== undefined && { cursor: Number(cursor) }),
    ...(outcome === 'refused' && { outcome: 'refused' as const }),
    ...(key !== undefined && { key: Number(key) }),
  }
  const { page } = await dataOf(portal.GET('/api/requests', { params: { query }, signal }))
  return {
    items: page.items.map(
      (one): Asked => ({
        ...one,
        ...{ order: one.order_id, key: one.api_key_id },
        // Numbers with a point are read as they stand there: amounts are.
        duration_ms: Number(one.duration_ms),
      }),
    ),
    next_cursor: page.next_cursor === null ? null : String(page.next_cursor),
  }
}

/** `Requests` is the log of what the account's keys asked for, and how it was answered: why was an order refused? */
export function Requests() {
  const { t } = useLingui()
  const may = useMay()
  const navigate = useNavigate()
  const { outcome, key } = useSearch({ strict: false }) as Search
  const isRefused = outcome === 'refused'
  const search: Search = { ...(outcome !== undefined && { outcome }), ...(key !== undefined && { key }) }
  const list = usePages<Asked>(['requests', search], (cursor, signal) => readRequests(search, cursor, signal))
  const newer = useNewer(search, list.isOld ? undefined : list.rows)
  const maySeeKeys = may('keys.read')
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: async ({ signal }) => (await dataOf(portal.GET('/api/portal/keys', { signal }))).items,
    enabled: maySeeKeys,
  })
  const names = keyNames(keys.data ?? [])
  const nameOf = (id: number): string => names.get(id) ?? String(id)
  const go = (to: Search) =>
    void navigate({ to: '/requests' as string, search: to as Record<string, string> })
  return (
    <Page title={t`Requests`}>
      <Stack>
        <Group>
          <SegmentedControl
            aria-label={t`Which requests`}
            value={isRefused ? 'refused' : 'all'}
            onChange={(chosen) =>
              go({ ...(chosen === 'refused' && { outcome: 'refused' }), ...(key !== undefined && { key }) })
            }
            data={[
              { value: 'all', label: t`All` },
              { value: 'refused', label: t`Refused` },
            ]}
          />
          {(names.size > 1 || key !== undefined) && (
            <NativeSelect
              aria-label={t`Which key`}
              value={key ?? ''}
              data={[
                { value: '', label: t`All keys` },
                ...[...names].map(([id, name]) => ({ value: String(id), label: name })),
              ]}
              onChange={({ currentTarget: { value } }) =>
                go({ ...(isRefused && { outcome: 'refused' }), ...(value !== '' && { key: value }) })
              }
            />
          )}
        </Group>
        <FaultNote fault={list.error} onRetry={list.again} />
        <NewRows count={newer} onShow={list.again} />
        {!list.rows && !list.error && <Loading />}
        {list.rows?.length === 0 && (
          <Empty>
            {isRefused ? (
              <Trans>Nothing was refused lately.</Trans>
            ) : (
              <Trans>
                No requests lately. What your shops and programs ask for appears here a second or two later.
                Requests with a wrong access key are nobody’s, and stand nowhere.
              </Trans>
            )}
          </Empty>
        )}
        {list.rows && list.rows.length > 0 && (
          <RequestLog
            rows={list.rows}
            keyText={names.size > 1 ? nameOf : undefined}
            keyName={(id) =>
              maySeeKeys ? (
                <Link to={`/keys/${id}` as string}>{nameOf(id)}</Link>
              ) : (
                <span className="code">{id}</span>
              )
            }
            order={(id) => (
              <Link to={`/orders/${id}` as string} className="code">
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
    </Page>
  )
}

const TOPICS = ['requests']

/** `useNewer` counts the requests that have come since those which are shown: they never push the list, unless it is empty. */
function useNewer(search: Search, rows: readonly Asked[] | undefined): number {
  const client = useQueryClient()
  const { data, refetch } = useQuery({
    queryKey: ['newest requests', search],
    queryFn: async ({ signal }) => (await readRequests(search, undefined, signal)).items,
    enabled: false,
  })
  const look = useCallback(() => void refetch(), [refetch])
  useLive(TOPICS, look)
  const shown = new Set(rows?.map(({ trace_id }) => trace_id))
  const last = rows?.[0]?.time ?? ''
  const count = data?.filter(({ trace_id, time }) => !shown.has(trace_id) && time >= last).length ?? 0
  const isEmpty = rows?.length === 0
  useEffect(() => {
    if (isEmpty && count > 0) void client.invalidateQueries({ queryKey: ['requests'] })
  }, [client, isEmpty, count])
  return rows === undefined || isEmpty ? 0 : count
}
