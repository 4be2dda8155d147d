import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, Radio, Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { linkTo, OnceShown } from '../../../kit/once-shown.tsx'
import { Page } from '../../../kit/page.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { ForOwners } from '../../for-owners.tsx'
import { useMay, useSession } from '../../session.tsx'
import styles from './people.module.css'

const KEY = ['people']

const readPeople = async (signal: AbortSignal) =>
  (await dataOf(portal.GET('/api/portal/people', { signal }))).items
type Person = Awaited<ReturnType<typeof readPeople>>[number]
type Role = Person['role']

type Verb = 'role' | 'suspend' | 'resume' | 'reset' | 'sign-ins'
interface Doing {
  verb: Verb
  person: Person
}
interface Link {
  email: string
  link: string
}

/** `People` are those who sign in for the account: invited, given a role, kept out. */
export function People() {
  const { t } = useLingui()
  return (
    <ForOwners title={t`People`} permission="people.read">
      <All />
    </ForOwners>
  )
}

function All() {
  const { t } = useLingui()
  const mayEdit = useMay()('people.edit')
  const client = useQueryClient()
  const people = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readPeople(signal) })
  const [isInviting, setInviting] = useState(false)
  const [doing, setDoing] = useState<Doing>()
  const [link, setLink] = useState<Link>()
  const refresh = () => client.invalidateQueries({ queryKey: KEY })
  return (
    <Page
      title={t`People`}
      actions={
        mayEdit && (
          <Button onClick={() => setInviting(true)}>
            <Trans>Invite somebody</Trans>
          </Button>
        )
      }
    >
      <p className={`muted ${styles.about}`}>
        <Trans>
          An owner does everything. A member does all but people, keys, webhooks and sending money.
        </Trans>
      </p>
      <FaultNote fault={people.error} onRetry={() => void people.refetch()} />
      {people.isPending && <Loading rows={3} />}
      {people.data && (
        <ul className={styles.people} aria-label={t`People`}>
          {people.data.map((person) => (
            <Row
              key={person.id}
              person={person}
              mayEdit={mayEdit}
              onDo={(verb) => setDoing({ verb, person })}
            />
          ))}
        </ul>
      )}
      {isInviting && (
        <Invite
          onInvited={(made) => {
            setLink(made)
            void refresh()
          }}
          onClose={() => setInviting(false)}
        />
      )}
      {doing?.verb === 'role' && (
        <ChangeRole person={doing.person} onDone={() => void refresh()} onClose={() => setDoing(undefined)} />
      )}
      {doing && doing.verb !== 'role' && (
        <Act
          {...doing}
          verb={doing.verb}
          onLink={setLink}
          onDone={() => void refresh()}
          onClose={() => setDoing(undefined)}
        />
      )}
      {link && (
        <OnceShown
          title={t`The invitation`}
          value={linkTo(link.link)}
          isLink
          copy={t`Copy the link`}
          onClose={() => setLink(undefined)}
        >
          <Trans>
            Send this link to {link.email}, if no mail arrives. It works once, for 7 days, and is shown only
            now.
          </Trans>
        </OnceShown>
      )}
    </Page>
  )
}

function Row({ person, mayEdit, onDo }: { person: Person; mayEdit: boolean; onDo: (verb: Verb) => void }) {
  const { t } = useLingui()
  const own = useSession().person
  const { id, name, email, role, status, last_seen_at: seen, has_app: hasApp, passkeys } = person
  const isSelf = own?.id === id
  const called = name || email
  return (
    <li>
      <div className={styles.who}>
        <strong>
          {called}
          {isSelf && <span className="muted"> {t`(you)`}</span>}
        </strong>
        <span className="muted">{email}</span>
      </div>
      <div className={styles.what}>
        <span className={styles.state}>
          {status === 'active' ? (
            <Badge tone="done">{t`Active`}</Badge>
          ) : status === 'invited' ? (
            <Badge tone="waiting">{t`Invited`}</Badge>
          ) : (
            <Badge tone="off">{t`Suspended`}</Badge>
          )}
        </span>
        <span>{role === 'owner' ? t`Owner` : t`Member`}</span>
      </div>
      <div className="muted">
        {seen === null ? t`never seen` : <When at={seen} />}
        {status === 'active' && <> · {hasApp || passkeys > 0 ? t`second factor` : t`password alone`}</>}
      </div>
      {mayEdit && !isSelf && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" size="compact-md" aria-label={t`What to do about ${called}`}>
              …
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onDo('role')}>{t`Change the role…`}</Menu.Item>
            <Menu.Item onClick={() => onDo('sign-ins')}>{t`End all sign-ins…`}</Menu.Item>
            {status !== 'suspended' && <Menu.Item onClick={() => onDo('reset')}>{t`Invite anew…`}</Menu.Item>}
            {status === 'suspended' ? (
              <Menu.Item onClick={() => onDo('resume')}>{t`Let in again…`}</Menu.Item>
            ) : (
              <Menu.Item onClick={() => onDo('suspend')}>{t`Suspend…`}</Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  )
}

function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  const { t } = useLingui()
  return (
    <Radio.Group label={t`Role`} value={value} onChange={(chosen) => onChange(chosen as Role)}>
      <Stack gap="xs" mt={4}>
        <Radio value="member" label={t`Member`} description={t`Orders, results, paying in.`} />
        <Radio
          value="owner"
          label={t`Owner`}
          description={t`Everything: people, keys, webhooks, sending money, too.`}
        />
      </Stack>
    </Radio.Group>
  )
}

function Invite({ onInvited, onClose }: { onInvited: (link: Link) => void; onClose: () => void }) {
  const { t } = useLingui()
  const [email, setEmail] = useState('')
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('member')
  const act = async ({ key }: { key: string }) => {
    const { link } = await dataOf(
      portal.POST('/api/portal/people', {
        params: { header: { 'idempotency-key': key } },
        body: { email: email.trim(), role, ...(name.trim() !== '' && { name: name.trim() }) },
      }),
    )
    if (link !== null) onInvited({ email: email.trim(), link })
  }
  return (
    <ActDialog title={t`Invite somebody`} button={t`Invite`} act={act} onClose={onClose}>
      <Stack>
        <TextInput
          field="email"
          label={t`E-mail address`}
          type="email"
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          maxLength={254}
          required
          data-autofocus
        />
        <TextInput
          field="name"
          label={t`Name`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={100}
        />
        <RoleChoice value={role} onChange={setRole} />
      </Stack>
    </ActDialog>
  )
}

function ChangeRole({
  person,
  onDone,
  onClose,
}: {
  person: Person
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const { id, name, email } = person
  const [role, setRole] = useState<Role>(person.role)
  return (
    <ActDialog
      title={t`The role of ${name || email}`}
      button={t`Change the role`}
      untouched={<Trans>The role is unchanged.</Trans>}
      act={({ key }) =>
        dataOf(
          portal.POST('/api/portal/people/{id}/role', {
            params: { path: { id }, header: { 'idempotency-key': key } },
            body: { role },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>All sign-ins of this person end, so that the new role counts at once.</Trans>
        </p>
        <RoleChoice value={role} onChange={setRole} />
      </Stack>
    </ActDialog>
  )
}

/** `Act` is what is done about a person without further questions, with its consequence said before. */
function Act({
  verb,
  person: { id, name, email },
  onLink,
  onDone,
  onClose,
}: {
  verb: Exclude<Verb, 'role'>
  person: Person
  onLink: (link: Link) => void
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const called = name || email
  const words = {
    suspend: {
      title: t`Suspend ${{ name: called }}?`,
      button: t`Suspend`,
      about: t`All sign-ins of this person end within a second, and nobody gets in with the address until you let it in again. Orders and keys go on.`,
    },
    resume: {
      title: t`Let ${{ name: called }} in again?`,
      button: t`Let in again`,
      about: t`The password is unchanged.`,
    },
    reset: {
      title: t`Invite ${called} anew?`,
      button: t`Invite anew`,
      about: t`Password, authenticator app and passkeys of this person count no more, and all sign-ins end. A fresh link lets the person set a password.`,
    },
    'sign-ins': {
      title: t`End all sign-ins of ${called}?`,
      button: t`End all sign-ins`,
      about: t`The person signs in anew with the password.`,
    },
  }[verb]
  const act = async ({ key }: { key: string }) => {
    const params = { path: { id }, header: { 'idempotency-key': key } }
    if (verb === 'sign-ins') {
      return await dataOf(portal.DELETE('/api/portal/people/{id}/sign-ins', { params: { path: { id } } }))
    }
    if (verb === 'suspend') return await dataOf(portal.POST('/api/portal/people/{id}/suspend', { params }))
    if (verb === 'resume') return await dataOf(portal.POST('/api/portal/people/{id}/resume', { params }))
    const { link } = await dataOf(portal.POST('/api/portal/people/{id}/reset', { params }))
    if (link !== null) onLink({ email, link })
    return link
  }
  return (
    <ActDialog
      title={words.title}
      button={words.button}
      isDangerous={verb === 'suspend' || verb === 'reset'}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      {words.about}
    </ActDialog>
  )
}
