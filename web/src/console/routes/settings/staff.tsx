import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, Radio, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Icon } from '../../../identity/icons.tsx'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Select } from '../../../kit/choices.tsx'
import { deviceText } from '../../../kit/device.ts'
import { TextInput } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { linkTo, OnceShown } from '../../../kit/once-shown.tsx'
import { Page } from '../../../kit/page.tsx'
import { roleWords } from '../../../kit/role-words.ts'
import { useSession } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'
import styles from './settings.module.css'

const TOPICS = ['staff']
const KEY = ['staff']

const readStaff = (signal: AbortSignal) => dataOf(api.GET('/api/operator/staff', { signal }))
type Person = Awaited<ReturnType<typeof readStaff>>['items'][number]

/** ROLES are those that a person may have, the one with most rights first. */
const ROLES = ['owner', 'manager', 'support', 'finance', 'catalogue', 'read-only'] as const
type Role = (typeof ROLES)[number]

type Doing = 'role' | 'suspend' | 'resume' | 'reset' | 'sign-ins'

/** Link is an invitation, which is shown once. */
interface Link {
  name: string
  /** `token`, null: it was shown before. */
  token: string | null
  until: string
}

const nameOf = ({ name, email, role }: Person): string => name || email || role
const named = (person: Person | undefined) => person && nameOf(person)

/** `Staff` lists the people who run the installation: what they may do, where they are signed in, and who was invited. */
export function Staff() {
  const { t, i18n } = useLingui()
  const { person: own } = useSession()
  const client = useQueryClient()
  const staff = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readStaff(signal) })
  useRefreshOn(TOPICS, KEY)
  const [isInviting, setInviting] = useState(false)
  const [chosen, setChosen] = useState<{ person: Person; doing: Doing }>()
  const [link, setLink] = useState<Link>()
  useKeys({ n: [t`Invite a person`, () => setInviting(true)] })
  const refresh = () => void client.invalidateQueries({ queryKey: KEY })
  const end = () => setChosen(undefined)
  return (
    <Page
      title={t`Staff`}
      actions={
        <Button onClick={() => setInviting(true)}>
          <Trans>Invite a person</Trans>
        </Button>
      }
    >
      <FaultNote fault={staff.error} onRetry={() => void staff.refetch()} />
      {staff.isPending && <Loading rows={3} />}
      {staff.data && (
        <CardTable label={t`Staff`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Name`}</Table.Th>
              <Table.Th>{t`Role`}</Table.Th>
              <Table.Th data-card="state">{t`State`}</Table.Th>
              <Table.Th>{t`Last seen`}</Table.Th>
              <Table.Th ta="end">{t`Sign-ins`}</Table.Th>
              <Table.Th ta="end">{t`Passkeys`}</Table.Th>
              <Table.Th ta="end">{t`Wrong today`}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {staff.data.items.map((person) => (
              <Table.Tr key={person.id}>
                <Table.Td>
                  <strong>{nameOf(person)}</strong>
                  {person.id === own.id && <span className="muted"> · {t`you`}</span>}
                  {person.name && person.email && <div className="muted">{person.email}</div>}
                </Table.Td>
                <Table.Td>{i18n._(roleWords(person.role))}</Table.Td>
                <Table.Td>
                  <State person={person} />
                </Table.Td>
                <Table.Td>
                  <When at={person.last_seen_at} />
                </Table.Td>
                <Table.Td className={styles.end}>{person.sign_ins}</Table.Td>
                <Table.Td className={styles.end}>{person.passkeys}</Table.Td>
                <Table.Td className={styles.end}>
                  {person.failures === 0 ? (
                    <span className="muted">0</span>
                  ) : (
                    <strong>{person.failures}</strong>
                  )}
                </Table.Td>
                <Table.Td className={styles.end}>
                  {person.id !== own.id && (
                    <Actions person={person} onDo={(doing) => setChosen({ person, doing })} />
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      <History what="staff" nameOf={(id) => named(staff.data?.items.find((one) => String(one.id) === id))} />
      {isInviting && <Invite onMade={setLink} onDone={refresh} onClose={() => setInviting(false)} />}
      {chosen?.doing === 'role' && <SetRole person={chosen.person} onDone={refresh} onClose={end} />}
      {(chosen?.doing === 'suspend' || chosen?.doing === 'resume') && (
        <Suspend person={chosen.person} doing={chosen.doing} onDone={refresh} onClose={end} />
      )}
      {chosen?.doing === 'reset' && (
        <Reset person={chosen.person} onMade={setLink} onDone={refresh} onClose={end} />
      )}
      {chosen?.doing === 'sign-ins' && <SignIns person={chosen.person} onDone={refresh} onClose={end} />}
      {link && (
        <OnceShown
          title={t`The link for ${link.name}`}
          value={link.token && linkTo(`/console/invite#${link.token}`)}
          isLink
          copy={t`Copy the link`}
          onClose={() => setLink(undefined)}
        >
          <Trans>
            Send this link to {link.name} by a way that nobody else reads. It can be used once, until{' '}
            <When at={link.until} exact />, and sets name, password and second factor.
          </Trans>{' '}
          <Trans>It is kept as a hash and is not shown again.</Trans>
        </OnceShown>
      )}
    </Page>
  )
}

function State({ person: { status, invited_until, suspended_at } }: { person: Person }) {
  const { t } = useLingui()
  if (status === 'active') return <Badge tone="done">{t`Active`}</Badge>
  if (status === 'suspended')
    return (
      <>
        <Badge tone="off">{t`Suspended`}</Badge>{' '}
        <span className="muted">
          <When at={suspended_at} />
        </span>
      </>
    )
  return (
    <>
      <Badge tone="waiting">{t`Invited`}</Badge>{' '}
      <span className="muted">
        <Trans>
          until <When at={invited_until} exact />
        </Trans>
      </span>
    </>
  )
}

function Actions({ person, onDo }: { person: Person; onDo: (doing: Doing) => void }) {
  const { t } = useLingui()
  const name = nameOf(person)
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="compact-sm" variant="subtle" aria-label={t`What can be done about ${name}`}>
          <Icon name="more" size={18} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => onDo('role')}>{t`Another role…`}</Menu.Item>
        <Menu.Item onClick={() => onDo('sign-ins')}>{t`Sign-ins…`}</Menu.Item>
        {person.status === 'suspended' ? (
          <Menu.Item onClick={() => onDo('resume')}>{t`Let in again…`}</Menu.Item>
        ) : (
          <>
            <Menu.Item onClick={() => onDo('reset')}>{t`Reset…`}</Menu.Item>
            <Menu.Item onClick={() => onDo('suspend')}>{t`Suspend…`}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

interface DialogProps {
  person: Person
  onDone: () => void
  onClose: () => void
}

function RoleField({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t, i18n } = useLingui()
  return (
    <Select
      field="role"
      label={t`Role`}
      description={t`The page Roles says what each may do.`}
      data={ROLES.map((role) => ({ value: role, label: i18n._(roleWords(role)) }))}
      value={value}
      onChange={(role) => onChange((role ?? value) as Role)}
      allowDeselect={false}
    />
  )
}

function Invite({ onMade, onDone, onClose }: { onMade: (link: Link) => void } & Omit<DialogProps, 'person'>) {
  const { t } = useLingui()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('support')
  const act = async ({ key }: { key: string }) => {
    const { person, invitation, until } = await dataOf(
      api.POST('/api/operator/staff', {
        params: { header: { 'idempotency-key': key } },
        body: { role, email: email.trim(), ...(name.trim() && { name: name.trim() }) },
      }),
    )
    onMade({ name: nameOf(person), token: invitation, until })
  }
  return (
    <ActDialog
      title={t`Invite a person`}
      button={t`Make the invitation`}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      <Stack>
        <TextInput
          field="email"
          label={t`E-mail address`}
          type="email"
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          required
          maxLength={254}
          data-autofocus
        />
        <TextInput
          field="name"
          label={t`Name`}
          description={t`The person may write another one.`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={100}
        />
        <RoleField value={role} onChange={setRole} />
      </Stack>
    </ActDialog>
  )
}

function SetRole({ person, onDone, onClose }: DialogProps) {
  const { t, i18n } = useLingui()
  const name = nameOf(person)
  const [role, setRole] = useState<Role>(person.role)
  return (
    <ActDialog
      title={t`Another role for ${name}`}
      button={t`Make ${name} ${{ role: i18n._(roleWords(role)) }}`}
      untouched={<Trans>The role is unchanged.</Trans>}
      act={({ key }) =>
        dataOf(
          api.POST('/api/operator/staff/{id}/role', {
            params: { header: { 'idempotency-key': key }, path: { id: person.id } },
            body: { role },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>All sign-ins of {name} end, and the next one has the new role.</Trans>
        </p>
        <RoleField value={role} onChange={setRole} />
      </Stack>
    </ActDialog>
  )
}

function Suspend({ person, doing, onDone, onClose }: DialogProps & { doing: 'suspend' | 'resume' }) {
  const { t } = useLingui()
  const name = nameOf(person)
  const isSuspending = doing === 'suspend'
  const act = ({ key, why }: { key: string; why: string }) => {
    const params = { header: { 'idempotency-key': key }, path: { id: person.id } }
    return isSuspending
      ? dataOf(api.POST('/api/operator/staff/{id}/suspend', { params, body: { why } }))
      : dataOf(api.POST('/api/operator/staff/{id}/resume', { params }))
  }
  return (
    <ActDialog
      title={isSuspending ? t`Suspend ${name}?` : t`Let ${name} in again?`}
      button={isSuspending ? t`Suspend ${name}` : t`Let ${name} in again`}
      isDangerous={isSuspending}
      needsReason={isSuspending}
      reasons={isSuspending ? [t`Has left`, t`Lost a device`, t`Misuse`] : []}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      {isSuspending ? (
        <Trans>
          {name} is signed out everywhere within a second, and operator tokens that {name} has made stop
          working. What {name} did stays in the trail.
        </Trans>
      ) : (
        <Trans>{name} signs in with the same password and second factor as before.</Trans>
      )}
    </ActDialog>
  )
}

function Reset({ person, onMade, onDone, onClose }: DialogProps & { onMade: (link: Link) => void }) {
  const { t } = useLingui()
  const name = nameOf(person)
  const act = async ({ key, why }: { key: string; why: string }) => {
    const made = await dataOf(
      api.POST('/api/operator/staff/{id}/reset', {
        params: { header: { 'idempotency-key': key }, path: { id: person.id } },
        body: { why },
      }),
    )
    onMade({ name: nameOf(made.person), token: made.invitation, until: made.until })
  }
  return (
    <ActDialog
      title={t`Reset ${name}?`}
      button={t`Reset ${name}`}
      isDangerous
      needsReason
      reasons={[t`Forgot the password`, t`Lost a device`]}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      <Trans>
        Password, second factor, recovery codes and passkeys of {name} count no more, and all sign-ins end.
        You get a link by which {name} sets new ones. Do this only for somebody whom you have recognised: by
        voice, or face to face.
      </Trans>
    </ActDialog>
  )
}

const ALL = 'all'

/** `SignIns` ends one sign-in of a person, or all. */
function SignIns({ person, onDone, onClose }: DialogProps) {
  const { t } = useLingui()
  const name = nameOf(person)
  const { id } = person
  const one = useQuery({
    queryKey: [...KEY, id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/staff/{id}', { params: { path: { id } }, signal })),
  })
  const [which, setWhich] = useState(ALL)
  const signIns = one.data?.sign_ins ?? []
  const act = ({ key, why }: { key: string; why: string }) => {
    const given = { query: { why }, header: { 'idempotency-key': key } }
    return which === ALL
      ? dataOf(api.DELETE('/api/operator/staff/{id}/sign-ins', { params: { path: { id }, ...given } }))
      : dataOf(
          api.DELETE('/api/operator/staff/{id}/sign-ins/{sign_in}', {
            params: { path: { id, sign_in: Number(which) }, ...given },
          }),
        )
  }
  return (
    <ActDialog
      title={t`Where ${name} is signed in`}
      button={which === ALL ? t`End all sign-ins` : t`End this sign-in`}
      isDangerous
      isReady={signIns.length > 0}
      needsReason
      reasons={[t`Lost a device`, t`Not known to the person`, t`Has left`]}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      <FaultNote fault={one.error} onRetry={() => void one.refetch()} />
      {one.isPending && <Loading rows={2} />}
      {one.data && signIns.length === 0 && (
        <p className="muted">
          <Trans>This person is not signed in anywhere.</Trans>
        </p>
      )}
      {signIns.length > 0 && (
        <Radio.Group label={t`Which sign-in ends`} value={which} onChange={setWhich}>
          <Stack gap="sm" mt={8}>
            <Radio value={ALL} label={t`All of them`} />
            {signIns.map(({ id: signIn, device, address, last_seen_at }) => (
              <Radio
                key={signIn}
                value={String(signIn)}
                label={
                  <>
                    {deviceText(device)}&nbsp;· <span className="code">{address}</span>
                  </>
                }
                description={<When at={last_seen_at} />}
              />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </ActDialog>
  )
}
