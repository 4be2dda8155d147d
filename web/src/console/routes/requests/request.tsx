import { Trans, useLingui } from '@lingui/react/macro'
import { Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { keyNames } from '../../../kit/api-keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { RequestLog } from '../../../kit/request-log.tsx'

/** `Request` is one request of a program by its trace id: whose it was, and how it was answered. */
export function Request() {
  const { t } = useLingui()
  const { trace = '' } = useParams({ strict: false }) as { trace?: string }
  const asked = useQuery({
    queryKey: ['requests', 'one', trace],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/requests/{trace}', { params: { path: { trace } }, signal })),
  })
  const account = asked.data?.account ?? null
  const reseller = useQuery({
    queryKey: ['resellers', 'by id', account],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}', {
          params: { path: { account: String(account) } },
          signal,
        }),
      ),
    enabled: account !== null,
  })
  const username = reseller.data?.username
  const keys = useQuery({
    queryKey: ['keys', username, 'names'],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/keys', {
          params: { query: { account: String(username), limit: 200 } },
          signal,
        }),
      ),
    enabled: username !== undefined,
  })
  const names = keyNames(keys.data?.page.items ?? [])
  return (
    <Page title={t`Request`}>
      <FaultNote fault={asked.error} onRetry={() => void asked.refetch()} />
      <FaultNote fault={reseller.error} onRetry={() => void reseller.refetch()} />
      {asked.isPending && <Loading rows={2} />}
      {asked.data && (
        <Stack>
          <p>
            {account === null && (
              <span className="muted">
                <Trans>It was refused before anybody knew whose it was.</Trans>
              </span>
            )}
            {username !== undefined && (
              <Trans>
                Asked by <Link to={`/resellers/${username}` as string}>{reseller.data?.name}</Link>.{' '}
                <Link to={`/resellers/${username}/requests` as string}>All its requests</Link>
              </Trans>
            )}
          </p>
          <RequestLog
            rows={[asked.data]}
            isOpen
            keyName={(key) =>
              username === undefined ? (
                <span className="code">{key}</span>
              ) : (
                <Link to={`/resellers/${username}/keys` as string}>{names.get(key) ?? key}</Link>
              )
            }
            order={(id) => (
              <Link to="/orders/$id" params={{ id: String(id) }} className="code">
                {id}
              </Link>
            )}
          />
        </Stack>
      )}
    </Page>
  )
}
