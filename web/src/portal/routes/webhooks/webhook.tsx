import { Trans, useLingui } from '@lingui/react/macro'
import { Button, CopyButton, Group, Radio, SegmentedControl, Stack, Switch, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useId, useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Facts, Section, Sections } from '../../../kit/section.tsx'
import { Badge, StateBadge, type Tone } from '../../../kit/state-badge.tsx'
import { moment, When } from '../../../kit/when.tsx'
import { ForOwners } from '../../for-owners.tsx'
import { useMay } from '../../session.tsx'
import styles from './webhook.module.css'

type Doing = 'url' | 'secret' | 'replay' | 'pause'
const HOUR_MS = 3_600_000

const readHook = (id: number, signal: AbortSignal) =>
  dataOf(portal.GET('/api/portal/webhooks/{id}', { params: { path: { id } }, signal }))
type Hook = Awaited<ReturnType<typeof readHook>>

const readEvents = async (
  id: number,
  isUndelivered: boolean,
  cursor: string | undefined,
  signal: AbortSignal,
) => {
  const query = {
    ...(isUndelivered && { undelivered: 'yes' as const }),
    ...(cursor !== undefined && { cursor }),
  }
  const { page } = await dataOf(
    portal.GET('/api/portal/webhooks/{id}/events', { params: { path: { id }, query }, signal }),
  )
  return page
}
type Event = Awaited<ReturnType<typeof readEvents>>['items'][number]

/** `Webhook` is where a program is told of the orders of a key: how that goes, and what is sent again. */
export function Webhook() {
  const { t } = useLingui()
  return (
    <ForOwners title={t`Webhook`} permission="webhooks.read">
      <One />
    </ForOwners>
  )
}

function One() {
  const { t } = useLingui()
  const { id: named = '' } = useParams({ strict: false }) as { id?: string }
  const id = Number(named)
  const mayEdit = useMay()('webhooks.edit')
  const client = useQueryClient()
  const [doing, setDoing] = useState<Doing>()
  const hook = useQuery({ queryKey: ['webhooks', id], queryFn: ({ signal }) => readHook(id, signal) })
  /** A webhook that was just made has its secret to be shown, once. */
  const [secret, setSecret] = useState(() => client.getQueryData<string>(['webhooks', id, 'secret']))
  const params = { path: { id } }
  const refresh = () => client.invalidateQueries({ queryKey: ['webhooks'] })
  const resume = useMutation({
    mutationFn: () => dataOf(portal.POST('/api/portal/webhooks/{id}/resume', { params })),
    onSuccess: refresh,
  })
  const test = useMutation({
    mutationFn: () => dataOf(portal.POST('/api/portal/webhooks/{id}/test', { params })),
  })
  const close = () => setDoing(undefined)
  const { data } = hook
  const isActive = data?.status === 'active'
  return (
    <Page
      title={t`Webhook ${id}`}
      heading={
        <>
          <Trans>Webhook</Trans> {data && <HookState status={String(data.status)} />}
        </>
      }
      actions={
        mayEdit &&
        data && (
          <>
            <Button variant="default" onClick={() => test.mutate()} loading={test.isPending}>
              <Trans>Send a test</Trans>
            </Button>
            {isActive ? (
              <Button variant="default" onClick={() => setDoing('pause')}>
                <Trans>Pause…</Trans>
              </Button>
            ) : (
              <Button onClick={() => resume.mutate()} loading={resume.isPending}>
                <Trans>Resume</Trans>
              </Button>
            )}
          </>
        )
      }
    >
      <FaultNote fault={hook.error} onRetry={() => void hook.refetch()} />
      <FaultNote fault={resume.error ?? test.error} />
      {hook.isPending && <Loading rows={4} />}
      {test.data && (
        <p className={styles.told} role="status">
          <Badge tone={test.data.ok ? 'done' : 'failed'}>
            {test.data.ok ? t`Arrived` : t`Did not arrive`}
          </Badge>{' '}
          {test.data.ok
            ? t`Answered with ${test.data.status ?? 0} in ${test.data.milliseconds} ms.`
            : (test.data.problem ?? '')}
        </p>
      )}
      {data && (
        <Sections>
          <Section
            title={t`Where`}
            actions={
              mayEdit && (
                <>
                  <Button variant="default" size="compact-md" onClick={() => setDoing('url')}>
                    <Trans>Change the URL…</Trans>
                  </Button>
                  <Button variant="default" size="compact-md" onClick={() => setDoing('secret')}>
                    <Trans>New secret…</Trans>
                  </Button>
                </>
              )
            }
          >
            <HookFacts hook={data} />
          </Section>
          <Events hook={data} mayEdit={mayEdit} onReplay={() => setDoing('replay')} />
        </Sections>
      )}
      {data && doing === 'url' && <ChangeUrl hook={data} onDone={() => void refresh()} onClose={close} />}
      {doing === 'secret' && (
        <NewSecret
          id={id}
          onMade={(fresh) => {
            setSecret(fresh)
            void refresh()
          }}
          onClose={close}
        />
      )}
      {doing === 'pause' && (
        <ActDialog
          title={t`Pause the webhook?`}
          button={t`Pause the webhook`}
          act={({ key }) =>
            dataOf(
              portal.POST('/api/portal/webhooks/{id}/pause', {
                params: { ...params, header: { 'idempotency-key': key } },
              }),
            )
          }
          onDone={() => void refresh()}
          onClose={close}
        >
          <Trans>
            Nothing more is sent until it is resumed. Orders go on as usual; what becomes of them is kept, and
            can be sent then.
          </Trans>
        </ActDialog>
      )}
      {data && doing === 'replay' && <Replay hook={data} onDone={() => void refresh()} onClose={close} />}
      {secret !== undefined && (
        <Secret
          secret={secret}
          onClose={() => {
            client.removeQueries({ queryKey: ['webhooks', id, 'secret'] })
            setSecret(undefined)
          }}
        />
      )}
    </Page>
  )
}

function HookState({ status }: { status: string }) {
  const { t } = useLingui()
  if (status === 'active') return <Badge tone="done">{t`Active`}</Badge>
  return <Badge tone="needs">{status === 'gone' ? t`Said that it is gone` : t`Paused`}</Badge>
}

function HookFacts({ hook }: { hook: Hook }) {
  const { t } = useLingui()
  const at = (value: unknown) => (typeof value === 'string' ? <When at={value} exact /> : undefined)
  return (
    <Facts
      of={[
        [
          t`URL`,
          <span key="url" className="code">
            {String(hook.url)}
          </span>,
        ],
        [
          t`Key`,
          <Link key="key" to={`/keys/${String(hook.key)}` as string}>
            <Trans>The key whose orders it tells of</Trans>
          </Link>,
        ],
        [t`Waits to be sent`, String(hook.waiting)],
        [t`Failed in a row`, hook.failures === 0 ? undefined : String(hook.failures)],
        [t`Fails since`, at(hook.failing_since)],
        [t`Stopped`, at(hook.paused_at)],
        [t`Old secret signs until`, at(hook.previous_secret_until)],
      ]}
    />
  )
}

const states: Record<Event['state'], Tone> = {
  waiting: 'waiting',
  delivered: 'done',
  held: 'needs',
  given_up: 'failed',
}

/** `Events` are what there was to tell, the newest first, with what became of each. */
function Events({ hook, mayEdit, onReplay }: { hook: Hook; mayEdit: boolean; onReplay: () => void }) {
  const { t } = useLingui()
  const id = Number(hook.id)
  const [isUndelivered, setUndelivered] = useState(false)
  const list = usePages<Event>(['webhooks', id, 'events', isUndelivered], (cursor, signal) =>
    readEvents(id, isUndelivered, cursor, signal),
  )
  return (
    <Section
      title={t`What there was to tell`}
      actions={
        mayEdit &&
        hook.status === 'active' && (
          <Button variant="default" size="compact-md" onClick={onReplay}>
            <Trans>Send again since…</Trans>
          </Button>
        )
      }
    >
      <Group>
        <SegmentedControl
          aria-label={t`Which events`}
          value={isUndelivered ? 'undelivered' : 'all'}
          onChange={(chosen) => setUndelivered(chosen === 'undelivered')}
          data={[
            { value: 'all', label: t`All` },
            { value: 'undelivered', label: t`Not arrived` },
          ]}
        />
        <Button variant="subtle" size="compact-md" onClick={list.again}>
          <Trans>Look again</Trans>
        </Button>
      </Group>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading rows={3} />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          {isUndelivered ? (
            <Trans>Everything has arrived.</Trans>
          ) : (
            <Trans>Nothing yet. As soon as an order of the key changes, it is told of here.</Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <ul className={styles.events} aria-label={t`Events`}>
          {list.rows.map((event) => (
            <EventRow key={event.id} event={event} mayEdit={mayEdit && hook.status === 'active'} />
          ))}
        </ul>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} w="fit-content">
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </Section>
  )
}

function EventRow({ event, mayEdit }: { event: Event; mayEdit: boolean }) {
  const { t } = useLingui()
  const panel = useId()
  const [isOpen, setOpen] = useState(false)
  const words = { waiting: t`Waits`, delivered: t`Arrived`, held: t`Held`, given_up: t`Given up` }
  return (
    <li>
      <button
        type="button"
        className={styles.event}
        aria-expanded={isOpen}
        aria-controls={panel}
        onClick={() => setOpen(!isOpen)}
      >
        <span>
          <Badge tone={states[event.state]}>{words[event.state]}</Badge>
        </span>
        <span>
          {t`Order ${event.order}`} <StateBadge state={event.order_state} />
        </span>
        <span className="muted">
          <When at={event.created_at} />
        </span>
      </button>
      <div id={panel} hidden={!isOpen} className={styles.attempts}>
        {isOpen && <Attempts event={event} mayEdit={mayEdit} />}
      </div>
    </li>
  )
}

/** `Attempts` are the tries to tell of one event; it is sent once more from here. */
function Attempts({ event, mayEdit }: { event: Event; mayEdit: boolean }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const path = { event: event.id }
  const read = useQuery({
    queryKey: ['webhooks', 'event', event.id, event.attempts, event.state],
    queryFn: ({ signal }) =>
      dataOf(portal.GET('/api/portal/webhook-events/{event}', { params: { path }, signal })),
  })
  const again = useMutation({
    mutationFn: () =>
      dataOf(
        portal.POST('/api/portal/webhook-events/{event}/replay', {
          params: { path, header: { 'idempotency-key': crypto.randomUUID() } },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
  return (
    <Stack gap="sm">
      <FaultNote fault={read.error ?? again.error} />
      {read.isPending && <Loading rows={2} />}
      {read.data?.deliveries.length === 0 && (
        <p className="muted">
          <Trans>It was not tried yet.</Trans>
        </p>
      )}
      {read.data && read.data.deliveries.length > 0 && (
        <ol className={styles.tries} reversed start={read.data.deliveries[0]?.number ?? 1}>
          {read.data.deliveries.map(({ number, at, status, ms, error }) => (
            <li key={number}>
              <When at={at} exact /> · {status === null ? (error ?? t`under way`) : t`HTTP ${status}`}
              {ms !== null && ` · ${ms} ms`}
              {status !== null && error !== null && ` · ${error}`}
            </li>
          ))}
        </ol>
      )}
      <p className="muted">
        <span className="code">{event.id}</span>
        {event.due_at !== null && <> · {t`It is tried next at ${moment(new Date(event.due_at))}.`}</>}
      </p>
      {mayEdit && (
        <Group>
          <Button
            variant="default"
            size="compact-md"
            onClick={() => again.mutate()}
            loading={again.isPending}
          >
            <Trans>Send it again now</Trans>
          </Button>
          {event.due_at !== null && (
            <span className="muted">
              <Trans>in place of the try that is due</Trans>
            </span>
          )}
        </Group>
      )}
      {again.isSuccess && (
        <p role="status">
          <Trans>It is on its way.</Trans>
        </p>
      )}
    </Stack>
  )
}

interface HookDialog {
  hook: Hook
  onDone: () => void
  onClose: () => void
}

function ChangeUrl({ hook, onDone, onClose }: HookDialog) {
  const { t } = useLingui()
  const [url, setUrl] = useState(String(hook.url))
  return (
    <ActDialog
      title={t`Where the webhook is`}
      button={t`Change the URL`}
      untouched={<Trans>It is told at the old URL.</Trans>}
      act={() =>
        dataOf(
          portal.PATCH('/api/portal/webhooks/{id}', {
            params: { path: { id: Number(hook.id) } },
            body: { url: url.trim() },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <TextInput
        label={t`URL`}
        description={t`What waits is sent there, too.`}
        type="url"
        value={url}
        onChange={({ currentTarget }) => setUrl(currentTarget.value)}
        required
        data-autofocus
      />
    </ActDialog>
  )
}

function Replay({ hook, onDone, onClose }: HookDialog) {
  const { t } = useLingui()
  const [hours, setHours] = useState('24')
  const [isAll, setAll] = useState(false)
  const act = async ({ key }: { key: string }) => {
    const since = new Date(Date.now() - Number(hours) * HOUR_MS).toISOString()
    const { replayed } = await dataOf(
      portal.POST('/api/portal/webhooks/{id}/replay', {
        params: { path: { id: Number(hook.id) }, header: { 'idempotency-key': key } },
        body: { since, undelivered: !isAll },
      }),
    )
    notifications.show({
      message:
        replayed === 0
          ? t`There was nothing of that time to send again.`
          : t`${replayed} events are on their way.`,
    })
  }
  return (
    <ActDialog
      title={t`Send events again`}
      button={t`Send them again`}
      act={act}
      onDone={onDone}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>They keep their ids. What is due anyway is still tried, too.</Trans>
        </p>
        <Radio.Group label={t`What happened in the last`} value={hours} onChange={setHours}>
          <Group mt={4}>
            <Radio value="1" label={t`hour`} />
            <Radio value="24" label={t`24 hours`} />
            <Radio value="168" label={t`7 days`} />
          </Group>
        </Radio.Group>
        <Switch
          label={t`Also what has arrived`}
          checked={isAll}
          onChange={({ currentTarget }) => setAll(currentTarget.checked)}
        />
      </Stack>
    </ActDialog>
  )
}

type Overlap = '0' | '1' | '24'

function NewSecret({
  id,
  onMade,
  onClose,
}: {
  id: number
  onMade: (secret: string) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [overlap, setOverlap] = useState<Overlap>('24')
  return (
    <ActDialog
      title={t`A new signing secret`}
      button={t`Make the new secret`}
      untouched={<Trans>The secret is as it was.</Trans>}
      act={async ({ key }) => {
        const { secret } = await dataOf(
          portal.POST('/api/portal/webhooks/{id}/secret', {
            params: { path: { id }, header: { 'idempotency-key': key } },
            body: { overlap_hours: overlap },
          }),
        )
        if (secret !== null) onMade(secret)
      }}
      onClose={onClose}
    >
      <Radio.Group
        label={t`The old one signs beside it`}
        value={overlap}
        onChange={(chosen) => setOverlap(chosen as Overlap)}
      >
        <Stack gap="xs" mt={4}>
          <Radio value="24" label={t`for 24 hours`} />
          <Radio value="1" label={t`for an hour`} />
          <Radio value="0" label={t`not at all: somebody else has it`} />
        </Stack>
      </Radio.Group>
    </ActDialog>
  )
}

/** `Secret` shows a signing secret, once. */
function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useLingui()
  return (
    <Dialog opened onClose={onClose} title={t`The signing secret`}>
      <Stack>
        <p>
          <Trans>
            Put it into the program that takes the events: it proves by it that they come from us. It is shown
            only now.
          </Trans>
        </p>
        <p className={`code ${styles.secret}`}>{secret}</p>
        <Group justify="flex-end">
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? t`Copied` : t`Copy`}
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
