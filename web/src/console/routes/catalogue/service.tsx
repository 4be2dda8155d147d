import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { ApiFault, api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { isNone, isOvertaken } from '../../../kit/faults.ts'
import { AtFields } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Unsaved } from '../../../kit/unsaved.tsx'
import { History } from '../../history.tsx'
import { NoSuch } from '../../no-such.tsx'
import { Overtaken } from '../../overtaken.tsx'
import { BreaksDialog } from './breaks-dialog.tsx'
import { type PreviewData, previewQuery, usePreview } from './preview.ts'
import { Routes } from './routes.tsx'
import { Seen } from './seen.tsx'
import styles from './service.module.css'
import { type Change, type Service, serviceQuery } from './service-data.ts'
import { ServiceForm } from './service-form.tsx'
import { State } from './services.tsx'

const TOPICS = ['services', 'prices', 'routes']
const KEY = ['services', 'one']

/** `ServicePage` is one service: what it is, who does it, and beside that what others see of it. */
export function ServicePage() {
  const { t } = useLingui()
  const { service: name = '' } = useParams({ strict: false }) as { service?: string }
  const { data, error, refetch } = useQuery(serviceQuery(name))
  useRefreshOn(TOPICS, KEY)
  if (!data && isNone(error))
    return (
      <NoSuch title={name} to="/catalogue/services" list={t`To the services`}>
        <Trans>There is no service {name} in this installation.</Trans>
      </NoSuch>
    )
  return (
    <Page
      title={data?.name ?? name}
      actions={
        data && (
          <>
            <State service={data} />
            <Button
              variant="default"
              size="compact-md"
              renderRoot={(props) => <Link to="/orders" search={{ service: data.code }} {...props} />}
            >
              <Trans>Orders</Trans>
            </Button>
            <Button
              variant="default"
              size="compact-md"
              renderRoot={(props) => <Link to="/prices" search={{ q: data.code }} {...props} />}
            >
              <Trans>Prices</Trans>
            </Button>
          </>
        )
      }
    >
      <p className={styles.place}>
        <Link to="/catalogue/services">{t`Services`}</Link>
        {data && (
          <>
            {'\u00A0· '}
            <Link to="/catalogue/services" search={{ group: data.group }}>
              {data.group}
            </Link>
            {'\u00A0· '}
            <span className="code">
              {data.code}&nbsp;· {data.id}
            </span>
          </>
        )}
      </p>
      <FaultNote fault={error} onRetry={() => void refetch()} />
      {!data && !error && <Loading />}
      {data && <Editor key={data.id} service={data} />}
    </Page>
  )
}

function Editor({ service }: { service: Service }) {
  const { t } = useLingui()
  const may = useMay()
  const client = useQueryClient()
  const navigate = useNavigate()
  const mayEdit = may('catalogue.edit')
  /** `base` is the service as it was when the changes were begun: what others change meanwhile is not lost. */
  const [base, setBase] = useState(service)
  const [draft, setDraft] = useState<Change>({})
  const [fault, setFault] = useState<unknown>()
  const [isSaving, setSaving] = useState(false)
  const [asked, setAsked] = useState<PreviewData>()
  const [key, setKey] = useState(() => crypto.randomUUID())
  const names = Object.keys(draft)
  const isDirty = names.length > 0
  const shown = isDirty ? base : service
  const preview = usePreview(service, draft)
  const set = (given: Change) => {
    if (!isDirty) setBase(service)
    setFault(undefined)
    setDraft((old) => changesOf(isDirty ? base : service, { ...old, ...given }))
  }
  const drop = () => {
    setDraft({})
    setFault(undefined)
  }
  const save = async (version: string) => {
    setSaving(true)
    setFault(undefined)
    try {
      const sent = draft
      const answer: object = await dataOf(
        api.PATCH('/api/operator/services/{service}', {
          params: {
            path: { service: String(service.id) },
            header: { 'if-match': `"${version}"`, 'idempotency-key': key },
          },
          body: draft,
        } as never),
      )
      setAsked(undefined)
      setKey(crypto.randomUUID())
      notifications.show({ message: t`Saved.` })
      const saved = { ...service, ...answer } as Service
      // The form shows what was typed until what was saved is there. What was typed meanwhile is a change of that.
      await client.invalidateQueries({ queryKey: ['services'] })
      setBase(saved)
      setDraft((old) => changesOf(saved, typedSince(sent, old)))
      if (saved.code !== service.code)
        await navigate({ to: '/catalogue/services/$service', params: { service: saved.code }, replace: true })
    } catch (error) {
      setAsked(undefined)
      setFault(error)
      // After a refusal the next attempt is another request; after no answer at all it is the same one.
      if (error instanceof ApiFault && error.status !== 0) setKey(crypto.randomUUID())
      if (isOvertaken(error)) await client.invalidateQueries({ queryKey: KEY })
    } finally {
      setSaving(false)
    }
  }
  /** `submit` asks what the change breaks as it is now: what is shown beside it may be a moment behind. */
  const submit = async () => {
    if (!isDirty || isSaving) return
    setSaving(true)
    try {
      const seen = await client.fetchQuery(previewQuery(service, JSON.stringify(draft)))
      if (seen.breaks.length > 0) setAsked(seen)
      else await save(base.version)
    } catch (error) {
      setFault(error)
    } finally {
      setSaving(false)
    }
  }
  const problems = fault instanceof ApiFault && fault.problems.length > 0 ? fault.problems : preview.problems
  return (
    <form
      className={styles.editor}
      aria-label={t`The service`}
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
        event.preventDefault()
        void submit()
      }}
    >
      <Unsaved isChanged={isDirty} />
      <AtFields fault={fault}>
        <div className={styles.values}>
          <ServiceForm service={shown} draft={draft} problems={problems} mayEdit={mayEdit} onChange={set} />
          {may('suppliers.read') && <Routes service={service} />}
          <History what="service" subject={String(service.id)} />
          {isDirty && (
            <section className={styles.bar} aria-label={t`Changes that are not saved yet`}>
              {isOvertaken(fault) ? (
                <Overtaken
                  what="service"
                  subject={String(service.id)}
                  hidden={NOT_EDITED}
                  base={base}
                  draft={draft}
                  now={service}
                  isSaving={isSaving}
                  onMine={() => {
                    setBase(service)
                    void save(service.version)
                  }}
                  onTheirs={(conflicting) => {
                    setBase(service)
                    setFault(undefined)
                    setDraft((old) =>
                      Object.fromEntries(Object.entries(old).filter(([one]) => !conflicting.includes(one))),
                    )
                  }}
                />
              ) : (
                <>
                  <p role="status">
                    <Plural value={names.length} one="# change" other="# changes" />
                  </p>
                  <FaultNote fault={fault} untouched={<Trans>The service is unchanged.</Trans>} />
                  <div className={styles.end}>
                    <Button variant="default" onClick={drop}>
                      <Trans>Drop</Trans>
                    </Button>
                    <Button type="submit" loading={isSaving} disabled={preview.problems.length > 0}>
                      <Trans>Save</Trans>
                    </Button>
                  </div>
                </>
              )}
            </section>
          )}
        </div>
        <Seen preview={preview} kind={service.kind} />
        {asked && (
          <BreaksDialog
            preview={asked}
            onSave={() => save(base.version)}
            onClose={() => setAsked(undefined)}
          />
        )}
      </AtFields>
    </form>
  )
}

/** NOT_EDITED are values that follow from others, or are counted. */
const NOT_EDITED = [
  ...['routes', 'route_count', 'working_routes', 'success_rate', 'median_seconds', 'prices'],
  ...['unrouted_since', 'suppliers', 'price'],
]

/** `typedSince` gives the values of a draft that are others than those which were sent. */
const typedSince = (sent: Change, draft: Change): Change =>
  Object.fromEntries(Object.entries(draft).filter(([name, value]) => value !== sent[name as keyof Change]))

/** `changesOf` leaves out what is as it was. */
const changesOf = (base: Service, draft: Change): Change =>
  Object.fromEntries(
    Object.entries(draft).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(base[name as keyof Service]),
    ),
  )
