import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Select } from '../../../kit/choices.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { givenFields, KindFields, type KindValues } from '../../../kit/kind-fields.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { PickOne } from '../../../kit/pick.tsx'
import { History } from '../../history.tsx'
import { useKinds } from '../../kinds.ts'
import { usePickFrom } from '../../pick-from.ts'
import { NoticesLog } from './notices-log.tsx'
import { ChannelTest, Tested } from './notices-test.tsx'
import styles from './settings.module.css'

const TOPICS = ['notices']
const KEY = ['notices']

const readChannels = (signal: AbortSignal) => dataOf(api.GET('/api/operator/notice-channels', { signal }))
type Channel = Awaited<ReturnType<typeof readChannels>>['items'][number]
const readKinds = (signal: AbortSignal) => dataOf(api.GET('/api/operator/channel-kinds', { signal }))
type Kind = Awaited<ReturnType<typeof readKinds>>['items'][number]
const readEvents = (signal: AbortSignal) => dataOf(api.GET('/api/operator/notice-events', { signal }))
const readSubscriptions = async (cursor: string | undefined, signal: AbortSignal) => {
  const query = cursor === undefined ? {} : { cursor }
  return (await dataOf(api.GET('/api/operator/notice-subscriptions', { params: { query }, signal }))).page
}
type Subscription = Awaited<ReturnType<typeof readSubscriptions>>['items'][number]

const useChannelKinds = () => useKinds('channel', readKinds)
/** `useEvents` reads what people can be told of, in the reader's language. */
function useEvents() {
  const { i18n } = useLingui()
  return useQuery({
    queryKey: ['notice-events', i18n.locale],
    queryFn: async ({ signal }) => {
      const [words, { items }] = await Promise.all([import('./event-words.ts'), readEvents(signal)])
      await words.speakEvents()
      return words.wordedEvents(items)
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
}

type Doing =
  | { what: 'new channel' }
  | { what: 'change channel' | 'test channel' | 'remove channel'; channel: Channel }
  | { what: 'new subscription' }
  | { what: 'change subscription' | 'remove subscription'; subscription: Subscription }

/** `Notices` says who is told of what, and by which channel. */
export function Notices() {
  const { t } = useLingui()
  const client = useQueryClient()
  const channels = useQuery({ queryKey: [...KEY, 'channels'], queryFn: ({ signal }) => readChannels(signal) })
  const subscriptions = usePages<Subscription>([...KEY, 'subscriptions'], readSubscriptions)
  const kinds = useChannelKinds()
  const events = useEvents()
  const titleOf = (event: string) => events.data?.find(({ name }) => name === event)?.title ?? event
  useRefreshOn(TOPICS, KEY)
  const test = useMutation({
    mutationFn: (id: number) =>
      dataOf(api.POST('/api/operator/notice-subscriptions/{id}/test', { params: { path: { id } } })),
  })
  const [doing, setDoing] = useState<Doing>()
  const refresh = () => void client.invalidateQueries({ queryKey: KEY })
  const end = () => setDoing(undefined)
  const all = channels.data?.items ?? []
  const newChannel = (
    <Button variant="default" onClick={() => setDoing({ what: 'new channel' })}>
      <Trans>New channel</Trans>
    </Button>
  )
  return (
    <Page
      title={t`Notices`}
      actions={
        all.length > 0 && (
          <Button onClick={() => setDoing({ what: 'new subscription' })}>
            <Trans>Add a receiver</Trans>
          </Button>
        )
      }
    >
      <Stack gap="xl">
        <FaultNote
          fault={channels.error ?? subscriptions.error ?? kinds.error}
          onRetry={() => void Promise.all([channels.refetch(), subscriptions.again(), kinds.refetch()])}
        />
        <div>
          <h2>
            <Trans>Who is told of what</Trans>
          </h2>
          {!subscriptions.rows && !subscriptions.error && <Loading rows={3} />}
          {subscriptions.rows?.length === 0 && (
            <Empty>
              {all.length === 0 ? (
                <Trans>
                  Nobody is told of anything yet. First a channel is needed, by which messages are sent.
                </Trans>
              ) : (
                <Trans>Nobody is told of anything yet.</Trans>
              )}
            </Empty>
          )}
          {subscriptions.rows && subscriptions.rows.length > 0 && (
            <ul className={styles.rows}>
              {subscriptions.rows.map((one) => (
                <li key={one.id}>
                  <div>
                    <strong className="code">{one.address}</strong>{' '}
                    <span className="muted">
                      {one.channel_name}&nbsp;· {one.username ?? t`about the installation`}
                    </span>
                    <div className={styles.words}>
                      {one.events?.map(titleOf).join(', ') ?? <span className="muted">{t`everything`}</span>}
                    </div>
                  </div>
                  <div className={styles.buttons}>
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={test.isPending && test.variables === one.id}
                      onClick={() => test.mutate(one.id)}
                      aria-label={t`Send ${one.address} a test`}
                    >
                      <Trans>Send a test</Trans>
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      onClick={() => setDoing({ what: 'change subscription', subscription: one })}
                      aria-label={t`Change what ${one.address} is told`}
                    >
                      <Trans>Change…</Trans>
                    </Button>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      onClick={() => setDoing({ what: 'remove subscription', subscription: one })}
                      aria-label={t`Tell ${one.address} nothing more`}
                    >
                      <Trans>Remove…</Trans>
                    </Button>
                  </div>
                  {test.variables === one.id && (
                    <div role="status" className={styles.tested}>
                      {test.data && <Tested sent={test.data} kind={one.channel} />}
                      <FaultNote fault={test.error} untouched={<Trans>Nothing was sent.</Trans>} />
                    </div>
                  )}
                </li>
              ))}
            </ul>
          )}
          {subscriptions.more && (
            <Button variant="default" onClick={subscriptions.more} mt="sm">
              <Trans>Show more</Trans>
            </Button>
          )}
          <History
            what="subscription"
            title={t`History of the receivers`}
            nameOf={(id) => subscriptions.rows?.find((one) => String(one.id) === id)?.address}
          />
        </div>
        <div>
          <h2>
            <Trans>Channels</Trans>
          </h2>
          {channels.isPending && <Loading rows={2} />}
          {channels.data && all.length === 0 && (
            <Empty action={newChannel}>
              <Trans>
                No channels yet. A channel is a mail server, a Telegram bot, or a URL that messages are posted
                to.
              </Trans>
            </Empty>
          )}
          {all.length > 0 && (
            <>
              <ul className={styles.rows}>
                {all.map((channel) => (
                  <li key={channel.id}>
                    <div>
                      <strong>{channel.name}</strong>{' '}
                      <span className="muted">{labelOf(kinds.data?.items, channel.kind)}</span>
                    </div>
                    <div className={styles.buttons}>
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() => setDoing({ what: 'test channel', channel })}
                        aria-label={t`Send a test by ${channel.name}`}
                      >
                        <Trans>Send a test…</Trans>
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        onClick={() => setDoing({ what: 'change channel', channel })}
                        aria-label={t`Change ${channel.name}`}
                      >
                        <Trans>Change…</Trans>
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        onClick={() => setDoing({ what: 'remove channel', channel })}
                        aria-label={t`Remove ${{ name: channel.name }}`}
                      >
                        <Trans>Remove…</Trans>
                      </Button>
                    </div>
                  </li>
                ))}
              </ul>
              <div className={styles.below}>{newChannel}</div>
            </>
          )}
          <History
            what="channel"
            title={t`History of the channels`}
            nameOf={(id) => all.find((channel) => String(channel.id) === id)?.name}
          />
        </div>
        <NoticesLog events={events.data ?? []} />
      </Stack>
      {kinds.data && doing?.what === 'new channel' && (
        <ChannelForm kinds={kinds.data.items} onDone={refresh} onClose={end} />
      )}
      {kinds.data && doing?.what === 'change channel' && (
        <ChannelForm kinds={kinds.data.items} channel={doing.channel} onDone={refresh} onClose={end} />
      )}
      {doing?.what === 'test channel' && (
        <ChannelTest
          channel={doing.channel}
          help={kinds.data?.items.find(({ kind }) => kind === doing.channel.kind)?.address.help}
          onClose={end}
        />
      )}
      {doing?.what === 'remove channel' && (
        <ActDialog
          title={t`Remove ${{ name: doing.channel.name }}?`}
          button={t`Remove the channel`}
          isDangerous
          untouched={<Trans>The channel is still there.</Trans>}
          needsReason
          reasons={[t`Not used any more`, t`It does not work`]}
          act={({ key, why }) =>
            dataOf(
              api.DELETE('/api/operator/notice-channels/{name}', {
                params: {
                  path: { name: doing.channel.name },
                  query: { why },
                  header: { 'idempotency-key': key },
                },
              }),
            )
          }
          onDone={refresh}
          onClose={end}
        >
          <Trans>
            Its settings and secrets are forgotten. While somebody is told by it, it cannot be removed.
          </Trans>
        </ActDialog>
      )}
      {kinds.data && doing?.what === 'new subscription' && (
        <NewSubscription channels={all} kinds={kinds.data.items} onDone={refresh} onClose={end} />
      )}
      {doing?.what === 'change subscription' && (
        <ChangeSubscription subscription={doing.subscription} onDone={refresh} onClose={end} />
      )}
      {doing?.what === 'remove subscription' && (
        <ActDialog
          title={t`Tell ${doing.subscription.address} nothing more?`}
          button={t`Remove`}
          isDangerous
          untouched={<Trans>Nothing was changed.</Trans>}
          needsReason
          reasons={[t`Has left`, t`Not wanted any more`]}
          act={({ key, why }) =>
            dataOf(
              api.DELETE('/api/operator/notice-subscriptions/{id}', {
                params: {
                  path: { id: doing.subscription.id },
                  query: { why },
                  header: { 'idempotency-key': key },
                },
              }),
            )
          }
          onDone={refresh}
          onClose={end}
        >
          <Trans>What was sent already cannot be taken back.</Trans>
        </ActDialog>
      )}
    </Page>
  )
}

const labelOf = (kinds: readonly Kind[] | undefined, kind: string): string =>
  kinds?.find((one) => one.kind === kind)?.label ?? kind

interface DialogProps {
  onDone: () => void
  onClose: () => void
}

/** `ChannelForm` makes a channel, or changes one. Its fields are those that its kind says. */
function ChannelForm({
  kinds,
  channel,
  onDone,
  onClose,
}: DialogProps & { kinds: readonly Kind[]; channel?: Channel }) {
  const { t } = useLingui()
  const [kindName, setKind] = useState(channel?.kind ?? kinds[0]?.kind ?? '')
  const [name, setName] = useState(channel?.name ?? '')
  const fields = kinds.find(({ kind }) => kind === kindName)?.fields ?? []
  const [values, setValues] = useState<KindValues>({})
  const choose = (kind: string) => {
    setKind(kind)
    setValues({})
  }
  const act = async ({ key }: { key: string }) => {
    const given = givenFields(fields, values)
    if (!channel) {
      return await dataOf(
        api.POST('/api/operator/notice-channels', {
          params: { header: { 'idempotency-key': key } },
          body: { kind: kindName as Channel['kind'], ...(name.trim() && { name: name.trim() }), ...given },
        }),
      )
    }
    if (Object.keys(given).length === 0) return
    return await dataOf(
      api.PATCH('/api/operator/notice-channels/{name}', {
        params: {
          header: { 'idempotency-key': key, 'if-match': channel.version },
          path: { name: channel.name },
        },
        body: given,
      }),
    )
  }
  return (
    <ActDialog
      title={channel ? t`Change ${channel.name}` : t`New channel`}
      button={channel ? t`Save the channel` : t`Make the channel`}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      {(fault) => (
        <Stack>
          {!channel && (
            <>
              <Select
                field="kind"
                label={t`Kind`}
                data={kinds.map(({ kind, label }) => ({ value: kind, label }))}
                value={kindName}
                onChange={(chosen) => choose(chosen ?? kindName)}
                allowDeselect={false}
                data-autofocus
              />
              <TextInput
                field="name"
                label={t`Name`}
                description={t`What you call it. Left out, it is called as its kind.`}
                value={name}
                onChange={({ currentTarget }) => setName(currentTarget.value)}
                maxLength={100}
              />
            </>
          )}
          <KindFields
            fields={fields}
            values={values}
            present={channel?.settings as Record<string, unknown> | undefined}
            isSet={channel?.secrets as Record<string, unknown> | undefined}
            fault={fault}
            onChange={setValues}
          />
        </Stack>
      )}
    </ActDialog>
  )
}

function EventsField({
  side,
  value,
  onChange,
}: {
  side: 'operator' | 'account'
  value: string[] | null
  onChange: (events: string[] | null) => void
}) {
  const { t } = useLingui()
  const events = useEvents()
  const offered = events.data?.filter((one) => one.for.includes(side)) ?? []
  return (
    <Stack gap="sm">
      <Checkbox
        label={t`Everything, also what may be added later`}
        checked={value === null}
        onChange={({ currentTarget }) => onChange(currentTarget.checked ? null : [])}
      />
      {value !== null && (
        <Checkbox.Group label={t`Only of these`} value={value} onChange={onChange}>
          <Stack gap="xs" mt="xs">
            {offered.map(({ name, title, description }) => (
              <Checkbox key={name} value={name} label={title} description={description} />
            ))}
          </Stack>
        </Checkbox.Group>
      )}
    </Stack>
  )
}

function NewSubscription({
  channels,
  kinds,
  onDone,
  onClose,
}: DialogProps & { channels: readonly Channel[]; kinds: readonly Kind[] }) {
  const { t } = useLingui()
  const [name, setName] = useState(channels[0]?.name ?? '')
  const [address, setAddress] = useState('')
  const [account, setAccount] = useState('')
  const [events, setEvents] = useState<string[] | null>(null)
  const kind = kinds.find((one) => one.kind === channels.find((channel) => channel.name === name)?.kind)
  const act = ({ key }: { key: string }) =>
    dataOf(
      api.POST('/api/operator/notice-subscriptions', {
        params: { header: { 'idempotency-key': key } },
        body: {
          channel: name,
          address: address.trim(),
          ...(account.trim() && { account: account.trim() }),
          events,
        },
      }),
    )
  return (
    <ActDialog
      title={t`Add a receiver`}
      button={t`Add the receiver`}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      <Stack>
        <Select
          field="channel"
          label={t`Channel`}
          data={channels.map((channel) => channel.name)}
          value={name}
          onChange={(chosen) => setName(chosen ?? name)}
          allowDeselect={false}
        />
        <TextInput
          field="address"
          label={t`Address`}
          description={kind?.address.help}
          value={address}
          onChange={({ currentTarget }) => setAddress(currentTarget.value)}
          required
          data-autofocus
        />
        <PickOne
          from={usePickFrom().resellers}
          field="account"
          label={t`Reseller`}
          description={t`Told of what happens to this account. Empty: of what operators look after.`}
          value={account}
          onChange={setAccount}
        />
        <EventsField
          side={account.trim() === '' ? 'operator' : 'account'}
          value={events}
          onChange={setEvents}
        />
      </Stack>
    </ActDialog>
  )
}

function ChangeSubscription({
  subscription: { id, address, account, version, events: before },
  onDone,
  onClose,
}: DialogProps & { subscription: Subscription }) {
  const { t } = useLingui()
  const [events, setEvents] = useState<string[] | null>(before)
  return (
    <ActDialog
      title={t`What ${address} is told`}
      button={t`Save`}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={({ key }) =>
        dataOf(
          api.PATCH('/api/operator/notice-subscriptions/{id}', {
            params: { header: { 'idempotency-key': key, 'if-match': version }, path: { id } },
            body: { events },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <EventsField side={account === null ? 'operator' : 'account'} value={events} onChange={setEvents} />
    </ActDialog>
  )
}
