import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Radio, SegmentedControl, Stack, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useId, useState } from 'react'
import { useRefreshOn } from '../api/events.ts'
import type { paths } from '../api/made/operator.ts'
import { ActDialog } from './act-dialog.tsx'
import { millis } from './duration.ts'
import { HookState } from './hook-state.tsx'
import { TextInput } from './inputs.tsx'
import { Empty, FaultNote, Loading } from './notes.tsx'
import { OnceShown } from './once-shown.tsx'
import { type Overlap, OverlapChoice } from './overlap.tsx'
import { usePages } from './pages.ts'
import { Saying } from './saying.tsx'
import { Facts, Section, Sections } from './section.tsx'
import { Badge, StateBadge, type Tone } from './state-badge.tsx'
import styles from './webhook.module.css'
import { moment, When } from './when.tsx'

type Doing = 'url' | 'secret' | 'replay' | 'pause'
const HOUR_MS = 3_600_000
/** AGAIN_MS is how often it is asked what became of events that wait. */
const AGAIN_MS = 4_000
const ORDERS = ['orders']

/** What the console and the portal share about webhooks, by which programs are told of orders. */

type Answer<Path extends keyof paths, Method extends keyof paths[Path]> = paths[Path][Method] extends {
  responses: { 200: { content: { 'application/json': { data: infer Data } } } }
}
  ? Data
  : never
export type Hook = Answer<'/api/operator/webhooks/{id}', 'get'>
type HookEvent = Answer<'/api/operator/webhooks/{id}/events', 'get'>['page']['items'][number]
type Delivery = Answer<'/api/operator/webhook-events/{event}', 'get'>['deliveries'][number]
type Tested = Answer<'/api/operator/webhooks/{id}/test', 'post'>

/** WebhookCalls is how a page asks its API about one webhook. `key` is that of idempotency. */
export interface WebhookCalls {
  events: (
    isUndelivered: boolean,
    cursor: string | undefined,
    signal: AbortSignal,
  ) => Promise<{ items: HookEvent[]; next_cursor: string | null }>
  event: (event: string, signal: AbortSignal) => Promise<{ deliveries: Delivery[] }>
  test: () => Promise<Tested>
  pause: (key: string) => Promise<unknown>
  resume: () => Promise<unknown>
  setUrl: (url: string) => Promise<unknown>
  /** `replay` sends what happened since a time again, and gives how many events that are. */
  replay: (of: { since: string; undelivered: boolean }, key: string) => Promise<number>
  replayEvent: (event: string, key: string) => Promise<unknown>
  /** `rotate` gives the new secret, once. */
  rotate: (overlap: Overlap, key: string) => Promise<string | null>
}

/** WebhookParts are what the page of a webhook is put together of. */
interface WebhookParts {
  state: ReactNode
  actions: ReactNode
  body: ReactNode
}

/** `WebhookView` is one webhook: how it goes, and what is sent again. `children` puts its parts into the page. */
export function WebhookView({
  hook,
  calls,
  mayAct,
  mayEdit,
  ofKey,
  shown,
  onShown,
  children,
}: {
  hook: Hook
  calls: WebhookCalls
  /** `mayAct`: test, pause, resume and replay; `mayEdit`: URL and secret. */
  mayAct: boolean
  mayEdit: boolean
  /** `ofKey` leads to the key whose orders it tells of. */
  ofKey: ReactNode
  /** `shown` is the secret of a webhook that was just made; `onShown` is told that it was kept. */
  shown?: string | undefined
  onShown?: () => void
  children: (parts: WebhookParts) => ReactNode
}) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [doing, setDoing] = useState<Doing>()
  const [secret, setSecret] = useState(shown)
  const refresh = () => client.invalidateQueries({ queryKey: ['webhooks'] })
  const resume = useMutation({ mutationFn: () => calls.resume(), onSuccess: refresh })
  const test = useMutation({ mutationFn: () => calls.test() })
  const close = () => setDoing(undefined)
  const dialog = { hook, calls, onDone: () => void refresh(), onClose: close }
  const actions = mayAct && (
    <>
      <Button variant="default" onClick={() => test.mutate()} loading={test.isPending}>
        <Trans>Send a test</Trans>
      </Button>
      {hook.status === 'active' ? (
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
  const body = (
    <>
      <FaultNote fault={resume.error ?? test.error} />
      {test.data && <TestNote tested={test.data} />}
      <Sections>
        <Where hook={hook} ofKey={ofKey} mayEdit={mayEdit} onDo={setDoing} />
        <Events hook={hook} calls={calls} mayAct={mayAct} onReplay={() => setDoing('replay')} />
      </Sections>
      {doing === 'url' && <ChangeUrl {...dialog} />}
      {doing === 'secret' && <NewSecret {...dialog} onMade={setSecret} />}
      {doing === 'pause' && <Pause {...dialog} />}
      {doing === 'replay' && <Replay {...dialog} />}
      {secret !== undefined && (
        <OnceShown
          title={t`The signing secret`}
          value={secret}
          copy={t`Copy`}
          onClose={() => {
            onShown?.()
            setSecret(undefined)
          }}
        >
          <Trans>
            Put it into the program that takes the events: it proves by it that they come from us. It is shown
            only now.
          </Trans>
        </OnceShown>
      )}
    </>
  )
  return children({ state: <HookState status={String(hook.status)} />, actions, body })
}

function TestNote({ tested: { ok, status, milliseconds, problem } }: { tested: Tested }) {
  const { t } = useLingui()
  return (
    <p className={styles.told} role="status">
      <Badge tone={ok ? 'done' : 'failed'}>{ok ? t`Arrived` : t`Did not arrive`}</Badge>{' '}
      {ok ? (
        t`Answered with ${{ status: status ?? 0 }} in ${{ time: millis(milliseconds) }}.`
      ) : (
        <Saying text={problem ?? ''} />
      )}
    </p>
  )
}

function Where({
  hook,
  ofKey,
  mayEdit,
  onDo,
}: {
  hook: Hook
  ofKey: ReactNode
  mayEdit: boolean
  onDo: (what: Doing) => void
}) {
  const { t } = useLingui()
  return (
    <Section
      title={t`Where`}
      actions={
        mayEdit && (
          <>
            <Button variant="default" size="compact-md" onClick={() => onDo('url')}>
              <Trans>Change the URL…</Trans>
            </Button>
            <Button variant="default" size="compact-md" onClick={() => onDo('secret')}>
              <Trans>New secret…</Trans>
            </Button>
          </>
        )
      }
    >
      <HookFacts hook={hook} ofKey={ofKey} />
    </Section>
  )
}

function HookFacts({ hook, ofKey }: { hook: Hook; ofKey: ReactNode }) {
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
        [t`Key`, ofKey],
        [t`Waits to be sent`, String(hook.waiting)],
        [t`Failed in a row`, hook.failures === 0 ? undefined : String(hook.failures)],
        [t`Fails since`, at(hook.failing_since)],
        [t`Stopped`, at(hook.paused_at)],
        [t`Old secret signs until`, at(hook.previous_secret_until)],
      ]}
    />
  )
}

const states: Record<HookEvent['state'], Tone> = {
  waiting: 'waiting',
  delivered: 'done',
  held: 'needs',
  given_up: 'failed',
}

/** `Events` are what there was to tell, the newest first, with what became of each. */
function Events({
  hook,
  calls,
  mayAct,
  onReplay,
}: {
  hook: Hook
  calls: WebhookCalls
  mayAct: boolean
  onReplay: () => void
}) {
  const { t } = useLingui()
  const id = Number(hook.id)
  const [isUndelivered, setUndelivered] = useState(false)
  const list = usePages<HookEvent>(['webhooks', id, 'events', isUndelivered], (cursor, signal) =>
    calls.events(isUndelivered, cursor, signal),
  )
  const client = useQueryClient()
  useRefreshOn(ORDERS, ['webhooks', id])
  // That something has arrived is told by nobody.
  const isWaiting = list.rows?.some(({ state }) => state === 'waiting') ?? false
  useEffect(() => {
    if (!isWaiting) return
    const timer = setInterval(() => {
      if (!document.hidden) void client.invalidateQueries({ queryKey: ['webhooks', id] })
    }, AGAIN_MS)
    return () => clearInterval(timer)
  }, [isWaiting, client, id])
  return (
    <Section
      title={t`What there was to tell`}
      actions={
        mayAct &&
        hook.status === 'active' && (
          <Button variant="default" size="compact-md" onClick={onReplay}>
            <Trans>Send again since…</Trans>
          </Button>
        )
      }
    >
      <SegmentedControl
        aria-label={t`Which events`}
        value={isUndelivered ? 'undelivered' : 'all'}
        onChange={(chosen) => setUndelivered(chosen === 'undelivered')}
        data={[
          { value: 'all', label: t`All` },
          { value: 'undelivered', label: t`Not arrived` },
        ]}
        w="fit-content"
      />
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
            <EventRow
              key={event.id}
              event={event}
              calls={calls}
              mayAct={mayAct && hook.status === 'active'}
            />
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

interface EventProps {
  event: HookEvent
  calls: WebhookCalls
  mayAct: boolean
}

function EventRow({ event, calls, mayAct }: EventProps) {
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
        {isOpen && <Attempts event={event} calls={calls} mayAct={mayAct} />}
      </div>
    </li>
  )
}

/** `Attempts` are the tries to tell of one event; it is sent once more from here. */
function Attempts({ event, calls, mayAct }: EventProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const read = useQuery({
    queryKey: ['webhooks', 'event', event.id, event.attempts, event.state],
    queryFn: ({ signal }) => calls.event(event.id, signal),
  })
  const again = useMutation({
    mutationFn: () => calls.replayEvent(event.id, crypto.randomUUID()),
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
              <When at={at} exact /> ·{' '}
              {status !== null ? t`HTTP ${status}` : error === null ? t`under way` : <Saying text={error} />}
              {ms !== null && ` · ${ms} ms`}
              {status !== null && error !== null && (
                <>
                  {' · '}
                  <Saying text={error} />
                </>
              )}
            </li>
          ))}
        </ol>
      )}
      <p className="muted">
        <span className="code">{event.id}</span>
        {event.due_at !== null && <> · {t`It is tried next at ${moment(new Date(event.due_at))}.`}</>}
      </p>
      {mayAct && (
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
      {again.isSuccess && event.state === 'waiting' && (
        <p role="status">
          <Trans>It is on its way.</Trans>
        </p>
      )}
    </Stack>
  )
}

interface HookDialog {
  hook: Hook
  calls: WebhookCalls
  onDone: () => void
  onClose: () => void
}

function ChangeUrl({ hook, calls, onDone, onClose }: HookDialog) {
  const { t } = useLingui()
  const [url, setUrl] = useState(String(hook.url))
  return (
    <ActDialog
      title={t`Where the webhook is`}
      button={t`Change the URL`}
      untouched={<Trans>It is told at the old URL.</Trans>}
      act={() => calls.setUrl(url.trim())}
      onDone={onDone}
      onClose={onClose}
    >
      <TextInput
        field="url"
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

function Replay({ calls, onDone, onClose }: HookDialog) {
  const { t } = useLingui()
  const [hours, setHours] = useState('24')
  const [isAll, setAll] = useState(false)
  const act = async ({ key }: { key: string }) => {
    const since = new Date(Date.now() - Number(hours) * HOUR_MS).toISOString()
    const replayed = await calls.replay({ since, undelivered: !isAll }, key)
    notifications.show({
      message:
        replayed === 0 ? (
          t`There was nothing of that time to send again.`
        ) : (
          <Plural value={replayed} one="# event is on its way." other="# events are on their way." />
        ),
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

function NewSecret({ calls, onMade, onDone, onClose }: HookDialog & { onMade: (secret: string) => void }) {
  const { t } = useLingui()
  const [overlap, setOverlap] = useState<Overlap>('24')
  return (
    <ActDialog
      title={t`A new signing secret`}
      button={t`Make the new secret`}
      untouched={<Trans>The secret is unchanged.</Trans>}
      act={async ({ key }) => {
        const secret = await calls.rotate(overlap, key)
        if (secret !== null) onMade(secret)
      }}
      onDone={onDone}
      onClose={onClose}
    >
      <OverlapChoice label={t`The old one signs beside it`} value={overlap} onChange={setOverlap} />
    </ActDialog>
  )
}

/** `Pause` sends nothing more until it is resumed. */
function Pause({ calls, onDone, onClose }: HookDialog) {
  const { t } = useLingui()
  return (
    <ActDialog
      title={t`Pause the webhook?`}
      button={t`Pause the webhook`}
      act={({ key }) => calls.pause(key)}
      onDone={onDone}
      onClose={onClose}
    >
      <Trans>
        Nothing more is sent until it is resumed. Orders go on as usual; what becomes of them is kept, and can
        be sent then.
      </Trans>
    </ActDialog>
  )
}
