import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Radio, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { linkTo, OnceShown } from '../../../kit/once-shown.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'

const TOPICS = ['accounts', 'people']
const KEY = ['account-people']

const readPeople = (account: string, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/accounts/{account}/people', { params: { path: { account } }, signal }))
type Person = Awaited<ReturnType<typeof readPeople>>['items'][number]

/** `People` lists who signs in to the portal for a reseller, and invites others. */
export function People() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const may = useMay()
  const client = useQueryClient()
  const people = useQuery({
    queryKey: [...KEY, username],
    queryFn: ({ signal }) => readPeople(username, signal),
  })
  useRefreshOn(TOPICS, KEY)
  const [isInviting, setInviting] = useState(false)
  const [link, setLink] = useState<string | null>()
  const items = people.data?.items ?? []
  const invite = may('people.edit') && (
    <Button onClick={() => setInviting(true)}>
      <Trans>Invite a person</Trans>
    </Button>
  )
  return (
    <Stack>
      <FaultNote fault={people.error} onRetry={() => void people.refetch()} />
      {people.isPending && <Loading rows={3} />}
      {people.data && items.length === 0 && (
        <Empty action={invite}>
          <Trans>Nobody signs in to the portal for this reseller yet.</Trans>
        </Empty>
      )}
      {items.length > 0 && (
        <>
          <Group>{invite}</Group>
          <CardTable label={t`People`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Name`}</Table.Th>
                <Table.Th>{t`E-mail address`}</Table.Th>
                <Table.Th>{t`Role`}</Table.Th>
                <Table.Th data-card="state">{t`State`}</Table.Th>
                <Table.Th>{t`Last seen`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((person) => (
                <Table.Tr key={person.id}>
                  <Table.Td>{person.name || '–'}</Table.Td>
                  <Table.Td>{person.email}</Table.Td>
                  <Table.Td>{person.role === 'owner' ? t`Owner` : t`Member`}</Table.Td>
                  <Table.Td>
                    <PersonState person={person} />
                  </Table.Td>
                  <Table.Td>
                    {person.last_seen_at === null ? t`never` : <When at={person.last_seen_at} />}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </CardTable>
        </>
      )}
      <History
        what="person"
        account={username}
        nameOf={(id) => items.find((person) => String(person.id) === id)?.email}
      />
      {isInviting && (
        <Invite
          account={username}
          isFirst={items.length === 0}
          onInvited={(made) => {
            setLink(made ?? null)
            void client.invalidateQueries({ queryKey: KEY })
          }}
          onClose={() => setInviting(false)}
        />
      )}
      {link !== undefined && (
        <OnceShown
          title={t`The invitation`}
          value={link && linkTo(link)}
          isLink
          copy={t`Copy the link`}
          onClose={() => setLink(undefined)}
        >
          <Trans>
            Whoever has this link sets a password and is in the portal. It holds for 7 days, once.
          </Trans>
        </OnceShown>
      )}
    </Stack>
  )
}

function PersonState({ person: { status, invited_until: until } }: { person: Person }) {
  const { t } = useLingui()
  if (status === 'active') return <Badge tone="done">{t`Active`}</Badge>
  if (status === 'suspended') return <Badge tone="off">{t`Suspended`}</Badge>
  return (
    <>
      <Badge tone="waiting">{t`Invited`}</Badge>{' '}
      {until && (
        <small className="muted">
          <Trans>
            until <When at={until} exact />
          </Trans>
        </small>
      )}
    </>
  )
}

function Invite({
  account,
  isFirst,
  onInvited,
  onClose,
}: {
  account: string
  isFirst: boolean
  onInvited: (link: string | null) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Person['role']>(isFirst ? 'owner' : 'member')
  const act = async ({ key }: { key: string }) => {
    const { link } = await dataOf(
      api.POST('/api/operator/accounts/{account}/people', {
        params: { header: { 'idempotency-key': key }, path: { account } },
        body: { role, email: email.trim() },
      }),
    )
    onInvited(link)
  }
  return (
    <ActDialog title={t`Invite a person`} button={t`Make the invitation`} act={act} onClose={onClose}>
      <Stack>
        <TextInput
          field="email"
          type="email"
          label={t`E-mail address`}
          description={t`The invitation is sent there where mail is set up; its link is shown in any case.`}
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          required
          maxLength={254}
          data-autofocus
        />
        <Radio.Group label={t`Role`} value={role} onChange={(chosen) => setRole(chosen as Person['role'])}>
          <Stack gap="sm" mt="sm">
            <Radio value="owner" label={t`Owner`} description={t`Does everything, and invites others.`} />
            <Radio
              value="member"
              label={t`Member`}
              description={t`Orders and pays in, without people, keys and webhooks.`}
            />
          </Stack>
        </Radio.Group>
      </Stack>
    </ActDialog>
  )
}
