import { Trans, useLingui } from '@lingui/react/macro'
import { Button, CopyButton, Group, Radio, Stack, Table, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Scrolling } from '../../../kit/scrolling.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './reseller.module.css'

const TOPICS = ['accounts']
const KEY = ['keys']

const readKeys = (account: string, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/keys', { params: { query: { account, limit: 200 } }, signal }))
type Key = Awaited<ReturnType<typeof readKeys>>['page']['items'][number]

/** `Keys` lists the API keys of a reseller, by which its shops order. */
export function Keys() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const may = useMay()
  const client = useQueryClient()
  const keys = useQuery({ queryKey: [...KEY, username], queryFn: ({ signal }) => readKeys(username, signal) })
  useRefreshOn(TOPICS, KEY)
  const [isMaking, setMaking] = useState(false)
  const [revoked, setRevoked] = useState<Key>()
  const [made, setMade] = useState<{ key: Key; secret: string | null }>()
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
                    <Table.Td>{key.dialect === 'panel' ? t`A Dhru panel` : t`Own code`}</Table.Td>
                    <Table.Td className="code">{key.allowed_ips.join(', ') || t`any`}</Table.Td>
                    <Table.Td>
                      {key.last_used_at === null ? t`never` : <When at={key.last_used_at} />}
                    </Table.Td>
                    <Table.Td>
                      {may('keys.edit') && key.status === 'active' && (
                        <Button
                          size="compact-sm"
                          variant="subtle"
                          onClick={() => setRevoked(key)}
                          aria-label={t`Revoke ${key.security_id}`}
                        >
                          <Trans>Revoke…</Trans>
                        </Button>
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
          account={username}
          onMade={(result) => {
            setMade(result)
            void refresh()
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {made && <ConnectionSheet apiKey={made.key} secret={made.secret} onClose={() => setMade(undefined)} />}
      {revoked && (
        <ActDialog
          title={t`Revoke ${revoked.name || revoked.security_id}?`}
          button={t`Revoke the key`}
          isDangerous
          untouched={<Trans>The key still works.</Trans>}
          act={({ key }) =>
            dataOf(
              api.POST('/api/operator/keys/{id}/revoke', {
                params: { header: { 'idempotency-key': key }, path: { id: revoked.id } },
              }),
            )
          }
          onDone={() => void refresh()}
          onClose={() => setRevoked(undefined)}
        >
          <Trans>
            Its shop stops ordering within a second. Open orders are finished and charged as usual. This
            cannot be undone.
          </Trans>
        </ActDialog>
      )}
    </Stack>
  )
}

function KeyState({ status }: { status: Key['status'] }) {
  const { t } = useLingui()
  if (status === 'active') return <Badge tone="done">{t`Active`}</Badge>
  return <Badge tone="off">{status === 'expired' ? t`Expired` : t`Revoked`}</Badge>
}

function NewKey({
  account,
  onMade,
  onClose,
}: {
  account: string
  onMade: (made: { key: Key; secret: string | null }) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [dialect, setDialect] = useState<Key['dialect']>('panel')
  const [name, setName] = useState('')
  const [addresses, setAddresses] = useState('')
  const act = async ({ key }: { key: string }) => {
    const given = addresses.split(/[\s,;]+/).filter((one) => one !== '')
    const made = await dataOf(
      api.POST('/api/operator/accounts/{account}/keys', {
        params: { header: { 'idempotency-key': key }, path: { account } },
        body: { name: name.trim(), dialect, ...(given.length > 0 && { allowed_ips: given }) },
      }),
    )
    onMade(made)
  }
  return (
    <ActDialog title={t`New key`} button={t`Make the key`} act={act} onClose={onClose}>
      <Stack>
        <Radio.Group
          label={t`Where will it be used?`}
          value={dialect}
          onChange={(chosen) => setDialect(chosen as Key['dialect'])}
        >
          <Stack gap="sm" mt="sm">
            <Radio
              value="panel"
              label={t`A Dhru panel`}
              description={t`A shop that already has a Dhru client.`}
            />
            <Radio
              value="contract"
              label={t`Own code`}
              description={t`Programs that speak Dhru to the letter of its contract, or the REST API.`}
            />
          </Stack>
        </Radio.Group>
        <TextInput
          label={t`Name`}
          placeholder={t`Website`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={100}
          data-autofocus
        />
        <TextInput
          label={t`Addresses that may use it`}
          description={t`With commas between. Empty: any.`}
          value={addresses}
          onChange={({ currentTarget }) => setAddresses(currentTarget.value)}
        />
      </Stack>
    </ActDialog>
  )
}

/** `ConnectionSheet` has what the reseller types into the shop. The access key is shown this once. */
function ConnectionSheet({
  apiKey: { security_id: username, dialect },
  secret,
  onClose,
}: {
  apiKey: Key
  secret: string | null
  onClose: () => void
}) {
  const { t } = useLingui()
  const url = window.location.origin
  const text = `${t`API URL`}: ${url}\n${t`User name`}: ${username}\n${t`API access key`}: ${secret ?? ''}`
  return (
    <Dialog
      opened
      onClose={onClose}
      title={dialect === 'panel' ? t`Connect a Dhru panel` : t`Connect a program`}
    >
      <Stack>
        <p>
          {dialect === 'panel' ? (
            <Trans>In the panel, add an API of the kind Dhru Fusion, and type these in:</Trans>
          ) : (
            <Trans>The program needs these:</Trans>
          )}
        </p>
        <dl className={`${styles.lines} ${styles.secret}`}>
          <dt>{t`API URL`}</dt>
          <dd className="code">{url}</dd>
          <dt>{t`User name`}</dt>
          <dd className="code">{username}</dd>
          <dt>{t`API access key`}</dt>
          <dd className="code">{secret ?? t`was shown before`}</dd>
        </dl>
        <p className="muted">
          <Trans>The access key is kept as a hash and is not shown again. Whoever has it can order.</Trans>
        </p>
        <Group justify="flex-end">
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t`Copied` : t`Copy all three`}
              </Button>
            )}
          </CopyButton>
          <Button onClick={onClose}>
            <Trans>I have kept it</Trans>
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
