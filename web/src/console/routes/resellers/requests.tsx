import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl, Stack, Table } from '@mantine/core'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Scrolling } from '../../../kit/scrolling.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'

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
type Asked = Awaited<ReturnType<typeof readRequests>>['items'][number]

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
        <Scrolling label={t`Requests`}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`When`}</Table.Th>
                <Table.Th>{t`What`}</Table.Th>
                <Table.Th>{t`Outcome`}</Table.Th>
                <Table.Th>{t`Said`}</Table.Th>
                <Table.Th>{t`Order`}</Table.Th>
                <Table.Th>{t`Address`}</Table.Th>
                <Table.Th>{t`Trace id`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.rows.map((asked) => (
                <Table.Tr key={asked.trace_id}>
                  <Table.Td>
                    <When at={asked.time} />
                  </Table.Td>
                  <Table.Td className="code">
                    {asked.protocol} {asked.action}
                  </Table.Td>
                  <Table.Td>
                    <Badge tone={asked.outcome === 'ok' ? 'done' : 'failed'}>{asked.outcome}</Badge>
                  </Table.Td>
                  <Table.Td>{asked.message}</Table.Td>
                  <Table.Td>
                    {asked.order !== null && (
                      <Link to="/orders/$id" params={{ id: String(asked.order) }} className="code">
                        {asked.order}
                      </Link>
                    )}
                  </Table.Td>
                  <Table.Td className="code">{asked.ip}</Table.Td>
                  <Table.Td className="code">{asked.trace_id}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scrolling>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} w="fit-content">
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </Stack>
  )
}
