import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Menu, Stack, Table } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Icon } from '../../../identity/icons.tsx'
import {
  AddWebhook,
  type ApiKey,
  ConnectionSheet,
  FirstCall,
  KeyEdit,
  type KeyForm,
  KeyState,
  type MadeKey,
  NewKey,
  RevokeKey,
  RotateKey,
  UsedIn,
} from '../../../kit/api-keys.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'
import { Overtaken, type Round, Rounds, takeTheirs, useRace } from '../../overtaken.tsx'

const TOPICS = ['accounts']
const KEY = ['keys']

const readKeys = (account: string, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/keys', { params: { query: { account, limit: 200 } }, signal }))

/** MAX_ADDRESSES is how many addresses are offered for a key. */
const MAX_ADDRESSES = 3
/** POLL_MS is how often the first call of a key is looked for. */
const POLL_MS = 2000

/** `Keys` lists the API keys of a reseller, by which its shops order. */
export function Keys() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const may = useMay()
  const client = useQueryClient()
  const navigate = useNavigate()
  const keys = useQuery({ queryKey: [...KEY, username], queryFn: ({ signal }) => readKeys(username, signal) })
  useRefreshOn(TOPICS, KEY)
  const [isMaking, setMaking] = useState(false)
  const [changed, setChanged] = useState<ApiKey>()
  const [revoked, setRevoked] = useState<ApiKey>()
  const [made, setMade] = useState<MadeKey>()
  const [rotated, setRotated] = useState<ApiKey>()
  const [hooked, setHooked] = useState<ApiKey>()
  const turnedAway = useQuery({
    queryKey: [...KEY, username, 'turned away'],
    queryFn: ({ signal }) => {
      const params = { path: { account: username }, query: { outcome: 'ip_not_allowed' as const, limit: 50 } }
      return dataOf(api.GET('/api/operator/accounts/{account}/requests', { params, signal }))
    },
  })
  /** `addressesOf` are those from which a key was refused lately, and which it still may not be used from. */
  const addressesOf = ({ id, allowed_ips: allowed }: ApiKey): string[] => {
    // It is used from anywhere: an address would shut all others out.
    if (allowed.length === 0) return []
    const tried = turnedAway.data?.page.items.filter(({ key }) => key === id).map(({ ip }) => ip) ?? []
    return [...new Set(tried)].filter((ip) => !allowed.includes(ip)).slice(0, MAX_ADDRESSES)
  }
  const allow = useMutation({
    mutationFn: ({ key, address }: { key: ApiKey; address: string }) => allowAddress(key.id, address),
    onSuccess: () => refresh(),
  })
  const refresh = () => client.invalidateQueries({ queryKey: KEY })
  const newButton = may('keys.edit') && (
    <Button onClick={() => setMaking(true)}>
      <Trans>New key</Trans>
    </Button>
  )
  return (
    <Stack>
      <FaultNote fault={allow.error} untouched={<Trans>The key is unchanged.</Trans>} />
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
          <CardTable label={t`Keys`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Name`}</Table.Th>
                <Table.Th>{t`User name of the key`}</Table.Th>
                <Table.Th data-card="state">{t`State`}</Table.Th>
                <Table.Th>{t`Used in`}</Table.Th>
                <Table.Th data-card="words">{t`Addresses`}</Table.Th>
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
                  <Table.Td>
                    <span className="code">{key.allowed_ips.join(', ') || t`any`}</span>
                    {may('keys.edit') &&
                      key.status === 'active' &&
                      addressesOf(key).map((address) => (
                        <div key={address}>
                          <Button
                            size="compact-sm"
                            variant="subtle"
                            onClick={() => allow.mutate({ key, address })}
                            title={t`It was refused from there lately`}
                          >
                            {t`Allow ${address}`}
                          </Button>
                        </div>
                      ))}
                  </Table.Td>
                  <Table.Td>
                    {key.last_used_at === null ? (
                      t`never`
                    ) : (
                      <>
                        <When at={key.last_used_at} />
                        <Group gap="xs" wrap="nowrap">
                          <Link
                            to={`/resellers/${username}/requests` as string}
                            search={{ key: String(key.id) } as never}
                          >
                            <Trans>Requests</Trans>
                          </Link>
                          <Link to={'/orders' as string} search={{ key: String(key.id) } as never}>
                            <Trans>Orders</Trans>
                          </Link>
                        </Group>
                      </>
                    )}
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
                        <Menu position="bottom-end">
                          <Menu.Target>
                            <Button
                              size="compact-sm"
                              variant="subtle"
                              aria-label={t`More about ${key.security_id}`}
                            >
                              <Icon name="more" size={16} />
                            </Button>
                          </Menu.Target>
                          <Menu.Dropdown>
                            <Menu.Item onClick={() => setRotated(key)}>
                              <Trans>New access key…</Trans>
                            </Menu.Item>
                            {key.webhook_url === null ? (
                              <Menu.Item onClick={() => setHooked(key)}>
                                <Trans>Add a webhook…</Trans>
                              </Menu.Item>
                            ) : (
                              <Menu.Item component={Link} to={`/resellers/${username}/webhooks` as string}>
                                <Trans>To its webhook</Trans>
                              </Menu.Item>
                            )}
                            <Menu.Item onClick={() => setRevoked(key)}>
                              <Trans>Revoke…</Trans>
                            </Menu.Item>
                          </Menu.Dropdown>
                        </Menu>
                      </Group>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </CardTable>
        </>
      )}
      <History
        what="key"
        account={username}
        nameOf={(id) => keys.data?.page.items.find((key) => String(key.id) === id)?.security_id}
      />
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
        <Rounds present={changed}>
          {(round) => (
            <ChangeKey
              round={round}
              onDone={() => {
                setChanged(undefined)
                void refresh()
              }}
            />
          )}
        </Rounds>
      )}
      {rotated && (
        <RotateKey
          apiKey={rotated}
          rotate={async (overlap, key) => {
            const params = { header: { 'idempotency-key': key }, path: { id: rotated.id } }
            const fresh = await dataOf(
              api.POST('/api/operator/keys/{id}/rotate', { params, body: { overlap_hours: overlap } }),
            )
            setMade({ ...fresh, username: fresh.key.security_id })
            await refresh()
          }}
          onClose={() => setRotated(undefined)}
        />
      )}
      {hooked && (
        <AddWebhook
          add={async (form) => {
            const { webhook } = await changeKey(hooked, form)
            await refresh()
            await client.invalidateQueries({ queryKey: ['webhooks'] })
            if (!webhook) return
            // The secret is shown on the page of the webhook, this once.
            client.setQueryData(['webhooks', webhook.id, 'secret'], webhook.secret)
            await navigate({ to: `/resellers/${username}/webhooks/${webhook.id}` as string })
          }}
          onClose={() => setHooked(undefined)}
        />
      )}
      {revoked && (
        <RevokeKey
          apiKey={revoked}
          needsReason
          revoke={({ key, why }) =>
            dataOf(
              api.POST('/api/operator/keys/{id}/revoke', {
                params: { header: { 'idempotency-key': key }, path: { id: revoked.id } },
                body: { why },
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

const readKey = (id: number) => dataOf(api.GET('/api/operator/keys/{id}', { params: { path: { id } } }))

function ChangeKey({ round, onDone }: { round: Round<ApiKey>; onDone: () => void }) {
  const apiKey = round.present
  const race = useRace(apiKey, () => readKey(apiKey.id), true)
  return (
    <KeyEdit
      apiKey={race.base}
      written={round.kept}
      hasRate
      save={(body) => race.send((version) => changeKey({ ...apiKey, version }, body))}
      overtaken={(changes, { again, isBusy }) => {
        const { base, now } = race
        if (!now) return null
        const draft = { ...changes }
        return (
          <Overtaken
            {...{ base, now, draft, what: 'key', subject: String(apiKey.id) }}
            hidden={['last_used_at']}
            isSaving={isBusy}
            onMine={again}
            onTheirs={(conflicting) => takeTheirs(draft, conflicting, { next: round.next, now, end: onDone })}
          />
        )
      }}
      onDone={onDone}
    />
  )
}

const changeKey = ({ id, version }: ApiKey, body: KeyForm & { secret?: string }) =>
  dataOf(
    api.PATCH('/api/operator/keys/{id}', { params: { path: { id }, header: { 'if-match': version } }, body }),
  )

/** `allowAddress` lets a key be used from one more address. Another change may have come between: the key is read as it stands now. */
async function allowAddress(id: number, address: string): Promise<void> {
  const now = await readKey(id)
  // One that is used from anywhere by now would be used from there alone.
  if (now.allowed_ips.length > 0) await changeKey(now, { allowed_ips: [...now.allowed_ips, address] })
}

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
  const client = useQueryClient()
  const may = useMay()
  const allow = useMutation({
    mutationFn: (address: string) => allowAddress(apiKey.id, address),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  })
  return (
    <>
      <FirstCall
        apiKey={apiKey}
        calls={calls.data?.page.items}
        onAllow={may('keys.edit') ? allow.mutate : undefined}
      />
      <FaultNote fault={allow.error} />
    </>
  )
}
