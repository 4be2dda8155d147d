import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Radio, Stack } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { paths } from '../api/made/operator.ts'
import { ActDialog } from './act-dialog.tsx'
import styles from './api-keys.module.css'
import { Copy } from './copy.tsx'
import { Dialog } from './dialog.tsx'
import { explain } from './explanations.ts'
import { TextInput } from './inputs.tsx'
import { HereOnly, site } from './once-shown.tsx'
import { type Overlap, OverlapChoice } from './overlap.tsx'
import { Facts } from './section.tsx'
import { Badge } from './state-badge.tsx'
import { When } from './when.tsx'

/** What the console and the portal share about API keys, by which programs order. */

type Path = paths['/api/operator/keys/{id}']
export type ApiKey = Path['get']['responses'][200]['content']['application/json']['data']
export type KeyForm = NonNullable<Path['patch']['requestBody']>['content']['application/json']
type Dialect = ApiKey['dialect']
export type Permission = NonNullable<ApiKey['permissions']>[number]

/** MadeKey is what is shown once of a key that was made. */
export interface MadeKey {
  key: ApiKey
  /** `username` is what a program logs in with, beside the secret. */
  username: string
  secret: string | null
  webhook: { url: string; secret: string } | null
}

/** KeyCall is a request that a key made. */
export interface KeyCall {
  time: string
  outcome: string
  message: string | null
  ip: string
}

/**
 * `keyNames` calls keys by what the person called them, by their ids: without a name by the security id, and with it where two have the same name, as a key and
 * the one that took its place.
 */
export function keyNames(
  keys: readonly Pick<ApiKey, 'id' | 'name' | 'security_id'>[],
): ReadonlyMap<number, string> {
  const count = (name: string) => keys.filter((one) => one.name === name).length
  return new Map(
    keys.map(({ id, name, security_id: security }) => [
      id,
      name === '' ? security : count(name) > 1 ? `${name} (${security})` : name,
    ]),
  )
}

export function KeyState({ status }: { status: ApiKey['status'] }) {
  const { t } = useLingui()
  if (status === 'active') return <Badge tone="done">{t`Active`}</Badge>
  return <Badge tone="off">{status === 'expired' ? t`Expired` : t`Revoked`}</Badge>
}

/** `UsedIn` says where a key is used. */
export function UsedIn({ dialect }: { dialect: Dialect }) {
  const { t } = useLingui()
  return <>{dialect === 'panel' ? t`A Dhru panel` : t`Own code`}</>
}

/** `addressesIn` gives the addresses that somebody typed, with anything between them. */
const addressesIn = (text: string): string[] => text.split(/[\s,;]+/).filter((one) => one !== '')

/** `NewKey` asks where the key will be used, and makes it. `make` is asked under one key of idempotency. */
export function NewKey({
  make,
  onClose,
}: {
  make: (form: KeyForm, key: string) => Promise<unknown>
  onClose: () => void
}) {
  const { t } = useLingui()
  const [dialect, setDialect] = useState<Dialect>('panel')
  const [name, setName] = useState('')
  const [addresses, setAddresses] = useState('')
  const [hook, setHook] = useState('')
  const [granted, setGranted] = useState<readonly Permission[] | null>(null)
  const act = ({ key }: { key: string }) => {
    const given = addressesIn(addresses)
    const form: KeyForm = {
      ...{ name: name.trim(), dialect },
      ...(given.length > 0 && { allowed_ips: given }),
      ...(granted && { permissions: [...granted] }),
      ...(dialect === 'contract' && hook.trim() !== '' && { webhook_url: hook.trim() }),
    }
    return make(form, key)
  }
  const choices = [
    {
      value: 'panel',
      head: t`A Dhru panel`,
      about: t`A shop that has an API of the kind Dhru Fusion to fill in.`,
    },
    {
      value: 'contract',
      head: t`My own code`,
      about: t`A program that you write, by the REST API or by Dhru.`,
    },
  ]
  return (
    <ActDialog title={t`New key`} button={t`Make the key`} act={act} onClose={onClose}>
      <Stack>
        <Radio.Group
          label={t`Where will you use this key?`}
          value={dialect}
          onChange={(chosen) => setDialect(chosen as Dialect)}
        >
          <div className={styles.choices}>
            {choices.map(({ value, head, about }) => (
              <Radio
                key={value}
                value={value}
                label={head}
                description={about}
                className={styles.choice ?? ''}
                data-checked={dialect === value || undefined}
              />
            ))}
          </div>
        </Radio.Group>
        <TextInput
          field="name"
          label={t`Name`}
          description={t`What you tell it from others by.`}
          placeholder={t`Website`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={100}
        />
        <TextInput
          field="allowed_ips"
          label={t`Addresses that may use it`}
          description={t`IP addresses or blocks, with commas between. Empty: any.`}
          value={addresses}
          onChange={({ currentTarget }) => setAddresses(currentTarget.value)}
        />
        {dialect === 'contract' && (
          <TextInput
            field="webhook_url"
            label={t`Webhook URL`}
            description={t`Where your program is told what becomes of orders. Empty: it asks.`}
            type="url"
            value={hook}
            onChange={({ currentTarget }) => setHook(currentTarget.value)}
          />
        )}
        <MayFields granted={granted} onGrant={setGranted} />
      </Stack>
    </ActDialog>
  )
}

/** `ConnectionSheet` has what is typed into the shop, and what to click there. The secrets are shown this once, so leaving it asks. */
export function ConnectionSheet({
  made: { key, username, secret, webhook },
  children,
  onClose,
}: {
  made: MadeKey
  /** `children` says whether the key was used yet. */
  children?: ReactNode
  onClose: () => void
}) {
  const { t } = useLingui()
  const [isLeaving, setLeaving] = useState(false)
  const isPanel = key.dialect === 'panel'
  const url = isPanel ? `${site}/` : site
  const shown = secret ?? t`was shown before`
  const lines = [
    [t`API URL`, url],
    [t`User name`, username],
    [t`API access key`, shown],
    ...(webhook ? [[t`Webhook secret`, webhook.secret] as const] : []),
  ] as const
  return (
    <Dialog
      opened
      onClose={() => (secret === null ? onClose() : setLeaving(true))}
      title={
        key.name === ''
          ? isPanel
            ? t`Connect a Dhru panel`
            : t`Connect a program`
          : isPanel
            ? t`Connect a Dhru panel: ${key.name}`
            : t`Connect a program: ${key.name}`
      }
      size="lg"
    >
      <Stack>
        {isPanel ? (
          <ol className={styles.steps}>
            <li>
              <Trans>
                In the settings of your panel open its list of APIs, and add one of the kind Dhru Fusion.
              </Trans>
            </li>
            <li>
              <Trans>Copy these three lines into it, and save.</Trans>
            </li>
            <li>
              <Trans>Have the panel fetch the services: that is its first call.</Trans>
            </li>
          </ol>
        ) : (
          <p>
            <Trans>
              The program needs these. The <a href="/docs">documents of the API</a> say how; the Dhru endpoint
              is <span className="code">{site}/api/dhru</span>.
            </Trans>
          </p>
        )}
        <dl className={styles.secrets}>
          {lines.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <span className="code">{value}</span>
                <Copy value={value} size="compact-sm" aria-label={t`Copy: ${name}`}>{t`Copy`}</Copy>
              </dd>
            </div>
          ))}
        </dl>
        <HereOnly />
        <p className={`muted ${styles.note}`}>
          <Trans>The access key is kept as a hash and is not shown again. Whoever has it can order.</Trans>
        </p>
        {children}
        {isLeaving && (
          <p className={styles.leaving} role="alert">
            <Trans>Have you kept the access key? Once this is closed, nobody can show it again.</Trans>
          </p>
        )}
        <Group justify="flex-end">
          <Copy value={lines.map((line) => line.join(': ')).join('\n')}>{t`Copy all`}</Copy>
          <Button onClick={onClose}>
            <Trans>I have kept it</Trans>
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}

/** CLOSED are the refusals that come of the key itself, whatever it asks for. */
const CLOSED = new Set([
  ...['ip_not_allowed', 'key_revoked', 'key_expired', 'account_closed', 'permission_denied'],
])

/** `FirstCall` waits for the key to be used, and says whether it may order, or why it may not. `calls` are its last ones, the newest first. */
export function FirstCall({
  apiKey: { dialect, permissions },
  calls,
  onAllow,
}: {
  apiKey: Pick<ApiKey, 'dialect' | 'permissions'>
  calls: readonly KeyCall[] | undefined
  /** `onAllow` lets the key be used from an address; left out: the person may not do that. */
  onAllow?: ((address: string) => void) | undefined
}) {
  const { t, i18n } = useLingui()
  const [call] = calls ?? []
  const mayOrder = permissions?.includes('order.create') ?? true
  if (!call) {
    return (
      <div className={styles.call} role="status">
        <Badge tone="waiting">{t`Waiting for the first call…`}</Badge>
        <p className="muted">
          <Trans>
            This turns by itself. If the panel says “Authentication failed” meanwhile, user name or access key
            were not typed in whole.
          </Trans>
        </p>
      </div>
    )
  }
  const from = <span className="code">{call.ip}</span>
  const isPanel = dialect === 'panel'
  if (CLOSED.has(call.outcome)) {
    return (
      <div className={styles.call} role="status">
        <Badge tone="failed">{t`Refused`}</Badge>
        <p>
          {isPanel ? (
            <Trans>
              Your panel called from {from} <When at={call.time} />, and was refused: “{call.message}”.
            </Trans>
          ) : (
            <Trans>
              Your program called from {from} <When at={call.time} />, and was refused: “{call.message}”.
            </Trans>
          )}{' '}
          {i18n._(explain(call.outcome))}
        </p>
        {call.outcome === 'ip_not_allowed' && onAllow && (
          <Button size="compact-md" variant="default" onClick={() => onAllow(call.ip)}>
            {t`Allow ${call.ip}`}
          </Button>
        )}
      </div>
    )
  }
  return (
    <div className={styles.call} role="status">
      <Badge tone="done">{t`Connected`}</Badge>
      <p>
        {isPanel && mayOrder ? (
          <Trans>Your panel called from {from} and may order.</Trans>
        ) : mayOrder ? (
          <Trans>Your program called from {from} and may order.</Trans>
        ) : (
          <Trans>Your program called from {from}. It may not order.</Trans>
        )}
      </p>
    </div>
  )
}

const permissionWords: Readonly<Record<Permission, MessageDescriptor>> = {
  'user.me.read': msg`Read whose key it is`,
  'service.list': msg`List services`,
  'service.read_detail': msg`Read a service with its price`,
  'order.create': msg`Place orders, cancel them, have them checked again; the whole Dhru endpoint`,
  'order.list': msg`List orders`,
  'order.read': msg`Read orders and their results, and the request log`,
  'wallet.balance.read': msg`Read the balance`,
  'wallet.ledger.read': msg`Read balance changes and statements`,
  'transaction.read': msg`Read transactions`,
  'transfer.create': msg`Send money to another account`,
  'transfer.read': msg`Read transfers`,
  'deposit.provider.list': msg`List the ways to pay in`,
  'deposit.create': msg`Begin a deposit, and hand in its proof`,
  'deposit.read': msg`Read deposits`,
}
const permissionNames = Object.keys(permissionWords) as Permission[]

/** `KeyFacts` shows the values of a key. */
export function KeyFacts({ apiKey: key, webhook }: { apiKey: ApiKey; webhook?: ReactNode }) {
  const { t, i18n } = useLingui()
  return (
    <Facts
      of={[
        [t`Name`, key.name || '–'],
        [t`Used in`, <UsedIn key="dialect" dialect={key.dialect} />],
        [
          t`Security id`,
          <span key="id" className="code">
            {key.security_id}
          </span>,
        ],
        [
          t`Addresses`,
          key.allowed_ips.length === 0 ? (
            t`any`
          ) : (
            <span key="ips" className={`code ${styles.chips}`}>
              {key.allowed_ips.map((address) => (
                <span key={address}>{address}</span>
              ))}
            </span>
          ),
        ],
        [
          t`Permissions`,
          key.permissions === null ? (
            t`everything`
          ) : (
            <ul key="may" className={styles.may}>
              {key.permissions.map((one) => (
                <li key={one}>{i18n._(permissionWords[one])}</li>
              ))}
            </ul>
          ),
        ],
        [t`Expires`, key.expires_at === null ? t`never` : <When key="ends" at={key.expires_at} exact />],
        [t`Webhook`, webhook],
        [t`Last used`, key.last_used_at === null ? t`never` : <When key="used" at={key.last_used_at} />],
        [t`Made`, <When key="made" at={key.created_at} exact />],
      ]}
    />
  )
}

/** `MayFields` says what a key may do; null is everything. */
function MayFields({
  granted,
  onGrant,
}: {
  granted: readonly Permission[] | null
  onGrant: (granted: readonly Permission[] | null) => void
}) {
  const { t, i18n } = useLingui()
  return (
    <>
      <Checkbox
        label={t`It may do everything`}
        checked={granted === null}
        onChange={({ currentTarget }) =>
          onGrant(currentTarget.checked ? null : ['order.create', 'order.read'])
        }
      />
      {granted && (
        <Checkbox.Group
          label={t`Permissions`}
          value={[...granted]}
          onChange={(some) => onGrant(some as Permission[])}
        >
          <Stack gap="xs" mt={4}>
            {permissionNames.map((one) => (
              <Checkbox key={one} value={one} label={i18n._(permissionWords[one])} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </>
  )
}

/** `KeyEdit` changes the values of a key where they stand. `save` sends what has changed. */
export function KeyEdit({
  apiKey: key,
  written = {},
  hasRate = false,
  save,
  overtaken,
  onDone,
}: {
  apiKey: ApiKey
  /** `written` are changes of it with which the form begins. */
  written?: KeyForm
  /** `hasRate`: how much it may ask a minute is set here, too. */
  hasRate?: boolean
  save: (changes: KeyForm) => Promise<unknown>
  /** `overtaken` is shown where somebody else was faster. */
  overtaken?: (changes: KeyForm, given: { again: () => void; isBusy: boolean }) => ReactNode
  onDone: () => void
}) {
  const { t } = useLingui()
  const begun = { ...key, ...written }
  const [name, setName] = useState(begun.name)
  const [dialect, setDialect] = useState<Dialect>(begun.dialect)
  const [addresses, setAddresses] = useState((begun.allowed_ips ?? []).join(', '))
  const [expires, setExpires] = useState((begun.expires_at ?? '').slice(0, 10))
  const [granted, setGranted] = useState<readonly Permission[] | null>(begun.permissions)
  const [rate, setRate] = useState(String(begun.requests_per_minute ?? ''))
  const changesNow = (): KeyForm => {
    const given = addressesIn(addresses)
    return {
      ...(name.trim() !== key.name && { name: name.trim() }),
      ...(dialect !== key.dialect && { dialect }),
      ...(given.join() !== key.allowed_ips.join() && { allowed_ips: given.length === 0 ? null : given }),
      ...(expires !== (key.expires_at ?? '').slice(0, 10) && {
        expires_at: expires === '' ? null : `${expires}T00:00:00Z`,
      }),
      ...(granted?.join() !== key.permissions?.join() && { permissions: granted && [...granted] }),
      ...(rate !== String(key.requests_per_minute ?? '') && {
        requests_per_minute: rate === '' ? null : Number(rate),
      }),
    }
  }
  const act = () => {
    const changes = changesNow()
    return Object.keys(changes).length === 0 ? Promise.resolve() : save(changes)
  }
  return (
    <ActDialog
      title={t`Change ${key.name || key.security_id}`}
      button={t`Save the changes`}
      untouched={<Trans>The key is unchanged.</Trans>}
      act={act}
      {...(overtaken && { overtaken: (given) => overtaken(changesNow(), given) })}
      onClose={onDone}
    >
      <Stack>
        <TextInput
          field="name"
          label={t`Name`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={100}
          data-autofocus
        />
        <Radio.Group label={t`Used in`} value={dialect} onChange={(chosen) => setDialect(chosen as Dialect)}>
          <Group mt={4}>
            <Radio value="panel" label={t`A Dhru panel`} />
            <Radio value="contract" label={t`My own code`} />
          </Group>
        </Radio.Group>
        <TextInput
          field="allowed_ips"
          label={t`Addresses that may use it`}
          description={t`IP addresses or blocks, with commas between. Empty: any.`}
          value={addresses}
          onChange={({ currentTarget }) => setAddresses(currentTarget.value)}
        />
        <TextInput
          field="expires_at"
          label={t`Works until`}
          description={t`The day at whose beginning, in UTC, it stops. Empty: for ever.`}
          type="date"
          value={expires}
          onChange={({ currentTarget }) => setExpires(currentTarget.value)}
        />
        <MayFields granted={granted} onGrant={setGranted} />
        {hasRate && (
          <TextInput
            field="requests_per_minute"
            label={t`Requests a minute`}
            description={t`To each of Dhru and REST. Empty: as the settings say.`}
            value={rate}
            onChange={({ currentTarget }) => setRate(currentTarget.value.replace(/\D/g, ''))}
            inputMode="numeric"
            maxLength={9}
          />
        )}
      </Stack>
    </ActDialog>
  )
}

/** `RevokeKey` says what stops before it does. */
export function RevokeKey({
  apiKey: { name, security_id: id },
  revoke,
  needsReason = false,
  onDone,
  onClose,
}: {
  apiKey: Pick<ApiKey, 'name' | 'security_id'>
  /** `revoke` does it, under a key of idempotency. */
  revoke: (given: { key: string; why: string }) => Promise<unknown>
  /** `needsReason`: it is somebody else's key. */
  needsReason?: boolean
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  return (
    <ActDialog
      title={t`Revoke ${name || id}?`}
      button={t`Revoke the key`}
      isDangerous
      untouched={<Trans>The key still works.</Trans>}
      needsReason={needsReason}
      reasons={needsReason ? [t`The key is in wrong hands`, t`The reseller asked for it`, t`Misuse`] : []}
      act={revoke}
      onDone={onDone}
      onClose={onClose}
    >
      <Trans>
        Its shop stops ordering within a second. Open orders are finished and charged as usual. Its webhook is
        told of nothing more. This cannot be undone.
      </Trans>
    </ActDialog>
  )
}

/** `RotateKey` makes another key that is as this one; for a time both work, so that the shop can be changed in between. */
export function RotateKey({
  apiKey: { name, security_id },
  rotate,
  onClose,
}: {
  apiKey: Pick<ApiKey, 'name' | 'security_id'>
  /** `rotate` makes the key, under a key of idempotency. */
  rotate: (overlap: Overlap, key: string) => Promise<void>
  onClose: () => void
}) {
  const { t } = useLingui()
  const [overlap, setOverlap] = useState<Overlap>('24')
  return (
    <ActDialog
      title={t`A new access key for ${name || security_id}`}
      button={t`Make the new access key`}
      untouched={<Trans>The key is unchanged.</Trans>}
      act={({ key }) => rotate(overlap, key)}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>
            A key is made that is as this one. Type its access key into the shop while both work. Open orders
            are finished and charged as usual.
          </Trans>
        </p>
        <OverlapChoice label={t`The old one goes on working`} value={overlap} onChange={setOverlap} />
      </Stack>
    </ActDialog>
  )
}

/** `AddWebhook` gives a key its webhook, for which the access key is needed: we keep but its hash. */
export function AddWebhook({
  add,
  onClose,
}: {
  add: (form: { webhook_url: string; secret: string }) => Promise<void>
  onClose: () => void
}) {
  const { t } = useLingui()
  const [url, setUrl] = useState('')
  const [secret, setSecret] = useState('')
  const act = () => add({ webhook_url: url.trim(), secret: secret.trim() })
  return (
    <ActDialog title={t`Add a webhook`} button={t`Add the webhook`} act={act} onClose={onClose}>
      <Stack>
        <TextInput
          field="webhook_url"
          label={t`URL`}
          description={t`Where your program takes a POST. It must begin with https.`}
          type="url"
          value={url}
          onChange={({ currentTarget }) => setUrl(currentTarget.value)}
          required
          data-autofocus
        />
        <TextInput
          field="secret"
          label={t`Access key of this key`}
          description={t`One of the two signatures is made with it, and we keep but its hash.`}
          value={secret}
          onChange={({ currentTarget }) => setSecret(currentTarget.value)}
          autoComplete="off"
          required
        />
      </Stack>
    </ActDialog>
  )
}
