import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl, Stack } from '@mantine/core'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { type Asked, RequestLog } from '../../../kit/request-log.tsx'

const readRequests = async (
  account: string,
  isRefused: boolean,
  cursor: string | undefined,
  signal: AbortSignal,
) => {
  const query = { ...(isRefused && { outcome: 'refused' as const }), ...(cursor !== undefined && { cursor }) }
  const { page } = await dataOf(
    api.GET('/api/operator/accounts/{account}/requests', { params: { path: { account }, query }, signal }),
  )
  return page
}

/** `Requests` shows what a reseller's keys asked for lately, and how it was answered. */
export function Requests() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const { outcome } = useSearch({ strict: false }) as { outcome?: string }
  const navigate = useNavigate()
  const isRefused = outcome === 'refused'
  const list = usePages<Asked>(['requests', username, isRefused], (cursor, signal) =>
    readRequests(username, isRefused, cursor, signal),
  )
  return (
    <Stack>
      <SegmentedControl
        value={isRefused ? 'refused' : 'all'}
        onChange={(chosen) =>
          void navigate({
            to: `/resellers/${username}/requests`,
            search: chosen === 'refused' ? { outcome: 'refused' } : {},
          })
        }
        data={[
          { value: 'all', label: t`All` },
          { value: 'refused', label: t`Refused` },
        ]}
        w="fit-content"
      />
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && (
        <Empty>
          {isRefused ? <Trans>Nothing was refused lately.</Trans> : <Trans>No requests lately.</Trans>}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <RequestLog
          rows={list.rows}
          keyName={(key) => (
            <Link to={`/resellers/${username}/keys` as string} className="code">
              {key}
            </Link>
          )}
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
