import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Select } from '../../../kit/choices.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { OnceShown } from '../../../kit/once-shown.tsx'
import { Page } from '../../../kit/page.tsx'
import { useSession } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'
import styles from './settings.module.css'

const TOPICS = ['staff']
const KEY = ['tokens']
const DAY_MS = 86_400_000

const readTokens = (signal: AbortSignal) => dataOf(api.GET('/api/operator/tokens', { signal }))
type Token = Awaited<ReturnType<typeof readTokens>>['items'][number]

/** `Tokens` lists what the operator's own programs sign in with. */
export function Tokens() {
  const { t } = useLingui()
  const client = useQueryClient()
  const tokens = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readTokens(signal) })
  useRefreshOn(TOPICS, KEY)
  const [isMaking, setMaking] = useState(false)
  const [made, setMade] = useState<{ name: string; secret: string | null }>()
  const [revoked, setRevoked] = useState<Token>()
  useKeys({ n: [t`New token`, () => setMaking(true)] })
  const refresh = () => void client.invalidateQueries({ queryKey: KEY })
  const button = (
    <Button onClick={() => setMaking(true)}>
      <Trans>New token</Trans>
    </Button>
  )
  const items = tokens.data?.items.toReversed() ?? []
  return (
    <Page title={t`Operator tokens`} actions={items.length > 0 && button}>
      <FaultNote fault={tokens.error} onRetry={() => void tokens.refetch()} />
      {tokens.isPending && <Loading rows={3} />}
      {tokens.data && items.length === 0 && (
        <Empty action={button}>
          <Trans>
            No tokens yet. A program of yours calls the operator API with a token, which has its own
            permissions and an end.
          </Trans>
        </Empty>
      )}
      {items.length > 0 && (
        <CardTable label={t`Operator tokens`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Name`}</Table.Th>
              <Table.Th data-card="state">{t`State`}</Table.Th>
              <Table.Th data-card="words">{t`Permissions`}</Table.Th>
              <Table.Th data-card="words">{t`Addresses`}</Table.Th>
              <Table.Th>{t`Ends`}</Table.Th>
              <Table.Th>{t`Last used`}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((token) => (
              <Table.Tr key={token.id}>
                <Table.Td>
                  <strong>{token.name}</strong>
                  <div className="muted code">imo_{token.id}_…</div>
                </Table.Td>
                <Table.Td>
                  <State status={token.status} />
                </Table.Td>
                <Table.Td>
                  <details>
                    <summary>
                      <Plural value={token.permissions.length} one="# permission" other="# permissions" />
                    </summary>
                    <span className="code">{token.permissions.join(', ')}</span>
                  </details>
                </Table.Td>
                <Table.Td className="code">{token.allowed_ips.join(', ') || t`any`}</Table.Td>
                <Table.Td>
                  <When at={token.expires_at} exact />
                </Table.Td>
                <Table.Td>
                  {token.last_used_at === null ? t`never` : <When at={token.last_used_at} />}
                </Table.Td>
                <Table.Td className={styles.end}>
                  {token.status !== 'revoked' && token.status !== 'expired' && (
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      onClick={() => setRevoked(token)}
                      aria-label={t`Revoke ${token.name}`}
                    >
                      <Trans>Revoke…</Trans>
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      <History what="token" nameOf={(id) => items.find((token) => String(token.id) === id)?.name} />
      {isMaking && <NewToken onMade={setMade} onDone={refresh} onClose={() => setMaking(false)} />}
      {made && (
        <OnceShown
          title={t`The token ${made.name}`}
          value={made.secret}
          copy={t`Copy the token`}
          onClose={() => setMade(undefined)}
        >
          <Trans>
            The program sends it with each request, as <span className="code">Authorization: Bearer …</span>
          </Trans>{' '}
          <Trans>It is kept as a hash and is not shown again.</Trans>
        </OnceShown>
      )}
      {revoked && (
        <ActDialog
          title={t`Revoke ${revoked.name}?`}
          button={t`Revoke the token`}
          isDangerous
          untouched={<Trans>The token still works.</Trans>}
          needsReason
          reasons={[t`Not used any more`, t`Seen by somebody else`]}
          act={({ key, why }) =>
            dataOf(
              api.POST('/api/operator/tokens/{id}/revoke', {
                params: { header: { 'idempotency-key': key }, path: { id: revoked.id } },
                body: { why },
              }),
            )
          }
          onDone={refresh}
          onClose={() => setRevoked(undefined)}
        >
          <Trans>Its program is refused with its next request. This cannot be undone.</Trans>
        </ActDialog>
      )}
    </Page>
  )
}

function State({ status }: { status: Token['status'] }) {
  const { t } = useLingui()
  if (status === 'active') return <Badge tone="done">{t`Active`}</Badge>
  if (status === 'maker is out') return <Badge tone="needs">{t`Its maker is suspended`}</Badge>
  return <Badge tone="off">{status === 'expired' ? t`Expired` : t`Revoked`}</Badge>
}

function NewToken({
  onMade,
  onDone,
  onClose,
}: {
  onMade: (made: { name: string; secret: string | null }) => void
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const { person } = useSession()
  const [name, setName] = useState('')
  const [permissions, setPermissions] = useState<string[]>([])
  const [addresses, setAddresses] = useState('')
  const [days, setDays] = useState('90')
  const reading = person.permissions.filter((one) => one.endsWith('.read'))
  const act = async ({ key }: { key: string }) => {
    const allowed = addresses.split(/[\s,;]+/).filter((one) => one !== '')
    const { token, secret } = await dataOf(
      api.POST('/api/operator/tokens', {
        params: { header: { 'idempotency-key': key } },
        body: {
          name: name.trim(),
          permissions: permissions as Token['permissions'],
          ...(allowed.length > 0 && { allowed_ips: allowed }),
          expires_at: new Date(Date.now() + Number(days) * DAY_MS).toISOString(),
        },
      }),
    )
    onMade({ name: token.name, secret })
  }
  return (
    <ActDialog title={t`New token`} button={t`Make the token`} act={act} onDone={onDone} onClose={onClose}>
      <Stack>
        <TextInput
          field="name"
          label={t`Name`}
          placeholder={t`Monthly figures`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          required
          maxLength={100}
          data-autofocus
        />
        <Checkbox.Group
          label={t`What it may do`}
          description={t`At most what you may do yourself; the page Roles says what each is. Give it no more than it needs.`}
          value={permissions}
          onChange={setPermissions}
        >
          <Group gap="xs" my={8}>
            <Button size="compact-sm" variant="default" onClick={() => setPermissions(reading)}>
              <Trans>All that reads</Trans>
            </Button>
            <Button size="compact-sm" variant="subtle" onClick={() => setPermissions([])}>
              <Trans>None</Trans>
            </Button>
          </Group>
          <div className={styles.choices}>
            {person.permissions.map((one) => (
              <Checkbox key={one} size="sm" value={one} label={<span className="code">{one}</span>} />
            ))}
          </div>
        </Checkbox.Group>
        <TextInput
          field="allowed_ips"
          label={t`Addresses that may use it`}
          description={t`With commas between. Empty: any.`}
          value={addresses}
          onChange={({ currentTarget }) => setAddresses(currentTarget.value)}
        />
        <Select
          field="expires_at"
          label={t`Ends in`}
          value={days}
          onChange={(chosen) => setDays(chosen ?? days)}
          allowDeselect={false}
          data={[
            { value: '7', label: t`7 days` },
            { value: '30', label: t`30 days` },
            { value: '90', label: t`90 days` },
            { value: '365', label: t`a year` },
          ]}
          w={160}
        />
      </Stack>
    </ActDialog>
  )
}
