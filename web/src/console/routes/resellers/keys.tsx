import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import {
  type ApiKey,
  ConnectionSheet,
  FirstCall,
  KeyEdit,
  type KeyForm,
  KeyState,
  type MadeKey,
  NewKey,
  RevokeKey,
  UsedIn,
} from '../../../kit/api-keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Scrolling } from '../../../kit/scrolling.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'

const TOPICS = ['accounts']
const KEY = ['keys']

const readKeys = (account: string, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/keys', { params: { query: { account, limit: 200 } }, signal }))

/** POLL_MS is how often the first call of a key is looked for. */
const POLL_MS = 2000

/** `Keys` lists the API keys of a reseller, by which its shops order. */
export function Keys() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const may = useMay()
  const client = useQueryClient()
  const keys = useQuery({ queryKey: [...KEY, username], queryFn: ({ signal }) => readKeys(username, signal) })
  useRefreshOn(TOPICS, KEY)
  const [isMaking, setMaking] = useState(false)
  const [changed, setChanged] = useState<ApiKey>()
  const [revoked, setRevoked] = useState<ApiKey>()
  const [made, setMade] = useState<MadeKey>()
  const refresh = () => client.invalidateQueries({ queryKey: KEY })
  const newButton = may('keys.edit') && (
    <Button onClick={() => setMaking(true)}>
      <Trans>New key</Trans>
    </Button>
  )
  return (
    <Stack>
      <FaultNote fault={keys.error} onRetry={() => void keys.refetch()} />
      {keys.isPending && <Loading rows={3} />}
      {keys.data?.page.items.length === 0 && (
        <Empty action={newButton}>
          <Trans>No keys yet. A shop orders with a key: a user name and an access key.</Trans>
        </Empty>
      )}
      {keys.data && keys.data.page.items.length > 0 && (
        <>
          <Group>{newButton}</Group>
          <Scrolling label={t`Keys`}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`Name`}</Table.Th>
                  <Table.Th>{t`User name of the key`}</Table.Th>
                  <Table.Th>{t`State`}</Table.Th>
                  <Table.Th>{t`Used in`}</Table.Th>
                  <Table.Th>{t`Addresses`}</Table.Th>
                  <Table.Th>{t`Last used`}</Table.Th>
                  <Table.Th>
                    <span className="visually-hidden">{t`Actions`}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {keys.data.page.items.map((key) => (
                  <Table.Tr key={key.id}>
                    <Table.Td>{key.name || '–'}</Table.Td>
                    <Table.Td className="code">{key.security_id}</Table.Td>
                    <Table.Td>
                      <KeyState status={key.status} />
                    </Table.Td>
                    <Table.Td>
                      <UsedIn dialect={key.dialect} />
                    </Table.Td>
                    <Table.Td className="code">{key.allowed_ips.join(', ') || t`any`}</Table.Td>
                    <Table.Td>
                      {key.last_used_at === null ? t`never` : <When at={key.last_used_at} />}
                    </Table.Td>
                    <Table.Td>
                      {may('keys.edit') && key.status === 'active' && (
                        <Group gap="xs" wrap="nowrap">
                          <Button
                            size="compact-sm"
                            variant="subtle"
                            onClick={() => setChanged(key)}
                            aria-label={t`Change ${key.security_id}`}
                          >
                            <Trans>Change…</Trans>
                          </Button>
                          <Button
                            size="compact-sm"
                            variant="subtle"
                            onClick={() => setRevoked(key)}
                            aria-label={t`Revoke ${key.security_id}`}
                          >
                            <Trans>Revoke…</Trans>
                          </Button>
                        </Group>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Scrolling>
        </>
      )}
      {isMaking && (
        <NewKey
          make={async (body, key) => {
            const params = { header: { 'idempotency-key': key }, path: { account: username } }
            const fresh = await dataOf(api.POST('/api/operator/accounts/{account}/keys', { params, body }))
            setMade({ ...fresh, username: fresh.key.security_id })
            await refresh()
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made && (
        <ConnectionSheet made={made} onClose={() => setMade(undefined)}>
          <Calls apiKey={made.key} account={username} />
        </ConnectionSheet>
      )}
      {changed && (
        <KeyEdit
          apiKey={changed}
          save={async (body) => {
            await changeKey(changed, body)
            await refresh()
          }}
          onDone={() => setChanged(undefined)}
        />
      )}
      {revoked && (
        <RevokeKey
          apiKey={revoked}
          revoke={(key) =>
            dataOf(
              api.POST('/api/operator/keys/{id}/revoke', {
                params: { header: { 'idempotency-key': key }, path: { id: revoked.id } },
              }),
            )
          }
          onDone={() => void refresh()}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </Stack>
  )
}

const changeKey = ({ id, version }: ApiKey, body: KeyForm) =>
  dataOf(
    api.PATCH('/api/operator/keys/{id}', { params: { path: { id }, header: { 'if-match': version } }, body }),
  )

/** `Calls` looks for the first calls of a key that was just made, and says what became of them. */
function Calls({ apiKey, account }: { apiKey: ApiKey; account: string }) {
  const calls = useQuery({
    queryKey: [...KEY, 'calls', apiKey.id],
    queryFn: ({ signal }) => {
      const params = { path: { account }, query: { key: apiKey.id, limit: 5 } }
      return dataOf(api.GET('/api/operator/accounts/{account}/requests', { params, signal }))
    },
    refetchInterval: POLL_MS,
  })
  return <FirstCall apiKey={apiKey} calls={calls.data?.page.items} />
}
