import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { type Filter, FilterBar, type Values } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Saying } from '../../../kit/saying.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { usePickFrom } from '../../pick-from.ts'
import styles from './settings.module.css'

const readNotices = async (filter: Values, cursor: string | undefined, signal: AbortSignal) => {
  const query = { ...filter, ...(cursor !== undefined && { cursor }) } as object
  return (await dataOf(api.GET('/api/operator/notices', { params: { query }, signal }))).page
}
type Notice = Awaited<ReturnType<typeof readNotices>>['items'][number]

/** Told is an event that people are told of, in the reader's language. */
interface Told {
  name: string
  title: string
  description: string
}

/** `NoticesLog` lists what people were told of, the newest first, to whom it was sent, and whether it arrived. `events` are all that there are. */
export function NoticesLog({ events }: { events: readonly Told[] }) {
  const { t } = useLingui()
  const [filter, setFilter] = useState<Values>({})
  const list = usePages<Notice>(['notices', 'log', filter], (cursor, signal) =>
    readNotices(filter, cursor, signal),
  )
  const pickFrom = usePickFrom()
  const filters: Filter[] = [
    {
      ...{ name: 'failed', label: t`Arrived`, kind: 'choice' },
      choices: [{ value: 'yes', label: t`what could not be sent` }],
    },
    {
      ...{ name: 'event', label: t`What`, kind: 'choice' },
      choices: events.map(({ name, title }) => ({ value: name, label: title })),
    },
    { name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
    {
      ...{ name: 'open', label: t`Cause`, kind: 'choice' },
      choices: [{ value: 'yes', label: t`still there` }],
    },
  ]
  const isNarrowed = Object.keys(filter).length > 0
  return (
    <div>
      <h2>
        <Trans>What was told</Trans>
      </h2>
      <FilterBar filters={filters} values={filter} onChange={setFilter} />
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading rows={3} />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          {isNarrowed ? (
            <Trans>Nothing that fits these filters was told.</Trans>
          ) : (
            <Trans>
              Nothing was told yet. What people are told of stands here for 90 days, with whether it arrived.
            </Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <ul className={styles.rows} aria-label={t`What was told`}>
          {list.rows.map((notice) => (
            <Row key={notice.id} notice={notice} about={events.find(({ name }) => name === notice.event)} />
          ))}
        </ul>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} mt="md">
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </div>
  )
}

function Row({ notice, about }: { notice: Notice; about: Told | undefined }) {
  const { t } = useLingui()
  const { event, subject, username, sent_at, ended_at, told, messages } = notice
  return (
    <li>
      <div className={styles.notice}>
        <div>
          <strong>{about?.title ?? event}</strong> <span className="muted">{subject}</span>
          {username !== null && (
            <>
              {'\u00A0· '}
              <Link to={`/resellers/${username}` as string}>{username}</Link>
            </>
          )}
        </div>
        {about && <div className="muted">{about.description}</div>}
        <div className="muted">
          <When at={sent_at} exact /> {ended_at === null && `· ${t`its cause is still there`}`}
        </div>
        {messages.length > 0 && (
          <details>
            <summary>
              <Trans>To whom</Trans>
            </summary>
            <ul className={styles.messages}>
              {messages.map((one) => (
                <li key={`${one.channel} ${one.address} ${one.queued_at}`}>
                  <span className="code">{one.address}</span> <span className="muted">{one.channel}</span>{' '}
                  <MessageState message={one} />
                  {one.problem !== null && one.state !== 'sent' && (
                    <div className={styles.words}>
                      <Saying text={one.problem} />
                    </div>
                  )}
                </li>
              ))}
            </ul>
            {told.all > messages.length && (
              <p className="muted">
                <Plural
                  value={told.all - messages.length}
                  one="and # other message"
                  other="and # other messages"
                />
              </p>
            )}
          </details>
        )}
      </div>
      <div className={styles.buttons}>
        <Told told={told} />
      </div>
    </li>
  )
}

/** `Told` says in one badge what became of all messages of a notice. */
function Told({ told: { all, sent, waiting, failed } }: { told: Notice['told'] }) {
  if (failed > 0)
    return (
      <Badge tone="failed">
        <Plural value={failed} one="# could not be sent" other="# could not be sent" />
      </Badge>
    )
  if (waiting > 0)
    return (
      <Badge tone="waiting">
        <Plural value={waiting} one="# is not sent yet" other="# are not sent yet" />
      </Badge>
    )
  if (all === 0)
    return (
      <Badge tone="off">
        <Trans>Nobody wants to be told</Trans>
      </Badge>
    )
  return (
    <Badge tone="done">
      <Plural value={sent} one="# sent" other="# sent" />
    </Badge>
  )
}

function MessageState({ message: { state, sent_at } }: { message: Notice['messages'][number] }) {
  const { t } = useLingui()
  if (state === 'sent')
    return (
      <>
        <span className={styles.yes}>{t`sent`}</span>{' '}
        <span className="muted">
          <When at={sent_at} exact />
        </span>
      </>
    )
  if (state === 'failed') return <span className={styles.no}>{t`could not be sent`}</span>
  if (state === 'waiting') return <span className="muted">{t`not sent yet`}</span>
  return <span className="muted">{t`removed before it was sent`}</span>
}
